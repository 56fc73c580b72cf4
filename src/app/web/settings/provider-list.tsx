import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, GripVertical, Plus, Send } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { ListProviders, TestProvider } from '#channels/api.ts'
import { chained, chainOf, moved } from '#channels/chain.ts'
import { ListProviderTypes } from '#channels/settings-api.ts'
import { call, useRead } from '#kit/api.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Mono } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { CHANNELS } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ApplyDocuments, ArchiveDocument, ExportDocuments } from '#workspaces/documents/api.ts'
import { withView } from '../rules/use-view.ts'
import { CHANNEL_WORDS } from './channel-words.ts'

type Line = OutputOf<typeof ListProviders>['providers'][number]

/** All providers by channel, in the order in which messages try them. */
export function ProviderList() {
  const say = useWords(CHANNEL_WORDS)
  const may = useMay('workspace:admin')
  const list = useRead(ListProviders, {}, { every: 10_000 })
  const [choosing, setChoosing] = useState(false)
  const add = may && (
    <Button look="primary" onClick={() => setChoosing(true)}>
      <Plus size={16} aria-hidden="true" />
      {say.add}
    </Button>
  )
  return (
    <Loaded query={list} lines={5}>
      {({ providers }) => (
        <div className="flex min-w-0 flex-col gap-4">
          {providers.length === 0 ? (
            <Card>
              <Empty icon={<Send size={20} aria-hidden="true" />} title={say.none} action={add}>
                {say.noneMore}
              </Empty>
            </Card>
          ) : (
            <div className="flex justify-end">{add}</div>
          )}
          {[...Map.groupBy(providers, ({ channel }) => channel)].map(([channel, lines]) => (
            <ChannelCard key={channel} channel={channel} lines={lines} />
          ))}
          {choosing && <Types onClose={() => setChoosing(false)} />}
        </div>
      )}
    </Loaded>
  )
}

function Types({ onClose }: { onClose: () => void }) {
  const say = useWords(CHANNEL_WORDS)
  const types = useRead(ListProviderTypes, {})
  return (
    <Dialog title={say.chooseType} open onClose={onClose} wide>
      <Loaded query={types} lines={6}>
        {(data) => (
          <ul className="grid gap-2 sm:grid-cols-2">
            {data.types.map(({ type, channel, does }) => (
              <li key={type} className="relative rounded-card border border-line p-3 hover:bg-sunken">
                <Link plain href={withView(CHANNELS, { new: type })} className="font-medium after:absolute after:inset-0 hover:underline">
                  {does}
                </Link>
                <span className="block text-meta text-ink-3">{say.channels[channel]}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Dialog>
  )
}

function ChannelCard({ channel, lines }: { channel: string; lines: readonly Line[] }) {
  const say = useWords(CHANNEL_WORDS)
  const client = useQueryClient()
  const may = useMay('workspace:admin')
  const [dragged, setDragged] = useState<string>()
  const order = chainOf(lines)
  const place = useMutation({
    mutationFn: async (wanted: readonly string[]) => {
      const { documents } = await call(ExportDocuments, { kind: 'provider' })
      const bodies = new Map(documents.map(({ id, body }) => [id, body as Readonly<Record<string, unknown>>]))
      const changed = chained(wanted, bodies).filter((body) => body !== bodies.get(String(body['id'])))
      await call(ApplyDocuments, { documents: changed.map((body) => ({ kind: 'provider', id: String(body['id']), body: body as never })) })
    },
    onSettled: () => client.invalidateQueries({ queryKey: [ListProviders.name] }),
  })
  const move = (id: string, to: number) => {
    if (to < 0 || to >= order.length || place.isPending) return
    place.mutate(moved(order, id, to), {
      onSuccess: () => notify(say.reordered(id, to + 1), { label: say.undo, run: () => place.mutate(order) }),
    })
  }
  return (
    <Card title={say.channels[channel]} flush>
      {place.isError && <ErrorView error={place.error} />}
      <ol aria-label={say.order(say.channels[channel]!)}>
        {order.map((id, i) => (
          <li
            key={id}
            onDragOver={(event) => dragged !== undefined && event.preventDefault()}
            onDrop={() => dragged !== undefined && move(dragged, i)}
            className="flex flex-wrap items-start gap-3 border-b border-line px-4 py-3 last:border-0"
          >
            {may && order.length > 1 && (
              <span className="flex items-center">
                {/* biome-ignore lint/a11y/noStaticElementInteractions: the two buttons beside it do the same by keyboard */}
                <span
                  draggable
                  title={say.drag}
                  onDragStart={() => setDragged(id)}
                  onDragEnd={() => setDragged(undefined)}
                  className="cursor-grab text-ink-3 max-sm:hidden"
                >
                  <GripVertical size={16} aria-hidden="true" />
                </span>
                <IconButton label={say.up(id)} aria-disabled={i === 0 || undefined} onClick={() => move(id, i - 1)}>
                  <ArrowUp size={16} aria-hidden="true" />
                </IconButton>
                <IconButton label={say.down(id)} aria-disabled={i === order.length - 1 || undefined} onClick={() => move(id, i + 1)}>
                  <ArrowDown size={16} aria-hidden="true" />
                </IconButton>
              </span>
            )}
            <Provider
              line={lines.find((each) => each.id === id)!}
              after={lines.find((each) => each.fallback === id)?.id}
              only={order.length === 1}
            />
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Provider({ line, after, only }: { line: Line; after: string | undefined; only: boolean }) {
  const say = useWords(CHANNEL_WORDS)
  const may = useMay('workspace:admin')
  const mayTest = useMay('messages:test')
  const [asked, setAsked] = useState<'test' | 'archive'>()
  const { id, name, type, mode, breaker, perSecond, warmUp, today, lastErrorSentence, lastErrorAt, costThisMonth } = line
  const place = line.default || only ? say.first : after === undefined ? say.byName : say.takesOver(after)
  return (
    <>
      <div className="min-w-0 flex-1 basis-60">
        <p className="flex flex-wrap items-center gap-2">
          <Link href={withView(CHANNELS, { provider: id })}>{name || id}</Link>
          <code className="text-meta text-ink-3">{type}</code>
          <Chip tone={mode === 'live' ? 'ok' : 'neutral'} dashed={mode !== 'live'}>
            {mode === 'live' ? say.live : say.sandbox}
          </Chip>
          {breaker !== 'closed' && <Chip tone={breaker === 'open' ? 'bad' : 'warn'}>{say.breaker[breaker]}</Chip>}
        </p>
        <p className="mt-1 text-dense text-ink-2">
          {[place, say.today(today.sent, today.failed), perSecond === null ? say.noRate : say.rate(perSecond)].join(' · ')}
          {warmUp && ` · ${warmUp.allowed === null ? say.warmDone : say.warm(warmUp.today, warmUp.allowed)}`}
          {costThisMonth && ` · ${say.month(costThisMonth.amount, costThisMonth.currency)}`}
        </p>
        {lastErrorAt !== null && (
          <p className="mt-1 text-dense text-bad">
            {say.lastError}, <Moment at={lastErrorAt} />: {lastErrorSentence}
          </p>
        )}
        <details className="mt-1 text-dense text-ink-3">
          <summary className="cursor-pointer py-1">{say.hook}</summary>
          <Mono>{line.hookUrl}</Mono>
        </details>
      </div>
      <div className="flex flex-wrap gap-2">
        {mayTest && !['push', 'inapp', 'webhook'].includes(line.channel) && (
          <Button aria-label={say.testOf(id)} onClick={() => setAsked('test')}>
            {say.test}
          </Button>
        )}
        {may && (
          <Button look="quiet" onClick={() => setAsked('archive')}>
            {say.archive}
          </Button>
        )}
      </div>
      {asked === 'test' && <TestSend id={id} onClose={() => setAsked(undefined)} />}
      {asked === 'archive' && <Archive id={id} onClose={() => setAsked(undefined)} />}
    </>
  )
}

/** One message by this provider, with what it really answered. */
function TestSend({ id, onClose }: { id: string; onClose: () => void }) {
  const say = useWords(CHANNEL_WORDS)
  const client = useQueryClient()
  const send = useMutation({
    mutationFn: (to: string) => call(TestProvider, { id, to }),
    onSettled: () => client.invalidateQueries({ queryKey: [ListProviders.name] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    send.mutate(String(new FormData(event.currentTarget).get('to')))
  }
  return (
    <Dialog title={say.testOf(id)} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={say.testTo} name="to" hint={say.testHint} required maxLength={320} autoFocus />
        {send.isError && <ErrorView error={send.error} />}
        {send.data && (
          <div
            role="status"
            className={`rounded-card p-3 text-dense ${send.data.outcome === 'sent' ? 'bg-ok-soft text-ok' : 'bg-warn-soft text-warn'}`}
          >
            <p className="font-medium">{say.outcomes[send.data.outcome]}</p>
            {send.data.reason !== '' && (
              <p>
                {say.reason}: <code>{send.data.reason}</code>
              </p>
            )}
            {send.data.providerId !== '' && (
              <p className="wrap-anywhere">
                {say.answer}: <code>{send.data.providerId}</code>
              </p>
            )}
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={send.isPending}>
            {say.testSend}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Archive({ id, onClose }: { id: string; onClose: () => void }) {
  const say = useWords(CHANNEL_WORDS)
  const client = useQueryClient()
  const archive = useMutation({
    mutationFn: () => call(ArchiveDocument, { kind: 'provider', id }),
    onSuccess: async () => {
      await client.invalidateQueries()
      notify(say.archived(id))
      onClose()
    },
  })
  return (
    <Dialog title={say.archiveTitle(id)} open onClose={onClose}>
      <p className="text-ink-2">{say.archiveWhat}</p>
      {archive.isError && <ErrorView error={archive.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.cancel}</Button>
        <Button look="bad" busy={archive.isPending} onClick={() => archive.mutate()}>
          {say.archive}
        </Button>
      </div>
    </Dialog>
  )
}

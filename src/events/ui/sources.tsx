import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Cable, Plus } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip, Dot } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { KEYS, toData } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import { CreateKey } from '#workspaces/api.ts'
import { ListSources, type SourceLine } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'
import { FreshChip, Score, Spark, useFreshness } from './parts.tsx'
import { SnippetTabs } from './snippet-tabs.tsx'

const WORDS = words(
  {
    title: 'Sources',
    fresh: 'New source',
    none: 'No sources yet',
    lead: 'A source is whatever sends events: a website, an app, a server. Each has a write key of its own, so that you see what it sends and can turn it off alone.',
    clients: 'Clients',
    noClients: 'Clients do not say who they are',
    waiting: 'Waiting for the first event',
    revoked: 'Revoked',
    last: 'Last event',
    name: 'Name',
    hint: 'What sends: “Web shop”, “Order service”',
    make: 'Make the source',
    ready: (name: string) => `${name} is ready`,
    copyNow: 'The write key stands in the snippets. It is public, and it is shown only now: a lost one is replaced by a new source.',
    waits: 'Waiting for the first event. This turns green by itself.',
    heard: (library: string) => `The first event has come${library === '' ? '' : ` from ${library}`}.`,
    seeLive: 'See events as they come',
    done: 'Done',
    accepted: 'kept to the plan',
    scoreIs: 'Score: the share of what a source sent in the last 7 days that was accepted and kept to the plan.',
    refused: (n: number) => `${count(n)} refused`,
    quarantined: (n: number) => `${count(n)} in quarantine`,
    violating: (n: number) => plural(n, 'violation'),
    keys: 'Keys',
    revoke: 'Sources are turned off by revoking their key.',
    clean: 'Nothing refused',
    week: '7 days',
    problems: 'Problems, 7 days',
  },
  {
    de: {
      title: 'Quellen',
      fresh: 'Neue Quelle',
      none: 'Noch keine Quellen',
      lead: 'Eine Quelle ist, was Ereignisse sendet: eine Website, eine App, ein Server. Jede hat einen eigenen Schreibschlüssel. So sehen Sie, was sie sendet, und können sie allein abschalten.',
      clients: 'Clients',
      noClients: 'Clients nennen sich nicht',
      waiting: 'Wartet auf das erste Ereignis',
      revoked: 'Widerrufen',
      last: 'Letztes Ereignis',
      name: 'Name',
      hint: 'Was sendet: „Webshop“, „Bestelldienst“',
      make: 'Quelle anlegen',
      ready: (name) => `${name} ist bereit`,
      copyNow:
        'Der Schreibschlüssel steht in den Schnipseln. Er ist öffentlich und wird nur jetzt gezeigt; ein verlorener wird durch eine neue Quelle ersetzt.',
      waits: 'Wartet auf das erste Ereignis. Dies wird von selbst grün.',
      heard: (library) => `Das erste Ereignis ist da${library === '' ? '' : `, von ${library}`}.`,
      seeLive: 'Ereignisse ansehen, wie sie kommen',
      done: 'Fertig',
      accepted: 'dem Plan gemäß',
      scoreIs: 'Güte: welcher Anteil dessen, was eine Quelle in den letzten 7 Tagen sandte, angenommen wurde und dem Plan entsprach.',
      refused: (n) => `${count(n)} abgelehnt`,
      quarantined: (n) => `${count(n)} in Quarantäne`,
      violating: (n) => plural(n, 'Verstoß', 'Verstöße'),
      keys: 'Schlüssel',
      revoke: 'Eine Quelle wird abgeschaltet, indem ihr Schlüssel widerrufen wird.',
      clean: 'Nichts abgelehnt',
      week: '7 Tage',
      problems: 'Probleme, 7 Tage',
    },
  },
)

export function Sources() {
  const say = useWords(WORDS)
  const sources = useRead(ListSources, {}, { every: 5_000 })
  const [making, setMaking] = useState(false)
  const may = useMay('keys:write')
  const add = may && (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus size={16} aria-hidden="true" />
      {say.fresh}
    </Button>
  )
  return (
    <Card title={say.title} flush aside={add}>
      <Loaded query={sources} lines={4}>
        {(data) =>
          data.sources.length === 0 ? (
            <Empty icon={<Cable size={20} aria-hidden="true" />} title={say.none} action={add}>
              {say.lead}
            </Empty>
          ) : (
            <Rows rows={data.sources} />
          )
        }
      </Loaded>
      <p className="flex flex-wrap gap-x-3 border-t border-line px-4 py-2.5 text-meta text-ink-3">
        <span>{say.scoreIs}</span>
        {may && (
          <span>
            {say.revoke} <Link href={KEYS}>{say.keys}</Link>
          </span>
        )}
      </p>
      {making && <NewSource onClose={() => setMaking(false)} />}
    </Card>
  )
}

function Rows({ rows }: { rows: readonly SourceLine[] }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const columns: readonly Column<SourceLine>[] = [
    { name: data.source, cell: (line) => <Name line={line} /> },
    { name: say.week, width: 'w-20', right: true, from: 'sm', cell: (line) => <span className="num">{count(line.week)}</span> },
    { name: data.hourly(0).split(':')[0]!, hideName: true, width: 'w-30', from: 'md', cell: (line) => <Spark hours={line.hours} /> },
    { name: say.problems, width: 'w-44', from: 'md', cell: (line) => <Problems line={line} /> },
    {
      name: say.last,
      width: 'w-36',
      from: 'sm',
      cell: (line) => (
        <span className="flex items-center gap-2">
          {line.last === null ? <span className="text-ink-3">{data.never}</span> : <Moment at={line.last} />}
          <FreshChip of={line.freshness} />
        </span>
      ),
    },
    { name: data.score, width: 'w-16', right: true, cell: (line) => <Score of={line.score} /> },
  ]
  return <Table label={say.title} columns={columns} rows={rows} rowKey={(line) => line.id} />
}

function Name({ line }: { line: SourceLine }) {
  const say = useWords(WORDS)
  const fresh = useFreshness(line.freshness)
  const odd = line.freshness.kind === 'silent' || line.freshness.kind === 'low'
  const clients = line.libraries.filter(({ library }) => library !== '').map(({ library }) => library)
  return (
    <>
      <span className="flex min-w-0 items-center gap-2">
        <Link plain href={toData('live', { source: line.id })} className="truncate font-medium hover:underline">
          {line.name}
        </Link>
        {line.revokedAt !== null && <Chip dashed>{say.revoked}</Chip>}
      </span>
      <span className="block truncate text-meta text-ink-3">
        <code>wk_…{line.lastFour}</code> ·{' '}
        {line.last === null ? say.waiting : odd ? fresh : clients.length > 0 ? clients.join(', ') : say.noClients}
      </span>
    </>
  )
}

function Problems({ line }: { line: SourceLine }) {
  const say = useWords(WORDS)
  const parts = [
    ...(line.refused > 0 ? [say.refused(line.refused)] : []),
    ...(line.quarantined > 0 ? [say.quarantined(line.quarantined)] : []),
    ...(line.violating > 0 ? [say.violating(line.violating)] : []),
  ]
  if (parts.length === 0) return <span className="text-ink-3">{say.clean}</span>
  return (
    <Link href={toData('held', { source: line.id })} className="block truncate">
      {parts.join(', ')}
    </Link>
  )
}

function NewSource({ onClose }: { onClose: () => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const client = useQueryClient()
  const create = useMutation({
    mutationFn: (name: string) => call(CreateKey, { kind: 'write', name }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListSources.name] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    create.mutate(String(new FormData(event.currentTarget).get('name')).trim())
  }
  if (create.data) return <Ready id={create.data.key.id} name={create.data.key.name} value={create.data.value} onClose={onClose} />
  return (
    <Dialog title={say.fresh} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field label={say.name} name="name" hint={say.hint} required maxLength={100} autoFocus />
        {create.isError && <ErrorView error={create.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{data.cancel}</Button>
          <Button look="primary" type="submit" busy={create.isPending}>
            {say.make}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Ready({ id, name, value, onClose }: { id: string; name: string; value: string; onClose: () => void }) {
  const say = useWords(WORDS)
  const { data } = useRead(ListSources, {}, { every: 1_000 })
  const source = data?.sources.find((each) => each.id === id)
  const heard = source !== undefined && source.last !== null
  return (
    <Dialog title={say.ready(name)} open onClose={onClose} wide>
      <p className="mb-3 text-ink-2">{say.copyNow}</p>
      <SnippetTabs writeKey={value} />
      <p
        role="status"
        className={`mt-4 flex flex-wrap items-center gap-2 rounded-card px-3 py-2.5 ${heard ? 'bg-ok-soft text-ok' : 'bg-sunken text-ink-2'}`}
      >
        <Dot hollow={!heard} />
        {heard ? say.heard(source.libraries[0]?.library ?? '') : say.waits}
      </p>
      <div className="mt-4 flex flex-wrap items-center justify-end gap-4">
        <Link href={toData('live', { source: id })}>{say.seeLive}</Link>
        <Button look="primary" onClick={onClose}>
          {say.done}
        </Button>
      </div>
    </Dialog>
  )
}

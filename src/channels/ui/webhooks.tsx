import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Webhook } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { call, usePages, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field, Select } from '#kit/field.tsx'
import { count, stamp } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toJourney, toMessage } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ReplayMessage } from '../api.ts'
import {
  GetWebhookSecret,
  ListWebhookAttempts,
  ListWebhooks,
  RotateWebhookSecret,
  TestWebhook,
  type WebhookAttemptLine,
} from '../webhook-api.ts'
import { WEBHOOK_WORDS } from './webhooks-words.ts'

export interface WebhookFilter {
  readonly url?: string
  readonly outcome?: 'ok' | 'failed'
}

export function Webhooks({ filter, onFilter }: { filter: WebhookFilter; onFilter: (filter: WebhookFilter) => void }) {
  const mayAdmin = useMay('workspace:admin')
  return (
    <div className="flex flex-col gap-4">
      <Endpoints onChoose={(url) => onFilter({ ...filter, url })} />
      <Log filter={filter} onFilter={onFilter} />
      {mayAdmin && <Secret />}
    </div>
  )
}

type Endpoint = OutputOf<typeof ListWebhooks>['endpoints'][number]

function Endpoints({ onChoose }: { onChoose: (url: string) => void }) {
  const say = useWords(WEBHOOK_WORDS)
  const list = useRead(ListWebhooks, {}, { every: 15_000 })
  const [testing, setTesting] = useState(false)
  const may = useMay('data:write')
  const columns: readonly Column<Endpoint>[] = [
    {
      name: say.address,
      cell: ({ url, journeys }) => (
        <>
          <button
            type="button"
            className="hit block max-w-full truncate text-left font-medium hover:underline"
            title={url}
            onClick={() => onChoose(url)}
          >
            {url}
          </button>
          <span className="block truncate text-meta text-ink-3">
            {journeys.map(({ id, name }, i) => (
              <span key={id}>
                {i > 0 && ', '}
                <Link href={toJourney(id)}>{name}</Link>
              </span>
            ))}
          </span>
        </>
      ),
    },
    { name: say.calls, width: 'w-28', right: true, from: 'sm', cell: ({ calls }) => <span className="num">{count(calls)}</span> },
    {
      name: say.failed,
      width: 'w-28',
      right: true,
      cell: ({ failed }) => <span className={`num ${failed > 0 ? 'text-bad' : 'text-ink-3'}`}>{count(failed)}</span>,
    },
    {
      name: say.median,
      width: 'w-28',
      right: true,
      from: 'md',
      cell: ({ medianMs }) => (medianMs === null ? '–' : <span className="num">{say.ms(medianMs)}</span>),
    },
    {
      name: say.last,
      width: 'w-28',
      from: 'md',
      cell: ({ last }) => (last === null ? <span className="text-ink-3">{say.never}</span> : <Moment at={last} />),
    },
  ]
  return (
    <Card title={say.endpoints} flush aside={may && <Button onClick={() => setTesting(true)}>{say.test}</Button>}>
      <Loaded query={list} lines={3}>
        {({ endpoints }) =>
          endpoints.length === 0 ? (
            <Empty icon={<Webhook size={20} aria-hidden="true" />} title={say.none}>
              {say.noneMore}
            </Empty>
          ) : (
            <Table label={say.endpoints} columns={columns} rows={endpoints} rowKey={({ url }) => url} />
          )
        }
      </Loaded>
      {testing && <Testing urls={list.data?.endpoints.map(({ url }) => url) ?? []} onClose={() => setTesting(false)} />}
    </Card>
  )
}

function Testing({ urls, onClose }: { urls: readonly string[]; onClose: () => void }) {
  const say = useWords(WEBHOOK_WORDS)
  const client = useQueryClient()
  const send = useMutation({
    mutationFn: (url: string) => call(TestWebhook, { url }),
    onSuccess: () => client.invalidateQueries({ queryKey: [ListWebhookAttempts.name] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    send.mutate(String(new FormData(event.currentTarget).get('url')).trim())
  }
  return (
    <Dialog title={say.test} open onClose={onClose} wide>
      <form onSubmit={submit} className="flex flex-col gap-3">
        <p className="text-ink-2">{say.testLead}</p>
        <Field label={say.url} name="url" type="url" required defaultValue={urls[0] ?? ''} autoFocus />
        {send.isError && <ErrorView error={send.error} />}
        {send.data && <Answered line={send.data.attempt} headers={send.data.headers} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.close}</Button>
          <Button look="primary" type="submit" busy={send.isPending}>
            {say.send}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const isFine = (status: number): boolean => status >= 200 && status < 300

function Status({ of }: { of: number }) {
  const say = useWords(WEBHOOK_WORDS)
  return <Chip tone={isFine(of) ? 'ok' : 'bad'}>{say.status(of)}</Chip>
}

function Answered({ line, headers }: { line: WebhookAttemptLine; headers: readonly (readonly [string, string])[] }) {
  const say = useWords(WEBHOOK_WORDS)
  return (
    <div role="status" className="flex flex-col gap-2">
      <p className="flex items-center gap-2">
        <Status of={line.status} /> <span className="num">{say.ms(line.ms)}</span>{' '}
        <code className="text-dense text-ink-3">{line.reason}</code>
      </p>
      {line.excerpt !== '' && <Code label={say.answer} text={line.excerpt} />}
      <Code label={say.headersSent} text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')} />
    </div>
  )
}

function Log({ filter, onFilter }: { filter: WebhookFilter; onFilter: (filter: WebhookFilter) => void }) {
  const say = useWords(WEBHOOK_WORDS)
  const pages = usePages(ListWebhookAttempts, filter, { every: 10_000 })
  const rows = pages.data?.pages.flatMap(({ attempts }) => attempts) ?? []
  const filtered = (filter.url ?? '') !== '' || filter.outcome !== undefined
  return (
    <Card
      title={say.log}
      flush
      aside={
        <Select
          label={say.show}
          value={filter.outcome ?? ''}
          choices={[
            { value: '', label: say.all },
            { value: 'ok', label: say.ok },
            { value: 'failed', label: say.bad },
          ]}
          onChange={(outcome) => onFilter({ ...filter, outcome: outcome === 'ok' || outcome === 'failed' ? outcome : undefined })}
        />
      }
    >
      {pages.isError && <ErrorView error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending ? (
        <Skeleton lines={4} />
      ) : rows.length === 0 ? (
        filtered ? (
          <NoResults of={filter.url ?? say.filter} clear={() => onFilter({})} />
        ) : (
          <Empty title={say.noCalls}>{say.noCallsMore}</Empty>
        )
      ) : (
        <>
          <ul aria-label={say.log} className="divide-y divide-line">
            {rows.map((row) => (
              <Attempt key={row.id} row={row} />
            ))}
          </ul>
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {say.onlyDead}
          </More>
        </>
      )}
    </Card>
  )
}

function Attempt({ row }: { row: WebhookAttemptLine }) {
  const say = useWords(WEBHOOK_WORDS)
  const mayRetry = useMay('messages:replay')
  const retry = useMutation({ mutationFn: () => call(ReplayMessage, { id: row.message }), onSuccess: () => notify(say.retried) })
  return (
    <li className="px-4 py-2 text-dense">
      <details>
        <summary className="cursor-pointer">
          <span className="ml-1 inline-flex w-[calc(100%-1.5rem)] flex-wrap items-center gap-x-3 gap-y-1 align-top">
            <Status of={row.status} />
            {row.test && <Chip dashed>{say.isTest}</Chip>}
            <span className="min-w-0 flex-1 truncate">
              {row.method} {row.url}
            </span>
            <span className="num text-ink-3">{say.ms(row.ms)}</span>
            <Moment at={row.at} className="text-ink-3" />
          </span>
        </summary>
        <div className="mt-2 flex flex-col gap-2">
          {row.reason !== '' && <code className="text-ink-2">{row.reason}</code>}
          {row.excerpt !== '' && <Code label={say.answer} text={row.excerpt} />}
          {!row.test && (
            <p className="flex flex-wrap items-center gap-3">
              <Link href={toMessage(row.message)}>{say.message}</Link>
              {mayRetry && !isFine(row.status) && (
                <Button busy={retry.isPending} onClick={() => retry.mutate()}>
                  {say.retry}
                </Button>
              )}
            </p>
          )}
          {retry.isError && <ErrorView error={retry.error} />}
        </div>
      </details>
    </li>
  )
}

const CHECK = `import { createHmac, timingSafeEqual } from 'node:crypto'

export function isOurs(secret, headers, body) {
  const id = headers['webhook-id']
  const at = Number(headers['webhook-timestamp'])
  if (Math.abs(Date.now() / 1000 - at) > 300) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(\`\${id}.\${at}.\${body}\`).digest()
  return headers['webhook-signature'].split(' ').some((each) => {
    const given = Buffer.from(each.replace(/^v1,/, ''), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}`

function Secret() {
  const say = useWords(WEBHOOK_WORDS)
  const [shown, setShown] = useState<{ secret: string; beforeUntil: number | null }>()
  const [rotating, setRotating] = useState(false)
  const reveal = useMutation({ mutationFn: () => call(GetWebhookSecret, {}), onSuccess: setShown })
  const rotate = useMutation({
    mutationFn: () => call(RotateWebhookSecret, {}),
    onSuccess: (made) => {
      setShown(made)
      setRotating(false)
      notify(say.rotated)
    },
  })
  return (
    <Card
      title={say.secret}
      aside={
        <span className="flex flex-wrap gap-2">
          <Button busy={reveal.isPending} onClick={() => reveal.mutate()}>
            {say.reveal}
          </Button>
          <Button onClick={() => setRotating(true)}>{say.rotate}</Button>
        </span>
      }
    >
      <p className="mb-3 max-w-[80ch] text-ink-2">{say.secretLead}</p>
      {reveal.isError && <ErrorView error={reveal.error} />}
      {shown && (
        <div className="mb-3">
          <Code label={say.theSecret} text={shown.secret} />
          {shown.beforeUntil !== null && <p className="mt-1 text-dense text-ink-2">{say.both(stamp(shown.beforeUntil))}</p>}
        </div>
      )}
      <h3 className="mb-2 font-medium">{say.check}</h3>
      <Code label={say.check} text={CHECK} />
      {rotating && (
        <Dialog title={say.rotate} open onClose={() => setRotating(false)}>
          <p className="text-ink-2">{say.rotateMore}</p>
          {rotate.isError && <ErrorView error={rotate.error} />}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setRotating(false)}>{say.cancel}</Button>
            <Button look="primary" busy={rotate.isPending} onClick={() => rotate.mutate()}>
              {say.rotate}
            </Button>
          </div>
        </Dialog>
      )}
    </Card>
  )
}

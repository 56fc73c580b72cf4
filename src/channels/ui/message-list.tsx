import { Mail } from 'lucide-react'
import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Select } from '#kit/field.tsx'
import { plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toMessage } from '#kit/paths.ts'
import { Empty, ErrorView, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { ListMessages, type MessageStatus, type MessageSummary } from '../api.ts'
import { channelWord } from '../words.ts'
import { MessageState, statusWord } from './message-status.tsx'

type Row = z.output<typeof MessageSummary>
export interface MessageFilter {
  readonly profile?: string
  readonly journey?: string
  readonly status?: z.output<typeof MessageStatus>
}

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'Message',
    cell: (row) => (
      <>
        <Link plain href={toMessage(row.id)} className={ROW_LINK}>
          {row.subject || (row.channel === 'webhook' ? 'Webhook' : `${channelWord(row.channel)}, not rendered yet`)}
        </Link>
        <span className="block truncate text-meta text-ink-3">{row.to || 'no address'}</span>
      </>
    ),
  },
  { name: 'Status', width: 'w-28', cell: (row) => <MessageState status={row.status} /> },
  {
    name: 'Why',
    width: 'w-[28%]',
    from: 'lg',
    cell: (row) => (
      <span className="block truncate text-ink-2" title={row.sentence}>
        {row.sentence || '–'}
      </span>
    ),
  },
  {
    name: 'Journey and step',
    width: 'w-52',
    from: 'md',
    cell: (row) => (
      <>
        <span className="block truncate">{row.journeyName}</span>
        <span className="block truncate text-meta text-ink-3">{row.step}</span>
      </>
    ),
  },
  { name: 'Changed', width: 'w-26', right: true, from: 'sm', cell: (row) => <Moment at={row.at} /> },
]

const FEW_COLUMNS = COLUMNS.filter(({ name }) => name === 'Message' || name === 'Status' || name === 'Changed')

/** The rows alone, in few columns, for pages that are about something else. */
export function MessageTable({ rows }: { rows: readonly Row[] }) {
  return <Table label="Messages" columns={FEW_COLUMNS} rows={rows} rowKey={(row) => row.id} />
}

export function MessageList({ filter, onFilter }: { filter: MessageFilter; onFilter: (filter: MessageFilter) => void }) {
  const pages = usePages(ListMessages, filter, { every: 5_000 })
  const rows = pages.data?.pages.flatMap((page) => page.messages) ?? []
  const narrowed = [
    filter.status && `status “${statusWord(filter.status)}”`,
    filter.journey && `journey “${filter.journey}”`,
    filter.profile && 'one person',
  ].filter(Boolean)
  return (
    <Page title="Messages" lead="Every message that was decided, what became of it, and why.">
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Select
          label="Status"
          value={filter.status ?? ''}
          onChange={(status) => onFilter({ ...filter, status: MESSAGE_STATUSES.find((each) => each === status) })}
          choices={[{ value: '', label: 'All' }, ...MESSAGE_STATUSES.map((value) => ({ value, label: statusWord(value) }))]}
        />
        {(filter.journey || filter.profile) && (
          <Button onClick={() => onFilter({ status: filter.status })}>
            {filter.journey ? `Only journey ${filter.journey}` : 'Only one person'} ×
          </Button>
        )}
      </div>
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length > 0 ? (
          <>
            <Table label="Messages" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {plural(rows.length, 'message')} shown, newest first
            </More>
          </>
        ) : narrowed.length > 0 ? (
          <NoResults of={narrowed.join(' and ')} clear={() => onFilter({})} />
        ) : (
          <Empty icon={<Mail size={20} aria-hidden="true" />} title="No messages yet">
            As soon as a journey decides to write to somebody, the message is here: queued, sent, or skipped with the reason.
          </Empty>
        )}
      </Card>
    </Page>
  )
}

const MESSAGE_STATUSES = [
  'ready',
  'sending',
  'sent',
  'failed',
  'skipped',
  'cancelled',
  'ambiguous',
  'dead',
] as const satisfies readonly z.output<typeof MessageStatus>[]

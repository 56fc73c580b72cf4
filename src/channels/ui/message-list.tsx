import { Mail } from 'lucide-react'
import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { useDeliveryLabel } from '#kit/delivery-words.ts'
import { Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { NEW_JOURNEY, toMessage } from '#kit/paths.ts'
import { Empty, ErrorView, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListMessages, type MessageStatus, type MessageSummary } from '../api.ts'
import { MessageState } from './message-status.tsx'
import { MESSAGE_WORDS } from './message-words.ts'

type Row = z.output<typeof MessageSummary>
export interface MessageFilter {
  readonly profile?: string
  readonly journey?: string
  readonly status?: z.output<typeof MessageStatus>
}

function useColumns(): readonly Column<Row>[] {
  const say = useWords(MESSAGE_WORDS)
  return [
    {
      name: say.message,
      cell: (row) => (
        <>
          <Link plain href={toMessage(row.id)} className={ROW_LINK}>
            {row.subject || (row.channel === 'webhook' ? say.channels.webhook : say.notRendered(say.channels[row.channel]))}
          </Link>
          <span className="block truncate text-meta text-ink-3">{row.to || say.noAddress}</span>
        </>
      ),
    },
    { name: say.status, width: 'w-28', cell: (row) => <MessageState status={row.status} /> },
    {
      name: say.why,
      width: 'w-[28%]',
      from: 'lg',
      cell: (row) => (
        <span className="block truncate text-ink-2" title={row.sentence}>
          {row.sentence || '–'}
        </span>
      ),
    },
    {
      name: say.journeyAndStep,
      width: 'w-52',
      from: 'md',
      cell: (row) => (
        <>
          <span className="block truncate">{row.journeyName}</span>
          <span className="block truncate text-meta text-ink-3">{row.step}</span>
        </>
      ),
    },
    { name: say.changed, width: 'w-26', right: true, from: 'sm', cell: (row) => <Moment at={row.at} /> },
  ]
}

/** The rows alone, in few columns, for pages that are about something else. */
export function MessageTable({ rows }: { rows: readonly Row[] }) {
  const say = useWords(MESSAGE_WORDS)
  const few = useColumns().filter(({ name }) => name === say.message || name === say.status || name === say.changed)
  return <Table label={say.messages} columns={few} rows={rows} rowKey={(row) => row.id} />
}

export function MessageList({ filter, onFilter }: { filter: MessageFilter; onFilter: (filter: MessageFilter) => void }) {
  const say = useWords(MESSAGE_WORDS)
  const statusWord = useDeliveryLabel()
  const columns = useColumns()
  const pages = usePages(ListMessages, filter, { every: 5_000 })
  const rows = pages.data?.pages.flatMap((page) => page.messages) ?? []
  const narrowed = [
    filter.status && say.narrowed.status(statusWord(filter.status)),
    filter.journey && say.narrowed.journey(filter.journey),
    filter.profile && say.narrowed.person,
  ].filter(Boolean)
  return (
    <Page title={say.messages} lead={say.messagesLead}>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Select
          label={say.status}
          value={filter.status ?? ''}
          onChange={(status) => onFilter({ ...filter, status: MESSAGE_STATUSES.find((each) => each === status) })}
          choices={[{ value: '', label: say.all }, ...MESSAGE_STATUSES.map((value) => ({ value, label: statusWord(value) }))]}
        />
        {(filter.journey || filter.profile) && (
          <Button onClick={() => onFilter({ status: filter.status })}>
            {filter.journey ? say.onlyJourney(filter.journey) : say.onlyPerson} ×
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
            <Table label={say.messages} columns={columns} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {say.shown(rows.length)}
            </More>
          </>
        ) : narrowed.length > 0 ? (
          <NoResults of={narrowed.join(say.narrowed.and)} clear={() => onFilter({})} />
        ) : (
          <Empty
            icon={<Mail size={20} aria-hidden="true" />}
            title={say.noMessages}
            action={<ButtonLink href={NEW_JOURNEY}>{say.firstJourney}</ButtonLink>}
          >
            {say.noMessagesWhy}
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

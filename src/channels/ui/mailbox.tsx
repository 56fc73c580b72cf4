import { Inbox } from 'lucide-react'
import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { SearchField } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toMail } from '#kit/paths.ts'
import { Empty, ErrorView, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListMail, type MailSummary } from '../api.ts'
import { MESSAGE_WORDS } from './message-words.ts'

type Row = z.output<typeof MailSummary>

function useColumns(): readonly Column<Row>[] {
  const say = useWords(MESSAGE_WORDS)
  return [
    {
      name: say.mail,
      cell: (row) => (
        <>
          <Link plain href={toMail(row.id)} className={ROW_LINK}>
            {row.subject || say.noSubject}
          </Link>
          <span className="block truncate text-meta text-ink-3">{row.preview}</span>
        </>
      ),
    },
    { name: say.to, width: 'w-56', from: 'sm', cell: (row) => <span className="block truncate">{row.to}</span> },
    { name: say.from, width: 'w-56', from: 'lg', cell: (row) => <span className="block truncate text-ink-2">{row.from}</span> },
    { name: say.received, width: 'w-26', right: true, cell: (row) => <Moment at={row.at} /> },
  ]
}

export function Mailbox({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const say = useWords(MESSAGE_WORDS)
  const columns = useColumns()
  const pages = usePages(ListMail, { q }, { every: 3_000 })
  const first = pages.data?.pages[0]
  const rows = pages.data?.pages.flatMap((page) => page.mail) ?? []
  return (
    <Page title={say.mailbox} lead={say.mailboxLead}>
      {first && !first.receiving && <p className="mb-4 rounded-card bg-warn-soft px-4 py-3 text-warn">{say.notReceiving}</p>}
      <div className="mb-4">
        <SearchField label={say.searchMail} value={q} onSearch={onSearch} />
      </div>
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : first === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length > 0 ? (
          <>
            <Table label={say.mail} columns={columns} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {say.ofNewest(count(rows.length), count(first.total))}
            </More>
          </>
        ) : q ? (
          <NoResults of={`“${q}”`} clear={() => onSearch('')} />
        ) : (
          <Empty icon={<Inbox size={20} aria-hidden="true" />} title={say.nothingReceived}>
            {say.nothingReceivedWhy}
          </Empty>
        )}
      </Card>
    </Page>
  )
}

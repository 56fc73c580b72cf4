import { Building2 } from 'lucide-react'
import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { SearchField } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { CONNECT, PEOPLE, toCompany } from '#kit/paths.ts'
import { Empty, ErrorView, NoPermission, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { type AccountLine, ListAccounts } from '../api.ts'
import { ACCOUNT_WORDS } from './account-words.ts'

type Row = z.output<typeof AccountLine>

/** Companies, the most active first. */
export function AccountList({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const say = useWords(ACCOUNT_WORDS)
  const may = useMay('people:read')
  const pages = usePages(ListAccounts, { q }, { enabled: may })
  const rows = pages.data?.pages.flatMap((page) => page.accounts) ?? []
  const columns: readonly Column<Row>[] = [
    {
      name: say.company,
      cell: (row) => (
        <>
          <Link plain href={toCompany(row.id)} className={ROW_LINK}>
            {row.name}
          </Link>
          {row.name !== row.id && <span className="block truncate text-meta text-ink-3">{row.id}</span>}
        </>
      ),
    },
    { name: say.people, width: 'w-24', right: true, cell: (row) => count(row.people) },
    { name: say.active, width: 'w-28', right: true, from: 'sm', cell: (row) => count(row.active30d) },
    { name: say.events, width: 'w-28', right: true, from: 'md', cell: (row) => count(row.events30d) },
    { name: say.lastSeen, width: 'w-32', right: true, from: 'sm', cell: (row) => <Moment at={row.lastSeen} /> },
  ]
  return (
    <Page title={say.companies} lead={say.lead} up={{ label: say.people, href: PEOPLE }}>
      <div className="mb-4">
        <SearchField label={say.search} value={q} onSearch={onSearch} />
      </div>
      <Card flush>
        {!may ? (
          <NoPermission needs="people:read" />
        ) : pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length > 0 ? (
          <>
            <Table label={say.companies} columns={columns} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {say.shown(rows.length)}
            </More>
          </>
        ) : q ? (
          <NoResults of={`“${q}”`} clear={() => onSearch('')} />
        ) : (
          <Empty
            icon={<Building2 size={20} aria-hidden="true" />}
            title={say.none}
            action={<ButtonLink href={CONNECT}>{say.connect}</ButtonLink>}
          >
            {say.noneWhy}
          </Empty>
        )}
      </Card>
    </Page>
  )
}

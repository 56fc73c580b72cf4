import { Users } from 'lucide-react'
import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { SearchField } from '#kit/field.tsx'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { CONNECT, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { type ProfileSummary, SearchProfiles } from '../api.ts'

type Row = z.output<typeof ProfileSummary>

const COLUMNS: readonly Column<Row>[] = [
  {
    name: 'Person',
    cell: (row) => (
      <>
        <Link plain href={toPerson(row.id)} className={ROW_LINK}>
          {row.name || 'Not named yet'}
        </Link>
        {row.email && row.email !== row.name && <span className="block truncate text-meta text-ink-3">{row.email}</span>}
      </>
    ),
  },
  {
    name: 'User id',
    width: 'w-44',
    from: 'md',
    cell: (row) => (row.userId ? <code className="block truncate">{row.userId}</code> : <span className="text-ink-3">anonymous</span>),
  },
  {
    name: 'In journeys',
    width: 'w-24',
    right: true,
    from: 'sm',
    cell: (row) => (row.inJourneys === 0 ? <span className="text-ink-3">–</span> : count(row.inJourneys)),
  },
  { name: 'Last seen', width: 'w-28 sm:w-32', right: true, cell: (row) => <Moment at={row.lastSeen} /> },
]

export function PeopleList({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const pages = usePages(SearchProfiles, { q }, { every: q ? undefined : 10_000 })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  return (
    <Page title="People" lead="Everybody whose events arrived, known by name or not.">
      <div className="mb-4">
        <SearchField label="Search by e-mail, user id, phone or profile id" value={q} onSearch={onSearch} />
      </div>
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length > 0 ? (
          <>
            <Table label="People" columns={COLUMNS} rows={rows} rowKey={(row) => row.id} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {plural(rows.length, 'person', 'people')} shown, {q ? 'by best match' : 'last seen first'}
            </More>
          </>
        ) : q ? (
          <NoResults of={`“${q}”`} clear={() => onSearch('')} />
        ) : (
          <Empty
            icon={<Users size={20} aria-hidden="true" />}
            title="Nobody here yet"
            action={
              <ButtonLink look="primary" href={CONNECT}>
                Connect a source
              </ButtonLink>
            }
          >
            A person appears with their first event: from your website, your server, or an import. Identified and anonymous people become
            one when you know who they are.
          </Empty>
        )}
      </Card>
    </Page>
  )
}

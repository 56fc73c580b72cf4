import type { z } from 'zod'
import { usePages } from '#kit/api.ts'
import { count, words } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toJourney, toMessage, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { type PeopleBehind as Of, type PersonBehind, ReadPeople } from '../schema.ts'

export interface BehindQuery {
  readonly of: z.output<typeof Of>
  readonly version?: number
  readonly step?: string
  readonly reason?: string
  readonly arm?: 'treated' | 'held_out'
  readonly status?: z.input<typeof ReadPeople.input>['status']
  readonly channel?: string
}

const HEADS: Readonly<Record<BehindQuery['of'], string>> = {
  entered: 'People who entered',
  refused: 'People who were not let in',
  waiting: 'People who wait now',
  left: 'People who left',
  in_arm: 'People',
  converted: 'People who reached the goal',
  message: 'People with a message',
}

export function headOf(query: BehindQuery): string {
  const parts = [
    HEADS[query.of],
    query.arm === 'treated' ? 'treated' : query.arm === 'held_out' ? 'held out' : '',
    query.status ? words(query.status) : '',
    query.step ? `at ${query.step}` : '',
    query.reason ? `because of ${words(query.reason)}` : '',
    query.version ? `in version ${query.version}` : '',
  ]
  return parts.filter(Boolean).join(', ')
}

/** The rows behind one number: as many as the number says. */
export function PeopleBehind({ journey, query }: { journey: string; query: BehindQuery }) {
  const pages = usePages(ReadPeople, { id: journey, ...query })
  const rows = pages.data?.pages.flatMap((page) => page.people) ?? []
  const columns: readonly Column<PersonBehind>[] = [
    {
      name: 'Person',
      cell: (row) => (
        <Link plain href={toPerson(row.profileId, { why: journey })} className={ROW_LINK}>
          <code>{row.profileId}</code>
        </Link>
      ),
    },
    { name: 'Step', width: 'w-40', from: 'md', cell: (row) => row.step || '–' },
    {
      name: 'Why',
      width: 'w-[36%]',
      from: 'sm',
      cell: (row) => <span className="block wrap-anywhere">{row.sentence || row.reason || '–'}</span>,
    },
    ...(query.of === 'message'
      ? [
          {
            name: 'Message',
            width: 'w-24',
            from: 'md',
            cell: (row: PersonBehind) => (
              <Link href={toMessage(row.of)} className="relative z-10">
                Open
              </Link>
            ),
          } satisfies Column<PersonBehind>,
        ]
      : []),
    { name: 'When', width: 'w-28', right: true, cell: (row) => <Moment at={row.at} /> },
  ]
  return (
    <Page title={headOf(query)} up={{ label: journey, href: toJourney(journey, { tab: 'report', version: query.version }) }}>
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length === 0 ? (
          <Empty title="Nobody">The number behind this list is 0.</Empty>
        ) : (
          <>
            <Table label={headOf(query)} columns={columns} rows={rows} rowKey={(row) => `${row.profileId}${row.of}${row.at}${row.step}`} />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {count(rows.length)} shown{pages.hasNextPage ? ', more below' : ', all'}
            </More>
          </>
        )}
      </Card>
    </Page>
  )
}

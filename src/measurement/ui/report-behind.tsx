import { usePages } from '#kit/api.ts'
import { count, words } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { REPORTS, toMessage, toPerson, toReport } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import type { OutputOf } from '#lib/action.ts'
import { ReadBehind, type ReportLine } from '../reports/api.ts'
import { fieldsOf, paramsOf, type Search } from './asking.ts'
import { useReport } from './report-page.tsx'

type Row = OutputOf<typeof ReadBehind>['rows'][number]

/** The people, messages or runs behind a number of a report: as many rows as the number says. */
export function ReportBehind({ id, search }: { id: string; search: Search }) {
  const { reports, line } = useReport(id)
  return <Loaded query={reports}>{() => (line ? <Rows line={line} search={search} /> : <Gone />)}</Loaded>
}

const Gone = () => (
  <Page title="Behind a number" up={{ label: 'Reports', href: REPORTS }}>
    <Empty title="There is no such report" />
  </Page>
)

const IS = 'is.'

function Rows({ line, search }: { line: ReportLine; search: Search }) {
  const { list = '', ...asked } = search
  const where = Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]) => (name.startsWith(IS) ? [[name.slice(IS.length), value] as const] : [])),
  )
  const pages = usePages(ReadBehind, { report: line.id, params: paramsOf(fieldsOf(line.id, line.parameters), asked), list, where })
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? []
  const unit = pages.data?.pages[0]?.unit ?? 'people'
  const columns: readonly Column<Row>[] = [
    {
      name: 'Person',
      cell: ({ profileId }) => (
        <Link plain href={toPerson(profileId)} className={ROW_LINK}>
          <code>{profileId}</code>
        </Link>
      ),
    },
    { name: 'Step', width: 'w-40', from: 'md', cell: ({ step }) => step || '–' },
    {
      name: 'Why',
      width: 'w-[36%]',
      from: 'sm',
      cell: ({ sentence, reason }) => <span className="block wrap-anywhere">{sentence || reason || '–'}</span>,
    },
    ...(unit === 'messages'
      ? [
          {
            name: 'Message',
            width: 'w-24',
            from: 'md',
            cell: ({ of }: Row) => (
              <Link href={toMessage(of)} className="relative z-10">
                Open
              </Link>
            ),
          } satisfies Column<Row>,
        ]
      : []),
    { name: 'When', width: 'w-28', right: true, cell: ({ at }) => <Moment at={at} /> },
  ]
  const narrowed = Object.entries(where).map(([dim, value]) => (value === '1' ? words(dim) : `${words(dim)}: ${value || 'none'}`))
  const title = `Behind ${line.title}${narrowed.length === 0 ? '' : `, ${narrowed.join(', ')}`}`
  const back = Object.fromEntries(Object.entries(asked).filter(([name]) => !name.startsWith(IS)))
  return (
    <Page
      title={title}
      up={{ label: line.title, href: toReport(line.id, back) }}
      lead={`Each row is one of the ${words(unit)} that the number counts, newest first.`}
    >
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length === 0 ? (
          <Empty title="Nobody">The number behind this list is 0.</Empty>
        ) : (
          <>
            <Table
              label={title}
              columns={columns}
              rows={rows}
              rowKey={(row) => `${row.profileId}${row.of}${row.at}${row.step}${row.reason}`}
            />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {count(rows.length)} shown{pages.hasNextPage ? ', more below' : ', all'}
            </More>
          </>
        )}
      </Card>
    </Page>
  )
}

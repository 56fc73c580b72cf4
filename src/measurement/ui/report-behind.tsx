import { usePages } from '#kit/api.ts'
import { words } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { REPORTS, toMessage, toPerson, toReport } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ReadBehind, type ReportLine } from '../reports/api.ts'
import { fieldsOf, paramsOf, type Search } from './asking.ts'
import { FIGURES_WORDS } from './figures-words.ts'
import { REPORT_WORDS } from './report-words.ts'
import { useReport } from './use-reports.ts'

type Row = OutputOf<typeof ReadBehind>['rows'][number]

/** The people, messages or runs behind a number of a report: as many rows as the number says. */
export function ReportBehind({ id, search }: { id: string; search: Search }) {
  const { reports, line } = useReport(id)
  return <Loaded query={reports}>{() => (line ? <Rows line={line} search={search} /> : <Gone />)}</Loaded>
}

function Gone() {
  const say = useWords(REPORT_WORDS)
  return (
    <Page title={say.behind} up={{ label: say.reports, href: REPORTS }}>
      <Empty title={say.none} />
    </Page>
  )
}

const IS = 'is.'

function Rows({ line, search }: { line: ReportLine; search: Search }) {
  const say = useWords(REPORT_WORDS)
  const figures = useWords(FIGURES_WORDS)
  const { list = '', ...asked } = search
  const where = Object.fromEntries(
    Object.entries(asked).flatMap(([name, value]) => (name.startsWith(IS) ? [[name.slice(IS.length), value] as const] : [])),
  )
  const pages = usePages(ReadBehind, { report: line.id, params: paramsOf(fieldsOf(line.id, line.parameters), asked), list, where })
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? []
  const unit = pages.data?.pages[0]?.unit ?? 'people'
  const columns: readonly Column<Row>[] = [
    {
      name: figures.person,
      cell: ({ profileId }) => (
        <Link plain href={toPerson(profileId)} className={ROW_LINK}>
          <code>{profileId}</code>
        </Link>
      ),
    },
    { name: figures.step, width: 'w-40', from: 'md', cell: ({ step }) => step || '–' },
    {
      name: figures.why,
      width: 'w-[36%]',
      from: 'sm',
      cell: ({ sentence, reason }) => <span className="block wrap-anywhere">{sentence || reason || '–'}</span>,
    },
    ...(unit === 'messages'
      ? [
          {
            name: figures.message,
            width: 'w-24',
            from: 'md',
            cell: ({ of }: Row) => (
              <Link href={toMessage(of)} className="relative z-10">
                {figures.open}
              </Link>
            ),
          } satisfies Column<Row>,
        ]
      : []),
    { name: figures.when, width: 'w-28', right: true, cell: ({ at }) => <Moment at={at} /> },
  ]
  const narrowed = Object.entries(where).map(([dim, value]) => (value === '1' ? words(dim) : `${words(dim)}: ${value || say.noneOf}`))
  const title = say.behindTitle(line.title, narrowed.join(', '))
  const back = Object.fromEntries(Object.entries(asked).filter(([name]) => !name.startsWith(IS)))
  return (
    <Page title={title} up={{ label: line.title, href: toReport(line.id, back) }} lead={say.behindLead(say.units[unit])}>
      <Card flush>
        {pages.isError && rows.length === 0 ? (
          <ErrorView error={pages.error} retry={() => void pages.refetch()} />
        ) : pages.data === undefined ? (
          <Skeleton lines={8} />
        ) : rows.length === 0 ? (
          <Empty title={figures.nobody}>{figures.isZero}</Empty>
        ) : (
          <>
            <Table
              label={title}
              columns={columns}
              rows={rows}
              rowKey={(row) => `${row.profileId}${row.of}${row.at}${row.step}${row.reason}`}
            />
            <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
              {figures.shown(rows.length, pages.hasNextPage)}
            </More>
          </>
        )}
      </Card>
    </Page>
  )
}

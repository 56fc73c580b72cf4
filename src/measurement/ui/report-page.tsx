import { Download, FileSearch } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { download } from '#kit/download.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { REPORTS, toListBehind } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import type { OutputOf } from '#lib/action.ts'
import { ListReports, type ReportLine, RunReport } from '../reports/api.ts'
import { ExportReport } from '../reports/saved-api.ts'
import { type Field, fieldsOf, frozen, missing, paramsOf, type Search, shownFields } from './asking.ts'
import { Charts } from './chart.tsx'
import { toOf } from './drills.ts'
import { useKnown } from './known.ts'
import { ReportForm } from './report-form.tsx'
import { Answer, Definitions, Doubts, ReportTable } from './told.tsx'

interface PageProps {
  readonly id: string
  readonly search: Search
  readonly onAsk: (search: Search) => void
}

/** A line of the registry by its id. */
export function useReport(id: string) {
  const reports = useRead(ListReports, {})
  return { reports, line: reports.data?.reports.find((each) => each.id === id) }
}

/** Any report: how it is asked, what it says, and the numbers down to the people behind them. */
export function ReportPage({ id, search, onAsk }: PageProps) {
  const { reports, line } = useReport(id)
  return (
    <Loaded query={reports} lines={8}>
      {() =>
        line ? (
          <One key={id} line={line} search={search} onAsk={onAsk} />
        ) : (
          <Page title="Report" up={{ label: 'Reports', href: REPORTS }}>
            <Empty icon={<FileSearch size={20} aria-hidden="true" />} title="There is no such report">
              <Link href={REPORTS}>All reports</Link>
            </Empty>
          </Page>
        )
      }
    </Loaded>
  )
}

function One({ line, search, onAsk }: { line: ReportLine; search: Search; onAsk: (search: Search) => void }) {
  const fields = fieldsOf(line.id, line.parameters)
  const { names, reading } = useKnown(shownFields(fields, search))
  const asked = withFirst(shownFields(fields, search), search, (field) =>
    field.known === null ? undefined : names[field.known]?.[0]?.value,
  )
  const lacking = missing(fields, asked)
  const params = paramsOf(fields, asked)
  const told = useRead(RunReport, { report: line.id, params }, { enabled: lacking.length === 0, keep: true })
  return (
    <Page
      title={line.title}
      up={{ label: 'Reports', href: REPORTS }}
      lead={line.question}
      actions={told.data && <Take label="PDF" ask={{ report: line.id, params, as: 'pdf' }} />}
    >
      <ReportForm fields={fields} search={asked} names={names} onAsk={onAsk} />
      {lacking.length > 0 ? (
        reading ? (
          <Skeleton lines={6} />
        ) : (
          <Card>
            <Empty icon={<FileSearch size={20} aria-hidden="true" />} title={`Say first: ${lacking.join(', ').toLowerCase()}`}>
              {line.question} {teach(shownFields(fields, asked), lacking)}
            </Empty>
          </Card>
        )
      ) : (
        <Loaded query={told} lines={8}>
          {(data) => <Body told={data} line={line} fields={fields} asked={asked} params={params} />}
        </Loaded>
      )}
    </Page>
  )
}

/** What must be said and is not is taken from what is known, so that a report opens with figures. */
function withFirst(fields: readonly Field[], search: Search, first: (field: Field & { kind: 'text' }) => string | undefined): Search {
  const found = fields.flatMap((field): [string, string][] => {
    if (field.kind !== 'text' || !field.required || search[field.name]) return []
    const value = first(field)
    return value === undefined ? [] : [[field.name, value]]
  })
  return found.length === 0 ? search : { ...Object.fromEntries(found), ...search }
}

const TEACH: Readonly<Record<string, string>> = {
  journey: 'It reads one journey, and there is none yet.',
  goal: 'It reads one goal: write a document of kind goal with a metric, a period and a target.',
  experiment: 'It reads what chance compares: hold people out of a journey, or split one.',
  metric: 'It reads one metric: write a document of kind metric, or publish a journey with a goal.',
  'lifetime-value': 'It reads what was foretold by a document of kind lifetime-value: write one, and it learns at night.',
  pipeline: 'It reads one pipeline: write a document of kind pipeline with its stages.',
}
const teach = (fields: readonly Field[], lacking: readonly string[]): string =>
  fields
    .flatMap((field) => (field.kind === 'text' && field.known && lacking.includes(field.label) ? [TEACH[field.known] ?? ''] : []))
    .join(' ')

interface BodyProps {
  readonly told: OutputOf<typeof RunReport>
  readonly line: ReportLine
  readonly fields: readonly Field[]
  readonly asked: Search
  readonly params: ReturnType<typeof paramsOf>
}

function Body({ told, line, fields, asked, params }: BodyProps) {
  const still = frozen(fields, asked, told.asOf)
  return (
    <div className="flex flex-col gap-4">
      <Answer sentences={told.sentences} asOf={told.asOf} />
      <Doubts doubts={told.doubts} />
      <Charts charts={told.charts ?? []} />
      {told.tables.map((table) => (
        <ReportTable
          key={table.id}
          table={table}
          to={({ behind }, row) => {
            if (!behind || behind.by.some((dim) => row[dim] === undefined || row[dim] === null)) return undefined
            const where = { ...behind.where, ...Object.fromEntries(behind.by.map((dim) => [dim, String(row[dim])])) }
            return toListBehind(line.id, {
              ...still,
              list: behind.list,
              ...Object.fromEntries(Object.entries(where).map(([dim, value]) => [`is.${dim}`, value])),
            })
          }}
          actions={
            <span className="flex gap-2">
              <Take label="CSV" what={table.title} ask={{ report: line.id, params, as: 'csv', part: table.id }} />
              <Take label="Parquet" what={table.title} ask={{ report: line.id, params, as: 'parquet', part: table.id }} />
            </span>
          }
        />
      ))}
      {told.more && told.more.length > 0 && (
        <Card title="Go on from here">
          <ul className="flex flex-col gap-1.5">
            {told.more.flatMap(({ title, ...drill }) => {
              const href = toOf(drill)
              return href === undefined
                ? []
                : [
                    <li key={`${title}${href}`}>
                      <Link href={href} className="inline-flex min-h-6 items-center">
                        {title}
                      </Link>
                    </li>,
                  ]
            })}
          </ul>
        </Card>
      )}
      <Definitions definitions={told.definitions} />
    </div>
  )
}

interface TakeProps {
  readonly label: string
  /** What of the report, for those who do not see where the button stands. */
  readonly what?: string
  readonly ask: Parameters<typeof download<typeof ExportReport.input, typeof ExportReport.output>>[1]
}

/** Takes the report along as a file. What went wrong is said where one pressed. */
function Take({ label, what, ask }: TakeProps) {
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false })
  const said = JSON.stringify(ask)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question makes an old failure untrue
  useEffect(() => setState({ busy: false }), [said])
  const take = async () => {
    setState({ busy: true })
    try {
      await download(ExportReport, ask)
      setState({ busy: false })
    } catch (error) {
      setState({ busy: false, error })
    }
  }
  return (
    <>
      <Button busy={state.busy} onClick={() => void take()}>
        <Download size={15} aria-hidden="true" />
        {label}
        {what && <span className="sr-only"> of {what}</span>}
      </Button>
      {state.error !== undefined && <ErrorView error={state.error} retry={() => void take()} />}
    </>
  )
}

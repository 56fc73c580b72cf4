import { Bookmark, FileSearch } from 'lucide-react'
import { Suspense, useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { shortDay } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { EXPERIMENTS, GOALS, NEW_JOURNEY, REPORTS, toDocuments, toListBehind } from '#kit/paths.ts'
import { Empty, Loaded, Skeleton } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { type ReportLine, RunReport } from '../reports/api.ts'
import { type Field, fieldsOf, frozen, missing, paramsOf, type Search, shownFields } from './asking.ts'
import { Charts } from './chart.tsx'
import { rowsBefore, stretchBefore } from './compare.ts'
import { toOf } from './drills.ts'
import { useKnown } from './known.ts'
import { noted, usePublishes } from './publishes.ts'
import { ReportForm } from './report-form.tsx'
import { REPORT_WORDS } from './report-words.ts'
import { sortingIn, sortingOut } from './sorting.ts'
import { Take } from './take.tsx'
import { Answer, Definitions, Doubts, ReportTable } from './told.tsx'
import { useReport } from './use-reports.ts'

const SaveView = lazyPart(() => import('./save-view.tsx'), 'SaveView')

interface PageProps {
  readonly id: string
  readonly search: Search
  readonly onAsk: (search: Search) => void
}

/** Any report: how it is asked, what it says, and the numbers down to the people behind them. */
export function ReportPage({ id, search, onAsk }: PageProps) {
  const say = useWords(REPORT_WORDS)
  const { reports, line } = useReport(id)
  return (
    <Loaded query={reports} lines={8}>
      {() =>
        line ? (
          <One key={id} line={line} search={search} onAsk={onAsk} />
        ) : (
          <Page title={say.report} up={{ label: say.reports, href: REPORTS }}>
            <Empty icon={<FileSearch size={20} aria-hidden="true" />} title={say.none}>
              <Link href={REPORTS}>{say.all}</Link>
            </Empty>
          </Page>
        )
      }
    </Loaded>
  )
}

function One({ line, search, onAsk }: { line: ReportLine; search: Search; onAsk: (search: Search) => void }) {
  const say = useWords(REPORT_WORDS)
  const maySave = useMay('reports:save')
  const mayWrite = useMay('documents:write')
  const [saving, setSaving] = useState(false)
  const fields = fieldsOf(line.id, line.parameters)
  const { names, reading } = useKnown(shownFields(fields, search))
  const asked = withFirst(shownFields(fields, search), search, (field) =>
    field.known === null ? undefined : names[field.known]?.[0]?.value,
  )
  const lacking = missing(fields, asked)
  const unwritten = lackingKinds(shownFields(fields, asked), lacking)
  const begin = unwritten.map((kind) => BEGIN[kind]).find((href) => href !== undefined)
  const params = paramsOf(fields, asked)
  const told = useRead(RunReport, { report: line.id, params }, { enabled: lacking.length === 0, keep: true })
  return (
    <Page
      title={line.title}
      up={{ label: say.reports, href: REPORTS }}
      lead={line.question}
      actions={
        told.data && (
          <>
            {maySave && (
              <Button onClick={() => setSaving(true)}>
                <Bookmark size={15} aria-hidden="true" />
                {say.save}
              </Button>
            )}
            <Take label="PDF" ask={{ report: line.id, params, as: 'pdf' }} />
          </>
        )
      }
    >
      <ReportForm fields={fields} search={asked} names={names} onAsk={onAsk} />
      {lacking.length > 0 ? (
        reading ? (
          <Skeleton lines={6} />
        ) : (
          <Card>
            <Empty
              icon={<FileSearch size={20} aria-hidden="true" />}
              title={say.sayFirst(lacking.join(', '))}
              action={begin && mayWrite && <ButtonLink href={begin}>{say.begin}</ButtonLink>}
            >
              {line.question} {unwritten.map((kind) => say.teach[kind as keyof typeof say.teach] ?? '').join(' ')}
            </Empty>
          </Card>
        )
      ) : (
        <Loaded query={told} lines={8}>
          {(data) => <Body told={data} line={line} fields={fields} asked={asked} params={params} onAsk={onAsk} />}
        </Loaded>
      )}
      <Suspense>{saving && <SaveView report={line} params={params} onClose={() => setSaving(false)} />}</Suspense>
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

/** What has to be written before there is something to choose from. */
const lackingKinds = (fields: readonly Field[], lacking: readonly string[]): readonly string[] =>
  fields.flatMap((field) => (field.kind === 'text' && field.known && lacking.includes(field.label) ? [field.known] : []))

/** Where it is written. */
const BEGIN: Readonly<Record<string, string>> = {
  journey: NEW_JOURNEY,
  goal: GOALS,
  experiment: EXPERIMENTS,
  metric: toDocuments('metric'),
  'lifetime-value': toDocuments('lifetime-value'),
  pipeline: toDocuments('pipeline'),
}

type Told = OutputOf<typeof RunReport>
interface BodyProps {
  readonly told: Told
  readonly line: ReportLine
  readonly fields: readonly Field[]
  readonly asked: Search
  readonly params: ReturnType<typeof paramsOf>
  readonly onAsk: (search: Search) => void
}

/** The same report of the stretch before, where that is asked for. */
function useBefore({ told, line, fields, asked, params }: BodyProps) {
  const before = asked['compare'] === 'before' ? stretchBefore(fields, params, told.asOf) : undefined
  const { days: _, ...others } = params
  const read = useRead(RunReport, { report: line.id, params: { ...others, ...before } }, { enabled: before !== undefined, keep: true })
  return { stretch: before, told: before && read.data }
}

function Body(props: BodyProps) {
  const { told, line, fields, asked, params, onAsk } = props
  const say = useWords(REPORT_WORDS)
  const before = useBefore(props)
  const publishes = usePublishes(typeof params['journey'] === 'string' ? params['journey'] : undefined)
  const still = frozen(fields, asked, told.asOf)
  return (
    <div className="flex flex-col gap-4">
      <Answer sentences={told.sentences} asOf={told.asOf}>
        {before.stretch && (
          <p className="mt-3 text-dense text-ink-2">{say.compared(shortDay(before.stretch.from), shortDay(before.stretch.to))}</p>
        )}
      </Answer>
      <Doubts doubts={told.doubts} />
      <Charts
        charts={(told.charts ?? []).map((chart) => noted(chart, publishes))}
        actions={(chart, i) => (
          <Take look="quiet" label={say.chartAs} what={chart.title} ask={{ report: line.id, params, as: 'png', part: String(i + 1) }} />
        )}
      />
      {told.tables.map((table) => (
        <ReportTable
          key={table.id}
          table={table}
          sorting={sortingIn(asked['sort'])}
          onSort={(sorting) => onAsk({ ...asked, sort: sorting ? sortingOut(sorting) : '' })}
          before={
            before.told &&
            rowsBefore(
              table,
              before.told.tables.find(({ id }) => id === table.id),
            )
          }
          definitions={told.definitions}
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
      <GoOn more={told.more ?? []} />
      <Definitions definitions={told.definitions} />
      <Query report={line.id} params={params} />
    </div>
  )
}

function GoOn({ more }: { more: NonNullable<Told['more']> }) {
  const say = useWords(REPORT_WORDS)
  const links = more.flatMap(({ title, ...drill }) => {
    const href = toOf(drill)
    return href === undefined ? [] : [{ title, href }]
  })
  if (links.length === 0) return null
  return (
    <Card title={say.goOn}>
      <ul className="flex flex-col gap-1.5">
        {links.map(({ title, href }) => (
          <li key={`${title}${href}`}>
            <Link href={href} className="inline-flex min-h-6 items-center">
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** As a terminal asks it; within single quotes a shell reads everything but a single quote as it is. */
const curlOf = (report: string, params: object): string =>
  [
    `curl -s ${location.origin}/api/reports/${encodeURIComponent(report)}/run`,
    `  -H "Authorization: Bearer $CADENZA_SECRET_KEY"`,
    `  -H 'content-type: application/json'`,
    `  -d '${JSON.stringify({ params }).replaceAll("'", String.raw`'\''`)}'`,
  ].join(' \\\n')

function Query({ report, params }: { report: string; params: object }) {
  const say = useWords(REPORT_WORDS)
  return (
    <Card>
      <details>
        <summary className="hit font-medium text-ink-2 hover:text-ink">{say.query}</summary>
        <p className="my-2 max-w-[72ch] text-dense text-ink-2">{say.queryWhy}</p>
        <Code label={say.query} text={curlOf(report, params)} />
      </details>
    </Card>
  )
}

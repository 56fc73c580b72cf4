import type { GetModel } from '#decisions/api.ts'
import { ReadModelReport } from '#decisions/report-api.ts'
import { ReadModelActivity } from '#decisions/screen-api.ts'
import { MODEL_WORDS } from '#decisions/ui/model-words.ts'
import { useRead } from '#kit/api.ts'
import { Code } from '#kit/copy.tsx'
import { count, decimal, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts } from '#kit/page.tsx'
import { toDocument, toModel } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ChartView } from '#measurement/ui/chart.tsx'
import { Twin } from './pictures.tsx'
import { curveChart, curveIn, inReport, numberIn, sentencesIn, textsIn } from './shapes.ts'
import { TypeCards } from './type-cards.tsx'
import { PAGE_WORDS } from './words.ts'

type One = OutputOf<typeof GetModel>

/** What a model is, how well it does, what it may do, where it is used. */
export function OverviewTab({ one }: { one: One }) {
  const say = useWords(PAGE_WORDS)
  const report = useRead(ReadModelReport, { id: one.id }, { every: 60_000 })
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_340px]">
      <div className="flex min-w-0 flex-col gap-6">
        <Says one={one} />
        <Loaded query={report} lines={4}>
          {({ report: said, snapshot }) => (
            <>
              <QualityCard report={said} snapshot={snapshot} type={one.type} />
              <TypeCards type={one.type} report={said} />
              {snapshot > 0 && (
                <details className="min-w-0">
                  <summary className="w-fit cursor-pointer text-dense text-ink-2">{say.all}</summary>
                  <div className="mt-2">
                    <Code label={say.all} text={JSON.stringify(said, null, 2)} />
                  </div>
                </details>
              )}
            </>
          )}
        </Loaded>
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <Week one={one} />
        <MayDo one={one} />
      </div>
    </div>
  )
}

function Says({ one }: { one: One }) {
  const say = useWords(PAGE_WORDS)
  const newest = one.snapshots.find(({ kind }) => kind === 'snapshot')
  const sentences = [one.sentence, one.waits?.sentence ?? one.todo, ...sentencesIn(newest?.report)].filter(Boolean)
  return (
    <Card title={say.doubts}>
      <ul className="flex max-w-[80ch] flex-col gap-2">
        {[...new Set(sentences)].map((sentence) => (
          <li key={sentence} className="text-pretty">
            {sentence}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function QualityCard({ report, snapshot, type }: { report: unknown; snapshot: number; type: string }) {
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  if (snapshot === 0)
    return (
      <Card title={say.quality}>
        <p className="text-ink-2">{say.noQuality}</p>
      </Card>
    )
  const points = curveIn(report)
  const interval = (path: readonly string[]): string => {
    const ends = inReport(report, path)
    return Array.isArray(ends) ? ` (${all.between(decimal(Number(ends[0]), 3), decimal(Number(ends[1]), 3))})` : ''
  }
  const figure = (name: keyof typeof say.figures, path: readonly string[], write: (value: number) => string) => {
    const value = numberIn(report, ...path)
    return value === null ? [] : [[say.figures[name], write(value)] as const]
  }
  const three = (value: number): string => decimal(value, 3)
  const rows = [
    ...figure('auc', ['progressive', 'auc'], (value) => three(value) + interval(['progressive', 'aucInterval'])),
    ...figure('logLoss', ['progressive', 'logLoss'], (value) => three(value) + interval(['progressive', 'logLossInterval'])),
    ...figure('skill', ['progressive', 'skill'], (value) => percent(value)),
    ...figure('predicted', ['calibrated', 'predicted'], (value) => percent(value)),
    ...figure('observed', ['calibrated', 'observed'], (value) => percent(value)),
    ...figure('ece', [type === 'choice' ? 'calibration' : 'calibrated', type === 'choice' ? 'error' : 'ece'], three),
    ...textsIn(report, 'champion').map((each) => [say.figures.champion, each] as const),
  ]
  if (rows.length === 0 && points.length === 0) return null
  return (
    <Card title={say.quality}>
      <Facts rows={rows} />
      {points.length > 1 ? (
        <div className="mt-4">
          <ChartView chart={curveChart(points, say.curve)} />
          <Twin>
            <Table
              label={say.curve.title}
              rows={points}
              rowKey={({ told }) => String(told)}
              columns={[
                { name: say.curve.told, cell: ({ told }) => percent(told) },
                { name: say.curve.came, right: true, cell: ({ observed }) => percent(observed) },
                { name: say.interval, right: true, cell: ({ low, high }) => all.between(percent(low), percent(high)) },
                { name: say.n, right: true, from: 'sm', cell: ({ n }) => count(n) },
              ]}
            />
          </Twin>
        </div>
      ) : (
        (type === 'propensity' || type === 'choice') && <p className="mt-3 text-dense text-ink-3">{say.noCurve}</p>
      )}
    </Card>
  )
}

function Week({ one }: { one: One }) {
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  const read = useMay('people:read')
  const activity = useRead(ReadModelActivity, {})
  const number = (value: number, by?: string) =>
    read && value > 0 ? <Link href={toModel(one.id, { tab: 'decisions', by })}>{count(value)}</Link> : count(value)
  return (
    <Card title={say.week}>
      <Loaded query={activity} lines={3}>
        {({ models }) => {
          const mine = models.find(({ model }) => model === one.id)
          const uses = mine?.uses ?? []
          return (
            <>
              <Facts
                rows={[
                  [all.decisions, number(mine?.decisions ?? 0)],
                  [say.control, number(mine?.control ?? 0, 'control')],
                  [say.cold, number(mine?.cold ?? 0, 'cold_start')],
                  [say.fallback, number(mine?.fallback ?? 0, 'fallback')],
                ]}
              />
              <h3 className="mt-4 mb-1 font-medium">{say.usedIn}</h3>
              {uses.length === 0 ? (
                <p className="text-dense text-ink-2">{say.unused}</p>
              ) : (
                <ul>
                  {uses.map((use) => (
                    <li key={`${use.kind} ${use.id}`}>
                      <Link href={toDocument(use.kind, use.id)}>{use.name}</Link>
                    </li>
                  ))}
                </ul>
              )}
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}

function MayDo({ one }: { one: One }) {
  const say = useWords(PAGE_WORDS)
  const all = useWords(MODEL_WORDS)
  const { document } = one
  const stage = document.rollout.stage
  const rows: (readonly [string, string])[] = [
    [say.stage, stage === 'share' ? `${all.stages.share}: ${document.rollout.share}` : all.stages[stage]],
  ]
  if (document.type === 'choice')
    rows.push(
      [say.policy, document.policy],
      [say.floor, percent(document.floor)],
      [say.within, document.within],
      [say.margin, percent(document.margin, 0)],
      [say.unsubscribeCost, decimal(document.unsubscribeCost, 2)],
    )
  if (document.type === 'send-time' || document.type === 'pressure')
    rows.push([say.explore, document.explore], [say.controlShare, document.control])
  if (document.type === 'content') rows.push([say.uniform, document.uniform], [say.within, document.within])
  if (document.type === 'pressure') rows.push([say.caps, document.caps.join(', ')], [say.within, document.within])
  if (document.type === 'propensity') rows.push([say.within, document.outcome.within])
  rows.push([say.freshFor, document.freshFor])
  return (
    <Card title={say.may}>
      <Facts rows={rows} />
      <h3 className="mt-4 mb-1 font-medium">{say.until}</h3>
      <p className="text-dense text-pretty text-ink-2">{say.unlearned(document.type)}</p>
    </Card>
  )
}

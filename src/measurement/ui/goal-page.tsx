import { useRead } from '#kit/api.ts'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { GOALS, toJourney, toReport } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { type GoalReport, ReadGoal } from '../goals/api.ts'
import { goalCharts } from '../reports/goal-charts.ts'
import { Charts } from './chart.tsx'
import { toOf } from './drills.ts'
import { goalText, Progress, Standing } from './goal-parts.tsx'
import { Interval } from './interval.tsx'
import { Answer, Definitions, Doubts } from './told.tsx'

/** One goal: how far, where to, how such forecasts have done, and what each journey has added. */
export function GoalPage({ id }: { id: string }) {
  const report = useRead(ReadGoal, { id })
  const shown = report.data
  return (
    <Page
      title={shown?.name ?? 'Goal'}
      up={{ label: 'Goals', href: GOALS }}
      facts={shown && <Standing standing={shown.standing} />}
      lead={shown?.description || undefined}
      actions={shown && <Link href={toReport('goal', { id })}>As a report, to save or take along</Link>}
    >
      <Loaded query={report} lines={8}>
        {(data) => <Body goal={data} />}
      </Loaded>
    </Page>
  )
}

function Body({ goal }: { goal: GoalReport }) {
  const { sentence, needs, record, noForecast, noBaseline, asOf, doubts, definitions, drill } = goal
  const sentences = [sentence, needs, noForecast, noBaseline, record?.sentence ?? ''].filter((each) => each !== '')
  return (
    <div className="flex flex-col gap-4">
      <Answer sentences={sentences} asOf={asOf}>
        <div className="mt-4">
          <Progress goal={goal} />
        </div>
        <p className="mt-3">
          <Link href={toOf(drill) ?? ''}>The people behind it</Link>
        </p>
      </Answer>
      <Charts charts={goalCharts(goal)} />
      <Contributions goal={goal} />
      <Doubts doubts={doubts} />
      <Definitions definitions={definitions} />
    </div>
  )
}

function Contributions({ goal: { contributions, together, unit } }: { goal: GoalReport }) {
  // Added in what the goal counts, not divided by people.
  const text = (value: number): string => `${value > 0 ? '+' : ''}${goalText(value, unit === 'share' ? 'people' : unit)}`
  return (
    <Card title="What journeys have added" flush>
      {contributions.length === 0 ? (
        <p className="p-4 text-pretty text-ink-2">
          No journey says that it serves this goal. Name it in a journey (<code>serves</code>), and hold people out of it to know what it
          adds.
        </p>
      ) : (
        <ul>
          {contributions.map(({ journey, name, increment, because, sentence, drill }) => (
            <li
              key={journey}
              className="grid gap-x-6 gap-y-1 border-b border-line px-4 py-3 last:border-0 md:grid-cols-[minmax(0,1fr)_minmax(0,280px)]"
            >
              <div className="min-w-0">
                <p className="font-medium">
                  <Link href={toJourney(journey)}>{name}</Link>
                </p>
                <p className="mt-1 text-pretty text-ink-2">{sentence || because}</p>
              </div>
              {increment ? (
                <div>
                  <p className="flex flex-wrap items-baseline gap-x-2 num">
                    <strong className="text-h3">{text(increment.estimate)}</strong>
                    <span className="text-dense text-ink-2">
                      {text(increment.low)} to {text(increment.high)}
                    </span>
                  </p>
                  <Interval
                    of={{ difference: increment.estimate, low: increment.low, high: increment.high }}
                    decided={increment.low > 0 || increment.high < 0}
                    label={`${name} added ${text(increment.estimate)}, interval ${text(increment.low)} to ${text(increment.high)}`}
                  />
                  <p className="text-meta text-ink-3 num">
                    {count(increment.treated)} treated, <Link href={toOf(drill) ?? ''}>{count(increment.heldOut)} held out</Link>
                  </p>
                </div>
              ) : (
                <p className="text-ink-3">Not known</p>
              )}
            </li>
          ))}
        </ul>
      )}
      {together && <p className="border-t border-line px-4 py-3 text-pretty">{together.sentence}</p>}
    </Card>
  )
}

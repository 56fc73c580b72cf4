import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { GOALS, toGoalSettings, toJourney, toReport } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { type GoalReport, ReadGoal } from '../goals/api.ts'
import { goalCharts } from '../reports/goal-charts.ts'
import { Charts } from './chart.tsx'
import { toOf } from './drills.ts'
import { EXPERIMENT_WORDS } from './experiment-words.ts'
import { goalText, Progress, Standing } from './goal-parts.tsx'
import { Interval } from './interval.tsx'
import { Answer, Definitions, Doubts } from './told.tsx'

/** One goal: how far, where to, how such forecasts have done, and what each journey has added. */
export function GoalPage({ id }: { id: string }) {
  const say = useWords(EXPERIMENT_WORDS)
  const mayRead = useMay('documents:read')
  const report = useRead(ReadGoal, { id })
  const shown = report.data
  return (
    <Page
      title={shown?.name ?? say.goal}
      up={{ label: say.goals, href: GOALS }}
      facts={shown && <Standing standing={shown.standing} />}
      lead={shown?.description || undefined}
      actions={
        shown && (
          <>
            <Link href={toReport('goal', { id })}>{say.asReport}</Link>
            {mayRead && <ButtonLink href={toGoalSettings(id)}>{say.settings}</ButtonLink>}
          </>
        )
      }
    >
      <Loaded query={report} lines={8}>
        {(data) => <Body goal={data} />}
      </Loaded>
    </Page>
  )
}

function Body({ goal }: { goal: GoalReport }) {
  const say = useWords(EXPERIMENT_WORDS)
  const language = useLanguage()
  const { sentence, needs, record, noForecast, noBaseline, asOf, doubts, definitions, drill } = goal
  const sentences = [sentence, needs, noForecast, noBaseline, record?.sentence ?? ''].filter((each) => each !== '')
  return (
    <div className="flex flex-col gap-4">
      <Answer sentences={sentences} asOf={asOf}>
        <div className="mt-4">
          <Progress goal={goal} />
        </div>
        <p className="mt-3">
          <Link href={toOf(drill) ?? ''}>{say.behind}</Link>
        </p>
      </Answer>
      <Charts charts={goalCharts(goal, language)} />
      <Contributions goal={goal} />
      <Doubts doubts={doubts} />
      <Definitions definitions={definitions} />
    </div>
  )
}

function Contributions({ goal: { contributions, together, unit } }: { goal: GoalReport }) {
  const say = useWords(EXPERIMENT_WORDS)
  // Added in what the goal counts, not divided by people.
  const text = (value: number): string => `${value > 0 ? '+' : ''}${goalText(value, unit === 'share' ? 'people' : unit)}`
  return (
    <Card title={say.added} flush>
      {contributions.length === 0 ? (
        <p className="p-4 text-pretty text-ink-2">{say.noneServes}</p>
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
                    <span className="text-dense text-ink-2">{say.range(text(increment.low), text(increment.high))}</span>
                  </p>
                  <Interval
                    of={{ difference: increment.estimate, low: increment.low, high: increment.high }}
                    decided={increment.low > 0 || increment.high < 0}
                    label={say.addedBy(name, text(increment.estimate), say.range(text(increment.low), text(increment.high)))}
                  />
                  <p className="text-meta text-ink-3 num">
                    {say.treated(increment.treated)}, <Link href={toOf(drill) ?? ''}>{say.out(increment.heldOut)}</Link>
                  </p>
                </div>
              ) : (
                <p className="text-ink-3">{say.notKnown}</p>
              )}
            </li>
          ))}
        </ul>
      )}
      {together && <p className="border-t border-line px-4 py-3 text-pretty">{together.sentence}</p>}
    </Card>
  )
}

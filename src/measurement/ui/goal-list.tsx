import { Target } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toGoal, toGoalSettings } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListGoals } from '../goals/api.ts'
import { Begin } from './begin.tsx'
import { EXPERIMENT_WORDS } from './experiment-words.ts'
import { Drafts, Progress, Standing } from './goal-parts.tsx'

/** What the workspace wants to reach: how far it is, and whether it will. */
export function GoalList() {
  const say = useWords(EXPERIMENT_WORDS)
  const goals = useRead(ListGoals, {})
  return (
    <Page title={say.goals} lead={say.goalsLead} actions={<Begin kind="goal" label={say.freshGoal} to={toGoalSettings} />}>
      <Loaded query={goals} lines={6}>
        {({ goals: all, asOf }) =>
          all.length === 0 ? (
            <Card>
              <Empty icon={<Target size={20} aria-hidden="true" />} title={say.noGoals}>
                {say.noGoalsWhy}
              </Empty>
            </Card>
          ) : (
            <>
              <ul className="grid gap-4 lg:grid-cols-2">
                {all.map((goal) => (
                  <li key={goal.id} className="flex min-w-0 flex-col gap-2 rounded-card border border-line bg-surface p-4">
                    <h2 className="flex flex-wrap items-center justify-between gap-2 text-h3">
                      <Link href={toGoal(goal.id)}>{goal.name}</Link>
                      <Standing standing={goal.standing} />
                    </h2>
                    <Progress goal={goal} />
                    <p className="text-pretty text-ink-2">{goal.sentence}</p>
                    {goal.needs && <p className="text-pretty text-ink-2">{goal.needs}</p>}
                    <p className="mt-auto text-meta text-ink-3">
                      {say.span(goal.period.first, goal.period.last)}
                      {goal.owner && ` · ${goal.owner}`}
                      {goal.segment && ` · ${say.only(goal.segment)}`}
                    </p>
                  </li>
                ))}
              </ul>
              <p className="mt-4 text-meta text-ink-3">
                {say.asOf} <Moment at={asOf} exact />
              </p>
            </>
          )
        }
      </Loaded>
      <Drafts />
    </Page>
  )
}

import { Target } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toGoal } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { ListGoals } from '../goals/api.ts'
import { Progress, Standing } from './goal-parts.tsx'

const EXAMPLE = `kind: goal
id: orders-this-quarter
name: Orders this quarter
metric: orders
period: quarter
target: { to: 12000 }`

/** What the workspace wants to reach: how far it is, and whether it will. */
export function GoalList() {
  const goals = useRead(ListGoals, {})
  return (
    <Page title="Goals" lead="What you want to reach: how far it is, where it is going, and what it would take.">
      <Loaded query={goals} lines={6}>
        {({ goals: all, asOf }) =>
          all.length === 0 ? (
            <Card>
              <Empty icon={<Target size={20} aria-hidden="true" />} title="No goals yet">
                A goal holds a metric against a target over a period. Write one as a document; journeys then say which goal they serve, and
                their hold-outs say what they have added to it.
                <pre className="mt-3 overflow-x-auto rounded-input bg-sunken p-3 text-left text-meta">{EXAMPLE}</pre>
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
                      {goal.period.first} to {goal.period.last}
                      {goal.owner && ` · ${goal.owner}`}
                      {goal.segment && ` · only ${goal.segment}`}
                    </p>
                  </li>
                ))}
              </ul>
              <p className="mt-4 text-meta text-ink-3">
                Facts as of <Moment at={asOf} exact />
              </p>
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

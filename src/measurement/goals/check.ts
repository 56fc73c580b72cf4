import type { Problem } from '#lib/problem.ts'
import { metricIn, metricProblems } from '../metrics/check.ts'
import { spanOf } from './period.ts'
import type { Goal } from './schema.ts'

interface Library {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

/** What is wrong with a goal beside its shape: what it names, and what nobody can foretell. */
export function checkGoal(goal: Goal, library: Library): Problem[] {
  const { metric: id, scope } = goal
  const found: Problem[] = metricProblems(library, id, '/metric')
  const metric = metricIn(library, id)
  if (metric && (metric.measure === 'ratio' || metric.measure === 'quantile'))
    found.push({
      code: 'goal.measure',
      status: 422,
      title: `“${id}” is a ${metric.measure}: it does not add up over days`,
      at: '/metric',
      hint: 'Name a metric whose measure is converted, count or sum',
    })
  if (scope && !library.ids('segment').includes(scope.segment))
    found.push({
      code: 'goal.segment',
      status: 422,
      title: `There is no segment “${scope.segment}”`,
      at: '/scope/segment',
      hint: 'Publish the segment in the same step, or before',
    })
  return [...found, ...lengths(goal, metric?.measure)]
}

/** Days of another period are held against the mean of a day; people who each count once are not. */
function lengths({ period, zone, baseline }: Goal, measure: string | undefined): Problem[] {
  if (typeof baseline === 'string' || 'value' in baseline || measure !== 'converted') return []
  // The length of a calendar period hardly depends on which one it is.
  const wanted = spanOf(period, { zone, at: 0 }).days
  const given = spanOf(baseline, { zone, at: 0 }).days
  if (Math.abs(given / wanted - 1) <= 0.1) return []
  return [
    {
      code: 'goal.lengths',
      status: 422,
      title: `People count once in ${given} days of the baseline and once in ${wanted} days of the period`,
      at: '/baseline',
      hint: 'Take a baseline as long as the period, or a metric that counts times',
    },
  ]
}

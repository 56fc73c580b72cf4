import { isRefusal, type Problem } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'
import { BUILT_IN, Metric, withinOf } from './schema.ts'

const DAY = 86_400_000
/** Longer windows than this would leave every read-out open for more than a year. */
const LONGEST = 400 * DAY

/** What is wrong with a metric beside its shape: conditions that ask more than the event, a name that is taken. */
export function checkMetric(metric: Metric): Problem[] {
  const found = [...filter(metric.where, '/where'), ...filter(metric.per?.where, '/per/where')]
  if (BUILT_IN.has(metric.id))
    found.push({
      code: 'metric.built_in',
      status: 422,
      title: `A metric called "${metric.id}" is always there.`,
      at: '/id',
      hint: 'Give yours another id.',
    })
  if (withinOf(metric) > LONGEST || withinOf(metric) < 60_000)
    found.push({
      code: 'metric.within',
      status: 422,
      title: `"${metric.within}" is no window that can be measured.`,
      at: '/within',
      hint: 'Take between 1m and 400d.',
    })
  return found
}

function filter(where: string | undefined, at: string): Problem[] {
  if (where === undefined) return []
  const tree = read(where, PLACES.window)
  if (!isRefusal(tree)) return []
  const { problems, ...first } = tree.refused
  return (problems ?? [first]).map((problem) => ({ ...problem, at, detail: `At ${problem.at ?? '1:1'} of the condition` }))
}

/** The metric of this id among live documents, or one that is always there. */
export const metricIn = (library: { get(kind: string, id: string): unknown }, id: string): Metric | undefined =>
  BUILT_IN.get(id) ?? (library.get('metric', id) as Metric | undefined)

/** What is wrong with naming a metric somewhere. */
export function metricProblems(
  library: { get(kind: string, id: string): unknown; ids(kind: string): readonly string[] },
  id: string,
  at: string,
) {
  if (metricIn(library, id)) return []
  const known = [...BUILT_IN.keys(), ...library.ids('metric')]
  return [
    {
      code: 'metric.unknown',
      status: 422,
      title: `There is no metric "${id}".`,
      at,
      hint: `Publish it too, or use one of: ${known.slice(0, 20).join(', ')}.`,
    },
  ] satisfies Problem[]
}

interface Goal {
  readonly event: string
  readonly where?: string | undefined
  readonly within: string
  readonly value?: string | undefined
  readonly worth?: number | undefined
  readonly margin?: number | undefined
}

/**
 * A journey's goal as a metric (`goal:<journey>`): who reached it; `valueMetric` of it is what that was worth. Null where its condition
 * asks more than the event, e.g. what the run came in with: then only the conversions that the engine told count (`transitions`).
 */
export function goalMetric(journey: { readonly id: string; readonly name?: string | undefined; readonly goal: Goal }): Metric | null {
  const { event, where, within, value, worth, margin } = journey.goal
  if (where !== undefined && isRefusal(read(where, PLACES.window))) return null
  const metric = Metric.parse({
    kind: 'metric',
    id: 'goal',
    name: `Goal of ${journey.name ?? journey.id}`,
    event,
    measure: 'converted',
    within,
    ...(where !== undefined && { where }),
    ...(value !== undefined && { value: value.replace(/^properties\./, '') }),
    ...(worth !== undefined && { worth }),
    ...(margin !== undefined && { margin }),
  })
  return { ...metric, id: `goal:${journey.id}` }
}

/** The same events, as money per person; null where no value is named. */
export const valueMetric = (metric: Metric): Metric | null =>
  metric.value === undefined && metric.worth === undefined
    ? null
    : { ...metric, id: `${metric.id}-value`, name: `Value: ${metric.name ?? metric.id}`, measure: 'sum' }

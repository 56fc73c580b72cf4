import type { Journey } from '#journeys/schema.ts'
import type { Role } from '../inference/schema.ts'
import { goalMetric, metricIn, valueMetric } from '../metrics/check.ts'
import type { Metric } from '../metrics/schema.ts'
import type { Described, Guard, Library } from './sources.ts'

/** A metric in its role. `conversionsOf`: its events are the conversions that the engine told of this journey. */
export interface InRole {
  readonly metric: Metric & { readonly conversionsOf?: string }
  readonly role: Role
  readonly guard?: Guard
}

/** What an experiment is read by: its primary metric first, then what that was worth, secondary ones and guardrails. Nothing is read twice. */
export function metricsOf(described: Described, library: Library): InRole[] {
  const { primary, secondary, guardrails, source } = described
  const heads = primary === null ? programmeMetrics(library, source.kind === 'slot') : [primary]
  const found = new Map<string, InRole>()
  const add = (metric: InRole['metric'] | undefined | null, role: Role, guard?: Guard): void => {
    if (metric && !found.has(metric.id)) found.set(metric.id, { metric: windowed(metric, described), role, ...(guard && { guard }) })
  }
  for (const [i, id] of heads.entries()) {
    const metric = metricNamed(id, library)
    add(metric, i === 0 ? 'primary' : 'secondary')
    if (metric?.measure === 'converted') add(valueMetric(metric), 'secondary')
  }
  for (const id of secondary) add(metricNamed(id, library), 'secondary')
  for (const guard of guardrails) add(metricNamed(guard.metric, library), 'guardrail', guard)
  return [...found.values()]
}

/** Of a document, a built-in one, or the goal of a journey. Undefined where it is not live any more. */
export function metricNamed(id: string, library: Library): InRole['metric'] | undefined {
  const own = id.endsWith('-value') && id.startsWith('goal:') ? metricNamed(id.slice(0, -'-value'.length), library) : undefined
  if (own) return valueMetric(own) ?? undefined
  if (!id.startsWith('goal:')) return metricIn(library, id)
  const journey = library.get('journey', id.slice('goal:'.length)) as Journey | undefined
  return journey && (goalMetric(journey) ?? conversions(journey))
}

/** A goal whose condition asks what the run came in with can be told by the engine only. */
function conversions(journey: Journey): InRole['metric'] {
  const { where: _, ...goal } = journey.goal
  return { ...goalMetric({ ...journey, goal })!, conversionsOf: journey.id }
}

/** How long marketing as a whole is watched after it could first have reached somebody. */
const PROGRAMME = '30d'
const windowed = (metric: InRole['metric'], { source }: Described): InRole['metric'] =>
  source.kind === 'holdout' ? { ...metric, within: PROGRAMME } : metric

const MOST_HEADS = 3

/** Where no metric is named: what the workspace measures in money, else the goal that most journeys have. Of slots: whether people clicked. */
function programmeMetrics(library: Library, isSlot: boolean): string[] {
  if (isSlot) return ['clicks']
  const own = library.ids('metric').filter((id) => (library.get('metric', id) as Metric).better === 'more')
  const worth = own.filter((id) => (library.get('metric', id) as Metric).measure === 'sum')
  if (worth.length + own.length > 0) return [...new Set([...worth, ...own])].slice(0, MOST_HEADS)
  const goals = library.ids('journey').map((id) => library.get('journey', id) as Journey)
  const byEvent = [...Map.groupBy(goals, ({ goal }) => `${goal.event}\0${goal.where ?? ''}`).values()]
  const most = byEvent.sort((a, b) => b.length - a.length || (a[0]!.id < b[0]!.id ? -1 : 1))[0]
  // One that says what it is worth tells more.
  const journey = most?.find(({ goal }) => goal.value !== undefined || goal.worth !== undefined) ?? most?.[0]
  return journey ? [`goal:${journey.id}`] : []
}

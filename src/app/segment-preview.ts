import { type Outcome, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { CompiledCondition } from '#segments/catalogue.ts'
import type { Segment } from '#segments/schema.ts'
import { type Found, previewIn } from './segment-build-store.ts'

export interface Asking {
  readonly workspace: string
  readonly condition: CompiledCondition
  /** Those that the condition may ask. */
  readonly segments: readonly Segment[]
  readonly now: number
  /** People to name. */
  readonly sample: number
}

/** How many people a condition holds for, out of how many, and some of them. */
export async function previewOf(analytics: Analytics, asking: Asking): Promise<Outcome<Found>> {
  const known = new Set(asking.segments.map(({ id }) => id))
  const missing = asking.condition.asks.segments.find((id) => !known.has(id))
  if (missing !== undefined)
    return refuse({ code: 'segment.unknown', status: 422, title: `There is no segment "${missing}".`, hint: 'Publish it first.' })
  return previewIn(analytics, asking)
}

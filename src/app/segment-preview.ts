import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
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

/** What a condition asks that is not there. */
export function missingSegment(condition: CompiledCondition, segments: readonly Segment[]): Problem | undefined {
  const known = new Set(segments.map(({ id }) => id))
  const missing = condition.asks.segments.find((id) => !known.has(id))
  return missing === undefined
    ? undefined
    : { code: 'segment.unknown', status: 422, title: `There is no segment "${missing}".`, hint: 'Publish it first.' }
}

/** How many people a condition holds for, out of how many, and some of them. */
export async function previewOf(analytics: Analytics, asking: Asking): Promise<Outcome<Found>> {
  const missing = missingSegment(asking.condition, asking.segments)
  return missing ? refuse(missing) : previewIn(analytics, asking)
}

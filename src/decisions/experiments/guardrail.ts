import { z } from 'zod'

/** A metric by its id: a document of kind `metric`, or one that is always there (`unsubscribes`, `complaints`, `bounces`). */
export const MetricId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')

/** Metrics that are always there: receipts of messages; of all but clicks less is better. */
export const BUILT_IN_METRICS: readonly string[] = ['unsubscribes', 'complaints', 'bounces', 'clicks']

/** What must not get worse while something is tried. It is looked at all the time, so its bound holds however often it is looked at. */
export const Guardrail = z.strictObject({
  metric: MetricId,
  /** Harm that is taken into the bargain, in the metric's own unit: 0.002 are 0.2 percentage points of people. */
  tolerate: z.number().nonnegative().default(0),
  /** What must not be exceeded where nobody is held out to compare with: 0.01 is one person in a hundred. */
  atMost: z.number().positive().optional(),
  /** Whether crossing stops it by itself; else people are only told. */
  stop: z.boolean().default(true),
})
export type Guardrail = z.output<typeof Guardrail>

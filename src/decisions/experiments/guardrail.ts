import { z } from 'zod'

/** What must not get worse while something is tried, known without a document of its own: shares of the people who were written to. */
export const BUILT_IN_GUARDRAILS = ['unsubscribes', 'complaints', 'bounces'] as const

/**
 * What must not get worse for the people who are treated, against those who are not. It is looked at as often as one likes (a one-sided
 * confidence sequence), and crossed when it is sure that treated people are worse off by more than what is tolerated.
 */
export const Guardrail = z.strictObject({
  /** The id of a metric, or one that is built in: `unsubscribes`, `complaints`, `bounces`. */
  metric: z.string().min(1).max(100),
  /** By how much one person’s figure may be worse, in the metric’s unit: 0.002 is two people in a thousand. */
  tolerate: z.number().nonnegative().default(0),
  /** What happens when it is crossed: `stop` what is tried, or `tell` people only. */
  then: z.enum(['stop', 'tell']).default('stop'),
})
export type Guardrail = z.output<typeof Guardrail>
export const Guardrails = z.array(Guardrail).max(10)

import { z } from 'zod'
import { Guardrail } from '#decisions/experiments/guardrail.ts'
import { Entries } from './entries/schema.ts'
import { Steps } from './steps.ts'
import { Condition, DurationText, Slug } from './words.ts'

export const Journey = z.strictObject({
  kind: z.literal('journey'),
  id: Slug,
  name: z.string().optional(),
  description: z.string().optional(),
  /** Who answers for it: a name or an address. */
  owner: z.string().min(1).max(200).optional(),
  /** Words by which it is found in the list. */
  tags: z.array(z.string().min(1).max(40)).max(20).optional(),
  /** Who gets the last slot of a cap: the journey with the higher number, then with the higher `value`. */
  priority: z.int().min(0).max(100).default(50),
  /** Expected margin of one message, in the workspace’s currency. */
  value: z.number().nonnegative().optional(),
  /** The same from what is foreseen: the chance that a model tells of each person, times what it is worth if it comes true. */
  valueBy: z.strictObject({ score: z.string().min(1).max(100), margin: z.number().positive() }).optional(),
  goal: z.strictObject({
    event: z.string().min(1),
    where: Condition.optional(),
    within: DurationText,
    /** Property of the goal event that holds its worth, e.g. `total`. */
    value: z.string().optional(),
    /** What one is worth where the event does not say, in the workspace’s currency. */
    worth: z.number().positive().optional(),
    /** Share of the worth that is margin; left out: all of it. */
    margin: z.number().positive().max(1).optional(),
  }),
  /** Goals of the workspace that this is for, by id. */
  serves: z.array(Slug).max(20).optional(),
  /** What must not get worse for the people who are treated. */
  guardrails: z.array(Guardrail).max(10).optional(),
  /** The way in, or several; see `entries/schema.ts`. */
  entry: Entries,
  /** Events that end a run at once, also during a long wait. `match`: event path → run path, e.g. `{ properties.cart_id: entry.key }`. */
  exit: z
    .array(
      z.strictObject({
        event: z.string().min(1),
        where: Condition.optional(),
        match: z.record(z.string(), z.string()).optional(),
        reason: z.string().optional(),
      }),
    )
    .default([]),
  /** Share of people who enter and get nothing, for comparison: `10%`. */
  holdout: z
    .string()
    .regex(/^(100|\d{1,2})(\.\d+)?%$/, 'write a share such as 10%')
    .default('0%'),
  /** For steps that can fail and have no `otherwise` of their own: whether the run goes on below them or ends. */
  default: z.strictObject({ otherwise: z.enum(['continue', 'exit']) }).optional(),
  steps: Steps,
})
export type Journey = z.output<typeof Journey>

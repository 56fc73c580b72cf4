import { z } from 'zod'
import { Condition, DurationText, Slug } from './words.ts'

const Share = z.string().regex(/^(100|\d{1,2})(\.\d+)?%$/, 'write a share such as 10%')

/** A choice without its options. */
export const ChooseParts = z.strictObject({
  kind: z.literal('choose'),
  id: Slug,
  name: z.string().optional(),
  note: z.string().max(2_000).optional(),
  stage: z.string().min(1).max(60).optional(),
  by: z.strictObject({
    /** Model document of type `choice`. */
    model: Slug,
    /** Share of people who get the fallback whatever the model says: lift is told against them. */
    control: Share.default('10%'),
    /** Share of people who get none of it and go on below. */
    holdout: Share.default('5%'),
    /** Time that the model may take. */
    budget: DurationText.default('50ms'),
  }),
})
/** An option without its steps. */
export const OneOption = z.strictObject({
  /** Options of the same id are the same to the model, in every journey. */
  id: Slug,
  label: z.string().optional(),
  /** Left out: for everybody. */
  when: Condition.optional(),
  /** What it offers, e.g. `discount`: options with the same offer learn from each other. */
  offer: Slug.optional(),
  /** What choosing it costs, in the workspace’s currency, beside its messages, whether or not somebody converts: a letter, a gift. */
  cost: z.number().nonnegative().optional(),
  /** What each conversion by it gives away: the discount, free shipping. Whoever does not convert has taken nothing. */
  gives: z.number().nonnegative().optional(),
  /** Worth of a conversion by it, where it is not the usual one. */
  value: z.number().positive().optional(),
  /** How much it takes of each scarce resource, by name. */
  takes: z.record(z.string().min(1), z.number().nonnegative()).optional(),
})

import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Doubt } from '../reports/told.ts'

export const PersonValue = z.object({
  /** The document `lifetime-value`, which is also the name of the score. */
  value: z.string(),
  name: z.string(),
  /** Chance that they still buy; null: nothing has been learned yet, or they have not bought. */
  alive: z.number().nullable(),
  /** Purchases to be expected in the next `nextDays`. */
  expected: z.number().nullable(),
  nextDays: z.number(),
  /** What a purchase of theirs is to bring, and margin that they are to bring within `horizonDays`, discounted. */
  spend: z.number().nullable(),
  lifetimeValue: z.number().nullable(),
  horizonDays: z.number(),
  /** Margin that they have brought. */
  realised: z.number(),
  /** Days with a purchase. */
  purchases: z.int(),
  /** Epoch ms; null: nothing has been learned yet. */
  learnedAt: z.number().nullable(),
  sentence: z.string(),
  doubts: z.array(Doubt),
})
export type PersonValue = z.output<typeof PersonValue>

export const ReadPersonValue = action({
  name: 'people.value',
  does: 'Tells what a person is worth: whether they still buy, what they are to buy and to bring, and what that rests on.',
  may: 'people:read',
  route: 'GET /api/people/:id/value',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({ values: z.array(PersonValue) }),
})

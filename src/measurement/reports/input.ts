import { z } from 'zod'
import { definition } from './words.ts'

const Name = z.string().min(1).max(200)
/** Numbers may arrive as text, from a query or a saved form. */
const At = z.coerce.number().int().nonnegative()
export const Version = z.coerce.number().int().min(1).max(4_294_967_295)

/** Which stretch of time: the last `days`, or from one moment to another (epoch ms, the end not included). */
export const period = { days: z.coerce.number().int().min(1).max(800).default(28), from: At.optional(), to: At.optional() }
export interface Asked {
  readonly days: number
  readonly from?: number | undefined
  readonly to?: number | undefined
}
export interface Period {
  readonly from: number
  /** Not included. */
  readonly to: number
}
const DAY = 86_400_000
export function periodOf({ days, from, to }: Asked, now: number): Period {
  // What happens in this very millisecond counts.
  const end = to ?? now + 1
  return { from: from ?? Math.max(0, end - days * DAY), to: end }
}

/** Which messages; everything that is given has to hold. */
export const messageScope = {
  journey: Name.optional(),
  version: Version.optional(),
  step: Name.optional(),
  channel: Name.optional(),
  provider: Name.optional(),
  topic: z.string().max(200).optional(),
  lane: z.enum(['marketing', 'transactional']).optional(),
  mail_domain: Name.optional(),
  template: Name.optional(),
}
export type MessageScope = { readonly [Key in keyof typeof messageScope]?: z.output<(typeof messageScope)[Key]> | undefined }

/** Rows that a table shows at most. */
export const MOST_ROWS = 500

export const PERIOD_MEANS = [
  definition('Period', 'Messages count in the period in which they were handed over; what came of them later still counts there.'),
  definition('As of', 'Facts reach reports a moment after they happen. One that comes late changes the past figure that it belongs to.'),
]

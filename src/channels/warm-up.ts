import { z } from 'zod'

const DAY = 86_400_000
/** A plan that grows beyond this many messages a day has reached its end. */
const END = 10_000_000

const Day = z.iso.date()

/** How many messages a day a new sending name may have: mailbox providers trust volume that grows slowly. */
export const WarmUp = z.strictObject({
  /** First day (UTC). */
  from: Day,
  /** Messages on the first day. */
  first: z.int().min(1).max(END).default(200),
  /** Each day so many times as many as the day before. */
  growth: z.number().gt(1).max(10).default(1.5),
  /** When a day may have so many, the plan is over. */
  upTo: z.int().min(1).max(END).default(100_000),
})
export type WarmUp = z.output<typeof WarmUp>

/** Days since 1970-01-01 in UTC. */
export const dayOf = (at: number): number => Math.floor(at / DAY)

/** Messages that a day (`dayOf`) may have; null: as many as there are, the plan is over. Before it begins the first day's number holds. */
export function allowance({ from, first, growth, upTo }: WarmUp, day: number): number | null {
  const passed = Math.max(0, day - dayOf(Date.parse(`${from}T00:00:00Z`)))
  // Logarithms first: a plan of years would overflow.
  if (Math.log(first) + passed * Math.log(growth) >= Math.log(upTo) - 1e-9) return null
  return Math.floor(first * growth ** passed + 1e-9)
}

/** The first moment (epoch ms) of the next day. */
export const nextDay = (at: number): number => (dayOf(at) + 1) * DAY

import type { Budget } from './schema.ts'

/** How a budget stands; money in one unit, whichever. */
export interface Spending {
  readonly amount: number
  /** What is spent, with what is reserved. */
  readonly spent: number
  /** Of its period, in [0, 1]. */
  readonly elapsed: number
}

export interface Pacing {
  readonly pace: Budget['pace']
  /** Since the price was reckoned last; left out: one. */
  readonly minutes?: number
}

/** How fast the price follows in a minute. At twice the pace it has risen by 1 within fifty minutes. */
export const ETA = 0.02
/** At the beginning of a period a single message looks like a great haste: time is reckoned as at least this share. */
const LEAST_ELAPSED = 0.01
/** Nor may one look move the price by more than this many times η. */
const FASTEST = 4
/** Who has not looked for longer than this many minutes does not make up for it at once. */
const LONGEST = 60
/** Beyond this everything that costs is out of question anyway. */
const HIGHEST = 1_000

/**
 * λ ← max(0, λ + η (spent / elapsed − B) / B): dual subgradient of the budget's constraint (Balseiro, Lu, Mirrokni 2023, “The best of many
 * worlds: dual mirror descent for online allocation”). λ is what one unit of money is worth beyond itself.
 */
export function repriced(price: number, { amount, spent, elapsed }: Spending, { pace, minutes = 1 }: Pacing): number {
  if (pace === 'asap' || amount <= 0) return 0
  const haste = (spent / Math.max(LEAST_ELAPSED, elapsed) - amount) / amount
  const next = price + ETA * Math.min(LONGEST, Math.max(0, minutes)) * Math.min(FASTEST, Math.max(-1, haste))
  return Number.isFinite(next) ? Math.min(HIGHEST, Math.max(0, next)) : 0
}

/** Whether a price has moved so far that everybody must hear of it: each telling is a record on every partition of the log. */
export const isNews = (told: number, price: number): boolean =>
  (told === 0) !== (price === 0) || Math.abs(price - told) > Math.max(0.01, 0.05 * told)

/** Three digits are as much as a price knows. */
export const shown = (price: number): number => Number(price.toPrecision(3))

/** What will have been spent at the end at this pace; the amount where there is not enough. */
export const forecast = ({ amount, spent, elapsed }: Spending): number =>
  elapsed <= 0 ? spent : Math.min(amount, spent / Math.max(LEAST_ELAPSED, elapsed))

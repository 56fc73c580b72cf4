/** Milliseconds of a day. */
export const DAY = 86_400_000

/**
 * Sums that halve with time, one for each half-life, as of the newest thing in them: `[at, sum, sum, …]`. Whatever order things come in,
 * they come to the same (up to rounding), and two such sums add up to that of all together.
 */
export type Decayed = readonly [at: number, ...sums: number[]]

/** How much is left after so long; time that has not come yet takes nothing away. */
export const left = (elapsed: number, halfLife: number): number => (elapsed <= 0 ? 1 : 2 ** (-elapsed / halfLife))

/** Two sums as one; what comes late has decayed on its way. */
export function united(a: Decayed | undefined, b: Decayed | undefined, halfLives: readonly number[]): Decayed {
  if (!a) return b!
  if (!b) return a
  const [newer, older] = a[0] >= b[0] ? [a, b] : [b, a]
  const elapsed = newer[0] - older[0]
  return [newer[0], ...halfLives.map((halfLife, i) => newer[i + 1]! + older[i + 1]! * left(elapsed, halfLife))]
}

/** What a sum has come down to by `now`. */
export const sumAt = (sums: Decayed | undefined, i: number, { halfLife, now }: { halfLife: number; now: number }): number =>
  sums ? sums[i + 1]! * left(now - sums[0], halfLife) : 0

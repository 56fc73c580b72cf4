import type { HoldoutInForce } from './in-force.ts'

/** How long silence before shows in what people do (ms). */
const ECHO_MS = 28 * 86_400_000

/** What a rotation leaves behind in the period after it. */
export interface Overlap {
  readonly code: 'holdout_overlap'
  /** Of those who are out now, and as well of those who are not, the share who were out in the period before, in [0, 1]. */
  readonly share: number
  /** Until when figures of the period are to be read with this (epoch ms). */
  readonly until: number
  readonly sentence: string
}

/**
 * Periods are drawn independently, so in each arm the same share was out just before. Both arms are alike in that; but whoever comes from
 * silence may answer otherwise, which for some weeks is measured along. Null: nobody was out before, or it is long ago.
 */
export function overlapOf({ holdout, share, period }: HoldoutInForce, now: number): Overlap | null {
  const { from, id } = period(now)
  if (holdout.rotate === 'never' || now >= from + ECHO_MS) return null
  const part = `${Math.round(share * 1_000) / 10} %`
  return {
    code: 'holdout_overlap',
    share,
    until: from + ECHO_MS,
    sentence: `The period ${id} has just begun: ${part} of each arm had no marketing in the one before. Both arms are alike in that, but for the first four weeks their answer to silence is in the figures.`,
  }
}

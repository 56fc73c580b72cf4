/** Days since the day before on which the same person did it; `again` false: not seen before within so many days of history. */
export interface Gap {
  readonly days: number
  readonly again: boolean
  readonly times: number
}

/**
 * The share of people on the n-th day of a period (from 0) who have not been counted in it yet: the chance that the last time was more than n days
 * ago, by Kaplan and Meier (1958), because of who came early in the history it is only known that they had not come before within it.
 */
export function newShare(gaps: readonly Gap[], days: number): number[] {
  const again = new Float64Array(days + 1)
  const lost = new Float64Array(days + 1)
  let atRisk = 0
  for (const { days: gap, again: came, times } of gaps) {
    atRisk += times
    if (gap > days) continue
    if (came) again[gap]! += times
    else lost[gap]! += times
  }
  const shares: number[] = []
  let left = 1
  for (let day = 0; day < days; day++) {
    if (atRisk > 0) left *= 1 - again[day]! / atRisk
    atRisk -= again[day]! + lost[day]!
    shares.push(left)
  }
  return shares
}

/** One reading of the server's clock: what it said, and when it was heard (both epoch ms). */
export interface Reading {
  readonly told: number
  readonly heard: number
}

const APART_MS = 500

/** How fast the server's clock runs against ours, from two readings; 1 unless a demonstration makes it run fast. */
export function rateOf(first: Reading, second: Reading): number {
  const rate = (second.told - first.told) / (second.heard - first.heard)
  // Answers take their time: only a rate that is plainly another one counts.
  return rate > 2 ? rate : 1
}

let base: Reading | undefined
let last: Reading | undefined
let rate = 1

/** Takes what an answer of the server says about its time. */
export function hearServerTime(reading: Reading): void {
  if (base && reading.heard - base.heard >= APART_MS) {
    rate = rateOf(base, reading)
    base = reading
  }
  base ??= reading
  last = reading
}

/** The server's present at our `now`: times on screens are told against its clock, which may not be the reader's. */
export const serverNow = (now: number): number => (last ? last.told + (now - last.heard) * rate : now)

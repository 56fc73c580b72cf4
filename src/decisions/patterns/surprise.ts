/** Weight of the newest event in the running mean of surprise. */
export const NEWEST = 0.3
/** Events of a person before anything of theirs can be unusual. */
export const WARM_UP = 10
/** Below this z an anomaly has passed, and the next one can be told. */
export const CALM = 2

/** How surprising events are for people at large: medians, and spreads (nats; of a normal distribution they would be its standard deviation). */
export interface SurpriseScale {
  readonly median: number
  readonly spread: number
  /** The same of the running mean. */
  readonly smoothMedian: number
  readonly smoothSpread: number
}

/** Spreads below this (nats) are taken for it: nobody is unusual by a rounding error. */
const LEAST_SPREAD = 0.05
/** Of all spreads from the median: one event counts no further when the scale is learned. */
const FURTHEST = 5

/** The scale from the surprises of many people, each in order. Null: too little to say what is usual. */
export function scaleOf(people: readonly (readonly number[])[]): SurpriseScale | null {
  const all = people.flat()
  if (all.length < 100) return null
  const [median, spread] = robust(all)
  const smooth = people.flatMap((surprises) =>
    running(surprises, { median, most: median + FURTHEST * spread, least: median - FURTHEST * spread }),
  )
  const [smoothMedian, smoothSpread] = robust(smooth)
  const scale = { median, spread, smoothMedian, smoothSpread }
  return Object.values(scale).every(Number.isFinite) ? scale : null
}

function running(surprises: readonly number[], { median, most, least }: { median: number; most: number; least: number }): number[] {
  const means: number[] = []
  let mean = median
  for (const surprise of surprises) {
    mean += NEWEST * (Math.min(most, Math.max(least, surprise)) - mean)
    means.push(mean)
  }
  return means
}

/** A normal distribution has 1 % above this many spreads. */
const TAIL = 2.326

/** Median, and the spread that both the middle half and the upper hundredth agree to: surprise has a longer tail than its middle tells. */
function robust(values: readonly number[]): [number, number] {
  const sorted = Float64Array.from(values).sort()
  const median = quantile(sorted, 0.5)
  const deviations = sorted.map((value) => Math.abs(value - median)).sort()
  return [median, Math.max(LEAST_SPREAD, 1.4826 * quantile(deviations, 0.5), (quantile(sorted, 0.99) - median) / TAIL)]
}

/** Between the two neighbours, as R's type 7 does. */
function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]!
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at))
}

/**
 * The running mean after one more event. One event moves it by less than the mark `z`, however strange it is:
 * what is told is a change of ways, not a slip.
 */
export function smoothed(before: number, surprise: number, { scale, z }: { readonly scale: SurpriseScale; readonly z: number }): number {
  const reach = ((z - 0.5) * scale.smoothSpread) / NEWEST
  const held = Math.min(scale.median + reach, Math.max(scale.median - reach, surprise))
  return before + NEWEST * (held - before)
}

export const robustZ = (mean: number, { smoothMedian, smoothSpread }: SurpriseScale): number => (mean - smoothMedian) / smoothSpread

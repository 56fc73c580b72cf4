import { random } from '#lib/numeric/random.ts'
import type { Moments, QuantileStatistics } from './statistics.ts'

const DRAWS = 400
/** Below so many clusters a bootstrap says too little of how they vary. */
const LEAST_CLUSTERS = 20

/**
 * A quantile and how it varies, by drawing whole clusters again (cluster bootstrap; Davison & Hinkley 1997, 3.8): values of one person are not
 * independent. A cluster may be the people of one of some 200 hash buckets, so SQL sends histograms, never people; buckets are independent
 * too, and 200 of them know a standard error to 5 %. The same seed gives the same answer. Null below 20 clusters that have values.
 */
export function quantileMoments({ n, q, values, clusters }: QuantileStatistics, seed: string): Moments | null {
  const full = clusters.filter((counts) => counts.some((count) => count > 0))
  if (full.length < LEAST_CLUSTERS || n < 2) return null
  const estimate = midQuantile(values, total(full, values.length), q)
  const r = random(seed)
  let [mean, squares] = [0, 0]
  for (let draw = 1; draw <= DRAWS; draw++) {
    const counts = new Float64Array(values.length)
    for (let i = 0; i < full.length; i++) add(counts, full[Math.floor(r.uniform() * full.length)]!)
    const found = midQuantile(values, counts, q)
    const delta = found - mean
    mean += delta / draw
    squares += delta * (found - mean)
  }
  const variance = (squares / (DRAWS - 1)) * n
  return Number.isFinite(estimate) && Number.isFinite(variance) ? { n, mean: estimate, base: estimate, variance } : null
}

function add(counts: Float64Array, more: readonly number[]): void {
  for (let i = 0; i < more.length; i++) counts[i]! += more[i]!
}

function total(clusters: readonly (readonly number[])[], size: number): Float64Array {
  const counts = new Float64Array(size)
  for (const cluster of clusters) add(counts, cluster)
  return counts
}

/**
 * Interpolated between the middles of the steps of the distribution (mid-distribution quantile; Ma, Genton & Parzen 2011), so that ties and
 * bins do not pretend to have no error.
 */
export function midQuantile(values: readonly number[], counts: ArrayLike<number>, q: number): number {
  let all = 0
  for (let i = 0; i < values.length; i++) all += counts[i]!
  const wanted = q * all
  let below = 0
  let [lastAt, lastValue] = [0, Number.NaN]
  for (let i = 0; i < values.length; i++) {
    if (counts[i]! === 0) continue
    const middle = below + counts[i]! / 2
    if (middle >= wanted) {
      if (Number.isNaN(lastValue)) return values[i]!
      return lastValue + ((values[i]! - lastValue) * (wanted - lastAt)) / (middle - lastAt)
    }
    below += counts[i]!
    ;[lastAt, lastValue] = [middle, values[i]!]
  }
  return lastValue
}

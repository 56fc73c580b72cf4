/** The serialisable form: centroids ascending by mean. */
export interface TDigestState {
  readonly compression: number
  readonly least: number
  readonly greatest: number
  readonly means: readonly number[]
  readonly weights: readonly number[]
}

/** Quantiles of a stream in a few hundred numbers, sharpest at both ends (Dunning and Ertl 2019, merging digest, scale k1). */
export interface TDigest {
  add(value: number, weight?: number): void
  /** Takes in everything that the other has seen. */
  merge(other: TDigest): void
  count(): number
  /** The value below which a share q lies; null when nothing was added. */
  quantile(q: number): number | null
  /** The share below a value; null when nothing was added. */
  cdf(value: number): number | null
  state(): TDigestState
}

interface Centroids {
  means: number[]
  weights: number[]
}

/** Neighbours are joined as long as together they span less than one unit of the scale. */
function compressed({ means, weights }: Centroids, compression: number): Centroids {
  const order = means.map((_, i) => i).sort((a, b) => means[a]! - means[b]! || a - b)
  const total = weights.reduce((sum, each) => sum + each, 0)
  const scale = (q: number): number => (compression / (2 * Math.PI)) * Math.asin(2 * Math.min(1, Math.max(0, q)) - 1)
  const found: Centroids = { means: [], weights: [] }
  let before = 0
  let weight = 0
  let mean = 0
  for (const i of order) {
    const joined = weight + weights[i]!
    if (weight > 0 && scale((before + joined) / total) - scale(before / total) > 1) {
      found.means.push(mean)
      found.weights.push(weight)
      before += weight
      weight = 0
      mean = 0
    }
    weight += weights[i]!
    mean += ((means[i]! - mean) * weights[i]!) / weight
  }
  if (weight > 0) {
    found.means.push(mean)
    found.weights.push(weight)
  }
  return found
}

/** Centroids as points of the distribution: half of each one's weight lies on either side of its mean. */
function curve({ means, weights }: Centroids, least: number, greatest: number): { readonly at: number[]; readonly below: number[] } {
  const at = [least]
  const below = [0]
  let sum = 0
  for (const [i, mean] of means.entries()) {
    at.push(mean)
    below.push(sum + weights[i]! / 2)
    sum += weights[i]!
  }
  at.push(greatest)
  below.push(sum)
  return { at, below }
}

function between(from: readonly number[], to: readonly number[], x: number): number {
  let high = from.findIndex((each) => each >= x)
  if (high < 0) high = from.length - 1
  if (high === 0) return to[0]!
  const width = from[high]! - from[high - 1]!
  return width > 0 ? to[high - 1]! + ((to[high]! - to[high - 1]!) * (x - from[high - 1]!)) / width : to[high]!
}

const emptyDigest = (compression: number): TDigestState => ({
  compression,
  least: 0,
  greatest: 0,
  means: [],
  weights: [],
})

/** A digest, new or from its state; about `compression` centroids are kept, 100 gives about 0.1 % at the median and far less in the tails. */
export function tDigest(from: TDigestState | number = 100): TDigest {
  const { compression, ...start } = typeof from === 'number' ? emptyDigest(from) : from
  let kept: Centroids = { means: [...start.means], weights: [...start.weights] }
  let waiting = 0
  let least = kept.means.length > 0 ? start.least : Number.POSITIVE_INFINITY
  let greatest = kept.means.length > 0 ? start.greatest : Number.NEGATIVE_INFINITY
  const settle = (): Centroids => {
    if (waiting > 0) kept = compressed(kept, compression)
    waiting = 0
    return kept
  }
  const take = (mean: number, weight: number): void => {
    kept.means.push(mean)
    kept.weights.push(weight)
    if (++waiting > 8 * compression) settle()
  }
  const count = (): number => kept.weights.reduce((sum, each) => sum + each, 0)
  return {
    add(value, weight = 1) {
      if (!Number.isFinite(value) || !(weight > 0)) throw new RangeError(`${value} with the weight ${weight} has no place among quantiles`)
      least = Math.min(least, value)
      greatest = Math.max(greatest, value)
      take(value, weight)
    },
    merge(other) {
      const state = other.state()
      if (state.means.length === 0) return
      least = Math.min(least, state.least)
      greatest = Math.max(greatest, state.greatest)
      for (const [i, mean] of state.means.entries()) take(mean, state.weights[i]!)
    },
    count,
    quantile(q) {
      const centroids = settle()
      if (centroids.means.length === 0) return null
      const { at, below } = curve(centroids, least, greatest)
      return between(below, at, Math.min(1, Math.max(0, q)) * count())
    },
    cdf(value) {
      const centroids = settle()
      if (centroids.means.length === 0) return null
      if (value < least) return 0
      if (value >= greatest) return 1
      const { at, below } = curve(centroids, least, greatest)
      return between(at, below, value) / count()
    },
    state() {
      const { means, weights } = settle()
      if (means.length === 0) return emptyDigest(compression)
      return { compression, least, greatest, means: [...means], weights: [...weights] }
    },
  }
}

import { lgamma } from '#lib/numeric/special.ts'
import { BINS } from './week.ts'

/** Width of the kernel over the hours of a day, in hours, and what another day of the same kind counts. */
const WIDTH = 1
const OTHER_DAY = 0.4
/** What the people around someone count for, in readings, where the kernel smooths. */
export const SHRINKAGE = 8

const DAYS = 7
const weekend = (day: number): boolean => day >= 5

/** By how many hours two are apart on the clock, to the weight. */
const BY_HOUR = Float64Array.from({ length: 24 }, (_, hours) => Math.exp(-((Math.min(hours, 24 - hours) / WIDTH) ** 2) / 2))
/** From day to day: the same one, one of the same kind (working day, weekend), another. */
const BY_DAY = Float64Array.from({ length: DAYS * DAYS }, (_, i) => {
  const [a, b] = [Math.floor(i / DAYS), i % DAYS]
  return a === b ? 1 : weekend(a) === weekend(b) ? OTHER_DAY : OTHER_DAY * OTHER_DAY
})
const HOURS_SUM = BY_HOUR.reduce((sum, each) => sum + each, 0)

/** What one reading in a bin says of another bin: sums to 1 over all bins. */
function kernel(bin: number, from: number): number {
  const [day, source] = [Math.floor(bin / 24), Math.floor(from / 24)]
  const days = BY_DAY.subarray(source * DAYS, source * DAYS + DAYS).reduce((sum, each) => sum + each, 0)
  return (BY_HOUR[Math.abs((bin % 24) - (from % 24))]! * BY_DAY[source * DAYS + day]!) / (HOURS_SUM * days)
}
/** `KERNEL[from * BINS + bin]`. */
const KERNEL = Float64Array.from({ length: BINS * BINS }, (_, i) => kernel(i % BINS, Math.floor(i / BINS)))

/** Counts by bin, each spread over the hours and days around it; the sum stays. */
export function smoothed(counts: ArrayLike<number>): Float64Array {
  const found = new Float64Array(BINS)
  for (let from = 0; from < BINS; from++) {
    const weight = counts[from]!
    if (weight === 0) continue
    for (let bin = 0; bin < BINS; bin++) found[bin] = found[bin]! + weight * KERNEL[from * BINS + bin]!
  }
  return found
}

/** How a population reads: counts + 1, over neighbouring hours ¼ ½ ¼ around the week, as shares. */
export function populationOf(counts: ArrayLike<number>): Float64Array {
  const at = (bin: number): number => counts[(bin + BINS) % BINS]! + 1
  return shares(Float64Array.from({ length: BINS }, (_, bin) => 0.25 * at(bin - 1) + 0.5 * at(bin) + 0.25 * at(bin + 1)))
}

export function shares(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, each) => total + each, 0)
  return weights.map((each) => each / sum)
}

/**
 * The hours in which someone reads, as shares: their own counts, as much as they say, with the population's for the rest
 * (Dirichlet posterior mean). Without any counts it is the population exactly. `strength`: readings that the population counts for.
 */
export function shrunk(counts: ArrayLike<number>, population: ArrayLike<number>, strength: number): Float64Array {
  let own = 0
  for (let bin = 0; bin < BINS; bin++) own += counts[bin]!
  if (own === 0) return Float64Array.from(population)
  return Float64Array.from({ length: BINS }, (_, bin) => (counts[bin]! + strength * population[bin]!) / (own + strength))
}

/** The rhythm of one person: `shrunk` over their smoothed counts. */
export const rhythmOf = (counts: ArrayLike<number>, population: ArrayLike<number>, strength: number = SHRINKAGE): Float64Array =>
  shrunk(smoothed(counts), population, strength)

/** Counts of one member: the bins that are not empty. */
export interface Sparse {
  readonly bins: ArrayLike<number>
  readonly counts: ArrayLike<number>
}

/** log likelihood of the members' counts under a Dirichlet of this strength around the population (without what does not hang on the strength). */
function likelihood(members: readonly Sparse[], population: ArrayLike<number>, strength: number): number {
  const prior = Float64Array.from({ length: BINS }, (_, bin) => lgamma(strength * population[bin]!))
  let sum = 0
  for (const { bins, counts } of members) {
    let total = 0
    for (let i = 0; i < bins.length; i++) {
      const bin = bins[i]!
      total += counts[i]!
      sum += lgamma(counts[i]! + strength * population[bin]!) - prior[bin]!
    }
    sum += lgamma(strength) - lgamma(strength + total)
  }
  return sum
}

const GOLDEN = (Math.sqrt(5) - 1) / 2
/** Range of strengths, and how exactly (in log) the best is found. */
const [LEAST, MOST, TOLERANCE] = [0.01, 1e6, 1e-6]

/**
 * How strongly members resemble their population: the strength of the Dirichlet that makes their counts most likely (Dirichlet-multinomial,
 * golden-section search on its logarithm). `MOST` where nothing tells them apart.
 */
export function strengthOf(members: readonly Sparse[], population: ArrayLike<number>): number {
  let [low, high] = [Math.log(LEAST), Math.log(MOST)]
  const at = (log: number): number => likelihood(members, population, Math.exp(log))
  let [a, b] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)]
  let [atA, atB] = [at(a), at(b)]
  while (high - low > TOLERANCE) {
    if (atA >= atB) {
      ;[high, b, atB] = [b, a, atA]
      a = high - GOLDEN * (high - low)
      atA = at(a)
    } else {
      ;[low, a, atA] = [a, b, atB]
      b = low + GOLDEN * (high - low)
      atB = at(b)
    }
  }
  return Math.exp((low + high) / 2)
}

/** The bins of dense counts that are not empty. */
export function sparse(counts: ArrayLike<number>): Sparse {
  const bins: number[] = []
  const found: number[] = []
  for (let bin = 0; bin < BINS; bin++) {
    if (counts[bin]! === 0) continue
    bins.push(bin)
    found.push(counts[bin]!)
  }
  return { bins, counts: found }
}

/** Mean −log share (nats) of what came to pass, and how often it was among the 24 likeliest hours. */
export function scoreOf(shares: ArrayLike<number>, seen: readonly number[]): { readonly nats: number; readonly hits: number } {
  const ranked = Array.from({ length: BINS }, (_, bin) => bin).sort((a, b) => shares[b]! - shares[a]! || a - b)
  const likely = new Set(ranked.slice(0, 24))
  return {
    nats: seen.reduce((sum, bin) => sum - Math.log(shares[bin]!), 0),
    hits: seen.reduce((sum, bin) => sum + (likely.has(bin) ? 1 : 0), 0),
  }
}

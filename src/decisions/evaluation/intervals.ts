import { random } from '#lib/numeric/random.ts'
import type { Terms } from './estimators.ts'
import type { Estimate } from './schema.ts'

/** Decisions of one person hang together: they are added up before anything is said of errors. */
export interface Clusters {
  readonly count: number
  /** Cluster of each decision, from 0. */
  readonly of: Int32Array
}

export function clustersOf(units: readonly string[]): Clusters {
  const index = new Map<string, number>()
  const of = new Int32Array(units.length)
  units.forEach((unit, i) => {
    const known = index.get(unit)
    of[i] = known ?? index.size
    if (known === undefined) index.set(unit, index.size)
  })
  return { count: index.size, of }
}

/** Each decision for itself. */
export const apart = (decisions: number): Clusters => ({ count: decisions, of: Int32Array.from({ length: decisions }, (_, i) => i) })

interface Summed {
  readonly n: Float64Array
  readonly a: Float64Array
  readonly b: Float64Array
  readonly c: Float64Array
}

function summed({ a, b, c }: Terms, { count, of }: Clusters): Summed {
  const sums: Summed = { n: new Float64Array(count), a: new Float64Array(count), b: new Float64Array(count), c: new Float64Array(count) }
  for (let i = 0; i < of.length; i++) {
    const k = of[i]!
    sums.n[k]! += 1
    sums.a[k]! += a[i]!
    sums.b[k]! += b[i]!
    sums.c[k]! += c[i]!
  }
  return sums
}

interface Moment {
  readonly value: number
  readonly se: number
}

/** Value and standard error from sums by cluster: the ratio by the delta method, clusters as in Liang & Zeger 1986 with the factor m/(m−1). `times`: how often each cluster counts; left out: once. */
function moment(sums: Summed, times?: Uint16Array): Moment | null {
  const { n, a, b, c } = sums
  const m = n.length
  let [sumN, sumA, sumB, sumC] = [0, 0, 0, 0]
  for (let k = 0; k < m; k++) {
    const t = times ? times[k]! : 1
    sumN += t * n[k]!
    sumA += t * a[k]!
    sumB += t * b[k]!
    sumC += t * c[k]!
  }
  if (sumN === 0 || sumC === 0 || m < 2) return null
  const [mean, ratio, perC] = [sumA / sumN, sumB / sumC, sumN / sumC]
  let squares = 0
  for (let k = 0; k < m; k++) {
    const influence = a[k]! - mean * n[k]! + (b[k]! - ratio * c[k]!) * perC
    squares += (times ? times[k]! : 1) * influence * influence
  }
  const value = mean + ratio
  const se = Math.sqrt((squares * m) / (m - 1)) / sumN
  return Number.isFinite(value) && Number.isFinite(se) ? { value, se } : null
}

/** 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054
/** Effective decisions from which the normal approximation is good enough. */
const NORMAL_FROM = 1_000
/** Resamples: as many as this much work allows. */
const WORK = 2e7
const MOST = 999
const LEAST = 199

export interface IntervalOf {
  readonly clusters: Clusters
  /** Effective decisions. */
  readonly effective: number
  /** Of the generator that resamples. */
  readonly seed: string
}

/** 95 % intervals of several estimates on the same decisions: normal where there is plenty, bootstrap-t (Hall 1988) over persons where there is little. Null: nothing can be estimated. */
export function estimates<Name extends string>(
  terms: Readonly<Record<Name, Terms>>,
  { clusters, effective, seed }: IntervalOf,
): Record<Name, Estimate | null> {
  const names = Object.keys(terms) as Name[]
  const known = names.map((name) => {
    const sums = summed(terms[name], clusters)
    return { sums, found: moment(sums) }
  })
  const drawn = effective >= NORMAL_FROM ? null : resampled(known, { m: clusters.count, seed })
  return Object.fromEntries(names.map((name, i) => [name, intervalOf(known[i]!.found, drawn && drawn[i]!)])) as Record<
    Name,
    Estimate | null
  >
}

export const estimate = (terms: Terms, of: IntervalOf): Estimate | null => estimates({ terms }, of).terms

/** `drawn`: studentised resamples; null: the normal distribution will do. */
function intervalOf(found: Moment | null, drawn: readonly number[] | null): Estimate | null {
  if (!found) return null
  const { value, se } = found
  // What differs in the last bits only does not vary.
  if (se <= Math.abs(value) * 1e-12) return { value, se: 0, low: null, high: null, method: 'none' }
  if (!drawn) return { value, se, low: value - Z * se, high: value + Z * se, method: 'normal' }
  if (drawn.length < LEAST * 0.95) return { value, se, low: null, high: null, method: 'none' }
  const sorted = Float64Array.from(drawn).sort()
  const at = (p: number): number => sorted[Math.min(sorted.length - 1, Math.max(0, Math.round((sorted.length + 1) * p) - 1))]!
  const [low, high] = [value - at(0.975) * se, value - at(0.025) * se]
  return Number.isFinite(low) && Number.isFinite(high)
    ? { value, se, low, high, method: 'bootstrap_t' }
    : { value, se, low: null, high: null, method: 'none' }
}

/** (θ* − θ)/se* of each estimate; all from the same resamples. */
function resampled(
  known: readonly { readonly sums: Summed; readonly found: Moment | null }[],
  { m, seed }: { m: number; seed: string },
): number[][] {
  const resamples = Math.max(LEAST, Math.min(MOST, Math.floor(WORK / Math.max(1, m))))
  const chance = random(`bootstrap ${seed}`)
  const times = new Uint16Array(m)
  const all: number[][] = known.map(() => [])
  for (let i = 0; i < resamples; i++) {
    times.fill(0)
    for (let k = 0; k < m; k++) times[Math.floor(chance.uniform() * m)]! += 1
    known.forEach(({ sums, found }, j) => {
      const again = found && moment(sums, times)
      if (again && again.se > 0) all[j]!.push((again.value - found.value) / again.se)
    })
  }
  return all
}

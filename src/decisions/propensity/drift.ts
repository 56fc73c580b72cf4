import type { Features } from './encoding.ts'

/** How a feature was spread where a model learned it: shares of tenths (fewer where values tie), and of what was missing. */
export interface Spread {
  readonly name: string
  /** Ascending; a value at most the first lies in the first part. */
  readonly edges: readonly number[]
  /** One more than edges, then the missing ones; they sum to 1. */
  readonly shares: readonly number[]
  readonly n: number
}

export interface Drift {
  readonly name: string
  /** Population stability index: below 0.1 calm, above 0.25 another population. */
  readonly psi: number
  /** What chance alone shows with so few. */
  readonly byChance: number
  readonly state: 'calm' | 'moved' | 'shifted'
}

const PARTS = 10

const partOf = (edges: readonly number[], value: number): number => {
  let part = 0
  while (part < edges.length && value > edges[part]!) part++
  return part
}

const sharesOf = (edges: readonly number[], values: ArrayLike<number>): number[] => {
  const counts = new Array<number>(edges.length + 2).fill(0)
  for (let i = 0; i < values.length; i++) counts[Number.isFinite(values[i]!) ? partOf(edges, values[i]!) : edges.length + 1]!++
  return counts.map((count) => count / Math.max(1, values.length))
}

/** The spread of values; what is not finite is missing. */
export function spreadOf(name: string, values: ArrayLike<number>): Spread {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort()
  const tenths = Array.from({ length: PARTS - 1 }, (_, k) => sorted[Math.floor((sorted.length * (k + 1)) / PARTS)]!)
  const edges = sorted.length === 0 ? [] : [...new Set(tenths)]
  return { name, edges, shares: sharesOf(edges, values), n: values.length }
}

/** How far values lie from a spread (Σ (q − p) ln(q/p), half a case added to each part). */
export function driftOf({ name, edges, shares, n }: Spread, values: ArrayLike<number>): Drift {
  const now = sharesOf(edges, values)
  const smooth = (share: number, of: number): number => (share * of + 0.5) / (of + shares.length / 2)
  const psi = shares.reduce((sum, share, i) => {
    const [p, q] = [smooth(share, n), smooth(now[i]!, values.length)]
    return sum + (q - p) * Math.log(q / p)
  }, 0)
  const used = shares.filter((share, i) => share > 0 || now[i]! > 0).length
  const byChance = Math.max(0, used - 1) * (1 / Math.max(1, n) + 1 / Math.max(1, values.length))
  const real = psi > 3 * byChance
  return { name, psi, byChance, state: real && psi > 0.25 ? 'shifted' : real && psi > 0.1 ? 'moved' : 'calm' }
}

/** Features that drift is looked for in: those that most examples have first. */
const MOST_FEATURES = 100

export function spreadsOf(rows: readonly { readonly features: Features }[]): Spread[] {
  const counts = new Map<string, number>()
  for (const { features } of rows) for (const name of Object.keys(features)) counts.set(name, (counts.get(name) ?? 0) + 1)
  const names = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, MOST_FEATURES)
  return names.map(([name]) => spreadOf(name, valuesOf(name, rows)))
}

/** Drift of each feature, the furthest first. */
export const driftsOf = (spreads: readonly Spread[], rows: readonly { readonly features: Features }[]): Drift[] =>
  spreads.map((spread) => driftOf(spread, valuesOf(spread.name, rows))).sort((a, b) => b.psi - a.psi || (a.name < b.name ? -1 : 1))

const valuesOf = (name: string, rows: readonly { readonly features: Features }[]): Float64Array =>
  Float64Array.from(rows, ({ features }) => features[name] ?? Number.NaN)

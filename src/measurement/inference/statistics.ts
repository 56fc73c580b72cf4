/**
 * What SQL gives of one metric in one arm. One row per unit (a person, merged profiles once), then sums over units only: raw rows never come here.
 * Units without the outcome count with 0. All sums over the same units.
 */
export type ArmStatistics = ProportionStatistics | MeanStatistics | RatioStatistics | QuantileStatistics

/** Units that did it at least once, of n. */
export interface ProportionStatistics {
  readonly kind: 'proportion'
  readonly n: number
  /** Units with the outcome. */
  readonly sum: number
  readonly pre?: PrePeriod
}

/** A number per unit: money, orders, minutes. */
export interface MeanStatistics {
  readonly kind: 'mean'
  readonly n: number
  readonly sum: number
  readonly sumSquares: number
  /** Units with a value other than 0, for the rule of the least conversions; left out: all units count. */
  readonly converted?: number
  readonly pre?: PrePeriod
}

/** Σ numerator ÷ Σ denominator over units that were drawn, e.g. clicks per message while people are drawn (delta method). */
export interface RatioStatistics {
  readonly kind: 'ratio'
  /** Units that were drawn, not denominators. */
  readonly n: number
  /** Of the numerator per unit. */
  readonly sum: number
  readonly sumSquares: number
  readonly denominator: {
    readonly sum: number
    readonly sumSquares: number
    /** Σ numerator × denominator. */
    readonly cross: number
  }
  readonly converted?: number
  readonly pre?: PrePeriod & {
    /** Σ denominator × pre. */
    readonly crossDenominator: number
  }
}

/** A quantile of values where one unit may have several: drawn again by clusters of units (see quantile.ts). */
export interface QuantileStatistics {
  readonly kind: 'quantile'
  /** Units. */
  readonly n: number
  /** In (0, 1): 0.5 is the median. */
  readonly q: number
  /** Values ascending, e.g. the middles of bins. */
  readonly values: readonly number[]
  /** For each cluster (a unit, or the units of one of some 200 hash buckets) how often each value occurred. */
  readonly clusters: readonly (readonly number[])[]
}

/** The same or another number of the same units from BEFORE they were drawn into the experiment; anything later would bias. */
export interface PrePeriod {
  readonly sum: number
  readonly sumSquares: number
  /** Σ outcome × pre. */
  readonly cross: number
}

/** One arm as all tests see it: the mean of n independent units, and what a unit's value varies by. */
export interface Moments {
  readonly n: number
  readonly mean: number
  /** Per unit (of ratios: of the linearised unit), so mean has variance / n. */
  readonly variance: number
  /** Before adjustment; relative effects divide by that of control. */
  readonly base: number
  /** Of an adjusted arm: the variance of a unit before adjustment, and its covariance with the adjusted one. Left out: both are `variance`. */
  readonly unadjusted?: { readonly variance: number; readonly covariance: number }
  readonly pre?: { readonly mean: number; readonly variance: number; readonly covariance: number }
}

/** Null: fewer than two units, or sums that say nothing finite. Quantiles come from `quantileMoments`. */
export function momentsOf(arm: Exclude<ArmStatistics, QuantileStatistics>): Moments | null {
  const found = arm.kind === 'ratio' ? ratio(arm) : arm.kind === 'mean' ? mean(arm) : proportion(arm)
  return found && sound(found) ? found : null
}

const sound = ({ mean, variance, pre }: Moments): boolean =>
  [mean, variance, pre?.mean ?? 0, pre?.variance ?? 0, pre?.covariance ?? 0].every(Number.isFinite) && variance >= 0

/** Σ(x−x̄)(y−ȳ) / (n−1); rounding may not make a variance negative. */
const covariance = (n: number, { x, y, xy }: { x: number; y: number; xy: number }): number => (xy - (x * y) / n) / (n - 1)
export const varianceOf = (n: number, sum: number, sumSquares: number): number =>
  Math.max(0, covariance(n, { x: sum, y: sum, xy: sumSquares }))

function preOf(n: number, sum: number, pre: PrePeriod | undefined): Moments['pre'] {
  return (
    pre && {
      mean: pre.sum / n,
      variance: varianceOf(n, pre.sum, pre.sumSquares),
      covariance: covariance(n, { x: sum, y: pre.sum, xy: pre.cross }),
    }
  )
}

function proportion({ n, sum, pre }: ProportionStatistics): Moments | null {
  if (n < 2) return null
  const p = sum / n
  const found = { n, mean: p, base: p, variance: p * (1 - p) }
  return pre ? { ...found, pre: preOf(n, sum, pre)! } : found
}

function mean({ n, sum, sumSquares, pre }: MeanStatistics): Moments | null {
  if (n < 2) return null
  const found = { n, mean: sum / n, base: sum / n, variance: varianceOf(n, sum, sumSquares) }
  return pre ? { ...found, pre: preOf(n, sum, pre)! } : found
}

/** Delta method (Deng, Knoblich & Lu 2018): the ratio varies like the mean of (numerator − ratio × denominator) ÷ mean denominator. */
function ratio({ n, sum, sumSquares, denominator, pre }: RatioStatistics): Moments | null {
  if (n < 2 || !(denominator.sum > 0)) return null
  const each = denominator.sum / n
  const value = sum / denominator.sum
  const top = varianceOf(n, sum, sumSquares)
  const bottom = varianceOf(n, denominator.sum, denominator.sumSquares)
  const both = covariance(n, { x: sum, y: denominator.sum, xy: denominator.cross })
  const variance = Math.max(0, (top - 2 * value * both + value * value * bottom) / (each * each))
  const found = { n, mean: value, base: value, variance }
  if (!pre) return found
  const withTop = covariance(n, { x: sum, y: pre.sum, xy: pre.cross })
  const withBottom = covariance(n, { x: denominator.sum, y: pre.sum, xy: pre.crossDenominator })
  const linear = (withTop - value * withBottom) / each
  return { ...found, pre: { mean: pre.sum / n, variance: varianceOf(n, pre.sum, pre.sumSquares), covariance: linear } }
}

/** Units with the outcome: what the rule of the least conversions counts; null where every unit has a value. */
export function convertedOf(arm: ArmStatistics): number | null {
  return arm.kind === 'proportion' ? arm.sum : arm.kind === 'quantile' ? null : (arm.converted ?? null)
}

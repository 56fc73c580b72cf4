import type { Span, SurvivalStep } from '#decisions/propensity/survival.ts'
import { chi2Sf, normalPpf } from '#lib/numeric/distributions.ts'
import { luSolve, matrix } from '#lib/numeric/linear.ts'
import type { Interval } from './uncertainty.ts'

/** The band of a step by ln(−ln S), which stays within [0, 1] (Kalbfleisch and Prentice 1980); at S = 0 or 1 it is the value itself. */
export function band({ survival, error }: Pick<SurvivalStep, 'survival' | 'error'>, level = 0.95): { low: number; high: number } {
  if (survival <= 0 || survival >= 1 || error === 0) return { low: survival, high: survival }
  const log = Math.log(survival)
  const reach = (normalPpf(0.5 + level / 2) * error) / (survival * Math.abs(log))
  return { low: survival ** Math.exp(reach), high: survival ** Math.exp(-reach) }
}

/** The share that stays after `time`: that of the last step up to there. */
export const shareAfter = (steps: readonly SurvivalStep[], time: number): SurvivalStep | undefined =>
  steps.findLast((step) => step.time <= time)

/** Mean time within the first `until` (restricted mean, the area under the curve), with its interval; errors as in Greenwood's formula. */
export function restrictedMean(steps: readonly SurvivalStep[], until: number, level = 0.95): Interval {
  const within = steps.filter(({ time }) => time < until)
  const ends = [...within.slice(1).map(({ time }) => time), until]
  // Areas under each step, and before the first one.
  const areas = within.map(({ time, survival }, i) => survival * (ends[i]! - time))
  const estimate = (within[0]?.time ?? until) + areas.reduce((sum, each) => sum + each, 0)
  let variance = 0
  let later = 0
  for (let i = within.length - 1; i >= 0; i--) {
    const { atRisk, ended } = within[i]!
    later += areas[i]!
    if (atRisk > ended) variance += (later * later * ended) / (atRisk * (atRisk - ended))
  }
  const reach = normalPpf(0.5 + level / 2) * Math.sqrt(variance)
  return { estimate, low: Math.max(0, estimate - reach), high: Math.min(until, estimate + reach) }
}

export interface LogRank {
  readonly chi2: number
  readonly df: number
  readonly p: number
}

/** Whether groups stay alike (Mantel 1966; Peto and Peto 1972); null where there is one group, or nothing ended. */
export function logRank(groups: readonly (readonly Span[])[]): LogRank | null {
  const size = groups.length - 1
  if (size < 1) return null
  const table = atEachTime(groups)
  const off = new Float64Array(size)
  const variance = matrix(size, size)
  for (const { ended, atRisk } of table) {
    const [d, n] = [sum(ended), sum(atRisk)]
    const factor = n > 1 ? (d * (n - d)) / (n - 1) : 0
    for (let g = 0; g < size; g++) {
      off[g]! += ended[g]! - (d * atRisk[g]!) / n
      for (let h = 0; h < size; h++) variance.data[g * size + h]! += factor * (atRisk[g]! / n) * ((g === h ? 1 : 0) - atRisk[h]! / n)
    }
  }
  const solved = luSolve(variance, off)
  if (!solved) return null
  const chi2 = solved.reduce((total, each, g) => total + each * off[g]!, 0)
  return Number.isFinite(chi2) ? { chi2, df: size, p: chi2Sf(Math.max(0, chi2), size) } : null
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)

/** For each time when something ended: how many ended and were at risk in each group. */
function atEachTime(groups: readonly (readonly Span[])[]): { readonly ended: number[]; readonly atRisk: number[] }[] {
  const all = groups.flatMap((spans, g) => spans.map((span) => ({ ...span, g }))).sort((a, b) => a.time - b.time)
  const atRisk = groups.map((spans) => sum(spans.map(({ times = 1 }) => times)))
  const table: { ended: number[]; atRisk: number[] }[] = []
  for (let from = 0; from < all.length; ) {
    const before = [...atRisk]
    const ended = groups.map(() => 0)
    let to = from
    for (; to < all.length && all[to]!.time === all[from]!.time; to++) {
      const { g, ended: over, times = 1 } = all[to]!
      atRisk[g]! -= times
      if (over) ended[g]! += times
    }
    if (sum(ended) > 0) table.push({ ended, atRisk: before })
    from = to
  }
  return table
}

/** Chance to end in each period of those who came so far; with a weight for each period a logistic regression on person-periods says the same. */
export interface PeriodHazard {
  readonly period: number
  readonly atRisk: number
  readonly ended: number
}

/** Periods of this length from 0; a period that was seen in part without an end is left out. */
export function hazards(spans: readonly Span[], length: number): PeriodHazard[] {
  const found: { atRisk: number; ended: number }[] = []
  for (const { time, ended, times = 1 } of spans) {
    const whole = ended ? Math.max(1, Math.ceil(time / length)) : Math.floor(time / length)
    for (let period = 0; period < whole; period++) {
      found[period] ??= { atRisk: 0, ended: 0 }
      found[period]!.atRisk += times
    }
    if (ended) found[whole - 1]!.ended += times
  }
  return found.map((each, period) => ({ period, ...each }))
}

/** What may become of something that has begun. */
export interface Fate {
  readonly time: number
  /** `open`: it goes on, or nothing more was seen of it. */
  readonly to: 'won' | 'lost' | 'open'
  readonly times?: number
}

export interface Incidence {
  readonly time: number
  /** Share that has been won by then, of all that began, and its standard error. */
  readonly won: number
  readonly error: number
}

/**
 * The share that has been won by each time, where being lost takes away the chance (Aalen and Johansen 1978); errors by the delta method
 * (Marubini and Valsecchi 1995). Kaplan–Meier with the lost taken as censored would tell too much.
 */
export function wonBy(fates: readonly Fate[]): Incidence[] {
  const sorted = [...fates].sort((a, b) => a.time - b.time)
  let atRisk = sum(sorted.map(({ times = 1 }) => times))
  let [open, won] = [1, 0]
  // Var I(t) = I²·a − 2I·b + c + e − 2(I·f − g), with sums over the steps so far.
  let [a, b, c, e, f, g] = [0, 0, 0, 0, 0, 0]
  const steps: Incidence[] = []
  for (let from = 0; from < sorted.length; ) {
    const counts = { won: 0, lost: 0, open: 0 }
    let to = from
    for (; to < sorted.length && sorted[to]!.time === sorted[from]!.time; to++) counts[sorted[to]!.to] += sorted[to]!.times ?? 1
    const over = counts.won + counts.lost
    if (over > 0) {
      won += (open * counts.won) / atRisk
      const u = atRisk > over ? over / (atRisk * (atRisk - over)) : 0
      const v = (open * counts.won) / (atRisk * atRisk)
      ;[a, b, c] = [a + u, b + u * won, c + u * won * won]
      ;[e, f, g] = [e + (v * open * (atRisk - counts.won)) / atRisk, f + v, g + v * won]
      const variance = won * won * a - 2 * won * b + c + e - 2 * (won * f - g)
      if (counts.won > 0) steps.push({ time: sorted[from]!.time, won, error: Math.sqrt(Math.max(0, variance)) })
      open *= 1 - over / atRisk
    }
    atRisk -= over + counts.open
    from = to
  }
  return steps
}

import { normalCdf, normalPdf, normalPpf, normalSf } from '#lib/numeric/distributions.ts'
import type { Effect } from './welch.ts'

/** What is believed of an effect before the data. */
export interface Prior {
  readonly mean: number
  readonly variance: number
}

export interface Belief {
  readonly expected: number
  readonly sd: number
  /** Chance that the treated arm has more. */
  readonly chance: number
  /** What is lost on average: by staying with control, and by going over to treated; in the effect's unit. */
  readonly risk: { readonly stay: number; readonly change: number }
  readonly low: number
  readonly high: number
}

/** Gaussian posterior of an effect; without a prior all effects were equally likely. It is no licence to stop early: see `sequence`. */
export function belief({ estimate, se }: Pick<Effect, 'estimate' | 'se'>, prior: Prior | null, alpha: number): Belief {
  const { mean, sd } = posterior({ estimate, se }, prior)
  const reach = normalPpf(1 - alpha / 2) * sd
  const z = sd > 0 ? mean / sd : 0
  const chance = sd > 0 ? normalSf(-z) : mean > 0 ? 1 : mean < 0 ? 0 : 0.5
  return { expected: mean, sd, chance, risk: { stay: loss(-mean, sd), change: loss(mean, sd) }, low: mean - reach, high: mean + reach }
}

/** E[max(−X, 0)] of X ~ N(mean, sd²). */
function loss(mean: number, sd: number): number {
  if (sd === 0) return Math.max(0, -mean)
  const z = mean / sd
  return Math.max(0, sd * (normalPdf(z) - z * normalCdf(-z)))
}

export function posterior({ estimate, se }: Pick<Effect, 'estimate' | 'se'>, prior: Prior | null): { mean: number; sd: number } {
  if (!prior) return { mean: estimate, sd: se }
  const sum = se * se + prior.variance
  // Both certain: the data.
  if (sum === 0) return { mean: estimate, sd: 0 }
  const weight = prior.variance / sum
  return { mean: weight * estimate + (1 - weight) * prior.mean, sd: Math.sqrt((se * se * prior.variance) / sum) }
}

/** A prior of relative effects in the unit of control's mean. */
export const inUnits = ({ mean, variance }: Prior, base: number): Prior => ({
  mean: mean * Math.abs(base),
  variance: variance * base * base,
})

import type { Moments } from './statistics.ts'

/** Two arms after what was known of their units before is taken out. */
export interface Adjusted {
  readonly control: Moments
  readonly treated: Moments
  /** Outcome per unit of the covariate, one for both arms, so that the adjustment is the same for everybody. */
  readonly theta: number
  /** Share of the variance of the difference that is gone, 0 to 1. */
  readonly removed: number
}

/**
 * CUPED (Deng, Xu, Kohavi & Walker 2013): outcome − θ (before − its mean), θ = covariance ÷ variance over both arms together. The arms were
 * drawn by chance, so what was before is the same in both on average, and the difference still estimates the same effect.
 * Null where an arm has no pre-period or nobody differed before.
 */
export function cuped(control: Moments, treated: Moments): Adjusted | null {
  const [a, b] = [control.pre, treated.pre]
  if (!a || !b) return null
  const n = control.n + treated.n
  const before = b.mean - a.mean
  const between = (control.n * treated.n) / n
  const variance = (control.n - 1) * a.variance + (treated.n - 1) * b.variance + between * before * before
  if (!(variance > 0)) return null
  const shared = (control.n - 1) * a.covariance + (treated.n - 1) * b.covariance + between * before * (treated.mean - control.mean)
  const theta = shared / variance
  const centre = (control.n * a.mean + treated.n * b.mean) / n
  const made = { control: without(control, { theta, centre }), treated: without(treated, { theta, centre }) }
  const left = made.control.variance / control.n + made.treated.variance / treated.n
  const all = control.variance / control.n + treated.variance / treated.n
  // A covariate that hardly differs between people explains nothing, and its slope may be anything.
  const sound = [theta, left, all, made.control.mean, made.treated.mean].every(Number.isFinite)
  return sound ? { ...made, theta, removed: all > 0 ? Math.max(0, 1 - left / all) : 0 } : null
}

/**
 * The same with a slope per arm (Lin 2013), from the sums: never less precise in large samples, also where arms are of unequal size.
 * Its variance is that of the residuals (both slopes at the common mean); `lin` gives the robust one from rows.
 */
export function slopesApart(control: Moments, treated: Moments): Omit<Adjusted, 'theta' | 'removed'> | null {
  const [a, b] = [control.pre, treated.pre]
  if (!a || !b || !(a.variance > 0) || !(b.variance > 0)) return null
  const centre = (control.n * a.mean + treated.n * b.mean) / (control.n + treated.n)
  return {
    control: without(control, { theta: a.covariance / a.variance, centre }),
    treated: without(treated, { theta: b.covariance / b.variance, centre }),
  }
}

function without(arm: Moments, { theta, centre }: { theta: number; centre: number }): Moments {
  const { n, base, mean, variance, pre } = arm
  const { mean: before, variance: spread, covariance } = pre!
  const left = Math.max(0, variance + theta * (theta * spread - 2 * covariance))
  const unadjusted = { variance, covariance: variance - theta * covariance }
  return { n, base, mean: mean - theta * (before - centre), variance: left, unadjusted }
}

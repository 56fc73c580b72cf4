import { tPpf, tSf } from '#lib/numeric/distributions.ts'
import type { Moments } from './statistics.ts'

/** Treated minus control; `relative`: as a share of control's mean. */
export type Scale = 'absolute' | 'relative'

/** A difference of two arms with its standard error: what every interval here is made of. */
export interface Effect {
  readonly estimate: number
  readonly se: number
  /** Degrees of freedom (Satterthwaite 1946). */
  readonly df: number
  /** Units of both arms. */
  readonly n: number
}

/** An interval with the p-value against no effect. */
export interface Tested {
  readonly low: number
  readonly high: number
  readonly p: number
}

/**
 * The effect of two independent arms. Relative ones divide by control's mean before adjustment, and their variance is that of the delta
 * method (Deng, Knoblich & Lu 2018), which holds while that mean is well away from 0. Null: below two units, or control's mean is 0.
 */
export function effectOf(control: Moments, treated: Moments, scale: Scale): Effect | null {
  if (control.n < 2 || treated.n < 2) return null
  const size = Math.abs(control.base)
  if (scale === 'relative' && size === 0) return null
  const ofTreated = treated.variance / treated.n
  const ofControl = control.variance / control.n
  const unit = scale === 'absolute' ? 1 : size
  const variance = ofTreated + ofControl + (scale === 'absolute' ? 0 : ofBase(control, treated.base / control.base - 1))
  const effect = {
    estimate: (treated.mean - control.mean) / unit,
    se: Math.sqrt(Math.max(0, variance)) / unit,
    df: satterthwaite([ofControl, control.n], [ofTreated, treated.n]),
    n: control.n + treated.n,
  }
  return speaks(effect) ? effect : null
}

/** Beyond these sizes squares leave what a number can hold, and no outcome of people is of that size. */
const LARGEST = 1e100

const speaks = ({ estimate, se }: Effect): boolean => Math.abs(estimate) <= LARGEST && se <= LARGEST && (se === 0 || se >= 1 / LARGEST)

/** What dividing by a mean that varies itself, and with the difference, adds to the variance. */
function ofBase({ n, variance, unadjusted }: Moments, change: number): number {
  const own = unadjusted ?? { variance, covariance: variance }
  return (change * change * own.variance + 2 * change * own.covariance) / n
}

/** As shares of the sum, so that tiny variances do not underflow when squared. */
function satterthwaite([a, na]: Part, [b, nb]: Part): number {
  const sum = a + b
  if (!(sum > 0)) return na + nb - 2
  return 1 / ((a / sum) ** 2 / (na - 1) + (b / sum) ** 2 / (nb - 1))
}
type Part = readonly [variance: number, n: number]

/** Interval and p-value for ONE look that was planned before (Welch, Biometrika 34 (1947) 28–35); looked at often it is wrong far too often. */
export function fixedHorizon({ estimate, se, df }: Effect, alpha: number): Tested {
  if (se === 0) return { low: estimate, high: estimate, p: estimate === 0 ? 1 : 0 }
  const reach = tPpf(1 - alpha / 2, df) * se
  return { low: estimate - reach, high: estimate + reach, p: Math.min(1, 2 * tSf(Math.abs(estimate) / se, df)) }
}

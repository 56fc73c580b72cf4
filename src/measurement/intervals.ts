import { type Proportion, wilson, Z95 } from '#lib/numeric/proportions.ts'
import { effectOf, fixedHorizon } from './inference/welch.ts'

export interface Interval {
  readonly difference: number
  readonly low: number
  readonly high: number
}

/** 95 % interval for the difference of two independent proportions a − b: Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10. */
export function newcombe(a: Proportion, b: Proportion): Interval {
  const pa = a.n === 0 ? 0 : a.x / a.n
  const pb = b.n === 0 ? 0 : b.x / b.n
  const [la, ua] = wilson(a, Z95)
  const [lb, ub] = wilson(b, Z95)
  const difference = pa - pb
  return { difference, low: difference - Math.hypot(pa - la, ub - pb), high: difference + Math.hypot(ua - pa, pb - lb) }
}

/** A sample by its size, mean and unbiased variance. */
export interface Sample {
  readonly n: number
  readonly mean: number
  readonly variance: number
}

/** 95 % interval for the difference of two means a − b with unequal variances. Undefined below two values in a sample. */
export function welch(a: Sample, b: Sample): (Interval & { readonly df: number }) | undefined {
  const effect = effectOf({ ...b, base: b.mean }, { ...a, base: a.mean }, 'absolute')
  if (!effect) return undefined
  const { low, high } = fixedHorizon(effect, 0.05)
  return { difference: effect.estimate, low, high, df: effect.df }
}

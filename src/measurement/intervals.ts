import { effectOf, fixedHorizon } from './inference/welch.ts'

/** Wilson's score interval for x of n (Wilson 1927); `z` is the normal quantile, 1.96 for 95 %. */
export function wilson({ x, n }: Proportion, z: number): readonly [low: number, high: number] {
  if (n === 0) return [0, 1]
  const centre = 2 * x + z * z
  const spread = z * Math.sqrt(z * z + (4 * x * (n - x)) / n)
  const size = 2 * (n + z * z)
  return [Math.max(0, (centre - spread) / size), Math.min(1, (centre + spread) / size)]
}

/** x of n. */
export interface Proportion {
  readonly x: number
  readonly n: number
}
export interface Interval {
  readonly difference: number
  readonly low: number
  readonly high: number
}

export const Z95 = 1.959963984540054

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

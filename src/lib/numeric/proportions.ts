/** The normal quantile of 95 % intervals. */
export const Z95 = 1.959963984540054

/** x of n; both may be sums of weights. */
export interface Proportion {
  readonly x: number
  readonly n: number
}

/** Wilson's score interval for x of n (E. B. Wilson, JASA 22 (1927) 209–212); `z` is the normal quantile. Of nothing: 0 to 1. */
export function wilson({ x, n }: Proportion, z: number): readonly [low: number, high: number] {
  if (!(n > 0)) return [0, 1]
  const centre = 2 * x + z * z
  const spread = z * Math.sqrt(z * z + (4 * x * (n - x)) / n)
  const size = 2 * (n + z * z)
  return [Math.max(0, (centre - spread) / size), Math.min(1, (centre + spread) / size)]
}

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

/** 95 % interval for the difference of two means a − b with unequal variances: Welch, Biometrika 34 (1947) 28–35. Undefined below two values in a sample. */
export function welch(a: Sample, b: Sample): (Interval & { readonly df: number }) | undefined {
  if (a.n < 2 || b.n < 2) return undefined
  const difference = a.mean - b.mean
  const va = a.variance / a.n
  const vb = b.variance / b.n
  const variance = va + vb
  if (variance === 0) return { difference, low: difference, high: difference, df: a.n + b.n - 2 }
  // As shares of the sum, so that tiny variances do not underflow when squared.
  const df = 1 / ((va / variance) ** 2 / (a.n - 1) + (vb / variance) ** 2 / (b.n - 1))
  const reach = studentQuantile(0.975, df) * Math.sqrt(variance)
  return { difference, low: difference - reach, high: difference + reach, df }
}

/** The t below which a share `p` (½ ≤ p < 1) of Student's distribution lies; `df` need not be whole. To 1e-10. */
export function studentQuantile(p: number, df: number): number {
  let low = 0
  let high = 1
  while (studentBelow(high, df) < p) high *= 2
  while (high - low > 1e-11 * (1 + high)) {
    const middle = (low + high) / 2
    if (studentBelow(middle, df) < p) low = middle
    else high = middle
    if (middle === low && middle === high) break
  }
  return (low + high) / 2
}

/** Share of Student's distribution below t ≥ 0 (Abramowitz & Stegun 26.7.1). */
function studentBelow(t: number, df: number): number {
  return 1 - incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2
}

/** Regularised incomplete beta function by its continued fraction (DLMF 8.17.22), with Lentz's method. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a
  const tiny = 1e-300
  let c = 1
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny)
  let fraction = d
  for (let m = 1; m < 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d, tiny)
    c = nonZero(1 + even / c, tiny)
    fraction *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d, tiny)
    c = nonZero(1 + odd / c, tiny)
    fraction *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return front * fraction
}
const nonZero = (value: number, tiny: number): number => (Math.abs(value) < tiny ? tiny : value)

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const

/** ln Γ(x) for x > 0 (Lanczos 1964, g = 7). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const t = x + 6.5
  let sum: number = LANCZOS[0]
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i)
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

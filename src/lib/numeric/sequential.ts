/** What has been seen of one arm: how many, their mean and variance (of the sample). */
export interface Sample {
  readonly n: number
  readonly mean: number
  readonly variance: number
}

/** The estimate of a difference with an interval that holds at every look. */
export interface Sequence {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** Always-valid p-value against no difference. */
  readonly p: number
  /** Observations of both arms. */
  readonly n: number
}

/** Adds a value to a sample (Welford 1962). */
export function sampled({ n, mean, variance }: Sample, value: number): Sample {
  const count = n + 1
  const delta = value - mean
  const next = mean + delta / count
  const squares = variance * Math.max(0, n - 1) + delta * (value - next)
  return { n: count, mean: next, variance: count > 1 ? squares / (count - 1) : 0 }
}

export const NO_SAMPLE: Sample = { n: 0, mean: 0, variance: 0 }

/** The tuning that makes the interval narrowest at `at` observations (Waudby-Smith et al. 2021, eq. 9). */
export const tuning = (alpha: number, at: number): number => Math.sqrt((-2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha) + 1)) / at)

/** Half-width of the asymptotic confidence sequence at n observations, each with this variance. */
export function halfWidth(n: number, variance: number, { alpha, rho }: { alpha: number; rho: number }): number {
  const growth = n * rho * rho + 1
  return Math.sqrt(variance) * Math.sqrt(((2 * growth) / (n * rho) ** 2) * Math.log(Math.sqrt(growth) / alpha))
}

/**
 * Asymptotic confidence sequence of the difference of two means: it may be looked at after every observation (Waudby-Smith, Arbour, Sinha,
 * Kennedy & Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences", 2021). Observations independent, variance finite;
 * null with fewer than `least` in an arm, where the asymptotics do not hold yet. `narrowestAt`: observations of both arms.
 */
export function differenceSequence(
  a: Sample,
  b: Sample,
  { alpha = 0.05, narrowestAt = 5_000, least = 100 }: { alpha?: number; narrowestAt?: number; least?: number } = {},
): Sequence | null {
  if (a.n < least || b.n < least) return null
  const n = a.n + b.n
  const estimate = b.mean - a.mean
  // As in a single sample of n: the variance of the estimate times n.
  const variance = (a.variance / a.n + b.variance / b.n) * n
  const rho = tuning(alpha, narrowestAt)
  const half = halfWidth(n, variance, { alpha, rho })
  return { estimate, low: estimate - half, high: estimate + half, p: alwaysValid(estimate, { n, variance, rho }), n }
}

/** Always-valid p-value of an estimate from n observations, each with this variance, against none: 1 ÷ the mixture's ratio, at most 1. */
export function alwaysValid(estimate: number, { n, variance, rho }: { n: number; variance: number; rho: number }): number {
  if (variance === 0) return estimate === 0 ? 1 : 0
  const growth = n * rho * rho + 1
  const evidence = (rho * n * estimate) ** 2 / (2 * variance * growth) - 0.5 * Math.log(growth)
  return Math.min(1, Math.exp(-evidence))
}

/** Mixture sequential probability ratio of a difference d of means (Johari et al. 2015), `variance` of both arms together, prior variance tau². */
export const mixtureRatio = ({ n, d, variance, tau2 }: { n: number; d: number; variance: number; tau2: number }): number =>
  Math.sqrt(variance / (variance + n * tau2)) * Math.exp((n * n * tau2 * d * d) / (2 * variance * (variance + n * tau2)))

import { normalCdf, normalPpf, tPpf } from '#lib/numeric/distributions.ts'
import { halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { lgamma } from '#lib/numeric/special.ts'

/** What a test must be able to show. */
export interface Aim {
  /** Two-sided. */
  readonly alpha: number
  /** Chance to show the effect if it is as large as said. */
  readonly power: number
}

/** Two arms of one experiment: their shares of its people (any unit), and the variance of one unit in each. */
export interface Pair {
  readonly control: { readonly share: number; readonly variance: number }
  readonly treated: { readonly share: number; readonly variance: number }
}

const quantiles = ({ alpha, power }: Aim): number => normalPpf(1 - alpha / 2) + normalPpf(power)

/** Variance of the difference of means times all units of both arms: shares of the design divide it. */
export function varianceOfDifference({ control, treated }: Pair): number {
  const both = control.share + treated.share
  return (control.variance / control.share + treated.variance / treated.share) * both
}

/** Units of both arms together that show an absolute effect at one planned look: (z₁₋α/₂ + z_power)² (vA/sA + vB/sB) ÷ effect². */
export const unitsNeeded = (pair: Pair, effect: number, aim: Aim): number =>
  (quantiles(aim) ** 2 * varianceOfDifference(pair)) / (effect * effect)

/** The same for an interval that may be looked at always: where the confidence sequence leaves 0 at that look with the wanted chance. */
export function unitsNeededAlways(
  pair: Pair,
  effect: number,
  { alpha, power, narrowestAt }: Aim & { readonly narrowestAt: number },
): number {
  const variance = varianceOfDifference(pair)
  const rho = tuning(alpha, narrowestAt)
  const reaches = (n: number): boolean =>
    Math.abs(effect) >= halfWidth(n, variance, { alpha, rho }) + normalPpf(power) * Math.sqrt(variance / n)
  let high = unitsNeeded(pair, effect, { alpha, power })
  while (!reaches(high)) high *= 2
  let low = 0
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (reaches(middle)) high = middle
    else low = middle
  }
  return high
}

/** The smallest absolute effect that n units of both arms show (minimum detectable effect), if the variance is that of the pair. */
export const smallestEffect = (pair: Pair, n: number, aim: Aim): number => quantiles(aim) * Math.sqrt(varianceOfDifference(pair) / n)

/** Cohen's h: rates on a scale where their variance does not depend on them (Cohen 1988). */
export const cohenH = (a: number, b: number): number => 2 * Math.asin(Math.sqrt(a)) - 2 * Math.asin(Math.sqrt(b))

/** `unpooled`: the variance of each rate; `pooled`: that of the common rate under no effect (Fleiss 1981); `cohen`: by h. */
export type RateMethod = 'unpooled' | 'pooled' | 'cohen'

/** Units per arm that show two rates to differ, arms of equal size. */
export function unitsForRates(a: number, b: number, { method, ...aim }: Aim & { readonly method: RateMethod }): number {
  const apart = a * (1 - a) + b * (1 - b)
  const difference = (a - b) ** 2
  if (method === 'cohen') return (2 * shiftNeeded(aim) ** 2) / cohenH(a, b) ** 2
  if (method === 'unpooled') return (quantiles(aim) ** 2 * apart) / difference
  const common = (a + b) / 2
  const root = normalPpf(1 - aim.alpha / 2) * Math.sqrt(2 * common * (1 - common)) + normalPpf(aim.power) * Math.sqrt(apart)
  return root ** 2 / difference
}

/** As `quantiles`, with the chance to reject on the wrong side counted in, as G*Power and statsmodels do. */
function shiftNeeded(aim: Aim): number {
  const critical = normalPpf(1 - aim.alpha / 2)
  let [low, high] = [0, quantiles(aim) + 1]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (normalCdf(middle - critical) + normalCdf(-middle - critical) < aim.power) low = middle
    else high = middle
  }
  return high
}

/** Units per arm for a difference of d standard deviations by Student's t, arms of equal size: exact, by the noncentral t. */
export function unitsForT(d: number, aim: Aim): number {
  let [low, high] = [2, 4]
  while (powerOfT(d, high, aim.alpha) < aim.power) high *= 2
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (powerOfT(d, middle, aim.alpha) < aim.power) low = middle
    else high = middle
  }
  return high
}

const STEPS = 400

/** P(|noncentral t| > its critical value): over the deviation w = √(χ²/df) the rest is normal (Simpson's rule, about 1e-10). */
function powerOfT(d: number, n: number, alpha: number): number {
  const df = 2 * n - 2
  const shift = Math.abs(d) * Math.sqrt(n / 2)
  const critical = tPpf(1 - alpha / 2, df)
  const logScale = Math.log(2) + (df / 2) * Math.log(df / 2) - lgamma(df / 2)
  const beyond = (w: number): number => normalCdf(shift - critical * w) + normalCdf(-shift - critical * w)
  const density = (w: number): number => Math.exp(logScale + (df - 1) * Math.log(w) - (df * w * w) / 2)
  const reach = 9 / Math.sqrt(2 * df)
  const [from, to] = [Math.max(1e-9, 1 - reach), 1 + 1.5 * reach]
  const step = (to - from) / STEPS
  let sum = 0
  for (let i = 0; i <= STEPS; i++) {
    const w = from + i * step
    sum += (i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2) * beyond(w) * density(w)
  }
  return (sum * step) / 3
}

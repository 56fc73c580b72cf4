import { betaCdf, normalSf } from '#lib/numeric/distributions.ts'
import { lbeta } from '#lib/numeric/special.ts'

/**
 * Bounds that hold at every moment without asymptotics (Howard, Ramdas, McAuliffe & Sekhon, "Time-uniform, nonparametric, nonasymptotic
 * confidence sequences", Annals of Statistics 49 (2021)): a sum S with intrinsic time V leaves ±bound(V) ever with a chance of at most α.
 * Numbers agree with the authors' package confseq.
 */

/** Where the bound is to be narrowest: at this intrinsic time, for this error. */
export interface Narrowest {
  readonly at: number
  readonly alpha: number
}

export type Sides = 'one' | 'two'

/** ρ of the normal mixture that makes it narrowest there (Howard et al. 2021, eq. 25–26, by their approximation of Lambert's W). */
export function bestRho({ at, alpha }: Narrowest, sides: Sides): number {
  const log = Math.log(1 / (sides === 'two' ? alpha : 2 * alpha))
  return at / (2 * log + Math.log(1 + 2 * log))
}

/** ln of the martingale of sub-Gaussian sums mixed over a (half-)normal prior. */
export function logNormalMixture(s: number, v: number, { rho, sides }: { rho: number; sides: Sides }): number {
  const spread = v + rho
  const square = (s * s) / (2 * spread)
  if (sides === 'two') return 0.5 * Math.log(rho / spread) + square
  return 0.5 * Math.log((4 * rho) / spread) + square + Math.log(normalSf(-s / Math.sqrt(spread)))
}

/** The sum that a sub-Gaussian process with intrinsic time v ever exceeds with a chance of at most alpha. */
export function normalMixtureBound(v: number, alpha: number, { rho, sides }: { rho: number; sides: Sides }): number {
  const wanted = Math.log(1 / alpha)
  if (sides === 'two') return Math.sqrt(2 * (v + rho) * (wanted + 0.5 * Math.log((v + rho) / rho)))
  return rising((s) => logNormalMixture(s, v, { rho, sides }) - wanted, Math.sqrt(v + rho))
}

/** Where a function that is below 0 at 0 and then rises meets 0; `step` is a first guess of the scale. */
function rising(f: (s: number) => number, step: number): number {
  let high = step
  while (f(high) < 0) high *= 2
  return meets(f, 0, high)
}

/** f(low) < 0 ≤ f(high), or the other way round with `low` above `high`. */
function meets(f: (s: number) => number, low: number, high: number): number {
  let [from, to] = [low, high]
  for (let n = 0; n < 200; n++) {
    const middle = (from + to) / 2
    if (middle === from || middle === to) break
    if (f(middle) < 0) from = middle
    else to = middle
  }
  return (from + to) / 2
}

/** Of increments that are never below −g nor above h around their mean (for a rate p: g = p, h = 1 − p). */
export interface BetaBinomial {
  readonly g: number
  readonly h: number
  readonly narrowest: Narrowest
  readonly sides: Sides
}

/** ln of the beta-binomial martingale (Howard et al. 2021, prop. 7) at sum s and intrinsic time v = n·g·h. */
export function logBetaBinomial(s: number, v: number, { g, h, narrowest, sides }: BetaBinomial): number {
  const r = Math.max(bestRho(narrowest, sides) - g * h, 1e-3 * g * h)
  const width = g + h
  const until = sides === 'one' ? h / width : 1
  const beta = (a: number, b: number): number => lbeta(a, b) + (until === 1 ? 0 : Math.log(betaCdf(until, a, b)))
  return (
    (v / (g * h)) * Math.log(width) -
    ((v + h * s) / (h * width)) * Math.log(g) -
    ((v - g * s) / (g * width)) * Math.log(h) +
    beta((r + v - g * s) / (g * width), (r + v + h * s) / (h * width)) -
    beta(r / (g * width), r / (h * width))
  )
}

/** The sum that such increments ever exceed with a chance of at most alpha; never more than v / g, which is all of them at their largest. */
export function betaBinomialBound(v: number, alpha: number, of: BetaBinomial): number {
  const over = (s: number): number => logBetaBinomial(s, v, of) - Math.log(1 / alpha)
  const most = v / of.g
  return over(most) < 0 ? most : meets(over, 0, most)
}

/** Σ k^−s, s > 1 (Euler–Maclaurin after ten terms). */
function zeta(s: number): number {
  const n = 10
  let sum = 0
  for (let k = 1; k < n; k++) sum += k ** -s
  const tail = n ** (1 - s) / (s - 1) + n ** -s / 2 + (s * n ** (-s - 1)) / 12
  return sum + tail - (s * (s + 1) * (s + 2) * n ** (-s - 3)) / 720
}

/** Polynomial stitching (Howard et al. 2021, eq. 10): grows as slowly as the law of the iterated logarithm; c is the scale of sub-gamma tails. */
export function polyStitchingBound(v: number, alpha: number, { from, c = 0 }: { from: number; c?: number }): number {
  const [s, eta] = [1.4, 2]
  const time = Math.max(v, from)
  const ell = s * Math.log(Math.log((eta * time) / from)) + Math.log(zeta(s) / (alpha * Math.log(eta) ** s))
  const k1 = (eta ** 0.25 + eta ** -0.25) / Math.SQRT2
  const linear = ((Math.sqrt(eta) + 1) / 2) * c * ell
  return Math.sqrt(k1 * k1 * time * ell + linear * linear) + linear
}

/** A rate that may be looked at after every person, from the first one on; narrowest after `at` people. */
export function bernoulliInterval(
  { x, n }: { readonly x: number; readonly n: number },
  { alpha, at }: { readonly alpha: number; readonly at: number },
): readonly [low: number, high: number] {
  if (n === 0) return [0, 1]
  const seen = x / n
  const over = (p: number): number => {
    const spread = p * (1 - p)
    const of: BetaBinomial = { g: p, h: 1 - p, sides: 'two', narrowest: { at: at * spread, alpha } }
    return logBetaBinomial(x - n * p, n * spread, of) - Math.log(1 / alpha)
  }
  const edge = 1e-12
  const low = x === 0 || over(edge) < 0 ? 0 : meets(over, seen, edge)
  const high = x === n || over(1 - edge) < 0 ? 1 : meets(over, seen, 1 - edge)
  return [low, high]
}

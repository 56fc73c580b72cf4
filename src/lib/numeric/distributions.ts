import { erfc, lgamma, stirlingError } from './special.ts'

/** Regularised incomplete functions and the distributions that are made of them; each tail by itself, so that small ones keep their digits. */

const polynomial = (x: number, c: readonly number[]): number => {
  let sum = 0
  for (let i = c.length - 1; i >= 0; i--) sum = sum * x + c[i]!
  return sum
}

const SQRT_TWO_PI = 2.5066282746310002

export const normalPdf = (x: number): number => Math.exp(-0.5 * x * x) / SQRT_TWO_PI
export const normalCdf = (x: number): number => 0.5 * erfc(-x * Math.SQRT1_2)
/** 1 - the distribution function. */
export const normalSf = (x: number): number => 0.5 * erfc(x * Math.SQRT1_2)

const PPF_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
  2509.0809287301227,
]
const PPF_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852854,
]
const PPF_C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
]
const PPF_D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345,
  1.0507500716444169e-9,
]
const PPF_E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784,
  2.7115555687434876e-5, 2.0103343992922881e-7,
]
const PPF_F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7,
  2.0442631033899397e-15,
]

/** The quantile of a share in (0, 1) (Wichura 1988, AS 241, about 1e-16); outside of it throws a RangeError. */
export function normalPpf(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a normal variate has no quantile at ${p}`)
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q
    return (q * polynomial(r, PPF_A)) / polynomial(r, PPF_B)
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p))
  const value = r <= 5 ? polynomial(r - 1.6, PPF_C) / polynomial(r - 1.6, PPF_D) : polynomial(r - 5, PPF_E) / polynomial(r - 5, PPF_F)
  return q < 0 ? -value : value
}

/** x ln(x/m) + m - x without cancellation where x is near m (Loader 2000). */
function deviance(x: number, m: number): number {
  const difference = x - m
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) + m - x
  const v = difference / (x + m)
  const squared = v * v
  let sum = difference * v
  let power = 2 * x * v
  for (let j = 1; ; j++) {
    power *= squared
    const next = sum + power / (2 * j + 1)
    if (next === sum) return next
    sum = next
  }
}

/** m^x e^-m / Γ(x+1) for real x >= 0: the Poisson probability of x. */
function poissonTerm(x: number, m: number): number {
  if (m === 0) return x === 0 ? 1 : 0
  if (x < 10) return Math.exp(x * Math.log(m) - m - lgamma(x + 1))
  return Math.exp(-stirlingError(x) - deviance(x, m)) / Math.sqrt(2 * Math.PI * x)
}

/** Γ(s+f+1)/(Γ(s+1)Γ(f+1)) p^s q^f for real s, f >= 0 and q = 1 - p, given apart so that neither is rounded. */
function binomialTerm(s: number, f: number, { p, q }: Shares): number {
  const n = s + f
  if (s === 0) return Math.exp(n * (p < q ? Math.log1p(-p) : Math.log(q)))
  if (f === 0) return Math.exp(n * (q < p ? Math.log1p(-q) : Math.log(p)))
  if (p === 0 || q === 0) return 0
  const corrections = stirlingError(n) - stirlingError(s) - stirlingError(f) - deviance(s, n * p) - deviance(f, n * q)
  return Math.exp(corrections - 0.5 * (Math.log(2 * Math.PI) + Math.log(s) + Math.log(f / n)))
}

interface Shares {
  readonly p: number
  readonly q: number
}

const EPSILON = 1e-16
const MOST = 1_000_000
const TINY = 1e-300

function shapely(name: string, ...shapes: readonly number[]): void {
  for (const shape of shapes)
    if (!(shape > 0 && shape < Number.POSITIVE_INFINITY)) throw new RangeError(`${name} needs shapes above 0, not ${shape}`)
}

/** P by its series; best for x < a + 1. */
function gammaSeries(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let n = 1; n < MOST; n++) {
    term *= x / (a + n)
    sum += term
    if (term < sum * EPSILON) break
  }
  return Math.min(1, sum * poissonTerm(a, x))
}

/** Q by its continued fraction (Lentz's method); best for x > a + 1. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1 / TINY
  let d = 1 / b
  let value = d
  for (let n = 1; n < MOST; n++) {
    const factor = -n * (n - a)
    b += 2
    d = factor * d + b
    if (Math.abs(d) < TINY) d = TINY
    c = b + factor / c
    if (Math.abs(c) < TINY) c = TINY
    d = 1 / d
    value *= d * c
    if (Math.abs(d * c - 1) < 2 * EPSILON) break
  }
  return Math.min(1, value * a * poissonTerm(a, x))
}

/** The regularised lower incomplete gamma function: the share of Gamma(a, 1) below x. */
export function gammaP(a: number, x: number): number {
  shapely('an incomplete gamma function', a)
  if (x <= 0) return 0
  if (x === Number.POSITIVE_INFINITY) return 1
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x)
}

/** 1 - gammaP, precise in the upper tail. */
export function gammaQ(a: number, x: number): number {
  shapely('an incomplete gamma function', a)
  if (x <= 0) return 1
  if (x === Number.POSITIVE_INFINITY) return 0
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x)
}

interface Shapes {
  readonly a: number
  readonly b: number
}

/** I_x(a, b) by its continued fraction (Didonato and Morris's form as of Numerical Recipes); best for x < (a+1)/(a+b+2). */
function betaFraction(x: number, y: number, { a, b }: Shapes): number {
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  if (Math.abs(d) < TINY) d = TINY
  d = 1 / d
  let value = d
  for (let m = 1; m < MOST; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 + even * d
    if (Math.abs(d) < TINY) d = TINY
    c = 1 + even / c
    if (Math.abs(c) < TINY) c = TINY
    d = 1 / d
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 + odd * d
    if (Math.abs(d) < TINY) d = TINY
    c = 1 + odd / c
    if (Math.abs(c) < TINY) c = TINY
    d = 1 / d
    value *= d * c
    if (Math.abs(d * c - 1) < 2 * EPSILON) break
  }
  // x^a y^b / (a B(a, b)) = b/(a+b) times the binomial term of a and b.
  return Math.min(1, value * (b / (a + b)) * binomialTerm(a, b, { p: x, q: y }))
}

/** The share of Beta(a, b) below x, where y = 1 - x is known by itself. */
function betaLower(x: number, y: number, shapes: Shapes): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  const { a, b } = shapes
  if (x <= (a + 1) / (a + b + 2)) return betaFraction(x, y, shapes)
  return 1 - betaFraction(y, x, { a: b, b: a })
}

/** The regularised incomplete beta function: the share of Beta(a, b) below x. */
export function betaCdf(x: number, a: number, b: number): number {
  shapely('a beta distribution', a, b)
  return betaLower(x, 1 - x, { a, b })
}

/** 1 - betaCdf, precise in the upper tail. */
export function betaSf(x: number, a: number, b: number): number {
  shapely('a beta distribution', a, b)
  return betaLower(1 - x, x, { a: b, b: a })
}

interface Rising {
  /** ln of the share that is looked for. */
  readonly target: number
  /** ln of the share below (falling: above) u, and its derivative. */
  readonly at: (u: number) => { readonly log: number; readonly slope: number }
  readonly start: number
  readonly low: number
  readonly high: number
  readonly falls: boolean
}

/** Where a monotone logarithm meets its target: Newton's steps inside of a shrinking bracket. */
function meets({ target, at, start, low, high, falls }: Rising): number {
  let from = low
  let to = high
  let u = Math.min(to, Math.max(from, start))
  for (let n = 0; n < 300; n++) {
    const { log, slope } = at(u)
    const over = log - target
    if (over === 0) return u
    if (over > 0 === falls) from = u
    else to = u
    const step = over / slope
    const next = u - step
    if (Number.isFinite(next) && next > from && next < to) {
      u = next
      if (Math.abs(step) <= 1e-15 * Math.max(1, Math.abs(u))) return u
    } else {
      const middle = from + (to - from) / 2
      if (middle === from || middle === to) return u
      u = middle
    }
  }
  return u
}

/** ln(x/(1-x)) of the quantile of Beta(a, b); by the tail that is the smaller one. */
function betaLogitPpf(p: number, { a, b }: Shapes): number {
  const falls = p > 0.5
  const shapes = falls ? { a: b, b: a } : { a, b }
  const at = (u: number) => {
    const x = 1 / (1 + Math.exp(-u))
    const y = 1 / (1 + Math.exp(u))
    const share = falls ? betaLower(y, x, shapes) : betaLower(x, y, shapes)
    // The density times dx/du: x^a y^b / B(a, b).
    const density = ((a * b) / (a + b)) * binomialTerm(a, b, { p: x, q: y })
    return { log: Math.log(share), slope: (falls ? -density : density) / share }
  }
  return meets({ target: Math.log(falls ? 1 - p : p), at, start: Math.log(a / b), low: -745, high: 745, falls })
}

const inside = (p: number): void => {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} is no share`)
}

/** The quantile of Beta(a, b). */
export function betaPpf(p: number, a: number, b: number): number {
  shapely('a beta distribution', a, b)
  inside(p)
  if (p === 0 || p === 1) return p
  return 1 / (1 + Math.exp(-betaLogitPpf(p, { a, b })))
}

/** The quantile of Gamma(a, 1). */
export function gammaPpf(p: number, a: number): number {
  shapely('a gamma distribution', a)
  if (!(p >= 0 && p < 1)) throw new RangeError(`a gamma variate has no quantile at ${p}`)
  if (p === 0) return 0
  const falls = p > 0.5
  const at = (u: number) => {
    const x = Math.exp(u)
    const share = falls ? gammaQ(a, x) : gammaP(a, x)
    const density = a * poissonTerm(a, x)
    return { log: Math.log(share), slope: (falls ? -density : density) / share }
  }
  return Math.exp(meets({ target: Math.log(falls ? 1 - p : p), at, start: Math.log(a), low: -745, high: 709, falls }))
}

/** The share of chi-square with df degrees of freedom above x. */
export const chi2Sf = (x: number, df: number): number => gammaQ(df / 2, x / 2)
export const chi2Ppf = (p: number, df: number): number => 2 * gammaPpf(p, df / 2)

/** The share of Student's t with df degrees of freedom (any number above 0) above t. */
export function tSf(t: number, df: number): number {
  shapely("Student's t", df)
  const squared = t * t
  const half = 0.5 * betaLower(df / (df + squared), squared / (df + squared), { a: df / 2, b: 0.5 })
  return t < 0 ? 1 - half : half
}
export const tCdf = (t: number, df: number): number => tSf(-t, df)

/** The quantile of Student's t. */
export function tPpf(p: number, df: number): number {
  shapely("Student's t", df)
  if (!(p > 0 && p < 1)) throw new RangeError(`Student's t has no quantile at ${p}`)
  if (p === 0.5) return 0
  const tail = p < 0.5 ? p : 1 - p
  const size = Math.sqrt(df) * Math.exp(-0.5 * betaLogitPpf(2 * tail, { a: df / 2, b: 0.5 }))
  return p < 0.5 ? -size : size
}

/** P(X = k) of a Poisson variate. */
export const poissonPmf = (k: number, mean: number): number => (k < 0 ? 0 : poissonTerm(k, mean))
/** P(X > k) of a Poisson variate; for "at least n" ask for n - 1. */
export const poissonSf = (k: number, mean: number): number => (k < 0 ? 1 : mean <= 0 ? 0 : gammaP(Math.floor(k) + 1, mean))
/** P(X <= k) of a Poisson variate. */
export const poissonCdf = (k: number, mean: number): number => (k < 0 ? 0 : mean <= 0 ? 1 : gammaQ(Math.floor(k) + 1, mean))

/** P(X = k) of the successes in n trials. */
export const binomialPmf = (k: number, n: number, p: number): number => (k < 0 || k > n ? 0 : binomialTerm(k, n - k, { p, q: 1 - p }))
/** P(X > k) of the successes in n trials. */
export function binomialSf(k: number, n: number, p: number): number {
  const whole = Math.floor(k)
  return whole < 0 ? 1 : whole >= n ? 0 : betaCdf(p, whole + 1, n - whole)
}
/** P(X <= k) of the successes in n trials. */
export function binomialCdf(k: number, n: number, p: number): number {
  const whole = Math.floor(k)
  return whole < 0 ? 0 : whole >= n ? 1 : betaSf(p, whole + 1, n - whole)
}

/** P(X > k) of the failures before the r-th success (r real); a Gamma(r, rate) mixture of Poissons over time t has p = rate/(rate+t). */
export const negativeBinomialSf = (k: number, r: number, p: number): number => (k < 0 ? 1 : betaSf(p, r, Math.floor(k) + 1))
/** P(X <= k) of the failures before the r-th success. */
export const negativeBinomialCdf = (k: number, r: number, p: number): number => (k < 0 ? 0 : betaCdf(p, r, Math.floor(k) + 1))

import { gammaSign, lgamma } from './special.ts'

export interface Parameters {
  readonly a: number
  readonly b: number
  readonly c: number
}

const MOST = 2_000_000
const EPSILON = 1e-16

/** The power series with its rounding errors carried along; |z| < 1. */
function series({ a, b, c }: Parameters, z: number): number {
  let term = 1
  let sum = 1
  let lost = 0
  for (let n = 0; n < MOST; n++) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z
    if (term === 0) return sum + lost
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
    if (!Number.isFinite(sum)) throw new RangeError(`2F1(${a}, ${b}; ${c}; ${z}) is too large a number`)
    if (Math.abs(term) <= EPSILON * Math.abs(sum) * (1 - z)) return sum + lost
  }
  throw new RangeError(`2F1(${a}, ${b}; ${c}; ${z}) does not settle`)
}

const isWhole = (x: number): boolean => Math.abs(x - Math.round(x)) < 1e-9
const atPole = (x: number): boolean => x <= 0 && x === Math.floor(x)

/** Γ(c)Γ(d)/(Γ(e)Γ(f)); 0 where the denominator is infinite. */
function gammaRatio([c, d]: readonly [number, number], [e, f]: readonly [number, number]): number {
  if (atPole(e) || atPole(f)) return 0
  const sign = gammaSign(c) * gammaSign(d) * gammaSign(e) * gammaSign(f)
  return sign * Math.exp(lgamma(c) + lgamma(d) - lgamma(e) - lgamma(f))
}

/** Abramowitz and Stegun 15.3.6: around z = 1, for c - a - b that is no whole number. */
function aroundOne({ a, b, c }: Parameters, z: number): number {
  const rest = c - a - b
  const y = 1 - z
  const first = gammaRatio([c, rest], [c - a, c - b]) * series({ a, b, c: 1 - rest }, y)
  const second = gammaRatio([c, -rest], [a, b]) * y ** rest * series({ a: c - a, b: c - b, c: 1 + rest }, y)
  return first + second
}

/** Gauss's 2F1(a, b; c; z) for z < 1, about 1e-12 relative; throws a RangeError where it is infinite or too large. */
export function hyp2f1({ a, b, c }: Parameters, z: number): number {
  if (atPole(c)) throw new RangeError(`2F1 has a pole at c = ${c}`)
  if (z === 0) return 1
  if (!(z < 1)) throw new RangeError(`2F1 is asked for z below 1, not ${z}`)
  const rest = c - a - b
  // Pfaff: what is alternating becomes positive, within (0, 1).
  if (z < 0) return (1 - z) ** -a * hyp2f1({ a, b: c - b, c }, z / (z - 1))
  const distance = Math.abs(rest - Math.round(rest))
  if (z > 0.98 && !isWhole(rest) && distance > 0.01) return aroundOne({ a, b, c }, z)
  // Euler: terms that fall more quickly, where they would grow at first.
  if (rest < 0) return (1 - z) ** rest * series({ a: c - a, b: c - b, c }, z)
  return series({ a, b, c }, z)
}

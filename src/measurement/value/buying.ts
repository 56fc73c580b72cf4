import { alive as aliveUnderBgNbd, type BgNbd, type Buyer, type FittedBgNbd, type Nbd } from '#decisions/propensity/bg-nbd.ts'
import { hyp2f1 } from '#lib/numeric/hypergeometric.ts'
import { lbeta, lgamma } from '#lib/numeric/special.ts'
import { type ParetoNbd, paretoAlive, paretoExpected } from './pareto-nbd.ts'

/** How people go on buying: with loss after purchases, with loss at any time, or without loss. */
export type Buying =
  | ({ readonly kind: 'bg-nbd' } & BgNbd)
  | ({ readonly kind: 'pareto-nbd' } & ParetoNbd)
  | ({ readonly kind: 'nbd' } & Nbd)

/** What a fit says may be used: without loss where none is identified. */
export const buyingOf = ({ r, alpha, a, b, identified, withoutLoss }: FittedBgNbd): Buying =>
  identified || !withoutLoss ? { kind: 'bg-nbd', r, alpha, a, b } : { kind: 'nbd', r: withoutLoss.r, alpha: withoutLoss.alpha }

/** Chance in [0, 1] that somebody still buys. */
export function aliveUnder(model: Buying, buyer: Buyer): number {
  switch (model.kind) {
    case 'bg-nbd':
      return aliveUnderBgNbd(model, buyer)
    case 'pareto-nbd':
      return paretoAlive(model, buyer)
    case 'nbd':
      return 1
  }
}

/** Purchases that are to be expected of somebody with this history in the next `t`, in the unit of the history. */
export function expectedOf(model: Buying, buyer: Buyer, t: number): number {
  if (t <= 0) return 0
  switch (model.kind) {
    case 'bg-nbd':
      return aliveUnderBgNbd(model, buyer) * whileAlive(model, buyer, t)
    case 'pareto-nbd':
      return paretoExpected(model, buyer, t)
    case 'nbd':
      return ((model.r + buyer.x) * t) / (model.alpha + buyer.T)
  }
}

/** Repeat purchases that are to be expected of a new customer within `t` after the first (Fader, Hardie and Lee 2005, eq. 9). */
export const expectedFromStart = (model: Buying, t: number): number => expectedOf(model, { x: 0, tx: 0, T: 0 }, t)

/** The formulas divide by a − 1 and have a pole where c is 0: right beside it they are smooth. */
const besides = (value: number, pole: number): number => (Math.abs(value - pole) < 1e-5 ? pole + 1e-5 : value)

/** Chances to leave that differ by less than this among people (1/√a, relative) are one chance. */
const ALIKE = 1_000
/** e^700 is about the largest number that there is. */
const LARGEST_POWER = 600

/**
 * E[Y(t)] of whoever is still there: eq. 10 of Fader, Hardie and Lee (2005) without its denominator, (c/(a−1)) (1 − (1−z)^(r+x) 2F1(r+x, b+x; c; z)),
 * in that of its two forms in which nothing overflows (Euler's transformation), or where people leave with one chance in the limit of that.
 */
function whileAlive(model: BgNbd, buyer: Buyer, t: number): number {
  const { r, alpha, b } = model
  const { x, T } = buyer
  const a = besides(model.a, 1)
  const c = besides(a + b + x - 1, 0)
  const z = t / (alpha + T + t)
  const decay = -Math.log1p(-z)
  if (a > ALIKE || Math.min(a, r + x) * decay > LARGEST_POWER) return withOneChance(model, buyer, t)
  const left =
    a < 1 + r + x
      ? (1 - z) ** (a - 1) * hyp2f1({ a: a + b - 1 - r, b: a - 1, c }, z)
      : (1 - z) ** (r + x) * hyp2f1({ a: r + x, b: b + x, c }, z)
  return (c / (a - 1)) * (1 - left)
}

/** Everybody leaves with the chance p after a purchase: (1 − e^(−λpt))/p purchases at the rate λ, over the gamma distribution of λ. */
function withOneChance({ r, alpha, a, b }: BgNbd, { x, T }: Buyer, t: number): number {
  const p = a / (a + b + x)
  return -Math.expm1(-(r + x) * Math.log1p((p * t) / (alpha + T))) / p
}

/** Chance of exactly x repeat purchases within `t` after the first (Fader, Hardie and Lee 2005, eq. 8). */
export function chanceOf({ r, alpha, a, b }: BgNbd, x: number, t: number): number {
  const [lnStay, lnBuy] = [Math.log(alpha / (alpha + t)), Math.log(t / (alpha + t))]
  const nbd = (j: number): number => Math.exp(lgamma(r + j) - lgamma(r) - lgamma(j + 1) + r * lnStay + (j === 0 ? 0 : j * lnBuy))
  const stays = Math.exp(lbeta(a, b + x) - lbeta(a, b)) * nbd(x)
  if (x === 0) return stays
  let fewer = 0
  for (let j = 0; j < x; j++) fewer += nbd(j)
  return stays + Math.exp(lbeta(a + 1, b + x - 1) - lbeta(a, b)) * (1 - fewer)
}

/** Variance of the purchases of one person in the next `t`: still there or not, rate as it is known, then chance (about, while somebody may leave within `t`). */
export function varianceOf(model: Buying, buyer: Buyer, t: number): number {
  const expected = expectedOf(model, buyer, t)
  const p = aliveUnder(model, buyer)
  if (!(p > 0) || !(expected > 0)) return 0
  const there = expected / p
  return p * (there + (there * there) / (model.r + buyer.x)) + p * (1 - p) * there * there
}

export interface Discounting {
  /** Length of a period in the unit of histories, and how many of them. */
  readonly period: number
  readonly periods: number
  /** Per period: .01 makes money of the next period worth 1/1.01. */
  readonly rate: number
}

/** Purchases to come, each period's worth less than the one before: Σ (E[Y(t)] − E[Y(t−1)]) / (1+d)^t. */
export function discountedOf(model: Buying, buyer: Buyer, { period, periods, rate }: Discounting): number {
  let sum = 0
  let before = 0
  for (let k = 1; k <= periods; k++) {
    const until = expectedOf(model, buyer, k * period)
    sum += (until - before) / (1 + rate) ** k
    before = until
  }
  return sum
}

import { againstHistories, type BgNbd, type Buyer, type FittedBgNbd, historiesOf } from '#decisions/propensity/bg-nbd.ts'
import { normalPpf } from '#lib/numeric/distributions.ts'
import { covarianceAt } from '#lib/numeric/hessian.ts'
import type { Matrix } from '#lib/numeric/linear.ts'
import { bfgs } from '#lib/numeric/optimise.ts'
import { type Random, random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { type Buying, buyingOf, expectedOf, varianceOf } from './buying.ts'

/** A number with the interval that holds it at this level. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** A way to write a model as numbers that may take any value, near which the likelihood is not flat. */
interface Written {
  readonly at: readonly number[]
  readonly model: (at: ArrayLike<number>) => Buying
  readonly covariance: Matrix
}

const nbdOf = (logs: ArrayLike<number>): Buying => ({ kind: 'nbd', r: Math.exp(logs[0]!), alpha: Math.exp(logs[1]!) })
const bgNbdOf = (logs: ArrayLike<number>): Buying => {
  const [r, alpha, a, b] = Array.from(logs, Math.exp) as [number, number, number, number]
  return { kind: 'bg-nbd', r, alpha, a, b }
}
/** Where people leave with about one chance a + b may be anything: it is held, and only the chance a/(a+b) is learned. */
const oneChanceOf =
  (both: number) =>
  (at: ArrayLike<number>): Buying => {
    const p = sigmoid(at[2]!)
    return { kind: 'bg-nbd', r: Math.exp(at[0]!), alpha: Math.exp(at[1]!), a: p * both, b: (1 - p) * both }
  }
/** Far enough from the largest number that is looked at. */
const MOST_BOTH = 1e5

/** The first way of writing it in which its numbers are known; null: the likelihood is flat. */
function writtenFor(fitted: FittedBgNbd, buyers: readonly Buyer[]): Written | null {
  const model = buyingOf(fitted)
  const against = againstHistories(historiesOf(buyers))
  const likelihood = (told: Buying): number => {
    const numbers = told.kind === 'bg-nbd' ? [told.r, told.alpha, told.a, told.b] : told.kind === 'nbd' ? [told.r, told.alpha] : []
    return against(Float64Array.from(numbers, Math.log))
  }
  const ways: readonly Omit<Written, 'covariance'>[] =
    model.kind === 'nbd'
      ? [{ at: [model.r, model.alpha].map(Math.log), model: nbdOf }]
      : [
          { at: [fitted.r, fitted.alpha, fitted.a, fitted.b].map(Math.log), model: bgNbdOf },
          {
            at: [Math.log(fitted.r), Math.log(fitted.alpha), Math.log(fitted.a) - Math.log(fitted.b)],
            model: oneChanceOf(Math.min(MOST_BOTH, fitted.a + fitted.b)),
          },
        ]
  for (const way of ways) {
    const covariance = covarianceAt((at) => likelihood(way.model(at)), way.at)
    if (covariance) return { ...way, covariance }
  }
  return null
}

/** Standard errors of r, alpha, a, b themselves (inverse Hessian, delta method from their logarithms); null: a and b are not known apart. */
export function errorsOf(fitted: FittedBgNbd, buyers: readonly Buyer[]): BgNbd | null {
  const covariance = fitted.identified ? writtenFor(fitted, buyers)?.covariance : undefined
  if (covariance?.rows !== 4) return null
  const error = (value: number, i: number): number => value * Math.sqrt(covariance.data[i * 4 + i]!)
  return { r: error(fitted.r, 0), alpha: error(fitted.alpha, 1), a: error(fitted.a, 2), b: error(fitted.b, 3) }
}

export const totalOf = (model: Buying, buyers: readonly Buyer[], t: number): number =>
  buyers.reduce((sum, buyer) => sum + (buyer.times ?? 1) * expectedOf(model, buyer, t), 0)

interface Totalled {
  readonly fitted: FittedBgNbd
  readonly buyers: readonly Buyer[]
  /** In the unit of the histories. */
  readonly t: number
  readonly level?: number
}

/** Purchases of all in the next `t`: chance and what is not known of the parameters (delta method), not that the model may be wrong. */
export function totalInterval({ fitted, buyers, t, level = 0.95 }: Totalled): Interval | null {
  const written = writtenFor(fitted, buyers)
  if (!written) return null
  const { at, covariance } = written
  const model = buyingOf(fitted)
  const moved = (i: number, step: number): number => totalOf(written.model(at.map((each, j) => (j === i ? each + step : each))), buyers, t)
  const gradient = at.map((_, i) => (moved(i, 1e-4) - moved(i, -1e-4)) / 2e-4)
  let variance = chanceVariance(model, buyers, t)
  for (const [i, gi] of gradient.entries())
    for (const [j, gj] of gradient.entries()) variance += gi * gj * covariance.data[i * at.length + j]!
  const estimate = totalOf(model, buyers, t)
  const reach = normalPpf(0.5 + level / 2) * Math.sqrt(variance)
  return Number.isFinite(reach) ? { estimate, low: Math.max(0, estimate - reach), high: estimate + reach } : null
}

const chanceVariance = (model: Buying, buyers: readonly Buyer[], t: number): number =>
  buyers.reduce((sum, buyer) => sum + (buyer.times ?? 1) * varianceOf(model, buyer, t), 0)

/** Poisson numbers of small means by multiplication (Knuth), of large ones by the normal. */
function poisson(r: Random, mean: number): number {
  if (mean > 30) {
    const [u, w] = [1 - r.uniform(), r.uniform()]
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * w)))
  }
  const least = Math.exp(-mean)
  let k = 0
  for (let product = r.uniform(); product > least; product *= r.uniform()) k++
  return k
}

/**
 * The same by resampling people (Poisson bootstrap): each round learns the parameters anew from its people, foretells those who were seen, and
 * adds what chance does. Rounds that do not settle are left out; null when fewer than half do.
 */
export function bootstrapTotal(told: Totalled & { readonly seed: string; readonly rounds?: number }): Interval | null {
  const { fitted, buyers, t, level = 0.95, seed, rounds = 200 } = told
  const model = buyingOf(fitted)
  const [start, modelAt] =
    model.kind === 'nbd'
      ? [[model.r, model.alpha].map(Math.log), nbdOf]
      : [[fitted.r, fitted.alpha, fitted.a, fitted.b].map(Math.log), bgNbdOf]
  const r = random(`bootstrap ${seed}`)
  const chance = Math.sqrt(chanceVariance(model, buyers, t))
  const totals: number[] = []
  for (let round = 0; round < rounds; round++) {
    const drawn = buyers.map((buyer): Buyer => ({ ...buyer, times: poisson(r, buyer.times ?? 1) })).filter(({ times }) => times! > 0)
    const histories = historiesOf(drawn)
    const against = againstHistories(histories)
    const found = bfgs((logs) => against(logs) / histories.buyers, start, { tolerance: 1e-6, maxIterations: 40 })
    const total = Number.isFinite(found.value) ? totalOf(modelAt(found.x), buyers, t) : Number.NaN
    const noise = normalPpf(Math.min(1 - 1e-12, Math.max(1e-12, r.uniform()))) * chance
    if (Number.isFinite(total)) totals.push(total + noise)
  }
  if (totals.length < rounds / 2) return null
  totals.sort((a, b) => a - b)
  const at = (share: number): number => totals[Math.min(totals.length - 1, Math.max(0, Math.round(share * (totals.length - 1))))]!
  return { estimate: totalOf(model, buyers, t), low: Math.max(0, at((1 - level) / 2)), high: at((1 + level) / 2) }
}

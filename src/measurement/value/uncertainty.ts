import { againstHistories, type BgNbd, type Buyer, type FittedBgNbd, historiesOf } from '#decisions/propensity/bg-nbd.ts'
import { normalPpf } from '#lib/numeric/distributions.ts'
import { covarianceAt } from '#lib/numeric/hessian.ts'
import type { Matrix } from '#lib/numeric/linear.ts'
import { bfgs } from '#lib/numeric/optimise.ts'
import { type Random, random } from '#lib/numeric/random.ts'
import { type Buying, buyingOf, expectedOf, varianceOf } from './buying.ts'

/** A number with the interval that holds it at this level. */
export interface Interval {
  readonly estimate: number
  readonly low: number
  readonly high: number
}

/** The parameters of a model of buying that were learned, as logarithms. */
const logsOf = (model: Buying): number[] =>
  (model.kind === 'nbd' ? [model.r, model.alpha] : model.kind === 'bg-nbd' ? [model.r, model.alpha, model.a, model.b] : []).map(Math.log)

const modelAt = (logs: ArrayLike<number>): Buying => {
  const [r, alpha, a, b] = Array.from(logs, Math.exp) as [number, number, number?, number?]
  return a === undefined ? { kind: 'nbd', r, alpha } : { kind: 'bg-nbd', r, alpha, a, b: b! }
}

/** Covariance of the logarithms of the parameters (inverse Hessian of −log-likelihood); null: the likelihood is flat. */
export const covarianceOf = (fitted: FittedBgNbd, buyers: readonly Buyer[]): Matrix | null =>
  covarianceAt(againstHistories(historiesOf(buyers)), logsOf(buyingOf(fitted)))

/** Standard errors of r, alpha, a, b themselves (delta method from their logarithms). */
export function errorsOf(fitted: FittedBgNbd, buyers: readonly Buyer[]): BgNbd | null {
  const covariance = fitted.identified ? covarianceOf(fitted, buyers) : null
  if (!covariance) return null
  const { r, alpha, a, b } = fitted
  const [er, ealpha, ea, eb] = [r, alpha, a, b].map((value, i) => value * Math.sqrt(covariance.data[i * 4 + i]!)) as [
    number,
    number,
    number,
    number,
  ]
  return { r: er, alpha: ealpha, a: ea, b: eb }
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
  const model = buyingOf(fitted)
  const logs = logsOf(model)
  const covariance = covarianceOf(fitted, buyers)
  if (!covariance) return null
  const at = (i: number, step: number): number => totalOf(modelAt(logs.map((each, j) => (j === i ? each + step : each))), buyers, t)
  const gradient = logs.map((_, i) => (at(i, 1e-4) - at(i, -1e-4)) / 2e-4)
  let variance = chanceVariance(model, buyers, t)
  for (const [i, gi] of gradient.entries())
    for (const [j, gj] of gradient.entries()) variance += gi * gj * covariance.data[i * logs.length + j]!
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
  const r = random(`bootstrap ${seed}`)
  const chance = Math.sqrt(chanceVariance(model, buyers, t))
  const totals: number[] = []
  for (let round = 0; round < rounds; round++) {
    const drawn = buyers.map((buyer): Buyer => ({ ...buyer, times: poisson(r, buyer.times ?? 1) })).filter(({ times }) => times! > 0)
    const histories = historiesOf(drawn)
    const against = againstHistories(histories)
    const found = bfgs((logs) => against(logs) / histories.buyers, logsOf(model), { tolerance: 1e-6, maxIterations: 40 })
    const total = Number.isFinite(found.value) ? totalOf(modelAt(found.x), buyers, t) : Number.NaN
    const noise = normalPpf(Math.min(1 - 1e-12, Math.max(1e-12, r.uniform()))) * chance
    if (Number.isFinite(total)) totals.push(total + noise)
  }
  if (totals.length < rounds / 2) return null
  totals.sort((a, b) => a - b)
  const at = (share: number): number => totals[Math.min(totals.length - 1, Math.max(0, Math.round(share * (totals.length - 1))))]!
  return { estimate: totalOf(model, buyers, t), low: Math.max(0, at((1 - level) / 2)), high: at((1 + level) / 2) }
}

import { type Buyer, least, type Nbd } from '#decisions/propensity/bg-nbd.ts'
import { hyp2f1 } from '#lib/numeric/hypergeometric.ts'
import { lgamma } from '#lib/numeric/special.ts'
import { compensatedSum, logSumExp } from '#lib/numeric/sums.ts'

/** Purchase rates vary as Gamma(r, alpha); people are lost at any moment, at rates that vary as Gamma(s, beta). */
export interface ParetoNbd extends Nbd {
  readonly s: number
  readonly beta: number
}

export interface FittedParetoNbd extends ParetoNbd {
  readonly logLikelihood: number
  readonly buyers: number
}

/** ln A₀ of Fader and Hardie (2005, "A note on deriving the Pareto/NBD model", eq. 19 and 21); −∞ right after a purchase. */
function logA0({ r, alpha, s, beta }: ParetoNbd, { x, tx, T }: Buyer): number {
  const [larger, apart, second] = alpha >= beta ? [alpha, alpha - beta, s + 1] : [beta, beta - alpha, r + x]
  const power = r + s + x
  const part = (t: number): number =>
    Math.log(hyp2f1({ a: power, b: second, c: power + 1 }, apart / (larger + t))) - power * Math.log(larger + t)
  const [first, last] = [part(tx), part(T)]
  return last >= first ? Number.NEGATIVE_INFINITY : first + Math.log1p(-Math.exp(last - first))
}

/** Log-likelihood of one history (same note, eq. 18). */
export function paretoLogLikelihood(model: ParetoNbd, buyer: Buyer): number {
  const { r, alpha, s, beta } = model
  const { x, T } = buyer
  const rates = lgamma(r + x) - lgamma(r) + r * Math.log(alpha) + s * Math.log(beta)
  const stays = -(r + x) * Math.log(alpha + T) - s * Math.log(beta + T)
  return rates + logSumExp([stays, Math.log(s) - Math.log(r + s + x) + logA0(model, buyer)])
}

/** Chance that somebody still buys. */
export function paretoAlive(model: ParetoNbd, buyer: Buyer): number {
  const { r, alpha, s, beta } = model
  const { x, T } = buyer
  const odds = Math.log(s) - Math.log(r + s + x) + (r + x) * Math.log(alpha + T) + s * Math.log(beta + T) + logA0(model, buyer)
  return 1 / (1 + Math.exp(Math.min(700, odds)))
}

/** Purchases to be expected in the next `t` (Fader and Hardie 2005, eq. 41). */
export function paretoExpected(model: ParetoNbd, buyer: Buyer, t: number): number {
  const { r, alpha, beta } = model
  const { x, T } = buyer
  // The formula divides by s − 1; right beside it is smooth.
  const s = Math.abs(model.s - 1) < 1e-6 ? 1 + 1e-6 : model.s
  const stays = -Math.expm1((s - 1) * Math.log((beta + T) / (beta + T + t))) / (s - 1)
  return (((r + x) * (beta + T)) / (alpha + T)) * stays * paretoAlive(model, buyer)
}

/** More different histories than these take too long: two hypergeometric functions each, some hundred times. */
export const MOST_HISTORIES = 5_000

/** Maximum likelihood over logarithms; null where there are fewer than 50 buyers or more than 5,000 different histories. */
export function fitParetoNbd(histories: readonly Buyer[]): FittedParetoNbd | null {
  const buyers = histories.reduce((sum, { times = 1 }) => sum + times, 0)
  if (buyers < 50 || histories.length > MOST_HISTORIES) return null
  const terms = new Float64Array(histories.length)
  const negative = (logs: Float64Array): number => {
    const [r, alpha, s, beta] = Array.from(logs, Math.exp) as [number, number, number, number]
    // Within these the hypergeometric series settles; nobody's customers are beyond.
    if (Math.max(r, s) > 1e3 || Math.max(alpha, beta) > 1e4 || Math.min(r, s, alpha, beta) < 1e-4) return Number.POSITIVE_INFINITY
    for (const [i, each] of histories.entries()) terms[i] = (each.times ?? 1) * paretoLogLikelihood({ r, alpha, s, beta }, each)
    return -compensatedSum(terms)
  }
  const { numbers, logLikelihood } = least(negative, [-0.5, 2, -0.5, 2], buyers)
  const [r, alpha, s, beta] = numbers as [number, number, number, number]
  return Number.isFinite(logLikelihood) ? { r, alpha, s, beta, logLikelihood, buyers } : null
}

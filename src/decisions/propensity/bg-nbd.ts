import { bfgs, nelderMead } from '#lib/numeric/optimise.ts'
import { lbeta, lgamma } from '#lib/numeric/special.ts'
import { compensatedSum, logSumExp } from '#lib/numeric/sums.ts'

/** A buyer's history: repeat purchases, time of the last one since the first, and time that they were watched, in one unit. */
export interface Buyer {
  readonly x: number
  readonly tx: number
  readonly T: number
}

/** Purchase rates vary as Gamma(r, alpha); after each purchase somebody is lost with a chance that varies as Beta(a, b). */
export interface BgNbd {
  readonly r: number
  readonly alpha: number
  readonly a: number
  readonly b: number
}

export interface FittedBgNbd extends BgNbd {
  readonly logLikelihood: number
  readonly buyers: number
  /** False: the data do not show that anybody is lost; nobody is called lost then. */
  readonly identified: boolean
}

/** Log-likelihood of one history (Fader, Hardie and Lee 2005, eq. 6). */
export function logLikelihoodOf({ r, alpha, a, b }: BgNbd, { x, tx, T }: Buyer): number {
  const rate = lgamma(r + x) - lgamma(r) + r * Math.log(alpha)
  const stays = lbeta(a, b + x) - lbeta(a, b) - (r + x) * Math.log(alpha + T)
  if (x === 0) return rate + stays
  const leaves = lbeta(a + 1, b + x - 1) - lbeta(a, b) - (r + x) * Math.log(alpha + tx)
  return rate + logSumExp([stays, leaves])
}

/** Chance that somebody still buys: 1/(1 + a/(b+x−1) ((α+T)/(α+tx))^(r+x)), and 1 before a second purchase (the model's rule). */
export function alive({ r, alpha, a, b }: BgNbd, { x, tx, T }: Buyer): number {
  if (x <= 0) return 1
  const odds = Math.log(a) - Math.log(b + x - 1) + (r + x) * (Math.log(alpha + T) - Math.log(alpha + tx))
  return 1 / (1 + Math.exp(Math.min(700, odds)))
}

/** Same histories are reckoned once. */
function counted(buyers: readonly Buyer[]): { readonly buyer: Buyer; readonly times: number }[] {
  const found = new Map<string, { buyer: Buyer; times: number }>()
  for (const buyer of buyers) {
    const key = `${buyer.x} ${buyer.tx} ${buyer.T}`
    const known = found.get(key)
    if (known) known.times++
    else found.set(key, { buyer, times: 1 })
  }
  return [...found.values()]
}

const LARGEST = 1e6
/** Fewer buyers, or repeat purchases, say nothing of four numbers. */
const ENOUGH = 50
/** Of 2·(log-likelihood with loss − without), chi-square with two degrees of freedom at 5 %: below, nobody is shown to be lost. */
const SHOWN = 5.991464547107979

type History = ReturnType<typeof counted>[number]

/** The least of −log-likelihood for each buyer, over the logarithms of the numbers. */
function fitted(histories: readonly History[], of: (numbers: readonly number[], buyer: Buyer) => number, start: readonly number[]) {
  const terms = new Float64Array(histories.length)
  const buyers = histories.reduce((sum, { times }) => sum + times, 0)
  const negative = (logs: Float64Array): number => {
    const numbers = Array.from(logs, Math.exp)
    if (Math.max(...numbers) > LARGEST) return Number.POSITIVE_INFINITY
    for (const [i, { buyer, times }] of histories.entries()) terms[i] = times * of(numbers, buyer)
    return -compensatedSum(terms) / buyers
  }
  const rough = nelderMead(negative, start, { tolerance: 1e-9, maxIterations: 600 })
  const fine = bfgs(negative, rough.x, { tolerance: 1e-7, maxIterations: 50 })
  const best = fine.value <= rough.value ? fine : rough
  return { numbers: Array.from(best.x, Math.exp), logLikelihood: -best.value * buyers }
}

/** The same model without loss (NBD). */
const withoutLoss = ([r, alpha]: readonly number[], { x, T }: Buyer): number =>
  lgamma(r! + x) - lgamma(r!) + r! * Math.log(alpha!) - (r! + x) * Math.log(alpha! + T)

/** Maximum likelihood on the logarithms of the four numbers; null where there are too few. Times should be of the order of 1 to 100 (weeks). */
export function fitBgNbd(buyers: readonly Buyer[]): FittedBgNbd | null {
  if (buyers.length < ENOUGH || buyers.reduce((sum, { x }) => sum + x, 0) < ENOUGH) return null
  const histories = counted(buyers)
  const model = ([r, alpha, a, b]: readonly number[]): BgNbd => ({ r: r!, alpha: alpha!, a: a!, b: b! })
  const { numbers, logLikelihood } = fitted(histories, (each, buyer) => logLikelihoodOf(model(each), buyer), [0, 1, 0, 1])
  const stay = fitted(histories, withoutLoss, [0, 1])
  const identified = 2 * (logLikelihood - stay.logLikelihood) > SHOWN
  return { ...model(numbers), logLikelihood, buyers: buyers.length, identified }
}

import { bfgs, nelderMead, type Objective } from '#lib/numeric/optimise.ts'
import { lbeta, lgamma } from '#lib/numeric/special.ts'
import { compensatedSum, log1pExp, logSumExp } from '#lib/numeric/sums.ts'

/** A buyer's history: repeat purchases, time of the last one since the first, and time that they were watched, in one unit. */
export interface Buyer {
  readonly x: number
  readonly tx: number
  readonly T: number
  /** So many people have this very history; left out: one. */
  readonly times?: number
}

/** Purchase rates vary as Gamma(r, alpha). */
export interface Nbd {
  readonly r: number
  readonly alpha: number
}

/** After each purchase somebody is lost with a chance that varies as Beta(a, b). */
export interface BgNbd extends Nbd {
  readonly a: number
  readonly b: number
}

export interface FittedBgNbd extends BgNbd {
  readonly logLikelihood: number
  readonly buyers: number
  /** False: the data do not show that anybody is lost; nobody is called lost then. */
  readonly identified: boolean
  /** The same without loss (NBD), for when loss is not identified. */
  readonly withoutLoss?: Nbd & { readonly logLikelihood: number }
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

/** Different histories as columns; `x`, `tx` and `T` are places in the lists of different counts and times. */
export interface Histories {
  readonly counts: Float64Array
  readonly moments: Float64Array
  readonly x: Int32Array
  readonly tx: Int32Array
  readonly T: Int32Array
  readonly times: Float64Array
  readonly buyers: number
}

/** Same histories are reckoned once, and so are logarithms of the same count or time. */
export function historiesOf(buyers: readonly Buyer[]): Histories {
  const found = new Map<string, { buyer: Buyer; times: number }>()
  for (const buyer of buyers) {
    const key = `${buyer.x} ${buyer.tx} ${buyer.T}`
    const known = found.get(key)
    if (known) known.times += buyer.times ?? 1
    else found.set(key, { buyer, times: buyer.times ?? 1 })
  }
  const rows = [...found.values()]
  const counts = placesOf(rows.map(({ buyer }) => buyer.x))
  const moments = placesOf(rows.flatMap(({ buyer }) => [buyer.tx, buyer.T]))
  const times = Float64Array.from(rows, (row) => row.times)
  return {
    counts: counts.list,
    moments: moments.list,
    x: Int32Array.from(rows, ({ buyer }) => counts.place.get(buyer.x)!),
    tx: Int32Array.from(rows, ({ buyer }) => moments.place.get(buyer.tx)!),
    T: Int32Array.from(rows, ({ buyer }) => moments.place.get(buyer.T)!),
    times,
    buyers: compensatedSum(times),
  }
}

function placesOf(values: readonly number[]): { readonly list: Float64Array; readonly place: ReadonlyMap<number, number> } {
  const list = [...new Set(values)]
  return { list: Float64Array.from(list), place: new Map(list.map((value, i) => [value, i])) }
}

const [LEAST, LARGEST] = [1e-9, 1e6]
/** Fewer buyers, or repeat purchases, say nothing of four numbers. */
const ENOUGH = 50
/** Of 2·(log-likelihood with loss − without), chi-square with two degrees of freedom at 5 %: below, nobody is shown to be lost. */
const SHOWN = 5.991464547107979

/** −log-likelihood of all buyers over the logarithms of r, alpha and, where there are four, a and b; infinite beyond 1e6. */
export function againstHistories(histories: Histories): Objective {
  const { counts, moments, x, tx, T, times } = histories
  const terms = new Float64Array(times.length)
  const [base, leaves] = [new Float64Array(counts.length), new Float64Array(counts.length)]
  return (logs) => {
    const [r, alpha, a, b] = Array.from(logs, Math.exp) as [number, number, number?, number?]
    if (Math.max(r, alpha, a ?? 0, b ?? 0) > LARGEST || Math.min(r, alpha, a ?? 1, b ?? 1) < LEAST) return Number.POSITIVE_INFINITY
    const spans = moments.map((each) => Math.log(alpha + each))
    const constant = r * Math.log(alpha) - lgamma(r) - (a === undefined ? 0 : lbeta(a, b!))
    for (const [i, count] of counts.entries()) {
      base[i] = constant + lgamma(r + count) + (a === undefined ? 0 : lbeta(a, b! + count))
      leaves[i] = a === undefined || count === 0 ? Number.NEGATIVE_INFINITY : Math.log(a) - Math.log(b! + count - 1)
    }
    for (let i = 0; i < terms.length; i++) {
      const n = r + counts[x[i]!]!
      const end = spans[T[i]!]!
      const left = leaves[x[i]!]!
      const rest = left === Number.NEGATIVE_INFINITY ? 0 : log1pExp(left + n * (end - spans[tx[i]!]!))
      terms[i] = times[i]! * (base[x[i]!]! - n * end + rest)
    }
    return -compensatedSum(terms)
  }
}

/** The parameters that make −log-likelihood least, from a start over logarithms. */
export function least(negative: Objective, start: readonly number[], scale: number): { numbers: number[]; logLikelihood: number } {
  const each: Objective = (logs) => negative(logs) / scale
  const rough = nelderMead(each, start, { tolerance: 1e-9, maxIterations: 600 })
  const fine = bfgs(each, rough.x, { tolerance: 1e-7, maxIterations: 50 })
  const best = fine.value <= rough.value ? fine : rough
  return { numbers: Array.from(best.x, Math.exp), logLikelihood: -best.value * scale }
}

/** Maximum likelihood on the logarithms of the four numbers; null where there are too few. Times should be of the order of 1 to 100 (weeks). */
export function fitBgNbd(buyers: readonly Buyer[]): FittedBgNbd | null {
  const histories = historiesOf(buyers)
  const repeats = histories.times.reduce((sum, times, i) => sum + times * histories.counts[histories.x[i]!]!, 0)
  if (histories.buyers < ENOUGH || repeats < ENOUGH) return null
  const against = againstHistories(histories)
  const { numbers, logLikelihood } = least(against, [0, 1, 0, 1], histories.buyers)
  const stay = least(against, [0, 1], histories.buyers)
  return {
    r: numbers[0]!,
    alpha: numbers[1]!,
    a: numbers[2]!,
    b: numbers[3]!,
    logLikelihood,
    buyers: histories.buyers,
    identified: 2 * (logLikelihood - stay.logLikelihood) > SHOWN,
    withoutLoss: { r: stay.numbers[0]!, alpha: stay.numbers[1]!, logLikelihood: stay.logLikelihood },
  }
}

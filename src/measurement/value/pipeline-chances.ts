import { likeliestBeta, meanOf, posterior, type RatePrior, type Tally } from '#decisions/content/prior.ts'
import { betaPpf } from '#lib/numeric/distributions.ts'
import { inverse, matrix } from '#lib/numeric/linear.ts'
import { dirichlet, normal, random } from '#lib/numeric/random.ts'
import type { Interval } from './uncertainty.ts'

/** So many deals went from one stage to another, or ended: `won`, `lost`, or `open` while they are there still. */
export interface StageMove {
  readonly from: string
  readonly to: string
  readonly deals: number
}

/** Without lost deals on the record, whoever is still open has not been won so far, and counts as not won. */
const ends = (moves: readonly StageMove[], knowsLost: boolean): readonly StageMove[] =>
  knowsLost ? moves.filter(({ to }) => to !== 'open') : moves

/** Chance to be won from each stage: v = (I − Q)⁻¹ r of the Markov chain of moves; null where it has no answer, e.g. a circle without a way out. */
export function chancesToWin(stages: readonly string[], moves: readonly StageMove[], knowsLost: boolean): number[] | null {
  const counts = stages.map((from) => countsFrom(from, stages, ends(moves, knowsLost)))
  return solved(counts.map((each) => shares(each)))
}

/** Moves from a stage to each stage, then to `won`, then to any other end. */
function countsFrom(from: string, stages: readonly string[], moves: readonly StageMove[]): number[] {
  const counts = new Array<number>(stages.length + 2).fill(0)
  for (const move of moves) {
    if (move.from !== from) continue
    const to = stages.indexOf(move.to)
    counts[to >= 0 ? to : stages.length + (move.to === 'won' ? 0 : 1)]! += move.deals
  }
  return counts
}

/** A stage that nobody has left yet says nothing: nobody is taken to be won from it. */
function shares(counts: readonly number[]): number[] {
  const all = counts.reduce((sum, each) => sum + each, 0)
  return all === 0 ? counts.map((_, i) => (i === counts.length - 1 ? 1 : 0)) : counts.map((each) => each / all)
}

function solved(rows: readonly (readonly number[])[]): number[] | null {
  const size = rows.length
  const stays = matrix(size, size)
  for (const [i, row] of rows.entries()) for (let j = 0; j < size; j++) stays.data[i * size + j] = (i === j ? 1 : 0) - row[j]!
  const fundamental = inverse(stays)
  if (!fundamental) return null
  const chances = rows.map((_, i) => rows.reduce((sum, row, j) => sum + fundamental.data[i * size + j]! * row[size]!, 0))
  return chances.every((p) => Number.isFinite(p) && p > -1e-9 && p < 1 + 1e-9) ? chances.map((p) => Math.min(1, Math.max(0, p))) : null
}

export interface OpenDeals {
  readonly stages: readonly string[]
  readonly moves: readonly StageMove[]
  readonly knowsLost: boolean
  /** Open deals by stage, in the order of `stages`. */
  readonly open: readonly number[]
  /** What a won deal brought: mean and its standard error. */
  readonly deal: { readonly mean: number; readonly error: number }
  readonly seed: string
}

const DRAWS = 1_000

/** What open deals are to bring, by the chance of their stages; the interval draws rates (Dirichlet, Jeffreys), the mean deal and who wins. */
export function forecastOf({ stages, moves, knowsLost, open, deal, seed }: OpenDeals): Interval | null {
  const chances = chancesToWin(stages, moves, knowsLost)
  if (!chances) return null
  const counts = stages.map((from) => countsFrom(from, stages, ends(moves, knowsLost)))
  const r = random(`pipeline ${seed}`)
  const draws: number[] = []
  for (let draw = 0; draw < DRAWS; draw++) {
    // Only moves that were seen, and the ends, can be drawn: else every stage would lead to every other.
    const rows = counts.map((row) => drawnRow(row, (shapes) => dirichlet(r, shapes)))
    const drawn = solved(rows)
    if (!drawn) continue
    const [expected, spread] = drawn.reduce(([sum, variance], p, i) => [sum + open[i]! * p, variance + open[i]! * p * (1 - p)], [0, 0]) as [
      number,
      number,
    ]
    draws.push(Math.max(0, expected + Math.sqrt(spread) * normal(r)) * Math.max(0, deal.mean + deal.error * normal(r)))
  }
  if (draws.length < DRAWS / 2) return null
  draws.sort((a, b) => a - b)
  const estimate = chances.reduce((sum, p, i) => sum + open[i]! * p, 0) * deal.mean
  return { estimate, low: draws[Math.floor(0.025 * draws.length)]!, high: draws[Math.floor(0.975 * draws.length)]! }
}

function drawnRow(counts: readonly number[], draw: (shapes: readonly number[]) => number[]): number[] {
  const places = counts.flatMap((count, i) => (count > 0 || i >= counts.length - 2 ? [i] : []))
  const drawn = draw(places.map((i) => counts[i]! + 0.5))
  const row = counts.map(() => 0)
  for (const [k, i] of places.entries()) row[i] = drawn[k]!
  return row
}

export interface WinRate extends Interval, Tally {
  readonly segment: string
  /** k ÷ n as it is. */
  readonly plain: number
}

/** Fewer segments than these tell nothing of how segments vary; each stands for itself then (Jeffreys). */
const LEAST_SEGMENTS = 3
const JEFFREYS: RatePrior = { a: 0.5, b: 0.5 }

/** Win rates drawn towards that of all as far as segments are alike (empirical Bayes, beta-binomial), with 95 % credible intervals. */
export function winRates(tallies: readonly (Tally & { readonly segment: string })[]): {
  readonly rates: WinRate[]
  readonly prior: RatePrior | null
} {
  const seen = tallies.filter(({ n }) => n > 0)
  const [n, k] = seen.reduce(([all, won], each) => [all + each.n, won + each.k] as const, [0, 0] as readonly [number, number])
  const mean = Math.min(0.999, Math.max(0.001, n === 0 ? 0.5 : k / n))
  const prior = seen.length < LEAST_SEGMENTS || k === 0 || k === n ? null : likeliestBeta(seen, { a: 20 * mean, b: 20 * (1 - mean) })
  const rates = seen.map((tally): WinRate => {
    const after = posterior(prior ?? JEFFREYS, tally)
    return {
      ...tally,
      plain: tally.k / tally.n,
      estimate: meanOf(after),
      low: betaPpf(0.025, after.a, after.b),
      high: betaPpf(0.975, after.a, after.b),
    }
  })
  return { rates, prior }
}

export interface VelocityParts {
  readonly open: number
  /** Won, of so many that were decided. */
  readonly won: number
  readonly decided: number
  /** Won deals: how many, mean, variance of what they brought and of the days they took, and covariance of the two. */
  readonly deals: {
    readonly n: number
    readonly amount: number
    readonly amountVariance: number
    readonly days: number
    readonly daysVariance: number
    readonly covariance: number
  }
}

/**
 * Pipeline velocity, money per day: open deals × win rate × average deal ÷ average days to win. Interval by the delta method on its logarithm,
 * with the covariance of amount and days; the number of open deals is taken as counted. Null: nothing won, or no time between.
 */
export function velocityOf({ open, won, decided, deals }: VelocityParts): Interval | null {
  if (!(open > 0) || deals.n < 2 || !(decided > 0) || !(won > 0) || !(deals.amount > 0) || !(deals.days > 0)) return null
  const rate = won / decided
  const estimate = (open * rate * deals.amount) / deals.days
  const ofRate = (1 - rate) / won
  const ofDeals =
    (deals.amountVariance / deals.amount ** 2 +
      deals.daysVariance / deals.days ** 2 -
      (2 * deals.covariance) / (deals.amount * deals.days)) /
    deals.n
  const reach = 1.959963984540054 * Math.sqrt(Math.max(0, ofRate + ofDeals))
  return Number.isFinite(reach) ? { estimate, low: estimate * Math.exp(-reach), high: estimate * Math.exp(reach) } : null
}

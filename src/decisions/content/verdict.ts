import { betaPpf } from '#lib/numeric/distributions.ts'
import { differenceSequence, halfWidth, type Sample, type Sequence, tuning } from '#lib/numeric/sequential.ts'
import type { Tally } from './prior.ts'
import type { PlacedRow } from './tallies.ts'

/** What can be said of the options of one slot, from messages that were drawn evenly alone. */
export interface Verdict {
  /** `waiting`: too few messages; `open`: not decided yet; `settled`: nothing worth looking for is left; `confirmed`: the leader is better. */
  readonly state: 'waiting' | 'open' | 'settled' | 'confirmed'
  /** Index of the option that leads, and of the one that is nearest to it; −1: none. */
  readonly leader: number
  readonly rival: number
  /** Leader less rival; the interval may be looked at any day, and holds for all pairs at once. Null: too few. */
  readonly difference: Sequence | null
  /** About how many messages more it takes to confirm it, if it is as it looks; null: nobody can say. */
  readonly more: number | null
}

/** Overall error of all pairs of a slot. */
const ALPHA = 0.05
const NARROWEST = 5_000
/** Successes in both options together before an interval is shown. */
const LEAST_SUCCESSES = 20
/** Less than this share of the rate is not worth going on for. */
export const WORTH = 0.01

export interface VerdictAsked {
  /** Of the slot among the slots, and how many options it has. */
  readonly at: number
  readonly count: number
  /** Marginal shares of the model by option; the largest leads. */
  readonly shares: readonly number[]
  readonly remaining: number
  readonly uniform: number
}

/** Never from means of messages that the model chose: those lean to what was lucky early. */
export function verdictOf(rows: readonly PlacedRow[], { at, count, shares, remaining, uniform }: VerdictAsked): Verdict {
  const leader = shares.indexOf(Math.max(...shares))
  const alpha = ALPHA / Math.max(1, (count * (count - 1)) / 2)
  const against = Array.from({ length: count }, (_, other) => other)
    .filter((other) => other !== leader)
    .map((other) => ({ other, ...paired(rows, { at, leader, other }) }))
    .map((pair) => ({ ...pair, sequence: sequenceOf(pair, alpha) }))
  if (leader < 0 || against.length === 0) return { state: 'settled', leader, rival: -1, difference: null, more: null }
  const nearest = against.reduce((least, each) => (lowOf(each) < lowOf(least) ? each : least))
  const { sequence, other: rival } = nearest
  const confirmed = against.every((each) => lowOf(each) > 0)
  const state = confirmed ? 'confirmed' : remaining < WORTH ? 'settled' : sequence ? 'open' : 'waiting'
  return { state, leader, rival, difference: sequence, more: confirmed ? null : moreNeeded(nearest, { alpha, count, uniform }) }
}

const lowOf = ({ sequence }: { sequence: Sequence | null }): number => sequence?.low ?? Number.NEGATIVE_INFINITY

/** Messages drawn evenly to people who could have got either. */
function paired(
  rows: readonly PlacedRow[],
  { at, leader, other }: { at: number; leader: number; other: number },
): { readonly mine: Tally; readonly theirs: Tally } {
  const [mine, theirs] = [
    { n: 0, k: 0 },
    { n: 0, k: 0 },
  ]
  for (const { way, layout, could, first } of rows) {
    if (way === 'model' || !could[at]!.includes(leader) || !could[at]!.includes(other)) continue
    const sum = layout[at] === leader ? mine : layout[at] === other ? theirs : undefined
    if (!sum) continue
    sum.n += first.n
    sum.k += first.k
  }
  return { mine, theirs }
}

/** Of zeros and ones. */
export function sampleOf({ n, k }: Tally): Sample {
  const mean = n > 0 ? k / n : 0
  return { n, mean, variance: n > 1 ? (mean * (1 - mean) * n) / (n - 1) : 0 }
}

export function sequenceOf({ mine, theirs }: { mine: Tally; theirs: Tally }, alpha = ALPHA): Sequence | null {
  if (mine.k + theirs.k < LEAST_SUCCESSES) return null
  return differenceSequence(sampleOf(theirs), sampleOf(mine), { alpha, narrowestAt: NARROWEST })
}

const MOST = 2 ** 26

/** How long until the interval leaves zero, were the difference what it looks like now. */
function moreNeeded(
  { mine, theirs }: { mine: Tally; theirs: Tally },
  { alpha, count, uniform }: { alpha: number; count: number; uniform: number },
): number | null {
  const [a, b] = [sampleOf(mine), sampleOf(theirs)]
  const apart = a.mean - b.mean
  if (!(apart > 0) || mine.k + theirs.k < LEAST_SUCCESSES || uniform <= 0) return null
  const rho = tuning(alpha, NARROWEST)
  let n = 200
  while (n < MOST && halfWidth(n, 2 * (a.variance + b.variance), { alpha, rho }) >= apart) n *= 1.1
  if (n >= MOST) return null
  const missing = Math.max(0, n / 2 - Math.min(mine.n, theirs.n))
  return Math.ceil((missing * count) / uniform)
}

/** Rate with its 95 % interval (Jeffreys). */
export function rateOf({ n, k }: Tally): { readonly rate: number; readonly low: number; readonly high: number } | null {
  if (n === 0) return null
  return { rate: k / n, low: k === 0 ? 0 : betaPpf(0.025, k + 0.5, n - k + 0.5), high: k === n ? 1 : betaPpf(0.975, k + 0.5, n - k + 0.5) }
}

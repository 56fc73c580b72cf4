import { identity, inverse, luSolve, matrix, timesVector } from '#lib/numeric/linear.ts'
import type { Path } from './path.ts'

/** How often people went where: counts of a chain from its start over channels to a conversion or to nothing. */
export interface Moves {
  readonly keys: readonly string[]
  /** By key: paths that began there, that ended there with a conversion, and without one. */
  readonly started: readonly number[]
  readonly converted: readonly number[]
  readonly lost: readonly number[]
  /** Row-major, keys × keys. */
  readonly between: Float64Array
}

/** One line of counts: from a channel (null: the start) to a channel or an end. */
export interface Move {
  readonly from: string | null
  readonly to: string | 'conversion' | 'nothing'
  readonly ends: boolean
  readonly times: number
}

/** The moves of paths; each path counts as often as it was gone, with a conversion or without. */
export function movesOf(paths: readonly Path[]): Moves {
  return movesFrom(
    paths.flatMap(({ steps, conversions, nulls }): Move[] => [
      ...steps.map((to, i): Move => ({ from: i === 0 ? null : steps[i - 1]!, to, ends: false, times: conversions + nulls })),
      { from: steps.at(-1)!, to: 'conversion', ends: true, times: conversions },
      { from: steps.at(-1)!, to: 'nothing', ends: true, times: nulls },
    ]),
  )
}

/** The same from counts that a database has added up. */
export function movesFrom(counts: readonly Move[]): Moves {
  const counted = counts.filter(({ times }) => times > 0)
  const keys = [...new Set(counted.flatMap(({ to, ends }) => (ends ? [] : [to])))]
  const at = new Map(keys.map((key, i) => [key, i]))
  const size = keys.length
  const zeros = (): number[] => Array.from({ length: size }, () => 0)
  const [started, converted, lost, between] = [zeros(), zeros(), zeros(), new Float64Array(size * size)]
  for (const { from, to, ends, times } of counted) {
    if (from === null) started[at.get(to)!]! += times
    else if (!ends) between[at.get(from)! * size + at.get(to)!]! += times
    else if (to === 'conversion') converted[at.get(from)!]! += times
    else lost[at.get(from)!]! += times
  }
  return { keys, started, converted, lost, between }
}

export interface Removal {
  readonly key: string
  /** Which share of all conversions would be missing if everybody who came to this channel were lost there. */
  readonly effect: number
  /** Its part of all removal effects: they sum to 1. */
  readonly share: number
}

export interface Chain {
  /** The chance that a path ends in a conversion; equals conversions / (conversions + nulls). */
  readonly rate: number
  readonly removals: readonly Removal[]
}

interface Probabilities {
  readonly size: number
  /** Row-major. */
  readonly q: Float64Array
  readonly r: Float64Array
  readonly start: Float64Array
}

function probabilities({ keys, started, converted, lost, between }: Moves): Probabilities {
  const size = keys.length
  const q = new Float64Array(size * size)
  const r = new Float64Array(size)
  for (let i = 0; i < size; i++) {
    let leaving = converted[i]! + lost[i]!
    for (let j = 0; j < size; j++) leaving += between[i * size + j]!
    if (!(leaving > 0)) throw new RangeError(`nobody ever leaves ${keys[i]}: these are no counts of whole paths`)
    for (let j = 0; j < size; j++) q[i * size + j] = between[i * size + j]! / leaving
    r[i] = converted[i]! / leaving
  }
  const all = started.reduce((sum, each) => sum + each, 0)
  return { size, q, r, start: Float64Array.from(started, (each) => each / all) }
}

function lessFromOne(q: Float64Array, size: number) {
  const made = identity(size)
  for (let i = 0; i < q.length; i++) made.data[i]! -= q[i]!
  return made
}

const shared = (keys: readonly string[], effects: readonly number[], rate: number): Chain => {
  const sum = effects.reduce((all, each) => all + each, 0)
  // Without a conversion there is nothing to share.
  return { rate, removals: keys.map((key, i) => ({ key, effect: effects[i]!, share: sum > 0 ? effects[i]! / sum : 0 })) }
}

/**
 * Markov attribution of order 1 (Anderl et al., IJRM 33, 2016), exact: one inverse gives every removal. With N = (I - Q)^-1 and v = N r,
 * a path comes to channel c with the chance F_c = (s N)_c / N_cc, and the removal effect is F_c v_c / p. Null: nobody came at all.
 */
export function markov(moves: Moves): Chain | null {
  if (moves.keys.length === 0) return null
  const { size, q, r, start } = probabilities(moves)
  const n = inverse(lessFromOne(q, size))
  if (!n) throw new RangeError('somebody goes in circles for ever: these are no counts of whole paths')
  const value = timesVector(n, r)
  let rate = 0
  for (let i = 0; i < size; i++) rate += start[i]! * value[i]!
  const effects = moves.keys.map((_, c) => {
    let visits = 0
    for (let i = 0; i < size; i++) visits += start[i]! * n.data[i * size + c]!
    return rate > 0 ? ((visits / n.data[c * size + c]!) * value[c]!) / rate : 0
  })
  return shared(moves.keys, effects, rate)
}

/** The same answer the long way, one system of equations per channel: what `markov` is held against. */
export function markovBySolves(moves: Moves): Chain | null {
  if (moves.keys.length === 0) return null
  const { size, q, r, start } = probabilities(moves)
  const rateWithout = (gone: number): number => {
    const kept = moves.keys.map((_, i) => i).filter((i) => i !== gone)
    const a = matrix(kept.length, kept.length)
    kept.forEach((i, row) => {
      kept.forEach((j, col) => {
        a.data[row * kept.length + col] = (i === j ? 1 : 0) - q[i * size + j]!
      })
    })
    const v = luSolve(
      a,
      Float64Array.from(kept, (i) => r[i]!),
    )
    if (!v) throw new RangeError('somebody goes in circles for ever: these are no counts of whole paths')
    return kept.reduce((sum, i, row) => sum + start[i]! * v[row]!, 0)
  }
  const rate = rateWithout(-1)
  return shared(
    moves.keys,
    moves.keys.map((_, c) => (rate > 0 ? 1 - rateWithout(c) / rate : 0)),
    rate,
  )
}

/** One state of a chain that remembers several steps. */
interface State {
  readonly holds: readonly string[]
  readonly to: Map<number, number>
  started: number
  converted: number
  leaving: number
}

/** Path text never holds it. */
const BETWEEN = '\u0000'

function states(paths: readonly Path[], order: number): State[] {
  const all: State[] = []
  const known = new Map<string, number>()
  const stateOf = (holds: readonly string[]): number => {
    const name = holds.join(BETWEEN)
    const found = known.get(name)
    if (found !== undefined) return found
    known.set(name, all.length)
    return all.push({ holds, to: new Map(), started: 0, converted: 0, leaving: 0 }) - 1
  }
  for (const { steps, conversions, nulls } of paths) {
    const times = conversions + nulls
    if (!(times > 0)) continue
    let before = -1
    for (let i = 0; i < steps.length; i++) {
      const here = stateOf(steps.slice(Math.max(0, i + 1 - order), i + 1))
      if (before < 0) all[here]!.started += times
      else all[before]!.to.set(here, (all[before]!.to.get(here) ?? 0) + times)
      all[here]!.leaving += times
      before = here
    }
    all[before]!.converted += conversions
  }
  return all
}

/** Sweeps of the solver; the chance to still be on the way falls with each, and paths are finite. */
const MOST_SWEEPS = 100_000
const EXACT = 1e-15

/** The chance of a conversion from the start, with the states that hold `gone` taken out (Gauss and Seidel; the matrix is an M-matrix). */
function rateOf(all: readonly State[], gone: string | null): number {
  const value = new Float64Array(all.length)
  const out = all.map(({ holds }) => gone !== null && holds.includes(gone))
  for (let sweep = 0; ; sweep++) {
    if (sweep === MOST_SWEEPS) throw new RangeError('the chain does not come to an end')
    let moved = 0
    // Backwards: later states are mostly made later, and conversions lie behind them.
    for (let i = all.length - 1; i >= 0; i--) {
      if (out[i]) continue
      const { to, converted, leaving } = all[i]!
      let [sum, self] = [converted, 0]
      for (const [j, times] of to) {
        if (j === i) self = times
        else if (!out[j]) sum += times * value[j]!
      }
      const next = sum / (leaving - self)
      moved = Math.max(moved, Math.abs(next - value[i]!))
      value[i] = next
    }
    if (moved <= EXACT) break
  }
  let [rate, starts] = [0, 0]
  all.forEach(({ started }, i) => {
    starts += started
    rate += started * value[i]!
  })
  return rate / starts
}

/** The same chain with a memory of `order` steps: taking a channel out takes out every memory that holds it. Null: nobody came at all. */
export function markovOfOrder(paths: readonly Path[], order: number): Chain | null {
  if (!Number.isInteger(order) || order < 1) throw new RangeError(`a memory of ${order} steps is none`)
  const all = states(paths, order)
  if (all.length === 0) return null
  const keys = [...new Set(all.flatMap(({ holds }) => holds))]
  const rate = rateOf(all, null)
  return shared(
    keys,
    keys.map((key) => (rate > 0 ? 1 - rateOf(all, key) / rate : 0)),
    rate,
  )
}

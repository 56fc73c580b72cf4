import type { Json } from '#lib/json.ts'
import { type Aggregate, MOST_REMEMBERED } from './condition/aggregate.ts'

/**
 * What one person's events come to in one window, as the keyed state holds it. It says itself how two of them unite, so that states can
 * meet under definitions that do not know them yet. Lists come newest first, times are event times (epoch ms), amounts as `Gathered.value`.
 */
export type WindowState =
  | { readonly kind: 'times'; readonly of: readonly number[] }
  | { readonly kind: 'amounts' | 'values'; readonly of: readonly (readonly [at: number, value: number])[] }
  | { readonly kind: 'chain'; readonly of: readonly (readonly [at: number, received: number, mask: number])[] }
  /** Over all time: how many, the first and last time, the least and greatest amount; a sum is the text of a whole number. */
  | { readonly kind: 'number' | 'first' | 'last' | 'min' | 'max'; readonly of: number }
  | { readonly kind: 'total'; readonly of: string }
  /** Hashes, the least first. */
  | { readonly kind: 'hashes'; readonly of: readonly number[] }

/** How an aggregate is kept. */
export function kindOf({ what, within }: Pick<Aggregate, 'what' | 'within'>): WindowState['kind'] {
  switch (what) {
    case 'sequence':
      return 'chain'
    case 'distinct':
      return within === null ? 'hashes' : 'values'
    case 'count':
      return within === null ? 'number' : 'times'
    case 'first':
    case 'last':
      return within === null ? what : 'times'
    case 'sum':
      return within === null ? 'total' : 'amounts'
    case 'min':
    case 'max':
      return within === null ? what : 'amounts'
  }
}

/** One event: when, when it came, and what it is to the aggregate. */
export interface Heard {
  readonly at: number
  readonly received: number
  readonly mask: number
  readonly value: number
}

/** The state with one event more; the same object when it makes no difference. */
export function withEvent(state: WindowState | undefined, heard: Heard, aggregate: Aggregate): WindowState {
  const { at, received, mask, value } = heard
  const { keep } = aggregate
  const kind = kindOf(aggregate)
  if (state && state.kind !== kind) throw mixed(state.kind, kind)
  const old = state
  switch (kind) {
    case 'times':
      return listed(old as Of<'times'>, inserted(old?.of as readonly number[], at, { keep, order: latestFirst }), kind)
    case 'amounts':
      return listed(old as Of<'amounts'>, inserted(old?.of as Pairs, [at, value], { keep, order: greatestFirst }), kind)
    case 'values':
      return listed(old as Of<'values'>, valued(old?.of as Pairs, [at, value], keep), kind)
    case 'chain':
      return listed(
        old as Of<'chain'>,
        inserted(old?.of as Triples, [at, received, mask], { keep, order: greatestFirst, once: true }),
        kind,
      )
    case 'hashes':
      return listed(old as Of<'hashes'>, inserted(old?.of as readonly number[], value, { keep, order: leastFirst, once: true }), kind)
    case 'number':
      return united(old, { kind, of: 1 })
    case 'first':
    case 'last':
      return united(old, { kind, of: at })
    case 'min':
    case 'max':
      return united(old, { kind, of: value })
    case 'total':
      return united(old, { kind, of: String(value) })
  }
}

const mixed = (...kinds: readonly string[]): Error => new Error(`One window is kept as ${kinds.join(' and as ')}`)

type Of<Kind extends WindowState['kind']> = Extract<WindowState, { kind: Kind }> | undefined
type Pairs = readonly (readonly [number, number])[] | undefined
type Triples = readonly (readonly [number, number, number])[] | undefined

const listed = <T>(old: { readonly of: T } | undefined, of: T, kind: WindowState['kind']): WindowState =>
  (old?.of === of ? old : { kind, of }) as WindowState

type Order<T> = (a: T, b: T) => number
const latestFirst: Order<number> = (a, b) => b - a
const leastFirst: Order<number> = (a, b) => a - b
const greatestFirst: Order<readonly number[]> = (a, b) => {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return b[i]! - a[i]!
  return 0
}

interface Rule<T> {
  readonly keep: number
  readonly order: Order<T>
  /** What is there already is not added again. */
  readonly once?: boolean
}

function inserted<T>(list: readonly T[] | undefined, item: T, { keep, order, once }: Rule<T>): readonly T[] {
  if (!list) return [item]
  const place = placeIn(list, item, order)
  if (once && place < list.length && order(item, list[place]!) === 0) return list
  if (place >= keep) return list
  const next = list.length < keep ? list.slice() : list.slice(0, keep - 1)
  next.splice(place, 0, item)
  return next
}

/** Where the item stands, or would stand: before its equals. */
function placeIn<T>(list: readonly T[], item: T, order: Order<T>): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (order(list[middle]!, item) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Each value once, with the last time that it was seen. */
function valued(list: Pairs, item: readonly [number, number], keep: number): NonNullable<Pairs> {
  const known = list?.findIndex(([, hash]) => hash === item[1]) ?? -1
  if (known < 0 || !list) return inserted(list, item, { keep, order: greatestFirst })
  if (list[known]![0] >= item[0]) return list
  return inserted(list.toSpliced(known, 1), item, { keep, order: greatestFirst })
}

/** Two states of the same aggregate; the order does not matter. Bounded by the most that any aggregate keeps. */
export function united(a: WindowState | undefined, b: WindowState): WindowState {
  if (!a) return b
  if (a.kind !== b.kind) throw mixed(a.kind, b.kind)
  const both = <T>(order: Order<T>): T[] => [...(a.of as readonly T[]), ...(b.of as readonly T[])].sort(order)
  const kept = (of: readonly unknown[]): WindowState => ({ kind: a.kind, of: of.slice(0, MOST_REMEMBERED) }) as WindowState
  switch (a.kind) {
    case 'times':
      return kept(both(latestFirst))
    case 'amounts':
      return kept(both(greatestFirst))
    case 'chain':
      return kept(distinct(both(greatestFirst), (one) => one.join()))
    case 'values':
      return kept(distinct(both(greatestFirst), ([, hash]) => hash))
    case 'hashes':
      return kept(distinct(both(leastFirst), (hash) => hash))
    case 'number':
      return { kind: 'number', of: a.of + (b as typeof a).of }
    case 'first':
    case 'min':
      return { kind: a.kind, of: Math.min(a.of, (b as typeof a).of) }
    case 'last':
    case 'max':
      return { kind: a.kind, of: Math.max(a.of, (b as typeof a).of) }
    case 'total':
      return { kind: 'total', of: String(BigInt(a.of) + BigInt((b as typeof a).of)) }
  }
}

/** Each once, the first of equals. */
function distinct<T>(list: readonly T[], key: (item: T) => unknown): T[] {
  const seen = new Set<unknown>()
  return list.filter((item) => {
    const name = key(item)
    return seen.has(name) ? false : seen.add(name)
  })
}

/** Only as much as the aggregate keeps, and only what can still be in its window at some time from `since` on (epoch ms); undefined: nothing. */
export function cut(state: WindowState, { keep, within }: Aggregate, since: number): WindowState | undefined {
  if (!Array.isArray(state.of)) return state
  const list = state.of as readonly (number | readonly number[])[]
  let length = Math.min(list.length, keep)
  if (within !== null) while (length > 0 && timeOf(list[length - 1]!) <= since - within) length--
  if (length === list.length) return state
  return length === 0 ? undefined : ({ kind: state.kind, of: list.slice(0, length) } as WindowState)
}

export const timeOf = (item: number | readonly number[]): number => (typeof item === 'number' ? item : item[0]!)

/** What ClickHouse gathered (see `aggregateSql`) as a state; undefined: nothing was there. */
export function stateOf(aggregate: Aggregate, gathered: Json): WindowState | undefined {
  const kind = kindOf(aggregate)
  const isOne = kind === 'first' || kind === 'last' || kind === 'min' || kind === 'max'
  const nothing = Array.isArray(gathered) ? gathered.length === 0 : Number(gathered) === 0
  return nothing ? undefined : ({ kind, of: isOne ? (gathered as readonly Json[])[0] : gathered } as unknown as WindowState)
}

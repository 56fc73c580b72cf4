/** Events that name products, each person's together and the oldest first; can be cloned to another thread. */
export interface ProductEvents {
  /** Product ids by number. */
  readonly items: readonly string[]
  /** Person p has the events `offsets[p]` to `offsets[p + 1]`. */
  readonly offsets: Uint32Array
  readonly item: Uint32Array
  /** How much the kind of event says. */
  readonly weight: Float32Array
  /** Epoch ms of the newest event; 0: there is none. */
  readonly newest: number
  /** Epoch ms of the oldest event. */
  readonly oldest: number
}

/** One person: the items in the order of first meeting (the oldest first), with the greatest weight of each, and all steps. */
export interface History {
  readonly basket: readonly number[]
  readonly values: readonly number[]
  readonly sequence: readonly number[]
}

export interface Histories {
  /** Product ids, the most touched first. */
  readonly items: readonly string[]
  readonly people: readonly History[]
}

/** A product that fewer people had to do with is left out: what is learned must not tell of one of them. */
export const LEAST_PEOPLE = 3
/** Products beyond the most touched so many are left out. */
const MOST_ITEMS = 10_000
/** Of one person the newest so many products: somebody who touches everything says nothing. */
const MOST_OF_ONE = 100
/** Pairs of products within baskets, all told: what is held of links grows with them. People come in the order of a hash, so these are a sample. */
const MOST_PAIRS = 8_000_000

/** Renumbers products by how many people touched them, and leaves out the rare ones. */
export function historiesOf(events: ProductEvents): Histories {
  const kept = keptItems(events)
  const number = new Map(kept.map((item, i) => [item, i]))
  const people: History[] = []
  let pairs = 0
  for (let p = 0; p + 1 < events.offsets.length && pairs < MOST_PAIRS; p++) {
    const sequence: number[] = []
    const values = new Map<number, number>()
    for (let k = events.offsets[p]!; k < events.offsets[p + 1]!; k++) {
      const item = number.get(events.item[k]!)
      if (item === undefined) continue
      values.set(item, Math.max(values.get(item) ?? 0, events.weight[k]!))
      if (sequence.at(-1) !== item) sequence.push(item)
    }
    const basket = [...values.keys()].slice(-MOST_OF_ONE)
    pairs += basket.length ** 2
    if (basket.length > 0) people.push({ basket, values: basket.map((item) => values.get(item)!), sequence })
  }
  return { items: kept.map((item) => events.items[item]!), people }
}

function keptItems({ items, offsets, item }: ProductEvents): number[] {
  const people = new Uint32Array(items.length)
  const last = new Int32Array(items.length).fill(-1)
  for (let p = 0; p + 1 < offsets.length; p++) {
    for (let k = offsets[p]!; k < offsets[p + 1]!; k++) {
      if (last[item[k]!] === p) continue
      last[item[k]!] = p
      people[item[k]!]!++
    }
  }
  return Array.from(items, (_, i) => i)
    .filter((i) => people[i]! >= LEAST_PEOPLE)
    .sort((a, b) => people[b]! - people[a]! || (items[a]! < items[b]! ? -1 : 1))
    .slice(0, MOST_ITEMS)
}

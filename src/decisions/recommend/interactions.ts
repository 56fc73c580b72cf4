/** Items are numbers from 0; a basket is what one person (or session, or receipt) had to do with, each item once. */
export type Basket = readonly number[]

/** In the order of time; an item may come again. */
export type Sequence = readonly number[]

/** Weights from item to item, sparse: `rows.get(i)?.get(j)` is what i says of j. */
export type Links = ReadonlyMap<number, ReadonlyMap<number, number>>

/** Adds to a weight, where nothing is zero. */
export function add(rows: Map<number, Map<number, number>>, [from, to]: readonly [number, number], weight: number): void {
  const row = rows.get(from)
  if (row) row.set(to, (row.get(to) ?? 0) + weight)
  else rows.set(from, new Map([[to, weight]]))
}

/** How many baskets have each item. */
export function counts(baskets: Iterable<Basket>, items: number): Uint32Array {
  const found = new Uint32Array(items)
  for (const basket of baskets) for (const item of basket) found[item]!++
  return found
}

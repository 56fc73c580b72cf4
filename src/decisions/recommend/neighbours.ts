import type { Matrix } from '#lib/numeric/linear.ts'
import type { Links } from './interactions.ts'

/** Of each item the others that it speaks for most, the strongest first: item i has the entries `at[i]` to `at[i + 1]`. */
export interface Neighbours {
  readonly at: readonly number[]
  readonly to: readonly number[]
  readonly weight: readonly number[]
}

/** Digits that a weight keeps: more say nothing, and cost room. */
const DIGITS = 4

/** The strongest positive weights of each row. */
export function nearest(rowOf: (item: number) => Iterable<readonly [number, number]>, items: number, most: number): Neighbours {
  const at = [0]
  const to: number[] = []
  const weight: number[] = []
  for (let i = 0; i < items; i++) {
    const row = [...rowOf(i)].filter(([j, w]) => w > 0 && j !== i).sort((a, b) => b[1] - a[1] || a[0] - b[0])
    for (const [j, w] of row.slice(0, most)) {
      to.push(j)
      weight.push(Number(w.toPrecision(DIGITS)))
    }
    at.push(to.length)
  }
  return { at, to, weight }
}

const NONE: ReadonlyMap<number, number> = new Map()

export const rowsOfLinks =
  (links: Links) =>
  (item: number): Iterable<readonly [number, number]> =>
    links.get(item) ?? NONE

/** The rows of a dense matrix. */
export const rowsOfMatrix =
  ({ cols, data }: Matrix) =>
  (item: number): Iterable<readonly [number, number]> =>
    Array.from(data.subarray(item * cols, (item + 1) * cols), (weight, j) => [j, weight] as const)

/** What the items say together of all others: the sum of their weights, each times its own. */
export function voices({ at, to, weight }: Neighbours, from: Iterable<readonly [number, number]>): Map<number, number> {
  const scores = new Map<number, number>()
  for (const [item, times] of from)
    for (let k = at[item]!; k < at[item + 1]!; k++) scores.set(to[k]!, (scores.get(to[k]!) ?? 0) + times * weight[k]!)
  return scores
}

/** Why these lists are no neighbours among so many items; undefined: they are. */
export function flawOf({ at, to, weight }: Neighbours, items: number): string | undefined {
  if (at.length !== items + 1 || at[0] !== 0 || at[items] !== to.length) return `the rows do not fit ${items} items`
  if (weight.length !== to.length) return `${weight.length} weights for ${to.length} neighbours`
  if (at.some((each, i) => i > 0 && !(each >= at[i - 1]!))) return 'the rows are not in order'
  if (to.some((each) => !Number.isInteger(each) || each < 0 || each >= items)) return 'a neighbour is no item'
  if (weight.some((each) => !Number.isFinite(each))) return 'a weight is no finite number'
  return undefined
}

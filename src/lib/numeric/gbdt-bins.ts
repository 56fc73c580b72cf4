import type { Matrix } from './linear.ts'

/** Every value as the number of its bin, column by column. */
export interface Bins {
  readonly rows: number
  readonly columns: readonly Uint8Array[]
  /** Of each column: bin b holds what is above edge b-1 and at most edge b; the last bin has no edge. */
  readonly edges: readonly (readonly number[])[]
  /** Of each column: the bin of values that are not there, one behind the last. */
  readonly missing: readonly number[]
  /** Where each column begins in a histogram of all, and at the end its length. */
  readonly offsets: Uint32Array
}

/** Halfway between neighbours where there are few values, else at equal masses. */
function edgesOf(values: Float64Array, most: number): number[] {
  const sorted = values.filter((each) => !Number.isNaN(each)).sort()
  const distinct = sorted.filter((each, i) => i === 0 || each !== sorted[i - 1])
  const between = (i: number): number => {
    const [below, above] = [distinct[i]!, distinct[i + 1]!]
    const middle = below / 2 + above / 2
    return middle >= below && middle < above ? middle : below
  }
  if (distinct.length <= most) return Array.from({ length: Math.max(0, distinct.length - 1) }, (_, i) => between(i))
  const edges: number[] = []
  for (let b = 1, at = 0; b < most; b++) {
    const value = sorted[Math.floor((sorted.length * b) / most)]!
    while (at < distinct.length - 1 && distinct[at + 1]! <= value) at++
    if (distinct[at] !== value || at === distinct.length - 1) continue
    const edge = between(at)
    if (edges.length === 0 || edge > edges.at(-1)!) edges.push(edge)
  }
  return edges
}

function binOf(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value <= edges[middle]!) high = middle
    else low = middle + 1
  }
  return low
}

/** Infinite values are the least and the greatest; NaN is missing. */
export function binned({ rows, cols, data }: Matrix, most: number): Bins {
  if (!(most >= 2 && most <= 255)) throw new RangeError(`between 2 and 255 bins, not ${most}`)
  const columns: Uint8Array[] = []
  const edges: number[][] = []
  for (let j = 0; j < cols; j++) {
    const values = Float64Array.from({ length: rows }, (_, i) =>
      Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, data[i * cols + j]!)),
    )
    const found = edgesOf(values, most)
    edges.push(found)
    columns.push(Uint8Array.from(values, (value) => (Number.isNaN(value) ? found.length + 1 : binOf(found, value))))
  }
  const offsets = new Uint32Array(cols + 1)
  for (let j = 0; j < cols; j++) offsets[j + 1] = offsets[j]! + edges[j]!.length + 2
  return { rows, columns, edges, missing: edges.map(({ length }) => length + 1), offsets }
}

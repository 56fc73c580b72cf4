import type { BinnedTree } from './gbdt.ts'
import type { Bins } from './gbdt-bins.ts'

export interface Grower {
  readonly bins: Bins
  readonly gradient: Float64Array
  readonly hessian: Float64Array
  readonly weights: ArrayLike<number> | undefined
  readonly leaves: number
  readonly minLeaf: number
  readonly l2: number
  readonly learningRate: number
}

/** Sums of gradient, hessian and rows for every bin of every feature. */
interface Histogram {
  readonly g: Float64Array
  readonly h: Float64Array
  readonly n: Uint32Array
}

interface Split {
  readonly gain: number
  readonly feature: number
  readonly bin: number
  readonly missingLeft: boolean
}

/** A leaf that may still be split: its rows are `order[from…to]`. */
interface Leaf {
  readonly node: number
  readonly from: number
  readonly to: number
  readonly histogram: Histogram
  readonly split: Split | null
}

/** Curvature below it says nothing. */
const LEAST_HESSIAN = 1e-3
const LEAST_GAIN = 1e-7

function counted({ bins, gradient, hessian }: Grower, rows: Uint32Array): Histogram {
  const { columns, offsets } = bins
  const size = offsets[columns.length]!
  const made = { g: new Float64Array(size), h: new Float64Array(size), n: new Uint32Array(size) }
  const { g, h, n } = made
  // Gathered once, read once for each feature.
  const gradients = Float64Array.from(rows, (i) => gradient[i]!)
  const hessians = Float64Array.from(rows, (i) => hessian[i]!)
  for (let f = 0; f < columns.length; f++) {
    const column = columns[f]!
    const base = offsets[f]!
    for (let k = 0; k < rows.length; k++) {
      const at = base + column[rows[k]!]!
      g[at]! += gradients[k]!
      h[at]! += hessians[k]!
      n[at]!++
    }
  }
  return made
}

/** What the other child has is what the parent had without this one's; the parent's numbers are not needed any more. */
function rest(parent: Histogram, child: Histogram): Histogram {
  const { g, h, n } = parent
  for (let i = 0; i < g.length; i++) {
    g[i]! -= child.g[i]!
    h[i] = Math.max(0, h[i]! - child.h[i]!)
    n[i]! -= child.n[i]!
  }
  return parent
}

interface Sums {
  g: number
  h: number
  n: number
}

/** Over the bins of the first feature: every row is in one of them. */
function totals({ g, h, n }: Histogram, width: number): Sums {
  const sums = { g: 0, h: 0, n: 0 }
  for (let b = 0; b < width; b++) {
    sums.g += g[b]!
    sums.h += h[b]!
    sums.n += n[b]!
  }
  return sums
}

/** The best split of one feature: missing values are tried on both sides. */
function bestOf(grower: Grower, leaf: { readonly histogram: Histogram; readonly all: Sums }, feature: number): Split | null {
  const { minLeaf, l2, bins } = grower
  const { histogram, all } = leaf
  const base = bins.offsets[feature]!
  const last = bins.edges[feature]!.length
  const behind = base + last + 1
  const missing = { g: histogram.g[behind]!, h: histogram.h[behind]!, n: histogram.n[behind]! }
  const before = (all.g * all.g) / (all.h + l2)
  let best: Split | null = null
  let [g, h, n] = [0, 0, 0]
  // Behind the last edge the only question is missing or not.
  for (let bin = 0; bin <= (missing.n > 0 ? last : last - 1); bin++) {
    g += histogram.g[base + bin]!
    h += histogram.h[base + bin]!
    n += histogram.n[base + bin]!
    for (let side = 0; side < (missing.n > 0 ? 2 : 1); side++) {
      const leftN = side ? n + missing.n : n
      const leftH = side ? h + missing.h : h
      if (leftN < minLeaf || all.n - leftN < minLeaf || leftH < LEAST_HESSIAN || all.h - leftH < LEAST_HESSIAN) continue
      const leftG = side ? g + missing.g : g
      const rightG = all.g - leftG
      const gain = (leftG * leftG) / (leftH + l2) + (rightG * rightG) / (all.h - leftH + l2) - before
      // Where nothing was missing, later missing values go with the more.
      if (gain > (best?.gain ?? LEAST_GAIN)) best = { gain, feature, bin, missingLeft: missing.n > 0 ? side === 1 : 2 * leftN > all.n }
    }
  }
  return best
}

function bestSplit(grower: Grower, histogram: Histogram): Split | null {
  const all = totals(histogram, grower.bins.offsets[1] ?? 0)
  if (all.n < 2 * grower.minLeaf) return null
  let best: Split | null = null
  for (let f = 0; f < grower.bins.columns.length; f++) {
    const split = bestOf(grower, { histogram, all }, f)
    if (split && split.gain > (best?.gain ?? 0)) best = split
  }
  return best
}

/** Moves the rows that go left to the front, each side in its order; gives back where the right side begins. */
function parted(order: Uint32Array, { from, to }: Pick<Leaf, 'from' | 'to'>, goesLeft: (row: number) => boolean): number {
  const right: number[] = []
  let at = from
  for (let k = from; k < to; k++) {
    const row = order[k]!
    if (goesLeft(row)) order[at++] = row
    else right.push(row)
  }
  order.set(right, at)
  return at
}

function addNode(tree: BinnedTree, { gradient, hessian, weights, l2, learningRate }: Grower, rows: Uint32Array): number {
  let [g, h, cover] = [0, 0, 0]
  for (const i of rows) {
    g += gradient[i]!
    h += hessian[i]!
    cover += weights ? weights[i]! : 1
  }
  tree.feature.push(-1)
  tree.bin.push(0)
  tree.missingLeft.push(0)
  tree.left.push(0)
  tree.right.push(0)
  tree.value.push((-learningRate * g) / (h + l2 + 1e-12))
  return tree.cover.push(cover) - 1
}

/** One tree over the rows: the leaf with the greatest gain is split, until there are enough leaves. */
export function grow(grower: Grower, order: Uint32Array): BinnedTree {
  const tree: BinnedTree = { feature: [], bin: [], missingLeft: [], left: [], right: [], value: [], cover: [] }
  const root = addNode(tree, grower, order)
  const histogram = counted(grower, order)
  const open: Leaf[] = [{ node: root, from: 0, to: order.length, histogram, split: bestSplit(grower, histogram) }]
  for (let leaves = 1; leaves < grower.leaves; leaves++) {
    const next = open.reduce((best, leaf, at) => ((leaf.split?.gain ?? 0) > (open[best]!.split?.gain ?? 0) ? at : best), 0)
    if (!open[next]!.split) break
    const [leaf] = open.splice(next, 1)
    open.push(...divided(tree, { grower, order }, leaf!))
  }
  return tree
}

function divided(tree: BinnedTree, { grower, order }: { readonly grower: Grower; readonly order: Uint32Array }, leaf: Leaf): Leaf[] {
  const { node, from, to, split } = leaf
  const { feature, bin, missingLeft } = split!
  const column = grower.bins.columns[feature]!
  const middle = parted(order, leaf, (row) => (column[row] === grower.bins.missing[feature] ? missingLeft : column[row]! <= bin))
  const left = order.subarray(from, middle)
  const right = order.subarray(middle, to)
  const smaller = counted(grower, left.length < right.length ? left : right)
  const other = rest(leaf.histogram, smaller)
  const [leftHistogram, rightHistogram] = left.length < right.length ? [smaller, other] : [other, smaller]
  tree.feature[node] = feature
  tree.bin[node] = bin
  tree.missingLeft[node] = missingLeft ? 1 : 0
  tree.left[node] = addNode(tree, grower, left)
  tree.right[node] = addNode(tree, grower, right)
  return [
    { node: tree.left[node]!, from, to: middle, histogram: leftHistogram, split: bestSplit(grower, leftHistogram) },
    { node: tree.right[node]!, from: middle, to, histogram: rightHistogram, split: bestSplit(grower, rightHistogram) },
  ]
}

import { type Bins, binned } from './gbdt-bins.ts'
import { type Grower, grow } from './gbdt-grow.ts'
import type { Matrix } from './linear.ts'
import { random } from './random.ts'
import { logit, sigmoid } from './sums.ts'

/** One tree as parallel lists; node 0 is the root, a node with `feature` -1 is a leaf. */
export interface Tree {
  readonly feature: readonly number[]
  /** A value at most this goes left. */
  readonly threshold: readonly number[]
  /** Where a missing value (NaN) goes: 1 left, 0 right. */
  readonly missingLeft: readonly number[]
  readonly left: readonly number[]
  readonly right: readonly number[]
  /** Of a leaf: what it adds to the logit, learning rate included. */
  readonly value: readonly number[]
  /** Weight of the training rows that came by. */
  readonly cover: readonly number[]
}

/** A boosted forest for a probability; plain JSON. */
export interface Trees {
  readonly features: number
  /** The logit before any tree. */
  readonly base: number
  readonly trees: readonly Tree[]
}

export interface TreesOptions {
  readonly trees?: number
  readonly leaves?: number
  readonly learningRate?: number
  /** Rows in each leaf, at least. */
  readonly minLeaf?: number
  readonly l2?: number
  /** Bins of each feature, at most 255; missing values have one of their own. */
  readonly bins?: number
  readonly weights?: ArrayLike<number> | undefined
  /** Each tree sees this share of the rows, drawn by the seed; left out: all. */
  readonly subsample?: { readonly share: number; readonly seed: string } | undefined
}

/** Gradient boosting by histograms with logistic loss, trees grown leaf by leaf, the best gain first (Friedman 2001; Ke et al. 2017). */
export function fitTrees(x: Matrix, y: ArrayLike<number>, options: TreesOptions = {}): Trees {
  if (y.length !== x.rows) throw new RangeError(`${y.length} labels for ${x.rows} rows`)
  if (x.rows === 0) throw new RangeError('there is nothing to learn from')
  const { trees = 120, leaves = 12, learningRate = 0.05, minLeaf = 30, l2 = 1, weights } = options
  const bins = binned(x, options.bins ?? 255)
  const base = logit(shareOf(y, weights))
  const scores = new Float64Array(x.rows).fill(base)
  const gradient = new Float64Array(x.rows)
  const hessian = new Float64Array(x.rows)
  const grower: Grower = { bins, gradient, hessian, weights, leaves, minLeaf, l2, learningRate }
  const made: Tree[] = []
  for (let round = 0; round < trees; round++) {
    for (let i = 0; i < x.rows; i++) {
      const weight = weights ? weights[i]! : 1
      const p = sigmoid(scores[i]!)
      gradient[i] = weight * (p - y[i]!)
      hessian[i] = weight * p * (1 - p)
    }
    const tree = grow(grower, seen(x.rows, round, options))
    if (tree.feature.length === 1) break
    for (let i = 0; i < x.rows; i++) scores[i]! += tree.value[leafOf(tree, bins, i)]!
    made.push(toTree(tree, bins))
  }
  return { features: x.cols, base, trees: made }
}

function shareOf(y: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  let sum = 0
  let of = 0
  for (let i = 0; i < y.length; i++) {
    const weight = weights ? weights[i]! : 1
    sum += weight * y[i]!
    of += weight
  }
  return of > 0 ? sum / of : 0.5
}

/** The rows of one round; those of weight 0 teach nothing. */
function seen(rows: number, round: number, { weights, subsample }: TreesOptions): Uint32Array {
  const all = Uint32Array.from({ length: rows }, (_, i) => i)
  const some = weights ? all.filter((i) => weights[i]! > 0) : all
  if (!subsample) return some
  const r = random(`${subsample.seed}:${round}`)
  return some.filter(() => r.uniform() < subsample.share)
}

/** A tree while it grows: thresholds are still numbers of bins. */
export interface BinnedTree {
  readonly feature: number[]
  readonly bin: number[]
  readonly missingLeft: number[]
  readonly left: number[]
  readonly right: number[]
  readonly value: number[]
  readonly cover: number[]
}

function leafOf({ feature, bin, missingLeft, left, right }: BinnedTree, bins: Bins, row: number): number {
  let node = 0
  while (feature[node]! >= 0) {
    const value = bins.columns[feature[node]!]![row]!
    const goesLeft = value === bins.missing[feature[node]!]! ? missingLeft[node] === 1 : value <= bin[node]!
    node = goesLeft ? left[node]! : right[node]!
  }
  return node
}

const toTree = ({ bin, ...tree }: BinnedTree, { edges }: Bins): Tree => ({
  ...tree,
  threshold: tree.feature.map((feature, node) => (feature < 0 ? 0 : (edges[feature]![bin[node]!] ?? Number.MAX_VALUE))),
})

/** The logit of one row; NaN is a missing value. */
export function logitOfTrees({ base, trees }: Trees, row: ArrayLike<number>): number {
  let sum = base
  for (let t = 0; t < trees.length; t++) {
    const { feature, threshold, missingLeft, left, right, value } = trees[t]!
    let node = 0
    while (feature[node]! >= 0) {
      const x = row[feature[node]!]!
      const goesLeft = x <= threshold[node]! || (Number.isNaN(x) && missingLeft[node] === 1)
      node = goesLeft ? left[node]! : right[node]!
    }
    sum += value[node]!
  }
  return sum
}

/** The probability of one row. */
export const predictTrees = (trees: Trees, row: ArrayLike<number>): number => sigmoid(logitOfTrees(trees, row))

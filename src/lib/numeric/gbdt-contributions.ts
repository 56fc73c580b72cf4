import type { Tree, Trees } from './gbdt.ts'

/** The features on the way to a node: how much of the weight comes by without and with each, and the weights of subsets by size. */
interface Step {
  feature: number
  zero: number
  one: number
  weight: number
}

interface Walk {
  readonly tree: Tree
  readonly row: ArrayLike<number>
  readonly found: Float64Array
}

function extended(path: readonly Step[], { zero, one, feature }: Omit<Step, 'weight'>): Step[] {
  const made = path.map((step) => ({ ...step }))
  const depth = made.length
  made.push({ feature, zero, one, weight: depth === 0 ? 1 : 0 })
  for (let i = depth - 1; i >= 0; i--) {
    made[i + 1]!.weight += (one * made[i]!.weight * (i + 1)) / (depth + 1)
    made[i]!.weight = (zero * made[i]!.weight * (depth - i)) / (depth + 1)
  }
  return made
}

function unwound(path: readonly Step[], at: number): Step[] {
  const made = path.map((step) => ({ ...step }))
  const depth = made.length - 1
  const { zero, one } = made[at]!
  let next = made[depth]!.weight
  for (let j = depth - 1; j >= 0; j--) {
    if (one !== 0) {
      const kept = made[j]!.weight
      made[j]!.weight = (next * (depth + 1)) / ((j + 1) * one)
      next = kept - (made[j]!.weight * zero * (depth - j)) / (depth + 1)
    } else made[j]!.weight = (made[j]!.weight * (depth + 1)) / (zero * (depth - j))
  }
  for (let j = at; j < depth; j++) {
    const { feature, zero: z, one: o } = made[j + 1]!
    Object.assign(made[j]!, { feature, zero: z, one: o })
  }
  made.pop()
  return made
}

const unwoundSum = (path: readonly Step[], at: number): number => unwound(path, at).reduce((sum, { weight }) => sum + weight, 0)

function visit(walk: Walk, node: number, path: readonly Step[]): void {
  const { tree, row, found } = walk
  const feature = tree.feature[node]!
  if (feature < 0) {
    for (let i = 1; i < path.length; i++) {
      const { zero, one, feature: by } = path[i]!
      found[by]! += unwoundSum(path, i) * (one - zero) * tree.value[node]!
    }
    return
  }
  const x = row[feature]!
  const goesLeft = x <= tree.threshold[node]! || (Number.isNaN(x) && tree.missingLeft[node] === 1)
  const [hot, cold] = goesLeft ? [tree.left[node]!, tree.right[node]!] : [tree.right[node]!, tree.left[node]!]
  const before = path.findIndex((step, i) => i > 0 && step.feature === feature)
  const { zero, one } = before > 0 ? path[before]! : { zero: 1, one: 1 }
  const way = before > 0 ? unwound(path, before) : path
  const share = (child: number): number => tree.cover[child]! / tree.cover[node]!
  visit(walk, hot, extended(way, { zero: zero * share(hot), one, feature }))
  // Nothing of the training came there, so no subset of features leads there.
  if (share(cold) > 0) visit(walk, cold, extended(way, { zero: zero * share(cold), one: 0, feature }))
}

/** The mean of the leaves, by the weight that came there. */
function expected(tree: Tree, node = 0): number {
  if (tree.feature[node]! < 0) return tree.value[node]!
  const [left, right] = [tree.left[node]!, tree.right[node]!]
  return (expected(tree, left) * tree.cover[left]! + expected(tree, right) * tree.cover[right]!) / tree.cover[node]!
}

export interface Contributions {
  /** The mean logit of the training rows. */
  readonly base: number
  /** What each feature adds to it; base and these sum to the logit of the row. */
  readonly values: Float64Array
}

/** Shapley values of one row's logit, exact for trees with path-dependent expectations (TreeSHAP: Lundberg et al. 2018, algorithm 2). */
export function contributions({ features, base, trees }: Trees, row: ArrayLike<number>): Contributions {
  const values = new Float64Array(features)
  let start = base
  for (const tree of trees) {
    start += expected(tree)
    visit({ tree, row, found: values }, 0, extended([], { zero: 1, one: 1, feature: -1 }))
  }
  return { base: start, values }
}

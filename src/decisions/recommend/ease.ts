import { cholesky, choleskyInverse, type Matrix, matrix } from '#lib/numeric/linear.ts'
import type { Basket } from './interactions.ts'

export interface EaseOptions {
  readonly items: number
  /** Ridge: the greater, the less rare items say. */
  readonly lambda: number
  /** How much each entry of each basket counts, beside `baskets`; left out: 1. */
  readonly values?: readonly (readonly number[])[]
}

/**
 * EASE (Steck 2019): the item-to-item weights that best give back every basket from its other items, in closed form.
 * Element (i, j) is what having i says of j; the diagonal is 0. O(items³): 1,000 items take seconds.
 */
export function ease(baskets: readonly Basket[], { items, lambda, values }: EaseOptions): Matrix {
  if (!(lambda > 0)) throw new RangeError(`EASE needs a ridge above 0, not ${lambda}`)
  const gram = matrix(items, items)
  for (const [n, basket] of baskets.entries()) {
    const value = values?.[n]
    for (let a = 0; a < basket.length; a++) {
      for (let b = 0; b < basket.length; b++) gram.data[basket[a]! * items + basket[b]!]! += (value?.[a] ?? 1) * (value?.[b] ?? 1)
    }
  }
  for (let i = 0; i < items; i++) gram.data[i * items + i]! += lambda
  const factor = cholesky(gram)
  if (!factor) throw new RangeError('the baskets hold something that is not a finite number')
  const made = choleskyInverse(factor)
  const diagonal = Float64Array.from({ length: items }, (_, i) => made.data[i * items + i]!)
  for (let i = 0; i < items; i++)
    for (let j = 0; j < items; j++) made.data[i * items + j] = i === j ? 0 : -made.data[i * items + j]! / diagonal[j]!
  return made
}

import { fitTrees, predictTrees, type TreesOptions } from '#lib/numeric/gbdt.ts'
import { type Matrix, matrix } from '#lib/numeric/linear.ts'
import { fitLogistic, fitRidge } from '#lib/numeric/logistic.ts'
import { sigmoid } from '#lib/numeric/sums.ts'

/** Expected outcome for a row of features. */
export type PredictRow = (row: Float64Array) => number

/** What the learners are built from. Another one (trees) is an object of this shape. */
export interface Base {
  readonly name: string
  fitRows(x: Matrix, y: Float64Array): PredictRow
}

/** Probability of 1, for y of 0 and 1. `l2` on standardised columns, not on the intercept. */
export const logisticBase = (l2 = 1): Base => ({
  name: 'logistic',
  fitRows(x, y) {
    const { design, at, penalty } = standardised(x, l2)
    const { weights } = fitLogistic(design, y, { l2: penalty })
    return (row) => sigmoid(at(weights, row))
  },
})

export const ridgeBase = (l2 = 1): Base => ({
  name: 'ridge',
  fitRows(x, y) {
    const { design, at, penalty } = standardised(x, l2)
    const weights = fitRidge(design, y, { l2: penalty })
    return (row) => at(weights, row)
  },
})

/** Boosted trees, for y of 0 and 1 whose dependence on the features is not nearly linear. */
export const treesBase = (options: TreesOptions = {}): Base => ({
  name: 'trees',
  fitRows(x, y) {
    const trees = fitTrees(x, y, options)
    return (row) => predictTrees(trees, row)
  },
})

/** A column of ones, and the columns with mean 0 and standard deviation 1; those that do not vary become 0. */
function standardised({ rows, cols, data }: Matrix, l2: number) {
  const mean = new Float64Array(cols)
  const perSd = new Float64Array(cols)
  for (let j = 0; j < cols; j++) {
    let [sum, squares] = [0, 0]
    for (let i = 0; i < rows; i++) sum += data[i * cols + j]!
    mean[j] = rows === 0 ? 0 : sum / rows
    for (let i = 0; i < rows; i++) squares += (data[i * cols + j]! - mean[j]!) ** 2
    const variance = rows === 0 ? 0 : squares / rows
    perSd[j] = variance > 1e-12 * (1 + mean[j]! ** 2) ? 1 / Math.sqrt(variance) : 0
  }
  const design = matrix(rows, cols + 1)
  for (let i = 0; i < rows; i++) {
    design.data[i * (cols + 1)] = 1
    for (let j = 0; j < cols; j++) design.data[i * (cols + 1) + j + 1] = (data[i * cols + j]! - mean[j]!) * perSd[j]!
  }
  const at = (weights: Float64Array, row: Float64Array): number => {
    let sum = weights[0]!
    for (let j = 0; j < cols; j++) sum += weights[j + 1]! * (row[j]! - mean[j]!) * perSd[j]!
    return sum
  }
  return { design, at, penalty: Float64Array.from({ length: cols + 1 }, (_, j) => (j === 0 ? 0 : l2)) }
}

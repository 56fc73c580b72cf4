import { cholesky, choleskySolve, type Matrix, matrix } from '#lib/numeric/linear.ts'
import { normal, type Random } from '#lib/numeric/random.ts'
import { logit, sigmoid } from '#lib/numeric/sums.ts'
import type { RatePrior, Tally } from './prior.ts'
import { meanOf } from './prior.ts'

/** Slots with how many options each has; a layout is one option of each slot, by index. */
export type Shape = readonly number[]
export type Layout = readonly number[]

/** What was shown, by layout. */
export interface LayoutTally extends Tally {
  readonly layout: Layout
}

/** Where the weights of main effects and of pairs begin. */
interface Places {
  readonly size: number
  readonly main: readonly number[]
  readonly pair: ReadonlyMap<string, number>
}

/** Main effects and pairwise interactions, behind an intercept (Hill et al. 2017, "An efficient bandit algorithm for realtime multivariate optimization"). */
export function placesOf(shape: Shape): Places {
  let size = 1
  const main = shape.map((options) => {
    const at = size
    size += options
    return at
  })
  const pair = new Map<string, number>()
  for (let i = 0; i < shape.length; i++)
    for (let j = i + 1; j < shape.length; j++) {
      pair.set(`${i} ${j}`, size)
      size += shape[i]! * shape[j]!
    }
  return { size, main, pair }
}

/** The weights that count for a layout: all have the value 1. */
export function activeIn(layout: Layout, shape: Shape, { main, pair }: Places): number[] {
  const active = [0]
  for (let i = 0; i < layout.length; i++) {
    active.push(main[i]! + layout[i]!)
    for (let j = i + 1; j < layout.length; j++) active.push(pair.get(`${i} ${j}`)! + layout[i]! * shape[j]! + layout[j]!)
  }
  return active
}

/** Weights with their uncertainty: mean, and the Cholesky factor of the precision. */
export interface LayoutModel {
  readonly shape: Shape
  readonly mean: Float64Array
  readonly precision: Matrix
}

/** How far effects of options are from none, before anything is known (standard deviation in the logit): mains, then pairs. */
const SPREAD = { intercept: 1, main: 0.25, pair: 0.12 }
const ROUNDS = 25

/** Bayesian logistic regression on what was shown (Newton to the mode, Laplace around it). Null: it cannot be reckoned. */
export function fitLayouts(shape: Shape, tallies: readonly LayoutTally[], prior: RatePrior): LayoutModel | null {
  const places = placesOf(shape)
  const { size, main } = places
  const firstPair = main.at(-1)! + shape.at(-1)!
  const strength = Float64Array.from(
    { length: size },
    (_, i) => 1 / (i === 0 ? SPREAD.intercept : i < firstPair ? SPREAD.main : SPREAD.pair) ** 2,
  )
  const base = logit(meanOf(prior))
  const mean = new Float64Array(size)
  mean[0] = base
  const rows = tallies.filter(({ n }) => n > 0).map((each) => ({ ...each, active: activeIn(each.layout, shape, places) }))
  let factor: Matrix | null = null
  for (let round = 0; round < ROUNDS; round++) {
    const hessian = matrix(size, size)
    const gradient = new Float64Array(size)
    for (let i = 0; i < size; i++) {
      hessian.data[i * size + i] = strength[i]!
      gradient[i] = -strength[i]! * (mean[i]! - (i === 0 ? base : 0))
    }
    for (const { n, k, active } of rows) {
      let score = 0
      for (const i of active) score += mean[i]!
      const p = sigmoid(score)
      const weight = n * p * (1 - p)
      for (const i of active) {
        gradient[i]! += k - n * p
        for (const j of active) hessian.data[i * size + j]! += weight
      }
    }
    factor = cholesky(hessian)
    if (!factor) return null
    const step = choleskySolve(factor, gradient)
    let moved = 0
    for (let i = 0; i < size; i++) {
      mean[i]! += step[i]!
      moved = Math.max(moved, Math.abs(step[i]!))
    }
    if (moved < 1e-9) break
  }
  return factor && mean.every(Number.isFinite) ? { shape, mean, precision: factor } : null
}

/** Weights as they may be: mean + L⁻ᵀ z. */
export function drawWeights({ mean, precision }: LayoutModel, r: Random): Float64Array {
  const size = mean.length
  const out = Float64Array.from({ length: size }, () => normal(r))
  for (let i = size - 1; i >= 0; i--) {
    let sum = out[i]!
    for (let j = i + 1; j < size; j++) sum -= precision.data[j * size + i]! * out[j]!
    out[i] = sum / precision.data[i * size + i]!
  }
  for (let i = 0; i < size; i++) out[i]! += mean[i]!
  return out
}

const RESTARTS = 10

/** The best layout under these weights by coordinate ascent from several starts, among the options that are allowed. */
export function climb(shape: Shape, weights: Float64Array, { allowed, r }: { allowed: readonly (readonly number[])[]; r: Random }): Layout {
  const places = placesOf(shape)
  const worth = (layout: Layout): number => activeIn(layout, shape, places).reduce((sum, i) => sum + weights[i]!, 0)
  let best: Layout = allowed.map(([first]) => first!)
  let most = worth(best)
  for (let start = 0; start < RESTARTS; start++) {
    const here = allowed.map((options) => options[Math.floor(r.uniform() * options.length)]!)
    let value = worth(here)
    for (let moved = true; moved; ) {
      moved = false
      for (const [slot, options] of allowed.entries()) {
        for (const option of options) {
          const there = here.with(slot, option)
          const reached = worth(there)
          if (reached > value + 1e-12) {
            here[slot] = option
            value = reached
            moved = true
          }
        }
      }
    }
    if (value > most) {
      best = here
      most = value
    }
  }
  return best
}

import { cholesky, choleskySolve, type Matrix, matrix } from '#lib/numeric/linear.ts'
import { normal, type Random } from '#lib/numeric/random.ts'
import { logit, sigmoid } from '#lib/numeric/sums.ts'
import type { RatePrior, Tally } from './prior.ts'
import { meanOf } from './prior.ts'

/** Slots with how many options each has; a layout is one option of each slot, by index. */
export type Shape = readonly number[]
export type Layout = readonly number[]

/** What was shown, by layout; −1 at a slot: something that is not known any more. */
export interface LayoutTally extends Tally {
  readonly layout: Layout
  /** Those who could get the same at the same time in the same letter; they have a level of their own. Left out: the first. */
  readonly stratum?: number
}

/** Where the weights begin: of each slot, of each pair of slots (−1: none), of the strata. */
interface Places {
  readonly size: number
  readonly main: readonly number[]
  /** Row by row, `i * slots + j` for i < j. */
  readonly pair: readonly number[]
  readonly pairs: number
  readonly strata: number
}

/** With more weights than these pairs are left out: time grows with the third power. */
const MOST_WEIGHTS = 400

/** Main effects and pairwise interactions, behind an intercept (Hill et al. 2017, "An efficient bandit algorithm for realtime multivariate optimization"). */
export function placesOf(shape: Shape, strata = 1): Places {
  let size = 1
  const main = shape.map((options) => {
    const at = size
    size += options
    return at
  })
  const pairs = size
  const pair = new Array<number>(shape.length ** 2).fill(-1)
  const crossed = shape.reduce((sum, each, i) => sum + shape.slice(i + 1).reduce((all, other) => all + each * other, 0), 0)
  if (size + crossed <= MOST_WEIGHTS)
    for (let i = 0; i < shape.length; i++)
      for (let j = i + 1; j < shape.length; j++) {
        pair[i * shape.length + j] = size
        size += shape[i]! * shape[j]!
      }
  const first = size
  // The first stratum is the intercept itself.
  if (strata > 1) size += strata
  return { size, main, pair, pairs, strata: first }
}

/** The weights that count for a layout: all have the value 1. */
export function activeIn(layout: Layout, shape: Shape, { main, pair }: Places): number[] {
  const active = [0]
  for (let i = 0; i < layout.length; i++) {
    if (layout[i]! < 0) continue
    active.push(main[i]! + layout[i]!)
    for (let j = i + 1; j < layout.length; j++) {
      const at = pair[i * shape.length + j]!
      if (at >= 0 && layout[j]! >= 0) active.push(at + layout[i]! * shape[j]! + layout[j]!)
    }
  }
  return active
}

/** Sum of the weights of a layout, in the logit. */
export function worthOf(
  layout: Layout,
  weights: Float64Array,
  { shape, places: { main, pair } }: Pick<LayoutModel, 'shape' | 'places'>,
): number {
  let sum = weights[0]!
  for (let i = 0; i < layout.length; i++) {
    sum += weights[main[i]! + layout[i]!]!
    for (let j = i + 1; j < layout.length; j++) {
      const at = pair[i * shape.length + j]!
      if (at >= 0) sum += weights[at + layout[i]! * shape[j]! + layout[j]!]!
    }
  }
  return sum
}

/** Weights with their uncertainty: mean, and the Cholesky factor of the precision. */
export interface LayoutModel {
  readonly shape: Shape
  readonly places: Places
  readonly mean: Float64Array
  readonly precision: Matrix
}

/** How far effects of options are from none, before anything is known (standard deviation in the logit): mains, pairs, levels of strata. */
const SPREAD = { intercept: 1, main: 0.25, pair: 0.12, stratum: 0.7 }
const ROUNDS = 25

/** Bayesian logistic regression on what was shown (Newton to the mode, Laplace around it). Null: it cannot be reckoned. */
export function fitLayouts(shape: Shape, tallies: readonly LayoutTally[], prior: RatePrior): LayoutModel | null {
  const places = placesOf(shape, 1 + Math.max(0, ...tallies.map(({ stratum = 0 }) => stratum)))
  const { size } = places
  const strength = Float64Array.from(
    { length: size },
    (_, i) => 1 / (i === 0 ? SPREAD.intercept : i < places.pairs ? SPREAD.main : i < places.strata ? SPREAD.pair : SPREAD.stratum) ** 2,
  )
  const base = logit(meanOf(prior))
  const mean = new Float64Array(size)
  mean[0] = base
  const rows = tallies
    .filter(({ n }) => n > 0)
    .map(({ n, k, layout, stratum = 0 }) => {
      const active = activeIn(layout, shape, places)
      return { n, k, active: places.strata < size ? [...active, places.strata + stratum] : active }
    })
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
  return factor && mean.every(Number.isFinite) ? { shape, places, mean, precision: factor } : null
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
export function climb(
  model: Pick<LayoutModel, 'shape' | 'places'>,
  weights: Float64Array,
  { allowed, r }: { allowed: readonly (readonly number[])[]; r: Random },
): Layout {
  let best: Layout = allowed.map(([first]) => first!)
  let most = worthOf(best, weights, model)
  for (let start = 0; start < RESTARTS; start++) {
    const here = allowed.map((options) => options[Math.floor(r.uniform() * options.length)]!)
    const value = ascended(here, weights, { model, allowed })
    if (value > most) {
      best = here
      most = value
    }
  }
  return best
}

/** Changes one slot at a time as long as that betters it; the layout is changed in place. */
function ascended(
  here: number[],
  weights: Float64Array,
  { model, allowed }: { model: Pick<LayoutModel, 'shape' | 'places'>; allowed: readonly (readonly number[])[] },
): number {
  let value = worthOf(here, weights, model)
  for (let moved = true; moved; ) {
    moved = false
    for (const [slot, options] of allowed.entries()) {
      let kept = here[slot]!
      for (const option of options) {
        here[slot] = option
        const reached = worthOf(here, weights, model)
        if (reached > value + 1e-12) {
          kept = option
          value = reached
          moved = true
        }
      }
      here[slot] = kept
    }
  }
  return value
}

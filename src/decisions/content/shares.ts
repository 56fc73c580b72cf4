import { beta, random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { chanceOfBest, valueRemaining } from './best.ts'
import { climb, drawWeights, fitLayouts, type Layout, type LayoutModel, type LayoutTally, type Shape, worthOf } from './layouts.ts'
import { meanOf, posterior, type RatePrior, type Tally } from './prior.ts'

/** Draws of the posterior: shares of layouts are counted in them, to a thousandth. */
const DRAWS = 1_000

export interface Allocation {
  /** By layout, `options` as indices of each slot; the likeliest first. `rate`: of success, as it is believed. */
  readonly layouts: readonly { readonly layout: readonly number[]; readonly share: number; readonly rate: number }[]
  /** Share of the leader's rate that might still be gained, with 5 % probability of more. */
  readonly remaining: number
}

type Allowed = readonly (readonly number[])[]
const everything = (shape: Shape): Allowed => shape.map((options) => Array.from({ length: options }, (_, i) => i))

/** One slot: the share of an option is the probability that it is the best of those that are allowed. */
export function allocateOptions(
  tallies: readonly Tally[],
  { prior, seed, allowed = everything([tallies.length])[0]! }: { prior: RatePrior; seed: string; allowed?: readonly number[] },
): Allocation {
  const arms = allowed.map((i) => posterior(prior, tallies[i]!))
  const chances = chanceOfBest(arms)
  const r = random(`remaining ${seed}`)
  const draws = Array.from({ length: DRAWS }, () => arms.map(({ a, b }) => beta(r, a, b)))
  const leader = chances.indexOf(Math.max(...chances))
  const layouts = allowed.map((option, i) => ({ layout: [option], share: chances[i]!, rate: meanOf(arms[i]!) }))
  return { layouts: layouts.sort((a, b) => b.share - a.share || a.layout[0]! - b.layout[0]!), remaining: valueRemaining(draws, leader) }
}

/** Several slots: fits main effects and pairs, and shares by how often a layout is the best in draws of the weights. Null: it cannot be reckoned. */
export function allocateLayouts(
  shape: Shape,
  tallies: readonly LayoutTally[],
  { prior, seed }: { prior: RatePrior; seed: string },
): Allocation | null {
  const model = fitLayouts(shape, tallies, prior)
  return model && allocationOf(model, { seed })
}

/** The same from what was fitted, among the options that are allowed. */
export function allocationOf(
  model: LayoutModel,
  { seed, allowed = everything(model.shape) }: { seed: string; allowed?: Allowed },
): Allocation {
  const r = random(`layouts ${seed}`)
  const counts = new Map<string, { layout: Layout; count: number }>()
  const draws = Array.from({ length: DRAWS }, () => {
    const weights = drawWeights(model, r)
    const layout = climb(model, weights, { allowed, r })
    const key = layout.join(' ')
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { layout, count: 1 })
    return { weights, best: sigmoid(worthOf(layout, weights, model)) }
  })
  const layouts = [...counts.values()]
    .sort((a, b) => b.count - a.count || (a.layout.join() < b.layout.join() ? -1 : 1))
    .map(({ layout, count }) => ({ layout, share: count / DRAWS, rate: sigmoid(worthOf(layout, model.mean, model)) }))
  const leader = layouts[0]!.layout
  const rates = draws.map(({ weights, best }) => [sigmoid(worthOf(leader, weights, model)), best])
  return { layouts, remaining: valueRemaining(rates, 0) }
}

import { beta, random } from '#lib/numeric/random.ts'
import { chanceOfBest, valueRemaining } from './best.ts'
import { climb, drawWeights, fitLayouts, type LayoutTally, type Shape } from './layouts.ts'
import { posterior, type RatePrior, type Tally } from './prior.ts'

/** Draws of the posterior: shares of layouts are counted in them, to a thousandth. */
const DRAWS = 1_000

export interface Allocation {
  /** By layout, `options` as indices of each slot. */
  readonly layouts: readonly { readonly layout: readonly number[]; readonly share: number }[]
  /** Share of the leader's rate that might still be gained, with 5 % probability of more. */
  readonly remaining: number
}

/** One slot: the share of an option is the probability that it is the best. */
export function allocateOptions(tallies: readonly Tally[], prior: RatePrior, seed: string): Allocation {
  const arms = tallies.map((tally) => posterior(prior, tally))
  const chances = chanceOfBest(arms)
  const r = random(`remaining ${seed}`)
  const draws = Array.from({ length: DRAWS }, () => arms.map(({ a, b }) => beta(r, a, b)))
  const leader = chances.indexOf(Math.max(...chances))
  return { layouts: chances.map((share, i) => ({ layout: [i], share })), remaining: valueRemaining(draws, leader) }
}

/** Several slots: the share of a layout is how often it is the best in draws of the weights. */
export function allocateLayouts(
  shape: Shape,
  tallies: readonly LayoutTally[],
  { prior, seed }: { prior: RatePrior; seed: string },
): Allocation | null {
  const model = fitLayouts(shape, tallies, prior)
  if (!model) return null
  const r = random(`layouts ${seed}`)
  const allowed = shape.map((options) => Array.from({ length: options }, (_, i) => i))
  const counts = new Map<string, { layout: readonly number[]; count: number }>()
  for (let i = 0; i < DRAWS; i++) {
    const layout = climb(shape, drawWeights(model, r), { allowed, r })
    const key = layout.join(' ')
    const known = counts.get(key)
    if (known) known.count++
    else counts.set(key, { layout, count: 1 })
  }
  const layouts = [...counts.values()].sort((a, b) => b.count - a.count).map(({ layout, count }) => ({ layout, share: count / DRAWS }))
  return { layouts, remaining: 1 - layouts[0]!.share }
}

import type { Model } from './api.ts'
import type { PathCounts, Won } from './counts.ts'
import { additiveHazard, type Hazards } from './hazard.ts'
import { type Chain, markov, markovOfOrder, movesFrom } from './markov.ts'
import type { Path } from './path.ts'
import { RULES } from './rules.ts'

export interface Credited {
  /** By model, by key; keys without credit may be missing. */
  readonly credits: ReadonlyMap<Model, ReadonlyMap<string, Won>>
  readonly chain: Chain | null
}

/** What touches share: all conversions but those that none led to. */
export const touched = ({ totals }: PathCounts): Won => ({
  conversions: totals.conversions - totals.untouched.conversions,
  value: totals.value - totals.untouched.value,
})

export interface Longer {
  /** Steps that the chain remembers, and the paths that it is made of. */
  readonly order: number
  readonly paths: readonly Path[]
}

/** Every model over the same counts. A chain that remembers more is made of paths; its effects are shared out over all conversions. */
export function creditAll(
  counts: PathCounts,
  more: { readonly longer?: Longer | null; readonly hazard?: HazardRead | null } = {},
): Credited {
  const base = touched(counts)
  const chain = more.longer ? markovOfOrder(more.longer.paths, more.longer.order) : markov(movesFrom(counts.moves))
  const credits = new Map<Model, ReadonlyMap<string, Won>>(
    RULES.map((rule) => [rule, new Map(counts.keys.map(({ key, rules }) => [key, rules[rule]]))]),
  )
  credits.set('shapley', new Map(counts.keys.map(({ key, shapley }) => [key, shapley])))
  const byShares = (shares: readonly { readonly key: string; readonly share: number }[]) =>
    new Map(shares.map(({ key, share }) => [key, { conversions: share * base.conversions, value: share * base.value }]))
  credits.set('markov', byShares(chain?.removals ?? []))
  if (more.hazard) credits.set('hazard', byShares(more.hazard.shares))
  return { credits, chain }
}

/** A way with how long its touches lay back, as often as it was gone. Ages in days before the end. */
export interface TimedPath {
  readonly steps: readonly string[]
  readonly ages: readonly number[]
  readonly converted: boolean
  readonly times: number
}
export interface HazardRead {
  readonly ways: number
  readonly shares: readonly { readonly key: string; readonly share: number }[]
  readonly organic: number
  readonly effects: readonly { readonly key: string; readonly perTouch: number; readonly halfLifeDays: number }[]
  readonly converged: boolean
}

/** The additive hazard over ways that are watched from their first touch on. Null: nothing can be said. */
export function hazardOf(paths: readonly TimedPath[]): HazardRead | null {
  const keys = [...new Set(paths.flatMap(({ steps }) => steps))].sort()
  const at = new Map(keys.map((key, i) => [key, i]))
  const people = paths.map(({ steps, ages, converted, times }) => {
    // Ages are rounded: nobody is watched for no time at all.
    const until = Math.max(...ages) + 1 / 48
    return { touches: steps.map((step, i) => ({ channel: at.get(step)!, at: until - ages[i]! - 1 / 48 })), until, converted, times }
  })
  const found = additiveHazard(people, keys.length)
  return found && readOf(found, keys, paths.length)
}

function readOf({ credits, organic, effect, fading, converged }: Hazards, keys: readonly string[], ways: number): HazardRead {
  const all = credits.reduce((sum, each) => sum + each, organic)
  return {
    ways,
    shares: keys.map((key, i) => ({ key, share: credits[i]! / all })),
    organic: organic / all,
    effects: keys.map((key, i) => ({ key, perTouch: effect[i]!, halfLifeDays: Math.LN2 / fading[i]! })),
    converged,
  }
}

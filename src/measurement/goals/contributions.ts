import type { Journey } from '#journeys/schema.ts'
import { people } from '#lib/counted.ts'
import { tooEarly } from '../inference/doubts.ts'
import { sequence } from '../inference/sequential.ts'
import { type MeanStatistics, momentsOf } from '../inference/statistics.ts'
import { effectOf } from '../inference/welch.ts'
import type { Contribution } from './api.ts'
import { figure } from './words.ts'

/** Of the people of one arm and version of a journey: how many, how many did it, and the sums of what each did and of its square. */
export interface ArmSums {
  readonly arm: string
  readonly version: number
  readonly n: number
  readonly converted: number
  readonly sum: number
  readonly sumSquares: number
}

export const LEVEL_OF_INCREMENTS = 0.95

type Increment = NonNullable<Contribution['increment']>

/**
 * Σ over versions of treated people × the difference of means, because versions may hold out different shares of different people; with an interval that
 * holds however often it is looked at (asymptotic confidence sequence of the whole). `early`: too few people; `none`: no version has both arms.
 */
export function incrementOf(arms: readonly ArmSums[]): Increment | 'none' | 'early' {
  const compared = [...new Set(arms.map((arm) => arm.version))].flatMap((version) => {
    const of = (name: string) => arms.find((arm) => arm.version === version && arm.arm === name)
    const [treated, heldOut] = [of('treated'), of('held_out')]
    return treated && heldOut ? [{ treated, heldOut }] : []
  })
  if (compared.length === 0) return 'none'
  const all = { treated: summed(compared.map((each) => each.treated)), heldOut: summed(compared.map((each) => each.heldOut)) }
  if (tooEarly(all.heldOut, all.treated)) return 'early'
  let [total, variance] = [0, 0]
  for (const { treated, heldOut } of compared) {
    const [one, none] = [momentsOf({ kind: 'mean', ...treated }), momentsOf({ kind: 'mean', ...heldOut })]
    const effect = one && none && effectOf(none, one, 'absolute')
    // A version with one person in an arm tells nothing of itself.
    if (!effect) continue
    total += treated.n * effect.estimate
    variance += (treated.n * effect.se) ** 2
  }
  const { n: treated } = all.treated
  const { n: heldOut } = all.heldOut
  const effect = { estimate: total / treated, se: Math.sqrt(variance) / treated, df: treated + heldOut - 2, n: treated + heldOut }
  const { low, high } = sequence(effect, { alpha: 1 - LEVEL_OF_INCREMENTS })
  return { estimate: total, low: low * treated, high: high * treated, level: LEVEL_OF_INCREMENTS, treated, heldOut }
}

const summed = (arms: readonly ArmSums[]): MeanStatistics => ({
  kind: 'mean',
  n: arms.reduce((sum, { n }) => sum + n, 0),
  sum: arms.reduce((total, { sum }) => total + sum, 0),
  sumSquares: arms.reduce((sum, { sumSquares }) => sum + sumSquares, 0),
  converted: arms.reduce((sum, { converted }) => sum + converted, 0),
})

/** Parts added as if they did not act on one another. */
export function togetherOf(parts: readonly Increment[]): { estimate: number; low: number; high: number } | null {
  if (parts.length === 0) return null
  const estimate = parts.reduce((sum, part) => sum + part.estimate, 0)
  const reach = Math.hypot(...parts.map(({ high, estimate: own }) => high - own))
  return { estimate, low: estimate - reach, high: estimate + reach }
}

const NOBODY = 'nobody is held out of it, so nobody knows what would have happened anyway; give it a hold-out'
const EARLY = 'too few people have come in so far to tell'

/** What one journey has added to a goal that counts `what`. */
export function contributionOf({ id, name = id }: Pick<Journey, 'id' | 'name'>, arms: readonly ArmSums[], what: string): Contribution {
  const found = incrementOf(arms)
  const because = found === 'none' ? NOBODY : found === 'early' ? EARLY : ''
  return {
    journey: id,
    name,
    increment: typeof found === 'string' ? null : found,
    because,
    sentence: typeof found === 'string' ? `What “${name}” has added is not known: ${because}.` : sentenceOf(name, found, what),
    drill: { action: 'experiments.people', query: { key: `journey:${id}` } },
  }
}

function sentenceOf(name: string, { estimate, low, high, treated, heldOut }: Increment, what: string): string {
  const change = `${figure(Math.abs(estimate))} ${estimate >= 0 ? 'more' : 'less'}`
  const ending = low > 0 || high < 0 ? '' : ' It may as well have changed nothing.'
  return `“${what}”: ${change} than there would have been without “${name}” (95 % interval ${figure(low)} to ${figure(high)}; ${people(treated)} treated, ${figure(heldOut)} held out).${ending}`
}

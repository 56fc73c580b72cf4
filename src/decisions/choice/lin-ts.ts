import { normal, type Random } from '#lib/numeric/random.ts'
import { type LinearArm, predictReward } from './linucb.ts'
import { largest } from './squarecb.ts'

/** Fewer draws than this do not make a probability that a later evaluation could rest on. */
export const LEAST_DRAWS = 1_000

/**
 * Propensities of Thompson sampling by Monte Carlo: how often each candidate is the best of a draw. Whoever then chooses by drawing from these
 * has exact propensities, however coarse the estimate. `fill` writes one draw of every candidate's reward.
 */
export function thompson(count: number, fill: (into: Float64Array) => void, draws = LEAST_DRAWS): Float64Array {
  if (draws < LEAST_DRAWS) throw new RangeError(`${draws} draws are too few for propensities: take at least ${LEAST_DRAWS}`)
  const one = new Float64Array(count)
  const made = new Float64Array(count)
  for (let i = 0; i < draws; i++) {
    fill(one)
    made[largest(one)]! += 1
  }
  for (let i = 0; i < count; i++) made[i]! /= draws
  return made
}

/** Of linear arms: θ ~ N(A^-1 b, v² A^-1) (Agrawal and Goyal 2013), of which only θ'x matters. `spread` is v. */
export function linearThompson(
  arms: readonly LinearArm[],
  x: Float64Array,
  { spread, random, draws = LEAST_DRAWS }: { readonly spread: number; readonly random: Random; readonly draws?: number },
): Float64Array {
  const about = arms.map((arm) => predictReward(arm, x))
  return thompson(
    arms.length,
    (into) => {
      for (let i = 0; i < into.length; i++) into[i] = about[i]!.mean + spread * about[i]!.deviation * normal(random)
    },
    draws,
  )
}

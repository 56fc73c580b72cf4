import { dot, identity, type Matrix, quadratic, shermanMorrison, timesVector } from '#lib/numeric/linear.ts'
import { largest } from './squarecb.ts'

/** A ridge regression of one arm's reward: A = I + Σ x x', b = Σ r x. */
export interface LinearArm {
  /** A^-1. */
  readonly inverse: Matrix
  readonly b: Float64Array
}

export const freshArm = (size: number): LinearArm => ({ inverse: identity(size), b: new Float64Array(size) })

/** Takes in one reward, in place: O(d²) by Sherman and Morrison. */
export function learnReward({ inverse, b }: LinearArm, x: Float64Array, reward: number): void {
  shermanMorrison(inverse, x)
  for (let i = 0; i < b.length; i++) b[i]! += reward * x[i]!
}

/** What an arm is expected to bring, and the standard deviation of that in units of the noise. */
export function predictReward({ inverse, b }: LinearArm, x: Float64Array): { readonly mean: number; readonly deviation: number } {
  const direction = timesVector(inverse, x)
  return { mean: dot(direction, b), deviation: Math.sqrt(Math.max(0, quadratic(inverse, x))) }
}

/** Optimism: what it may bring at best. */
export const upperBound = ({ mean, deviation }: { mean: number; deviation: number }, alpha: number): number => mean + alpha * deviation

/** The arm with the highest bound (LinUCB with disjoint models, Li et al. 2010); ties go to the lowest. */
export const linucb = (arms: readonly LinearArm[], x: Float64Array, alpha: number): number =>
  largest(arms.map((arm) => upperBound(predictReward(arm, x), alpha)))

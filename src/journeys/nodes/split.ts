import { chance } from '#lib/hash.ts'
import type { Prepare } from '../node.ts'
import { type SplitStep, weightOf } from '../steps.ts'

export const split: Prepare<SplitStep> = (step, { next, into }) => {
  const total = step.arms.reduce((sum, arm) => sum + weightOf(arm), 0)
  let sum = 0
  const arms = step.arms.map(({ id, steps, ...arm }) => {
    const weight = weightOf({ id, ...arm })
    sum += weight
    return { id, propensity: weight / total, upTo: sum / total, to: into(steps) }
  })
  return {
    step,
    next,
    arrive({ run }) {
      // The salt names no version, so that a new version of the journey keeps everybody's arm as long as the weights stay.
      const draw = chance(step.cohort ?? `${run.journey}:${step.id}`, run.unit)
      const arm = arms.find(({ upTo }) => draw < upTo) ?? arms.at(-1)!
      return { kind: 'go', to: arm.to, reason: `arm:${arm.id}`, decision: { arm: arm.id, propensity: arm.propensity } }
    },
  }
}

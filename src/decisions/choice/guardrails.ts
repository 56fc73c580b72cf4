import { differenceSequence, type Sample } from '#lib/numeric/sequential.ts'
import type { ArmSums, ChoiceBody } from './body.ts'

/** Chance, over all time and all arms, that an arm which is no worse than control is paused. */
const DOUBT = 0.05
/** Before so many events there is nothing to see, whatever the rates. */
const LEAST_EVENTS = 5

export const GUARDED = ['unsubscribes', 'complaints'] as const

/**
 * Both with the variance of their common rate, as if the arm were no worse: with few in the comparison group none of them may have left yet, and
 * its own variance would then be 0 (such bounds paused a third of harmless arms in tests).
 */
function samplesOf(control: ArmSums, arm: ArmSums, metric: (typeof GUARDED)[number]): [control: Sample, arm: Sample] {
  const all = control.reward.n + arm.reward.n
  const common = all === 0 ? 0 : (control[metric] + arm[metric]) / all
  const variance = common * (1 - common)
  return [control, arm].map((sums) => {
    const { n } = sums.reward
    return { n, mean: n === 0 ? 0 : sums[metric] / n, variance }
  }) as [Sample, Sample]
}

/** Arms that lose more people than the comparison group: one side of a confidence sequence, so that it may be looked at always. Once paused, an arm stays so. */
export function guardrails({ arms, control, paused }: Pick<ChoiceBody, 'arms' | 'control' | 'paused'>): ChoiceBody['paused'] {
  const made: ChoiceBody['paused'] = { ...paused }
  // Of a two-sided sequence only one side is asked: twice the level.
  const alpha = (2 * DOUBT) / Math.max(1, Object.keys(arms).length * GUARDED.length)
  for (const [arm, sums] of Object.entries(arms)) {
    for (const metric of GUARDED) {
      if (Object.hasOwn(made, arm) || sums[metric] < LEAST_EVENTS) continue
      const [theirs, mine] = samplesOf(control, sums, metric)
      const found = differenceSequence(theirs, mine, { alpha, narrowestAt: 2_000 })
      if (found && found.low > 0) made[arm] = metric
    }
  }
  return made
}

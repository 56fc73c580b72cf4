import { differenceSequence, type Sample } from '#lib/numeric/sequential.ts'
import type { ArmSums, ChoiceBody } from './body.ts'

/** Chance, over all time and all arms, that an arm which is no worse than control is paused. */
const DOUBT = 0.05
/** Before so many events there is nothing to see, whatever the rates. */
const LEAST_EVENTS = 5

export const GUARDED = ['unsubscribes', 'complaints'] as const

const sampleOf = (sums: ArmSums, metric: (typeof GUARDED)[number]): Sample => {
  const { n } = sums.reward
  const mean = n === 0 ? 0 : sums[metric] / n
  return { n, mean, variance: n > 1 ? (mean * (1 - mean) * n) / (n - 1) : 0 }
}

/** Arms that lose more people than the comparison group: one side of a confidence sequence, so that it may be looked at always. Once paused, an arm stays so. */
export function guardrails({ arms, control, paused }: Pick<ChoiceBody, 'arms' | 'control' | 'paused'>): ChoiceBody['paused'] {
  const made: ChoiceBody['paused'] = { ...paused }
  // Of a two-sided sequence only one side is asked: twice the level.
  const alpha = (2 * DOUBT) / Math.max(1, Object.keys(arms).length * GUARDED.length)
  for (const [arm, sums] of Object.entries(arms)) {
    for (const metric of GUARDED) {
      if (Object.hasOwn(made, arm) || sums[metric] < LEAST_EVENTS) continue
      const found = differenceSequence(sampleOf(control, metric), sampleOf(sums, metric), { alpha, narrowestAt: 2_000 })
      if (found && found.low > 0) made[arm] = metric
    }
  }
  return made
}

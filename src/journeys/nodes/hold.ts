import { milliseconds } from '#lib/duration.ts'
import type { Prepare } from '../node.ts'
import type { HoldStep } from '../steps.ts'

/** The verdicts on held runs, as system events of ours. */
export const RELEASED = 'journey.released'
export const REJECTED = 'journey.rejected'

export const hold: Prepare<HoldStep> = (step, { next, into, instead }) => {
  const limit = milliseconds(step.upTo)!
  const released = { kind: 'go', to: into(step.then), reason: 'released' } as const
  return {
    step,
    next,
    arrive: ({ now }) => (limit <= 0 ? instead(step.otherwise, 'not_released') : { kind: 'stay', due: now + limit }),
    wake: () => instead(step.otherwise, 'not_released'),
    hear({ run }, { type, name, props }) {
      if (type !== 'system' || (name !== RELEASED && name !== REJECTED)) return null
      // The moment of arrival tells this visit from one of an earlier round.
      if (props['enrollment_id'] !== run.id || props['step_id'] !== step.id || props['since'] !== run.since) return null
      return name === RELEASED ? released : instead(step.otherwise, 'rejected')
    },
  }
}

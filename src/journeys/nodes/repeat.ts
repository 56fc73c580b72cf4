import { own } from '#lib/record.ts'
import { condition } from '../conditions.ts'
import type { Prepare } from '../node.ts'
import type { RepeatStep } from '../steps.ts'

/** The last step inside leads back here. */
export const repeat: Prepare<RepeatStep> = (step, { next, into }) => {
  const { id, times, steps } = step
  const until = step.until === undefined ? undefined : condition(step.until)
  const inside = steps.length > 0 ? into(steps) : null
  return {
    step,
    next,
    arrive(at) {
      const done = own(at.run.loops ?? {}, id) ?? 0
      const over = { kind: 'go', to: next, loop: { id, round: null } } as const
      if (until?.(at.scope())) return { ...over, reason: 'until' }
      if (inside === null || done >= times) return { ...over, reason: 'repeated' }
      return { kind: 'go', to: inside, reason: `round:${done + 1}`, loop: { id, round: done + 1 } }
    },
  }
}

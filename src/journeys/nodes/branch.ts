import { condition } from '../conditions.ts'
import type { Prepare } from '../node.ts'
import type { BranchStep } from '../steps.ts'

export const branch: Prepare<BranchStep> = (step, { next, into }) => {
  const branches = step.branches.map(({ id, when, steps }) => ({
    holds: condition(when),
    to: into(steps),
    reason: `branch:${id}` as const,
  }))
  const otherwise = { kind: 'go', to: into(step.otherwise), reason: 'otherwise' } as const
  return {
    step,
    next,
    arrive(at) {
      const scope = at.scope()
      const taken = branches.find(({ holds }) => holds(scope))
      return taken ? { kind: 'go', to: taken.to, reason: taken.reason } : otherwise
    },
  }
}

import { laneLists } from './check-walk.ts'
import type { Step } from './steps.ts'

/** What still lies before somebody who has just come to this step: the step, what follows it, and what follows around it. Undefined: there is no such step. Rounds of a repeat that are left are not walked again. */
export function fromStep(steps: readonly Step[], id: string): readonly Step[] | undefined {
  for (const [i, step] of steps.entries()) {
    if (step.id === id) return steps.slice(i)
    for (const { list } of laneLists(step)) {
      const inner = fromStep(list, id)
      if (inner) return [...inner, ...steps.slice(i + 1)]
    }
  }
  return undefined
}

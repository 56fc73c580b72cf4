import type { Prepare } from '../node.ts'
import type { UpdateStep } from '../steps.ts'
import { resultsOf, valuesOf } from './values.ts'

export const update: Prepare<UpdateStep> = (step, { next }) => {
  const values = valuesOf(step.set)
  return {
    step,
    next,
    // An expression over something missing has no value: the attribute stays as it is.
    arrive: (at) => ({ kind: 'go', to: next, reason: 'updated', set: resultsOf(values, at.scope()) }),
  }
}

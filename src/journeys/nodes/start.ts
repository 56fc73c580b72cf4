import { depthOf, MOST_STARTS } from '../deeds.ts'
import type { Prepare } from '../node.ts'
import type { StartStep, StopStep } from '../steps.ts'
import { resultsOf, valuesOf } from './values.ts'

/** Lets the person begin another journey, whose entry decides; this one goes on. */
export const start: Prepare<StartStep> = (step, { next }) => {
  const values = valuesOf(step.with)
  return {
    step,
    next,
    arrive(at) {
      if (depthOf(at.run) >= MOST_STARTS) return { kind: 'go', to: next, reason: `start_depth:${step.journey}` }
      const properties = resultsOf(values, at.scope())
      return { kind: 'go', to: next, reason: `started:${step.journey}`, start: { journey: step.journey, properties } }
    },
  }
}

export const stop: Prepare<StopStep> = (step, { next }) => ({
  step,
  next,
  arrive: ({ run }) => ({
    kind: 'go',
    to: next,
    reason: `stopped_others:${step.journey}`,
    stop: { journey: step.journey, reason: `stopped_by:${step.reason ?? run.journey}` },
  }),
})

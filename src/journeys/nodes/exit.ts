import type { Prepare } from '../node.ts'
import type { ExitStep } from '../steps.ts'

export const exit: Prepare<ExitStep> = (step, { next }) => ({
  step,
  next,
  arrive: () => ({ kind: 'exit', reason: step.reason === undefined ? 'exit_step' : `exit_step:${step.reason}` }),
})

import type { WaitForStep } from './steps.ts'

/** One event that a step waits for, with the steps that follow it. */
export interface Awaited {
  readonly id: string
  readonly label?: string | undefined
  readonly event: string
  readonly where?: string | undefined
  readonly of?: string | undefined
  readonly steps: WaitForStep['then']
}

/** What a `waitFor` waits for, highest first: the events of `on`, or the one that it names itself. */
export function awaitedBy(step: WaitForStep): readonly Awaited[] {
  if (step.on) return step.on.map((each) => ({ ...each, steps: each.steps }))
  return [{ id: 'then', event: step.event ?? '', where: step.where, of: step.of, steps: step.then }]
}

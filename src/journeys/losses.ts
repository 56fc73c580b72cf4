import { places } from './lanes.ts'
import type { Step } from './steps.ts'

/** What came of the runs that came to a step. */
export interface Flow {
  readonly arrived: number
  /** Times that a run left the journey from it. */
  readonly left: number
}
export interface Loss extends Flow {
  readonly step: string
  /** Of those who came to it, how many left there; 0 to 1. */
  readonly share: number
}

/** From which steps people leave, those that lose most first; a step that nobody left from is not among them. An exit is where people are meant to leave. */
export function losses(steps: readonly Step[], flowOf: (step: string) => Flow | undefined): readonly Loss[] {
  return places(steps)
    .flatMap(({ step }) => {
      const flow = flowOf(step.id)
      if (!flow || flow.left === 0 || step.kind === 'exit') return []
      return [{ step: step.id, ...flow, share: Math.min(1, flow.left / Math.max(1, flow.arrived)) }]
    })
    .sort((a, b) => b.left - a.left || b.share - a.share)
}

/** The step from which people come to each step: the one above it, or the one that opens its lane. `@entry` above the first. */
export function previous(steps: readonly Step[]): ReadonlyMap<string, string> {
  const map = new Map<string, string>()
  const above = new Map<string, string>()
  for (const { step, parent } of places(steps)) {
    map.set(step.id, above.get(parent) ?? (parent || '@entry'))
    above.set(parent, step.id)
  }
  return map
}

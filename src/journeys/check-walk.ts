import type { Step } from './steps.ts'

/** A step with its place in the document, and the steps that stand before it on its way. */
export interface PlacedStep {
  readonly step: Step
  /** JSON pointer. */
  readonly at: string
  readonly before: readonly Step[]
}

/** The lists of steps inside a step, with their pointers from it. */
export function laneLists(step: Step): { readonly list: readonly Step[]; readonly pointer: string }[] {
  switch (step.kind) {
    case 'branch':
      return [
        ...step.branches.map(({ steps }, i) => ({ list: steps, pointer: `/branches/${i}/steps` })),
        { list: step.otherwise, pointer: '/otherwise' },
      ]
    case 'split':
      return step.arms.map(({ steps }, i) => ({ list: steps, pointer: `/arms/${i}/steps` }))
    case 'choose':
      return [
        ...step.options.map(({ steps }, i) => ({ list: steps, pointer: `/options/${i}/steps` })),
        { list: step.fallback, pointer: '/fallback' },
      ]
    case 'waitFor':
      return [
        ...(step.on ?? []).map(({ steps = [] }, i) => ({ list: steps, pointer: `/on/${i}/steps` })),
        ...(step.on ? [] : [{ list: step.then ?? [], pointer: '/then' }]),
        { list: step.otherwise ?? [], pointer: '/otherwise' },
      ]
    case 'hold':
      return [
        { list: step.then ?? [], pointer: '/then' },
        { list: step.otherwise ?? [], pointer: '/otherwise' },
      ]
    case 'repeat':
      return [{ list: step.steps, pointer: '/steps' }]
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
    case 'call':
    case 'wait':
      return [{ list: step.otherwise ?? [], pointer: '/otherwise' }]
    case 'update':
    case 'notify':
    case 'start':
    case 'stop':
    case 'exit':
      return []
  }
}

/** The lists one of which everyone goes through; none for a step that may just go on below. */
export function placedLanes(step: Step): readonly (readonly Step[])[] {
  // Without a condition every repeat has a first round.
  if (step.kind === 'choose' && Number.parseFloat(step.by.holdout) > 0) return []
  const all = step.kind === 'branch' || step.kind === 'choose' || step.kind === 'split' || step.kind === 'waitFor' || step.kind === 'hold'
  return all || (step.kind === 'repeat' && step.until === undefined) ? laneLists(step).map(({ list }) => list) : []
}

/** Every step, outer before inner, in document order. */
export function placed(steps: readonly Step[], at: string, before: readonly Step[] = []): PlacedStep[] {
  const passed = [...before]
  return steps.flatMap((step, i) => {
    const here = `${at}/${i}`
    const found = [
      { step, at: here, before: [...passed] },
      ...laneLists(step).flatMap(({ list, pointer }) => placed(list, `${here}${pointer}`, [...passed, step])),
    ]
    passed.push(step, ...laneLists(step).flatMap(({ list }) => placed(list, '').map((inner) => inner.step)))
    return found
  })
}

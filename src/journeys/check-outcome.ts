import { BUILT_IN_METRICS } from '#decisions/experiments/guardrail.ts'
import { nearest } from '#segments/condition/hints.ts'
import type { JourneyLibrary } from './check.ts'
import type { Finding } from './check-steps.ts'
import { placed } from './check-walk.ts'
import type { Journey } from './schema.ts'
import { isMarketing, sends } from './sends.ts'
import type { Step } from './steps.ts'

/** Whether it will be known that a journey worked, and what the goals and metrics that it names are. Places are JSON pointers from the document. */
export function outcomeFindings(journey: Journey, library: JourneyLibrary): readonly Finding[] {
  return [...worthless(journey), ...uncompared(journey), ...goalsServed(journey, library), ...guardrailsNamed(journey, library)]
}

function worthless({ goal }: Journey): Finding[] {
  if (goal.value !== undefined || goal.worth !== undefined) return []
  return [
    {
      severity: 'warning',
      code: 'outcome.worth',
      at: '/goal',
      title: 'What the goal is worth is not told: you will know how many reached it, not what that brought',
      hint: 'Add value: with the event’s property that holds the worth (such as total), or worth: with an amount',
    },
  ]
}

/** Without people who get nothing, what people did anyway looks like what the journey did. */
function uncompared(journey: Journey): Finding[] {
  const steps = placed(journey.steps, '/steps').map(({ step }) => step)
  // Whoever is held out gets nothing at all: not where something is sent that everybody is due.
  const owed = steps.some((step) => sends(step) && step.kind !== 'call' && !isMarketing(step))
  if (Number.parseFloat(journey.holdout) > 0 || !steps.some(isMarketing) || owed || steps.some(compares)) return []
  return [
    {
      severity: 'warning',
      code: 'outcome.holdout',
      at: '/holdout',
      title: 'Nobody is held out: you will not know whether it worked',
      hint: 'Write holdout: 10%, or 5% where many people enter; they are watched, and get nothing',
    },
  ]
}

/** A step that compares by itself: an arm of a split without messages, a choice with a control or a hold-out of its own. */
const compares = (step: Step): boolean =>
  (step.kind === 'split' && step.arms.some(({ steps }) => !placed(steps, '').some((each) => sends(each.step)))) ||
  (step.kind === 'choose' && Number.parseFloat(step.by.control) + Number.parseFloat(step.by.holdout) > 0)

function goalsServed({ serves = [] }: Journey, library: JourneyLibrary): Finding[] {
  if (serves.length === 0) return []
  const ids = library.ids('goal')
  return serves.flatMap((id, i) => (ids.includes(id) ? [] : [unknown({ what: 'goal', id, at: `/serves/${i}`, ids })]))
}

function guardrailsNamed({ guardrails = [] }: Journey, library: JourneyLibrary): Finding[] {
  if (guardrails.length === 0) return []
  const ids = [...BUILT_IN_METRICS, ...library.ids('metric')]
  return guardrails.flatMap(({ metric }, i): Finding[] => {
    const at = `/guardrails/${i}/metric`
    if (!ids.includes(metric)) return [unknown({ what: 'metric', id: metric, at, ids })]
    if (guardrails.findIndex((other) => other.metric === metric) === i) return []
    return [
      {
        severity: 'error',
        code: 'guardrail.twice',
        at,
        title: `“${metric}” is guarded twice`,
        hint: 'Keep one of them',
      },
    ]
  })
}

interface Unknown {
  readonly what: 'goal' | 'metric'
  readonly id: string
  readonly at: string
  readonly ids: readonly string[]
}

function unknown({ what, id, at, ids }: Unknown): Finding {
  const meant = nearest(id, ids)
  const hint = meant === undefined ? `Publish the ${what} in the same step, or before` : `Did you mean “${meant}”?`
  return { severity: 'error', code: what, at, title: `There is no ${what} “${id}”`, hint }
}

import { type Problem, refuse } from '#lib/problem.ts'
import { type JourneyBody, type LaneBody, type ListRef, laneBodies, listAt, type StepBody, type StepKind, standings } from './body.ts'

/** Between two steps of a list: before the one with this index, or at the end. */
export interface Place {
  readonly list: ListRef
  readonly index: number
}

/** Everybody leaves here: nothing below it is ever reached. The same as `check` says of parsed steps. */
export function ends(step: StepBody): boolean {
  if (step.kind === 'exit') return true
  const all = lanesThatCatchAll(step)
  return all.length > 0 && all.every(({ steps }) => steps.some(ends))
}

function lanesThatCatchAll(step: StepBody): readonly LaneBody[] {
  switch (step.kind) {
    case 'branch':
    case 'split':
    case 'waitFor':
    case 'hold':
      return laneBodies(step)
    case 'choose': {
      const holdout = (step['by'] as { holdout?: string } | undefined)?.holdout ?? '5%'
      return Number.parseFloat(holdout) > 0 ? [] : laneBodies(step)
    }
    case 'repeat':
      return step['until'] === undefined ? laneBodies(step) : []
    default:
      return []
  }
}

/** Ids of steps that nobody reaches because everyone has left before them. */
export function unreached(body: JourneyBody): ReadonlySet<string> {
  const found = new Set<string>()
  const walk = (steps: readonly StepBody[]): void => {
    let over = false
    for (const step of steps) {
      if (over) found.add(step.id)
      for (const lane of laneBodies(step)) walk(lane.steps)
      over ||= ends(step)
    }
  }
  walk(body.steps)
  return found
}

/** Every place where a step can be put, in document order. Below a step where everyone leaves there is none. */
export function placesToInsert(body: JourneyBody): Place[] {
  const found: Place[] = []
  const walk = (steps: readonly StepBody[], list: ListRef): void => {
    let over = false
    for (const [index, step] of steps.entries()) {
      if (!over) found.push({ list, index })
      for (const lane of laneBodies(step)) walk(lane.steps, { step: step.id, lane: lane.id })
      over ||= ends(step)
    }
    if (!over) found.push({ list, index: steps.length })
  }
  walk(body.steps, { step: null, lane: 'steps' })
  return found
}

/** Below a step, in the same list. */
export function placeAfter(body: JourneyBody, id: string): Place | undefined {
  const found = standings(body).find(({ step }) => step.id === id)
  return found && { list: found.list, index: found.index + 1 }
}
export function placeBefore(body: JourneyBody, id: string): Place | undefined {
  const found = standings(body).find(({ step }) => step.id === id)
  return found && { list: found.list, index: found.index }
}

const ALL_KINDS = {
  email: true,
  sms: true,
  push: true,
  inapp: true,
  whatsapp: true,
  slack: true,
  message: true,
  webhook: true,
  notify: true,
  wait: true,
  waitFor: true,
  branch: true,
  split: true,
  choose: true,
  repeat: true,
  hold: true,
  update: true,
  call: true,
  start: true,
  stop: true,
  exit: true,
} as const satisfies Record<StepKind, true>
/** In the order of the palette. */
export const STEP_KINDS = Object.keys(ALL_KINDS) as readonly StepKind[]

export interface Choice {
  readonly kind: StepKind
  /** Why it cannot stand here, and what can be done; undefined: it can. */
  readonly why?: Problem
}

/** For each kind whether it may be put here, with the reason where it may not. */
export const whatMayGoHere = (body: JourneyBody, place: Place): readonly Choice[] => {
  const none = noPlace(body, place)
  return STEP_KINDS.map((kind) => {
    const why = none ?? (kind === 'exit' ? exitHere(body, place) : undefined)
    return why ? { kind, why } : { kind }
  })
}

/** Why nothing at all can stand here. */
export function noPlace(body: JourneyBody, { list, index }: Place): Problem | undefined {
  const steps = listAt(body, list)
  if (!steps) return GONE_LIST
  if (index < 0 || index > steps.length) return GONE_LIST
  const over = steps.slice(0, index).find(ends)
  return over && deadPlace(over.id)
}

/** An exit stands last: what follows it would never be reached. */
function exitHere(body: JourneyBody, { list, index }: Place): Problem | undefined {
  const steps = listAt(body, list)!
  const next = steps[index]
  if (next) return cutsOff([next.id])
  return undefined
}

const GONE_LIST: Problem = {
  code: 'edit.place',
  status: 409,
  title: 'This place is not there any more',
  hint: 'Somebody took the step or the branch away; choose another place',
}

const deadPlace = (id: string): Problem => ({
  code: 'edit.dead',
  status: 422,
  title: `Nothing can stand here because everyone has left at “${id}”`,
  hint: `Put it above “${id}”, or delete “${id}” first`,
  detail: id,
})

/** These steps would not be reached any more. */
export const cutsOff = (ids: readonly string[]): Problem => ({
  code: 'edit.cuts-off',
  status: 422,
  title:
    ids.length === 1
      ? `This cannot stand here because nobody would reach “${ids[0]}” any more`
      : `This cannot stand here because nobody would reach ${ids.length} steps any more, “${ids[0]}” first`,
  hint: 'Put it at the end of its branch, or first move or delete what follows',
  detail: ids.join(', '),
})

/** Refuses a change that cuts steps off which were reached before. */
export function newlyCutOff(before: JourneyBody, after: JourneyBody) {
  const had = unreached(before)
  const lost = [...unreached(after)].filter((id) => !had.has(id))
  return lost.length > 0 ? refuse(cutsOff(lost)) : undefined
}

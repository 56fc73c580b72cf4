import { canonical, type Json } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { awaitedBy } from './awaited.ts'
import type { CompiledJourney } from './compile.ts'
import type { Dispatch, Enrollment } from './enrollment.ts'
import { lanes } from './lanes.ts'
import { isThisRound } from './rounds.ts'
import { sends } from './sends.ts'
import type { Step } from './steps.ts'

/** From one version to the next, as the publish of the latter says. */
export interface Crossing {
  readonly from: CompiledJourney
  readonly to: CompiledJourney
  readonly inFlight: InFlight
}

/** Whether a run can stand still there. On the other kinds it never does: they are left in the moment of arriving. */
export function isRest(step: Step): boolean {
  switch (step.kind) {
    case 'wait':
    case 'waitFor':
    case 'hold':
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
    case 'call':
      return true
    case 'branch':
    case 'split':
    case 'choose':
    case 'repeat':
    case 'notify':
    case 'start':
    case 'stop':
    case 'update':
    case 'exit':
      return false
  }
}

/** Where who stands on a step goes on: a step of the new version, out (null), or nowhere (undefined), so that they stay where they are. */
export function targetOf({ to, inFlight }: Omit<Crossing, 'from'>, step: string): string | null | undefined {
  if (inFlight.kind === 'pin') return undefined
  const mapped = inFlight.kind === 'migrate' ? own(inFlight.map, step) : undefined
  if (mapped === null) return null
  const target = mapped ?? step
  return to.nodes.has(target) ? target : undefined
}

/** The steps on which somebody may stand for whom the new version has no place. */
export const unmapped = (crossing: Crossing): readonly string[] =>
  crossing.inFlight.kind === 'pin'
    ? []
    : [...crossing.from.nodes.values()]
        .filter(({ step }) => isRest(step) && targetOf(crossing, step.id) === undefined)
        .map(({ step }) => step.id)

const around = new WeakMap<CompiledJourney, ReadonlyMap<string, readonly string[]>>()

/** The repeats that each step stands in. */
function repeatsAround(journey: CompiledJourney): ReadonlyMap<string, readonly string[]> {
  const known = around.get(journey)
  if (known) return known
  const found = new Map<string, readonly string[]>()
  const walk = (steps: readonly Step[], inside: readonly string[]): void => {
    for (const step of steps) {
      found.set(step.id, inside)
      for (const lane of lanes(step)) walk(lane.steps, step.kind === 'repeat' ? [...inside, step.id] : inside)
    }
  }
  walk(journey.source.steps, [])
  around.set(journey, found)
  return found
}

/** The rounds that a step of the new version is in: those that are known, and the first of repeats that are new around it. */
function roundsAt(to: CompiledJourney, step: string, loops: Enrollment['loops']): Enrollment['loops'] {
  const repeats = repeatsAround(to).get(step) ?? []
  return repeats.length === 0 ? undefined : Object.fromEntries(repeats.map((id) => [id, own(loops ?? {}, id) ?? 1]))
}

const inRounds = <T extends { readonly loops?: Enrollment['loops'] }>(each: T, loops: Enrollment['loops']): T => {
  const { loops: _, ...rest } = each
  return (loops ? { ...rest, loops } : rest) as T
}

/** The run on a step of the next version, with what it remembers in the terms of that version. Nothing happens yet. */
export function placed(run: Enrollment, crossing: Crossing, target: string): Enrollment {
  const { to } = crossing
  const loops = roundsAt(to, target, run.loops)
  const { memo: _, ...rest } = inRounds(run, loops)
  const memo = memoAt(run, crossing, target)
  return {
    ...rest,
    version: to.version,
    step: target,
    messages: messagesAt(run, crossing, { target, loops }),
    ...(memo === undefined ? {} : { memo }),
  }
}

/** Of several awaited events the one that has come keeps its meaning by its id. */
function memoAt(run: Enrollment, { from, to }: Crossing, target: string): number | undefined {
  const before = from.nodes.get(run.step)?.step
  const after = to.nodes.get(target)?.step
  if (before && after && isSameStand(before, after)) return run.memo
  if (run.memo === undefined || before?.kind !== 'waitFor' || after?.kind !== 'waitFor') return undefined
  const heard = awaitedBy(before)[run.memo]?.id
  const place = awaitedBy(after).findIndex(({ id }) => id === heard)
  return place < 0 ? undefined : place
}

/**
 * What was sent stays sent under the names of the new version. A message on its way goes along with the run; one of a step that only got
 * another name counts as that step's, so that nobody gets it twice.
 */
function messagesAt(
  run: Enrollment,
  { from, to, inFlight }: Crossing,
  { target, loops }: { target: string; loops: Enrollment['loops'] },
): Enrollment['messages'] {
  const messages: Record<string, readonly Dispatch[]> = {}
  const add = (step: string, marks: readonly Dispatch[]): void => {
    if (marks.length > 0) put(messages, step, [...(own(messages, step) ?? []), ...marks])
  }
  const renamed = (step: string): string => {
    const name = inFlight.kind === 'migrate' ? own(inFlight.map, step) : undefined
    return name && !to.nodes.has(step) && !from.nodes.has(name) ? name : step
  }
  const arriving = to.nodes.get(target)?.step
  for (const [step, marks] of Object.entries(run.messages)) {
    const along = step === run.step && arriving !== undefined && sends(arriving) ? marks.filter((mark) => isThisRound(mark, run)) : []
    const others = marks.filter((mark) => !along.includes(mark))
    const name = renamed(step)
    add(name, to.nodes.has(name) ? others.map((mark) => inRounds(mark, roundsAt(to, name, mark.loops))) : others)
    add(
      target,
      along.map((mark) => inRounds(mark, loops)),
    )
  }
  return messages
}

const LISTS = new Set(['steps', 'then', 'otherwise', 'id', 'label'])

/** What a step says about standing on it: its own words without the steps inside it, its id and its label. */
const ownWords = (step: Step): string =>
  canonical(
    Object.fromEntries(
      Object.entries(step)
        .filter(([name, value]) => !LISTS.has(name) && value !== undefined)
        .map(([name, value]) => [name, name === 'on' ? (value as { steps?: unknown }[]).map(({ steps: _, ...rest }) => rest) : value]),
    ) as Json,
  )

/** Whether who stood on the one stands on the other all the same: its timer stays as it is. */
export const isSameStand = (a: Step, b: Step): boolean => a.kind === b.kind && ownWords(a) === ownWords(b)

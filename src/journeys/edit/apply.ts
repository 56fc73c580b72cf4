import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import {
  countIn,
  idsIn,
  type JourneyBody,
  laneBodies,
  listAt,
  mapStep,
  type Standing,
  type StepBody,
  sameList,
  shapeOf,
  standingOf,
  standings,
  withLane,
  withList,
} from './body.ts'
import { type Applied, type Command, type Fields, withFields } from './commands.ts'
import { freeId, idFor, renameSteps, slugOf, withFreeIds } from './ids.ts'
import { addLane, moveLane, removeLane, renameLane, updateLanes } from './lane-commands.ts'
import { merge } from './merge.ts'
import { journeyFault, ownFault, stepFault } from './parse.ts'
import { newlyCutOff, noPlace, type Place } from './places.ts'

/** A changed journey, and the step that it is about. */
export interface Changed {
  readonly journey: JourneyBody
  readonly about: string | null
}

/** Does a command, or says why it cannot be done. What it gives always fits the schema when what it got did. */
export function applyCommand(body: JourneyBody, command: Command): Applied {
  const changed = change(body, command)
  if (isRefusal(changed)) return changed
  const cut = RESHAPES.has(command.kind) ? newlyCutOff(body, changed.journey) : undefined
  if (cut) return cut
  return { ...changed, inverse: { kind: 'revert', from: changed.journey, to: body } }
}

/** Commands that change which step follows which. */
const RESHAPES: ReadonlySet<Command['kind']> = new Set(['insert', 'paste', 'move', 'delete', 'wrap', 'removeLane'])

function change(body: JourneyBody, command: Command): Outcome<Changed> {
  switch (command.kind) {
    case 'insert':
      return insert(body, command)
    case 'paste':
      return paste(body, command)
    case 'update':
      return update(body, command.step, command)
    case 'note':
      return update(body, command.step, command.text === '' ? { unset: ['note'] } : { set: { note: command.text } })
    case 'stage':
      return stage(body, command)
    case 'replace':
      return replace(body, command)
    case 'rename':
      return rename(body, command)
    case 'move':
      return move(body, command)
    case 'delete':
      return remove(body, command)
    case 'wrap':
      return wrap(body, command)
    case 'addLane':
    case 'removeLane':
    case 'renameLane':
    case 'moveLane':
    case 'updateLanes':
      return laneCommand(body, command)
    case 'setJourney':
      return setJourney(body, command)
    case 'become':
      return { journey: command.journey, about: null }
    case 'revert':
      return revert(body, command)
  }
}

export const GONE = (id: string): Problem => ({
  code: 'edit.gone',
  status: 409,
  title: `There is no step “${id}” any more`,
  hint: 'Somebody deleted or renamed it',
  detail: id,
})

const takenIn = (body: JourneyBody): Set<string> => new Set(standings(body).map(({ step }) => step.id))

function insert(body: JourneyBody, { at, steps }: { at: Place; steps: readonly StepBody[] }): Outcome<Changed> {
  const taken = takenIn(body)
  const named = steps.map((step) => (step.id ? step : ({ ...step, id: idFor(step, taken) } as StepBody)))
  return put(body, at, withFreeIds(named, taken).steps)
}

function paste(body: JourneyBody, { at, steps }: { at: Place; steps: readonly StepBody[] }): Outcome<Changed> {
  return put(body, at, withFreeIds(steps, takenIn(body)).steps)
}

function put(body: JourneyBody, at: Place, steps: readonly StepBody[]): Outcome<Changed> {
  const problem = noPlace(body, at) ?? stepFault(steps) ?? (steps.length === 0 ? NOTHING : undefined)
  if (problem) return refuse(problem)
  const list = listAt(body, at.list)!
  return { journey: withList(body, at.list, [...list.slice(0, at.index), ...steps, ...list.slice(at.index)]), about: steps[0]!.id }
}

const NOTHING: Problem = { code: 'edit.nothing', status: 422, title: 'There is no step in it', hint: 'Copy a step first' }

function update(body: JourneyBody, id: string, fields: Fields): Outcome<Changed> {
  const found = standingOf(body, id)
  if (!found) return refuse(GONE(id))
  const { items, lists } = shapeOf(found.step)
  const fixed = new Set(['kind', 'id', ...lists, ...(items ? [items] : [])])
  const wrong = [...Object.keys(fields.set ?? {}), ...(fields.unset ?? [])].find((name) => fixed.has(name))
  if (wrong !== undefined) return refuse(notAField(wrong))
  return swap(body, id, withFields(found.step, fields))
}

const notAField = (name: string): Problem => ({
  code: 'edit.field',
  status: 422,
  title: `“${name}” is not a field that is written`,
  hint: 'Rename the step, or add, move and delete what stands inside of it',
})

/** Puts a step of the same id in its place, if it is sound in itself. */
export function swap(body: JourneyBody, id: string, next: StepBody): Outcome<Changed> {
  const problem = ownFault(next)
  if (problem) return refuse(problem)
  return { journey: mapStep(body, id, () => next), about: id }
}

function stage(body: JourneyBody, { steps, stage: name }: Extract<Command, { kind: 'stage' }>): Outcome<Changed> {
  const fields = name === '' ? { unset: ['stage'] } : { set: { stage: name } }
  let journey = body
  for (const id of steps) {
    const done = update(journey, id, fields)
    if (isRefusal(done)) return done
    journey = done.journey
  }
  return { journey, about: steps[0] ?? null }
}

function replace(body: JourneyBody, { step: id, with: given }: { step: string; with: StepBody }): Outcome<Changed> {
  const found = standingOf(body, id)
  if (!found) return refuse(GONE(id))
  const next = { ...given, id } as StepBody
  const inside = idsIn([next])
  const elsewhere = takenIn(body)
  for (const each of idsIn([found.step])) elsewhere.delete(each)
  const double = inside.find((each, i) => elsewhere.has(each) || inside.indexOf(each) !== i)
  if (double !== undefined) return refuse(idTaken(double))
  const problem = stepFault([next])
  return problem ? refuse(problem) : { journey: mapStep(body, id, () => next), about: id }
}

const idTaken = (id: string): Problem => ({
  code: 'edit.taken',
  status: 422,
  title: `There is a step “${id}” already`,
  hint: 'Choose another id',
  detail: id,
})

function rename(body: JourneyBody, { step: id, to }: { step: string; to: string }): Outcome<Changed> {
  const found = standingOf(body, id)
  if (!found) return refuse(GONE(id))
  if (to === id) return { journey: body, about: id }
  if (takenIn(body).has(to)) return refuse(idTaken(to))
  const renamed = { ...found.step, id: to } as StepBody
  const problem = ownFault(renamed)
  if (problem) return refuse({ ...problem, hint: `For example ${slugOf(to) || 'step_2'}` })
  return { journey: renameSteps(body, new Map([[id, to]])), about: to }
}

/** The journey without the step; `instead` stands where it stood. */
function without(body: JourneyBody, { list, index }: Standing, instead: readonly StepBody[] = []): JourneyBody {
  return withList(body, list, listAt(body, list)!.toSpliced(index, 1, ...instead))
}

function move(body: JourneyBody, { step: id, to, leave }: { step: string; to: Place; leave?: string | undefined }): Outcome<Changed> {
  const found = standingOf(body, id)
  if (!found) return refuse(GONE(id))
  const lanes = laneBodies(found.step)
  const left = leave === undefined ? undefined : lanes.find((lane) => lane.id === leave)
  if (leave !== undefined && !left) return refuse(noLane(id, leave))
  if (to.list.step !== null && idsIn([found.step]).includes(to.list.step)) return refuse(intoItself(id))
  const target = listAt(body, to.list)
  if (!target || to.index < 0 || to.index > target.length) return refuse(noPlace(body, { list: to.list, index: -1 })!)
  const taken = left ? withLane(found.step, left.id, []) : found.step
  const stays = left?.steps ?? []
  const here = without(body, found, stays)
  // Places are told as they are before the step leaves.
  const index = sameList(found.list, to.list) && to.index > found.index ? to.index - 1 + stays.length : to.index
  const list = listAt(here, to.list)!
  const problem = noPlace(here, { list: to.list, index })
  if (problem) return refuse(problem)
  return { journey: withList(here, to.list, list.toSpliced(index, 0, taken)), about: id }
}

const intoItself = (id: string): Problem => ({
  code: 'edit.inside',
  status: 422,
  title: `“${id}” cannot be moved into itself`,
  hint: 'Choose a place outside of it',
  detail: id,
})
const noLane = (id: string, lane: string): Problem => ({
  code: 'edit.lane',
  status: 409,
  title: `“${id}” has no branch “${lane}” any more`,
  hint: 'Choose another one',
  detail: `${id} ${lane}`,
})

function remove(body: JourneyBody, { step: id, keep }: { step: string; keep?: string | null | undefined }): Outcome<Changed> {
  const found = standingOf(body, id)
  if (!found) return refuse(GONE(id))
  const lanes = laneBodies(found.step)
  const inside = countIn(lanes.flatMap((lane) => lane.steps))
  if (inside > 0 && keep === undefined) return refuse(whichStays(id, lanes))
  const kept = keep === undefined || keep === null ? undefined : lanes.find((lane) => lane.id === keep)
  if (keep && !kept) return refuse(noLane(id, keep))
  const journey = without(body, found, kept?.steps ?? [])
  const rest = listAt(journey, found.list)!
  return { journey, about: rest[found.index]?.id ?? rest[found.index - 1]?.id ?? found.list.step }
}

const whichStays = (id: string, lanes: readonly { id: string; steps: readonly StepBody[] }[]): Problem => ({
  code: 'edit.keep',
  status: 422,
  title: `There are steps inside of “${id}”`,
  hint: `Say which branch stays: ${lanes
    .filter(({ steps }) => steps.length > 0)
    .map((lane) => lane.id)
    .join(', ')}, or none`,
  detail: id,
})

function wrap(body: JourneyBody, { steps: ids, into, lane }: Extract<Command, { kind: 'wrap' }>): Outcome<Changed> {
  const first = ids[0] === undefined ? undefined : standingOf(body, ids[0])
  if (!first) return refuse(ids[0] === undefined ? NOTHING : GONE(ids[0]))
  const list = listAt(body, first.list)!
  const run = list.slice(first.index, first.index + ids.length)
  if (run.some((step, i) => step.id !== ids[i])) return refuse(NOT_IN_A_ROW)
  const taken = takenIn(body)
  const bare = into.id && !taken.has(into.id) ? into : ({ ...into, id: freeId(into.id || idFor(into, taken), taken) } as StepBody)
  const named = withFreeIds([bare], taken).steps[0]!
  if (!laneBodies(named).some(({ id }) => id === lane)) return refuse(noLane(named.id, lane))
  const full = withLane(named, lane, run)
  const problem = stepFault([full])
  if (problem) return refuse(problem)
  return { journey: withList(body, first.list, list.toSpliced(first.index, run.length, full)), about: full.id }
}

const NOT_IN_A_ROW: Problem = {
  code: 'edit.row',
  status: 422,
  title: 'These steps do not follow each other',
  hint: 'Select steps that stand in a row, in the same branch',
}

function laneCommand(
  body: JourneyBody,
  command: Extract<Command, { kind: 'addLane' | 'removeLane' | 'renameLane' | 'moveLane' | 'updateLanes' }>,
): Outcome<Changed> {
  const found = standingOf(body, command.step)
  if (!found) return refuse(GONE(command.step))
  const next = laneChange(found.step, command)
  return isRefusal(next) ? next : swap(body, command.step, next)
}

function laneChange(
  step: StepBody,
  command: Extract<Command, { kind: 'addLane' | 'removeLane' | 'renameLane' | 'moveLane' | 'updateLanes' }>,
): Outcome<StepBody> {
  switch (command.kind) {
    case 'addLane':
      return addLane(step, command.lane, command.index)
    case 'removeLane':
      return removeLane(step, command.lane)
    case 'renameLane':
      return renameLane(step, command.lane, command.to)
    case 'moveLane':
      return moveLane(step, command.lane, command.index)
    case 'updateLanes':
      return updateLanes(step, command.lanes)
  }
}

function setJourney(body: JourneyBody, fields: Fields): Outcome<Changed> {
  const wrong = [...Object.keys(fields.set ?? {}), ...(fields.unset ?? [])].find(
    (name) => name === 'kind' || name === 'id' || name === 'steps',
  )
  if (wrong !== undefined) return refuse(notAField(wrong))
  const journey = withFields(body, fields)
  const problem = journeyFault(journey)
  return problem ? refuse(problem) : { journey, about: null }
}

function revert(body: JourneyBody, { from, to }: { from: JourneyBody; to: JourneyBody }): Outcome<Changed> {
  if (body === from) return { journey: to, about: null }
  return { journey: merge({ base: from, mine: to, theirs: body }).journey, about: null }
}

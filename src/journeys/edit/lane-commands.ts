import type { Json, JsonObject } from '#lib/json.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { itemsOf, type LaneItem, type StepBody, shapeOf } from './body.ts'
import { type Fields, withFields } from './commands.ts'
import { freeId } from './ids.ts'

const withItems = (step: StepBody, items: readonly JsonObject[]): StepBody =>
  ({ ...step, [shapeOf(step).items!]: items as readonly Json[] }) as StepBody

/** Ids that the lists of a step have by themselves. */
const reserved = (step: StepBody): Set<string> => new Set([...shapeOf(step).lists, ...itemsOf(step).map(({ id }) => id)])

export function addLane(step: StepBody, lane: JsonObject, index: number = itemsOf(step).length): Outcome<StepBody> {
  if (shapeOf(step).items === undefined) return refuse(noLanes(step))
  const wanted = [lane['id'], lane['label'], lane['event'], step.kind === 'split' ? 'arm' : 'branch'].find(
    (each) => typeof each === 'string' && each !== '',
  )
  const { id: _id, steps = [], ...rest } = lane
  const made = { id: freeId(wanted as string, reserved(step)), ...rest, steps } as LaneItem
  const items = itemsOf(step)
  const at = Math.max(0, Math.min(index, items.length))
  return withItems(step, step.kind === 'split' ? shared(items, made, at) : items.toSpliced(at, 0, made))
}

/** A new arm gets as much as the others have on average; percentages come to 100 again. */
function shared(items: readonly LaneItem[], made: LaneItem, at: number): readonly JsonObject[] {
  if (items.some((item) => item['percent'] !== undefined)) {
    const share = Math.round(10_000 / (items.length + 1)) / 100
    const scaled = toHundred(items, 100 - share)
    return scaled.toSpliced(at, 0, { ...made, percent: share })
  }
  if (made['weight'] !== undefined) return items.toSpliced(at, 0, made)
  const mean = items.reduce((sum, item) => sum + Number(item['weight'] ?? 1), 0) / Math.max(1, items.length)
  const { steps, ...rest } = made
  return items.toSpliced(at, 0, {
    ...rest,
    weight: Math.round(mean * 100) / 100 || 1,
    ...(steps === undefined ? {} : { steps }),
  } as LaneItem)
}

/** The same proportions, with `total` to share; the last takes what rounding left. */
function toHundred(items: readonly LaneItem[], total: number): readonly LaneItem[] {
  const sum = items.reduce((all, item) => all + Number(item['percent'] ?? 0), 0)
  let left = Math.round(total * 100)
  return items.map((item, i) => {
    const rest = items.length - i - 1
    const wanted = Math.round((Number(item['percent'] ?? 0) / sum) * total * 100)
    const part = rest === 0 ? left : Math.min(Math.max(1, wanted), left - rest)
    left -= part
    return { ...item, percent: part / 100 }
  })
}

export function removeLane(step: StepBody, lane: string): Outcome<StepBody> {
  const items = itemsOf(step)
  if (!items.some(({ id }) => id === lane))
    return refuse(shapeOf(step).lists.includes(lane) ? fixedLane(step, lane) : unknownLane(step, lane))
  const least = step.kind === 'split' ? 2 : 1
  if (items.length <= least) return refuse(lastLane(step, least))
  const rest = items.filter(({ id }) => id !== lane)
  return withItems(step, rest.some((item) => item['percent'] !== undefined) ? toHundred(rest, 100) : rest)
}

export function renameLane(step: StepBody, lane: string, to: string): Outcome<StepBody> {
  const items = itemsOf(step)
  if (!items.some(({ id }) => id === lane)) return refuse(unknownLane(step, lane))
  if (to !== lane && reserved(step).has(to)) return refuse(takenLane(step, to))
  return withItems(
    step,
    items.map((item) => (item.id === lane ? { ...item, id: to } : item)),
  )
}

export function moveLane(step: StepBody, lane: string, index: number): Outcome<StepBody> {
  const items = itemsOf(step)
  const from = items.findIndex(({ id }) => id === lane)
  if (from < 0) return refuse(shapeOf(step).lists.includes(lane) ? fixedLane(step, lane) : unknownLane(step, lane))
  const to = Math.max(0, Math.min(index, items.length - 1))
  return withItems(step, items.toSpliced(from, 1).toSpliced(to, 0, items[from]!))
}

export function updateLanes(step: StepBody, lanes: Readonly<Record<string, Fields>>): Outcome<StepBody> {
  const items = itemsOf(step)
  const missing = Object.keys(lanes).find((lane) => !items.some(({ id }) => id === lane))
  if (missing !== undefined) return refuse(unknownLane(step, missing))
  const wrong = Object.values(lanes).flatMap(({ set = {}, unset = [] }) => [...Object.keys(set), ...unset])
  if (wrong.some((name) => name === 'id' || name === 'steps')) return refuse(NOT_A_FIELD)
  return withItems(
    step,
    items.map((item) => (Object.hasOwn(lanes, item.id) ? withFields(item, lanes[item.id]!) : item)),
  )
}

const NOT_A_FIELD: Problem = {
  code: 'edit.field',
  status: 422,
  title: 'Id and steps of a branch are no fields that are written',
  hint: 'Rename the branch, or add and move steps',
}
const noLanes = (step: StepBody): Problem => ({
  code: 'edit.lanes.none',
  status: 422,
  title: `“${step.id}” has no branches that can be added`,
  hint: 'Branches are added to a branch, a split, a choice and a wait for several events',
})
const unknownLane = (step: StepBody, lane: string): Problem => ({
  code: 'edit.lane',
  status: 409,
  title: `“${step.id}” has no branch “${lane}” any more`,
  hint: 'Somebody deleted or renamed it',
})
const fixedLane = (step: StepBody, lane: string): Problem => ({
  code: 'edit.lane.fixed',
  status: 422,
  title: `“${lane}” of “${step.id}” is always there, in its place`,
  hint: 'Delete the steps in it instead',
})
const takenLane = (step: StepBody, lane: string): Problem => ({
  code: 'edit.lane.taken',
  status: 422,
  title: `“${step.id}” has a branch “${lane}” already`,
  hint: 'Choose another id',
})
const lastLane = (step: StepBody, least: number): Problem => ({
  code: 'edit.lane.last',
  status: 422,
  title: least === 1 ? `“${step.id}” needs one branch at least` : `“${step.id}” needs ${least} arms at least`,
  hint: 'Delete the whole step instead, and say which branch stays',
})

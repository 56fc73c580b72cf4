import type { Json, JsonObject } from '#lib/json.ts'
import { itemsOf, type JourneyBody, laneBodies, listAt, type StepBody, standingOf, withLane } from './body.ts'
import type { Command } from './commands.ts'
import type { Conflict } from './merge.ts'

/** What makes a conflict come out as I had it; nothing when it cannot any more, because a part of it is gone. */
export function asMine(body: JourneyBody, conflict: Conflict): readonly Command[] {
  switch (conflict.kind) {
    case 'field':
      return fieldAsMine(body, conflict)
    case 'deleted':
      if (!standingOf(body, conflict.step)) return []
      return conflict.lane === null
        ? [{ kind: 'delete', step: conflict.step, keep: null }]
        : [{ kind: 'removeLane', step: conflict.step, lane: conflict.lane }]
    case 'moved': {
      const list = listAt(body, conflict.mine)
      return list && standingOf(body, conflict.step)
        ? [{ kind: 'move', step: conflict.step, to: { list: conflict.mine, index: list.length } }]
        : []
    }
    case 'order': {
      const { list, mine } = conflict
      if (list.lane === '' && list.step !== null) return lanesInOrder(body, list.step, mine)
      const here = listAt(body, list)?.map(({ id }) => id) ?? []
      return mine.filter((id) => here.includes(id)).map((step) => ({ kind: 'move', step, to: { list, index: here.length } }))
    }
    case 'renamed':
      return []
  }
}

function lanesInOrder(body: JourneyBody, id: string, mine: readonly string[]): readonly Command[] {
  const found = standingOf(body, id)
  if (!found) return []
  const items = itemsOf(found.step).map((item) => item.id)
  return mine.filter((lane) => items.includes(lane)).map((lane) => ({ kind: 'moveLane', step: id, lane, index: items.length - 1 }))
}

function fieldAsMine(body: JourneyBody, { step: id, lane, path, mine }: Extract<Conflict, { kind: 'field' }>): readonly Command[] {
  const [field, ...rest] = path
  if (id === null) {
    if (field === undefined) return mine === undefined ? [] : wholeJourney(body, mine as JourneyBody)
    return [{ kind: 'setJourney', ...fields(body, { field, rest, value: mine }) }]
  }
  const step = standingOf(body, id)?.step
  if (!step) return []
  if (field === undefined) return [{ kind: 'replace', step: id, with: filled(mine as unknown as StepBody, step) }]
  if (lane === null) return [{ kind: 'update', step: id, ...fields(step, { field, rest, value: mine }) }]
  const item = itemsOf(step).find((each) => each.id === lane)
  return item ? [{ kind: 'updateLanes', step: id, lanes: { [lane]: fields(item, { field, rest, value: mine }) } }] : []
}

/** A mixture of whole journeys was not sound: mine with its own steps, or only its fields when it came without them. */
const wholeJourney = (body: JourneyBody, mine: JourneyBody): readonly Command[] => [
  { kind: 'become', journey: mine.steps.length > 0 ? mine : { ...mine, steps: body.steps } },
]

/** My step with the lists that are there now. */
const filled = (mine: StepBody, now: StepBody): StepBody =>
  laneBodies(now).reduce(
    (step, lane) => (laneBodies(step).some(({ id }) => id === lane.id) ? withLane(step, lane.id, lane.steps) : step),
    mine,
  )

function fields(of: JsonObject, { field, rest, value }: { field: string; rest: readonly string[]; value: Json | undefined }) {
  const next = put(of[field], rest, value)
  return next === undefined ? { unset: [field] } : { set: { [field]: next } }
}

function put(into: Json | undefined, path: readonly string[], value: Json | undefined): Json | undefined {
  const [name, ...rest] = path
  if (name === undefined) return value
  const object = into !== null && typeof into === 'object' && !Array.isArray(into) ? (into as JsonObject) : {}
  const inner = put(object[name], rest, value)
  const { [name]: _was, ...others } = object
  return inner === undefined ? others : { ...object, [name]: inner }
}

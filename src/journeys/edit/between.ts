import { canonical, type Json, type JsonObject } from '#lib/json.ts'
import { itemsOf, type LaneItem, type StepBody, shapeOf } from './body.ts'
import type { Command, Fields } from './commands.ts'

/** What was set and what was left out, of two objects; undefined: nothing. */
export function fieldsBetween(before: JsonObject, after: JsonObject, skip: ReadonlySet<string>): Fields | undefined {
  const names = Object.keys(after).filter(
    (name) => !skip.has(name) && (!Object.hasOwn(before, name) || canonical(before[name]) !== canonical(after[name])),
  )
  const unset = Object.keys(before).filter((name) => !skip.has(name) && !Object.hasOwn(after, name))
  if (names.length === 0 && unset.length === 0) return undefined
  const set: Record<string, Json> = Object.fromEntries(names.map((name) => [name, after[name]!]))
  return { ...(names.length > 0 && { set }), ...(unset.length > 0 && { unset }) }
}

/**
 * The command that leads from one state of a step to another, as small as it can be said, so that what others do to it meanwhile stays.
 * Null: nothing changed.
 */
export function commandBetween(before: StepBody, after: StepBody): Command | null {
  const step = before.id
  const { items, lists } = shapeOf(after)
  if (before.id !== after.id) return { kind: 'rename', step, to: after.id }
  if (before.kind !== after.kind || shapeOf(before).items !== items) return { kind: 'replace', step, with: after }
  const fixed = new Set(['kind', 'id', ...lists, ...(items ? [items] : [])])
  const fields = fieldsBetween(before, after, fixed)
  const lanes = laneCommand(step, itemsOf(before), itemsOf(after))
  if (fields && lanes) return { kind: 'replace', step, with: after }
  if (lanes === 'many') return { kind: 'replace', step, with: after }
  return lanes ?? (fields ? { kind: 'update', step, ...fields } : null)
}

const OWN = new Set(['id', 'steps'])
const ids = (items: readonly LaneItem[]): string => items.map(({ id }) => id).join('\n')

function laneCommand(step: string, before: readonly LaneItem[], after: readonly LaneItem[]): Command | 'many' | null {
  if (before.length === after.length) return sameMany(step, before, after)
  if (after.length === before.length + 1) {
    const index = after.findIndex((lane, i) => lane.id !== before[i]?.id)
    const lane = after[index]!
    if (ids(after.toSpliced(index, 1)) !== ids(before) || !alike(after.toSpliced(index, 1), before)) return 'many'
    const { id, ...rest } = lane
    return { kind: 'addLane', step, lane: id === '' ? rest : lane, index }
  }
  const gone = before.find(({ id }) => !after.some((lane) => lane.id === id))
  const left = before.filter((lane) => lane !== gone)
  return gone && ids(left) === ids(after) && alike(left, after) ? { kind: 'removeLane', step, lane: gone.id } : 'many'
}

const alike = (a: readonly LaneItem[], b: readonly LaneItem[]): boolean => a.every((lane, i) => canonical(lane) === canonical(b[i]))

function sameMany(step: string, before: readonly LaneItem[], after: readonly LaneItem[]): Command | 'many' | null {
  if (ids(before) === ids(after)) {
    const changed = after.flatMap((lane, i) => {
      const fields = fieldsBetween(before[i]!, lane, OWN)
      return fields ? [[lane.id, fields] as const] : []
    })
    return changed.length === 0 ? null : { kind: 'updateLanes', step, lanes: Object.fromEntries(changed) }
  }
  const others = after.filter((lane, i) => lane.id !== before[i]!.id)
  if (others.length === 1) {
    const index = after.indexOf(others[0]!)
    return { kind: 'renameLane', step, lane: before[index]!.id, to: others[0]!.id }
  }
  for (const [index, lane] of after.entries()) {
    const from = before.findIndex(({ id }) => id === lane.id)
    if (from >= 0 && from !== index && alike(before.toSpliced(from, 1).toSpliced(index, 0, before[from]!), after))
      return { kind: 'moveLane', step, lane: lane.id, index }
  }
  return 'many'
}

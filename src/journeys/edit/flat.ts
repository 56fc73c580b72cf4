import type { Json, JsonObject } from '#lib/json.ts'
import {
  itemsOf,
  type JourneyBody,
  type LaneItem,
  type ListRef,
  laneBodies,
  ROOT,
  type StepBody,
  shallow,
  shapeOf,
  standings,
} from './body.ts'

/** A journey taken apart by the names of its parts, so that two can be compared part by part. */
export interface Flat {
  /** Its fields; `steps` is empty and keeps its place. */
  readonly fields: JsonObject
  readonly steps: ReadonlyMap<string, FlatStep>
  /** Ids of the steps in each list, by `listKey`. */
  readonly lists: ReadonlyMap<string, readonly string[]>
}
export interface FlatStep {
  /** Lists in it are empty, items are left out; those that are written at all are there. */
  readonly own: JsonObject
  readonly parent: ListRef
  /** Items without their steps, in order. */
  readonly lanes: readonly LaneItem[]
}

export const listKey = ({ step, lane }: ListRef): string => (step === null ? '' : `${step}/${lane}`)

const flats = new WeakMap<object, Flat>()
export function flatten(body: JourneyBody): Flat {
  const known = flats.get(body)
  if (known) return known
  const steps = new Map<string, FlatStep>()
  const lists = new Map<string, readonly string[]>([['', body.steps.map(({ id }) => id)]])
  for (const { step, list } of standings(body)) {
    steps.set(step.id, { own: ownOf(step), parent: list, lanes: itemsOf(step).map(bareItem) })
    for (const lane of laneBodies(step))
      lists.set(
        listKey({ step: step.id, lane: lane.id }),
        lane.steps.map(({ id }) => id),
      )
  }
  const flat: Flat = { fields: { ...body, steps: [] }, steps, lists }
  flats.set(body, flat)
  return flat
}

const owns = new WeakMap<object, JsonObject>()
/** The same object for the same step, so that most comparisons end at once. */
function ownOf(step: StepBody): JsonObject {
  const known = owns.get(step)
  if (known) return known
  const { items } = shapeOf(step)
  const own: Record<string, Json> = { ...shallow(step) }
  if (items !== undefined) own[items] = []
  owns.set(step, own)
  return own
}

const bareItem = (item: LaneItem): LaneItem => (item['steps'] === undefined ? item : { ...item, steps: [] })

/** Puts a journey together again. Every list names steps that are there, each once, and none stands within itself. */
export function unflatten({ fields, steps, lists }: Flat): JourneyBody {
  const build = (id: string): StepBody => {
    const { own, lanes } = steps.get(id)!
    const { items, lists: fixed, due } = shapeOf(own as StepBody)
    const next: Record<string, Json> = { ...own }
    const inside = (lane: string): readonly StepBody[] => (lists.get(listKey({ step: id, lane })) ?? []).map(build)
    if (items !== undefined) next[items] = lanes.map((item) => withSteps(item, inside(item.id))) as readonly Json[]
    for (const list of fixed) {
      const found = inside(list)
      if (found.length > 0 || next[list] !== undefined || due.includes(list)) next[list] = found
    }
    return next as StepBody
  }
  return { ...fields, steps: (lists.get(listKey(ROOT)) ?? []).map(build) } as unknown as JourneyBody
}

const withSteps = (item: LaneItem, steps: readonly StepBody[]): LaneItem =>
  steps.length > 0 || item['steps'] !== undefined ? ({ ...item, steps } as LaneItem) : item

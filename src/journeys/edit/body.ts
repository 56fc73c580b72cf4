import type { Json, JsonObject } from '#lib/json.ts'
import type { Step } from '../steps.ts'

export type StepKind = Step['kind']
/** A step as somebody wrote it: what is left out stays left out. Parsed (with what is usual) it is a `Step`. */
export type StepBody = JsonObject & { readonly kind: StepKind; readonly id: string }
/** A journey as somebody wrote it. */
export type JourneyBody = JsonObject & { readonly kind: 'journey'; readonly id: string; readonly steps: readonly StepBody[] }

/** Where a kind keeps the lists of steps inside it: one in each item of a field, and in fields of their own. */
export interface Shape {
  /** Each item has an id and `steps`. */
  readonly items?: 'branches' | 'arms' | 'options' | 'on'
  readonly lists: readonly string[]
  /** Lists that must be written, even when they are empty. */
  readonly due: readonly string[]
}

const NONE: Shape = { lists: [], due: [] }
const FALLBACK: Shape = { lists: ['otherwise'], due: [] }

export function shapeOf(step: { readonly kind: StepKind; readonly on?: unknown }): Shape {
  switch (step.kind) {
    case 'branch':
      return { items: 'branches', lists: ['otherwise'], due: ['otherwise'] }
    case 'split':
      return { items: 'arms', lists: [], due: [] }
    case 'choose':
      return { items: 'options', lists: ['fallback'], due: ['fallback'] }
    case 'waitFor':
      return step.on === undefined ? { lists: ['then', 'otherwise'], due: [] } : { items: 'on', lists: ['otherwise'], due: [] }
    case 'hold':
      return { lists: ['then', 'otherwise'], due: [] }
    case 'repeat':
      return { lists: ['steps'], due: ['steps'] }
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
      return FALLBACK
    case 'update':
    case 'notify':
    case 'start':
    case 'stop':
    case 'exit':
      return NONE
  }
}

export type LaneItem = JsonObject & { readonly id: string }

/** One list of steps inside a step; `item` is what stands beside it, for lanes that can be added and taken away. */
export interface LaneBody {
  readonly id: string
  readonly steps: readonly StepBody[]
  readonly item?: LaneItem
}

export const itemsOf = (step: StepBody): readonly LaneItem[] => {
  const { items } = shapeOf(step)
  return items === undefined ? [] : ((step[items] ?? []) as readonly LaneItem[])
}
export const stepsIn = (value: Json | undefined): readonly StepBody[] => (value ?? []) as readonly StepBody[]

/** The lists inside a step, left to right. Their ids are those of `lanes()`. */
export function laneBodies(step: StepBody): readonly LaneBody[] {
  return [
    ...itemsOf(step).map((item) => ({ id: item.id, steps: stepsIn(item['steps']), item })),
    ...shapeOf(step).lists.map((id) => ({ id, steps: stepsIn(step[id]) })),
  ]
}

/** A list of steps: of the journey itself (`step: null`), or a lane of a step. */
export interface ListRef {
  readonly step: string | null
  readonly lane: string
}
export const ROOT: ListRef = { step: null, lane: 'steps' }
export const sameList = (a: ListRef, b: ListRef): boolean => a.step === b.step && a.lane === b.lane

/** Every step with the list that it stands in, outer before inner, in document order. */
export interface Standing {
  readonly step: StepBody
  readonly list: ListRef
  readonly index: number
}

const walks = new WeakMap<object, readonly Standing[]>()
export function standings(body: JourneyBody): readonly Standing[] {
  const known = walks.get(body)
  if (known) return known
  const found: Standing[] = []
  const walk = (steps: readonly StepBody[], list: ListRef): void => {
    for (const [index, step] of steps.entries()) {
      found.push({ step, list, index })
      for (const lane of laneBodies(step)) walk(lane.steps, { step: step.id, lane: lane.id })
    }
  }
  walk(body.steps, ROOT)
  walks.set(body, found)
  return found
}

export const standingOf = (body: JourneyBody, id: string): Standing | undefined => standings(body).find(({ step }) => step.id === id)
export const idsIn = (steps: readonly StepBody[]): string[] =>
  steps.flatMap((step) => [step.id, ...laneBodies(step).flatMap((lane) => idsIn(lane.steps))])
export const countIn = (steps: readonly StepBody[]): number => idsIn(steps).length

/** The steps of a list; undefined when there is no such list. */
export function listAt(body: JourneyBody, ref: ListRef): readonly StepBody[] | undefined {
  if (ref.step === null) return body.steps
  const owner = standingOf(body, ref.step)?.step
  return owner && laneBodies(owner).find(({ id }) => id === ref.lane)?.steps
}

/** The step with another list in one of its lanes. */
export function withLane(step: StepBody, lane: string, steps: readonly StepBody[]): StepBody {
  const { items } = shapeOf(step)
  if (items !== undefined && itemsOf(step).some(({ id }) => id === lane)) {
    return { ...step, [items]: itemsOf(step).map((item) => (item.id === lane ? { ...item, steps } : item)) } as StepBody
  }
  return { ...step, [lane]: steps } as StepBody
}

/** The journey with one step changed; what does not lead to it stays the very same object. */
export function mapStep(body: JourneyBody, id: string, change: (step: StepBody) => StepBody): JourneyBody {
  const steps = mapIn(body.steps, id, change)
  return steps === body.steps ? body : ({ ...body, steps } as JourneyBody)
}

function mapIn(steps: readonly StepBody[], id: string, change: (step: StepBody) => StepBody): readonly StepBody[] {
  for (const [i, step] of steps.entries()) {
    const next = step.id === id ? change(step) : mapLanes(step, id, change)
    if (next !== step) return steps.with(i, next)
  }
  return steps
}

function mapLanes(step: StepBody, id: string, change: (step: StepBody) => StepBody): StepBody {
  for (const lane of laneBodies(step)) {
    const steps = mapIn(lane.steps, id, change)
    if (steps !== lane.steps) return withLane(step, lane.id, steps)
  }
  return step
}

/** The journey with another list in a place. */
export const withList = (body: JourneyBody, ref: ListRef, steps: readonly StepBody[]): JourneyBody =>
  ref.step === null ? ({ ...body, steps } as JourneyBody) : mapStep(body, ref.step, (owner) => withLane(owner, ref.lane, steps))

/** The step without what stands inside of it: its lists are empty, and as many as before. */
export function shallow(step: StepBody): StepBody {
  const { items, lists } = shapeOf(step)
  const bare: Record<string, Json> = { ...step }
  for (const list of lists) if (bare[list] !== undefined) bare[list] = []
  if (items !== undefined) bare[items] = itemsOf(step).map((item) => (item['steps'] === undefined ? item : { ...item, steps: [] }))
  return bare as StepBody
}

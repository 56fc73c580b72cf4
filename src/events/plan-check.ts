import type { Json, JsonObject } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import type { AcceptedEvent } from './accept.ts'
import { type PlannedEvent, type PropertyType, stepsOf, type TrackingPlan } from './plan.ts'
import type { EventType, Fault } from './schema.ts'

/** A property and what is below it, ready to be held against values. */
interface Node {
  readonly path: string
  type: PropertyType
  required: boolean
  values: ReadonlySet<Json> | null
  readonly children: Map<string, Node>
  item: Node | null
}

interface CompiledEvent {
  readonly planned: PlannedEvent
  readonly root: Node
}

/** The plan of a workspace, ready to be asked for each event. */
export interface CompiledPlan {
  readonly byName: ReadonlyMap<string, CompiledEvent>
  /** Planned names by the wrong ones that sources send. */
  readonly aliases: ReadonlyMap<string, string>
  readonly unplanned: TrackingPlan['unplanned']
}

/** What is done with an event, and what is wrong with it. */
export interface PlanVerdict {
  readonly action: 'allow' | 'quarantine' | 'block'
  readonly event: AcceptedEvent
  readonly faults: readonly Fault[]
}

/** More faults of one event tell nothing new. */
const MOST_FAULTS = 20
const DEEPEST = 16

const node = (path: string, type: PropertyType = 'any'): Node => ({
  path,
  type,
  required: false,
  values: null,
  children: new Map(),
  item: null,
})

/** Null when nothing is planned: then nothing is asked of any event. */
export function compilePlan(events: readonly PlannedEvent[], plan: TrackingPlan | undefined): CompiledPlan | null {
  if (events.length === 0 && (plan === undefined || plan.unplanned === 'allow')) return null
  return {
    byName: new Map(events.map((planned) => [planned.event, { planned, root: treeOf(planned) }])),
    aliases: new Map(events.flatMap(({ event, alsoSentAs }) => alsoSentAs.map((alias) => [alias, event] as const))),
    unplanned: plan?.unplanned ?? 'allow',
  }
}

function treeOf({ properties }: PlannedEvent): Node {
  const root = node('')
  const nodes = properties.map(({ name }) => stepsOf(name).reduce(below, root))
  // After all of them stand: what is planned as `any` stays so, though something is planned below it.
  for (const [i, { type, required, values }] of properties.entries())
    Object.assign(nodes[i]!, { type, required, values: values ? new Set(values) : null })
  return root
}

function below(parent: Node, step: string): Node {
  if (step === '[]') {
    if (parent.type === 'any') parent.type = 'list'
    parent.item ??= node(`${parent.path}[]`)
    return parent.item
  }
  if (parent.type === 'any' && parent.path !== '') parent.type = 'object'
  const path = parent.path === '' ? step : `${parent.path}.${step}`
  const found = parent.children.get(step) ?? node(path)
  parent.children.set(step, found)
  return found
}

/** Holds one event against the plan. Costs a look into a map where the event is not planned. */
export function checkAgainst(plan: CompiledPlan, sent: AcceptedEvent): PlanVerdict {
  const alias = plan.byName.has(sent.name) ? undefined : plan.aliases.get(sent.name)
  const event = alias === undefined ? sent : { ...sent, name: alias }
  const renamed: Fault[] = alias === undefined ? [] : [{ kind: 'renamed', at: '', says: `sent as ${sent.name}` }]
  const compiled = plan.byName.get(event.name)
  if (!compiled) return unplanned(plan, event)
  const { planned, root } = compiled
  if (planned.status === 'blocked')
    return { action: 'block', event, faults: [{ kind: 'blocked', at: '', says: 'events of this name are blocked' }] }
  const found: Fault[] = []
  lookAt(root, event.props, { found, strict: planned.others === 'report', given: GIVEN[event.type], depth: 0 })
  const faults = [...renamed, ...found]
  if (faults.length === 0) return { action: 'allow', event, faults }
  return { action: found.length === 0 ? 'allow' : planned.onViolation, event: { ...event, faults }, faults }
}

function unplanned(plan: CompiledPlan, event: AcceptedEvent): PlanVerdict {
  if (plan.unplanned === 'allow') return { action: 'allow', event, faults: [] }
  const faults: Fault[] = [{ kind: 'unplanned_event', at: '', says: 'no event of this name is planned' }]
  return { action: plan.unplanned === 'report' ? 'allow' : plan.unplanned, event: { ...event, faults }, faults }
}

/** What Cadenza itself adds to the properties of a call: no source can be blamed for it. */
const GIVEN: Readonly<Record<EventType, ReadonlySet<string>>> = {
  identify: new Set(['timezone']),
  page: new Set(['name']),
  screen: new Set(['name']),
  group: new Set(['group_id']),
  track: new Set(),
  alias: new Set(),
  system: new Set(),
}

interface Looking {
  readonly found: Fault[]
  readonly strict: boolean
  readonly given: ReadonlySet<string>
  readonly depth: number
}

function lookAt(planned: Node, value: JsonObject, looking: Looking): void {
  const { found, strict, given, depth } = looking
  for (const [name, child] of planned.children) {
    const inside = Object.hasOwn(value, name) ? value[name]! : null
    if (inside === null) {
      if (child.required) tell(found, { kind: 'missing', at: child.path, says: 'is required' })
    } else lookAtValue(child, inside, looking)
  }
  if (!strict || (planned.path !== '' && planned.children.size === 0)) return
  for (const name of Object.keys(value)) {
    if (planned.children.has(name) || (depth === 0 && given.has(name))) continue
    tell(found, { kind: 'unplanned_property', at: planned.path === '' ? name : `${planned.path}.${name}`, says: 'is not planned' })
  }
}

function lookAtValue(planned: Node, value: Json, looking: Looking): void {
  const { found, depth } = looking
  if (!isOf(planned.type, value)) {
    tell(found, { kind: 'type', at: planned.path, says: `${typeOf(value)} instead of ${planned.type}` })
    return
  }
  if (planned.values && !planned.values.has(value))
    tell(found, { kind: 'value', at: planned.path, says: `none of ${planned.values.size} planned values` })
  if (depth >= DEEPEST) return
  const deeper = { ...looking, depth: depth + 1 }
  if (Array.isArray(value)) {
    if (planned.item) for (const each of value as readonly Json[]) if (each !== null) lookAtValue(planned.item, each, deeper)
  } else if (typeof value === 'object' && value !== null && planned.children.size > 0) lookAt(planned, value as JsonObject, deeper)
}

/** Each fault of a place once: a list of a hundred wrong prices is one finding. */
function tell(found: Fault[], fault: Fault): void {
  if (found.length >= MOST_FAULTS || found.some(({ kind, at }) => kind === fault.kind && at === fault.at)) return
  found.push(fault)
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
export const isDateText = (text: string): boolean => DATE.test(text) && !Number.isNaN(Date.parse(text))

function isOf(type: PropertyType, value: Json): boolean {
  switch (type) {
    case 'any':
      return true
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'whole':
      return Number.isSafeInteger(value)
    case 'yes-no':
      return typeof value === 'boolean'
    case 'date':
      return typeof value === 'string' && isDateText(value)
    case 'list':
      return Array.isArray(value)
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value)
  }
}

/** The narrowest type that a value has. */
export function typeOf(value: Json): PropertyType {
  if (typeof value === 'string') return isDateText(value) ? 'date' : 'text'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'whole' : 'number'
  if (typeof value === 'boolean') return 'yes-no'
  return Array.isArray(value) ? 'list' : 'object'
}

/** `total is required`, as a problem that the sender gets, or that lies beside the payload. */
export function problemOf({ event, faults }: Pick<PlanVerdict, 'event' | 'faults'>): Problem {
  const properties = event.type === 'identify' || event.type === 'group' ? '/traits' : '/properties'
  const each = faults.map(
    ({ kind, at, says }): Problem => ({
      code: `plan.${kind}`,
      status: 400,
      title: at === '' ? `${event.name}: ${says}` : `${at} ${kind === 'type' || kind === 'value' ? 'is ' : ''}${says}`,
      hint: HINTS[kind],
      at: at === '' ? '/event' : `${properties}/${at.replaceAll('~', '~0').replaceAll('.', '/')}`,
    }),
  )
  const [first] = each
  if (each.length === 1) return first!
  return {
    code: 'plan.violations',
    status: 400,
    title: `${event.name} breaks the tracking plan in ${each.length} places`,
    hint: 'Mend them in the source, or change the plan.',
    problems: each,
  }
}

const HINTS: Readonly<Record<Fault['kind'], string>> = {
  unplanned_event: 'Add the event to the tracking plan, or correct its name in the source.',
  missing: 'Send the property, or make it optional in the plan.',
  type: 'Send a value of the planned type, or change the type in the plan.',
  value: 'Send one of the planned values, or add this one to the plan.',
  unplanned_property: 'Add the property to the plan, or leave it out in the source.',
  blocked: 'Unblock the event in the tracking plan, or stop sending it.',
  renamed: 'Correct the name in the source.',
}

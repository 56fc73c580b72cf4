import type { Json, JsonObject } from '#lib/json.ts'
import { type PlannedEvent, type PropertyType, stepsOf } from './plan.ts'
import { typeOf } from './plan-check.ts'

/** One property as it was seen in a sample of events. */
export interface SeenProperty {
  /** `total`, `customer.country`, `products[].price`. */
  readonly name: string
  /** Types of its values, the most frequent first. */
  readonly types: readonly { readonly type: PropertyType; readonly share: number }[]
  /** Share of the events that have it, with a value. */
  readonly present: number
  /** Different values in the sample; at most `MOST_VALUES`. */
  readonly different: number
  /** The most frequent short values, where few are different. */
  readonly top: readonly { readonly value: string; readonly share: number }[]
}

const MOST_PROPERTIES = 200
const MOST_VALUES = 200
/** A property with more values than this names people or things: its values are not shown. */
const FEW = 50
const SHOWN = 5
const DEEPEST = 5
const LONGEST = 60
const SAYABLE = /^[^.[\]\s][^.[\]]*$/

interface Tally {
  events: number
  values: number
  readonly types: Map<PropertyType, number>
  readonly seen: Map<string, number>
}

/** What the properties of these events look like. */
export function schemaSeen(sample: readonly JsonObject[]): SeenProperty[] {
  const tallies = new Map<string, Tally>()
  for (const event of sample) {
    const here = new Set<string>()
    walk(event, { at: '', depth: 0 }, (name, value) => note(tallies, { name, value, first: !here.has(name) }, () => here.add(name)))
  }
  return [...tallies]
    .map(([name, tally]) => seen(name, tally, sample.length))
    .sort((a, b) => b.present - a.present || (a.name < b.name ? -1 : 1))
}

function note(tallies: Map<string, Tally>, { name, value, first }: { name: string; value: Json; first: boolean }, noted: () => void): void {
  let tally = tallies.get(name)
  if (!tally) {
    if (tallies.size >= MOST_PROPERTIES) return
    tally = { events: 0, values: 0, types: new Map(), seen: new Map() }
    tallies.set(name, tally)
  }
  if (first) tally.events += 1
  noted()
  tally.values += 1
  const type = typeOf(value)
  tally.types.set(type, (tally.types.get(type) ?? 0) + 1)
  if (typeof value === 'object') return
  const text = String(value).slice(0, LONGEST)
  if (tally.seen.has(text) || tally.seen.size < MOST_VALUES) tally.seen.set(text, (tally.seen.get(text) ?? 0) + 1)
}

function walk(value: JsonObject, { at, depth }: { at: string; depth: number }, visit: (name: string, value: Json) => void): void {
  for (const [name, inside] of Object.entries(value)) {
    // A name that a path cannot say (empty, with dots or brackets) cannot be planned either.
    if (inside === null || inside === undefined || !SAYABLE.test(name)) continue
    const path = at === '' ? name : `${at}.${name}`
    visit(path, inside as Json)
    if (depth >= DEEPEST) continue
    if (Array.isArray(inside)) {
      for (const each of (inside as readonly Json[]).slice(0, 20)) {
        if (each === null) continue
        visit(`${path}[]`, each)
        if (typeof each === 'object' && !Array.isArray(each)) walk(each as JsonObject, { at: `${path}[]`, depth: depth + 1 }, visit)
      }
    } else if (typeof inside === 'object') walk(inside as JsonObject, { at: path, depth: depth + 1 }, visit)
  }
}

function seen(name: string, { events, values, types, seen: counted }: Tally, of: number): SeenProperty {
  const few = counted.size <= FEW && counted.size < Math.max(2, values * 0.8)
  const top = few ? [...counted].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, SHOWN) : []
  return {
    name,
    types: [...types].sort(([, n], [, m]) => m - n).map(([type, n]) => ({ type, share: n / values })),
    present: of === 0 ? 0 : events / of,
    different: counted.size,
    top: top.map(([value, n]) => ({ value, share: n / values })),
  }
}

/** The first draft of a plan from what was seen: somebody reads it before it holds. */
export function planFrom(event: string, properties: readonly SeenProperty[]): PlannedEvent {
  const useful = properties.filter(({ types }) => types.length > 0)
  return {
    kind: 'event',
    id: slugOf(event),
    event,
    properties: useful.map(({ name, types, present }) => ({
      name,
      type: widest(types.map(({ type }) => type)),
      required: present === 1 && stepsOf(name).length === 1,
      pii: PERSONAL.test(name) ? ('personal' as const) : ('none' as const),
    })),
    others: 'allow',
    onViolation: 'allow',
    status: 'planned',
    alsoSentAs: [],
    examples: [],
  }
}

const PERSONAL = /(^|[._[\]])(e?mail|phone|mobile|first_?name|last_?name|full_?name|address|street|birth|ip)/i

/** The type that all of these fit into. */
function widest(types: readonly PropertyType[]): PropertyType {
  const kinds = new Set(types)
  if (kinds.size === 1) return types[0]!
  if ([...kinds].every((type) => type === 'whole' || type === 'number')) return 'number'
  if ([...kinds].every((type) => type === 'text' || type === 'date')) return 'text'
  return 'any'
}

/** `Order Completed` → `order-completed`. */
export function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64)
  return slug === '' ? 'event' : slug
}

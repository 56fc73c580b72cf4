import type { Json, JsonObject } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import { type EventType, type Fault, type Identifier, RESERVED_PREFIXES } from './schema.ts'

export type Call = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias'
const CALLS: ReadonlySet<string> = new Set<Call>(['identify', 'track', 'page', 'screen', 'group', 'alias'])

/** Segment's own limits, and those that keep PostgreSQL and the engine safe. Sizes in bytes. */
export const LIMITS = { event: 32_768, batch: 512_000, events: 2_500, depth: 32, names: 1_000, messageId: 200, name: 200, id: 512 } as const
const FUTURE_MS = 5 * 60_000

/** An event that may go onto the log as soon as its profile is known. */
export interface AcceptedEvent {
  readonly id: string
  readonly type: EventType
  readonly name: string
  /** Event time (epoch ms), corrected by the client's clock skew. */
  readonly at: number
  readonly received: number
  readonly props: JsonObject
  readonly ids: readonly Identifier[]
  /** `alias` only: the identifier that turned out to be the same person. */
  readonly previous: Identifier | null
  readonly context: JsonObject | null
  /** Id of the write key that it came by. */
  readonly source?: string
  /** How it breaks the tracking plan. */
  readonly faults?: readonly Fault[]
}

export interface Arrival {
  /** The call of the route; a batch names it in each event. */
  readonly call: Call | null
  readonly received: number
  /** `sentAt` of the whole request, if any. */
  readonly sentAt: unknown
  /** An id for an event that came without `messageId`. */
  readonly freshId: string
  /** The browser sent `Sec-GPC: 1` (Global Privacy Control). */
  readonly gpc?: boolean
}

/** `at`: JSON pointer into the event. */
const no = (code: string, at: string, [title, hint]: readonly [title: string, hint: string]): Problem => ({
  code,
  status: 400,
  title,
  hint,
  at,
})
export const isProblem = (result: AcceptedEvent | Problem): result is Problem => 'code' in result

/** Checks the envelope of one event and reads it; the properties are handed on as they are. */
export function acceptEvent(raw: unknown, arrival: Arrival): AcceptedEvent | Problem {
  if (!isObject(raw))
    return no('event.not_object', '', ['An event must be a JSON object', 'Send { "type": "track", "event": "…", "userId": "…" }'])
  const call = arrival.call ?? raw['type']
  if (typeof call !== 'string' || !CALLS.has(call))
    return no('event.type', '/type', [`Unknown event type ${show(call)}`, `Use one of ${[...CALLS].join(', ')}`])
  const unstorable = findUnstorable(raw)
  if (unstorable) return unstorable
  const name = nameOf(call as Call, raw)
  if (typeof name !== 'string') return name
  const id = raw['messageId'] ?? arrival.freshId
  if (typeof id !== 'string' || id.length === 0 || id.length > LIMITS.messageId) {
    return no('event.message_id', '/messageId', ['messageId must be a text of 1 to 200 characters', 'Leave it out and Cadenza makes one'])
  }
  const props = saidIn(call as Call, raw) ?? {}
  if (!isObject(props))
    return no('event.properties', call === 'identify' ? '/traits' : '/properties', [
      'properties and traits must be a JSON object',
      'Send { } for none',
    ])
  const context = isObject(raw['context']) ? raw['context'] : null
  const ids = identifiers(call as Call, raw, context)
  if (!Array.isArray(ids)) return ids as Problem
  const previous = call === 'alias' ? previousOf(raw) : null
  if (previous && 'code' in previous) return previous
  return {
    id,
    type: call as Call,
    name,
    at: eventTime(raw, arrival),
    received: arrival.received,
    props: withDefaults(call as Call, raw, { props, context }),
    ids,
    previous,
    context: arrival.gpc ? { ...keptContext(context), gpc: true } : keptContext(context),
  }
}

/** RudderStack's browser library says who somebody is in `context.traits` only. */
function saidIn(call: Call, raw: JsonObject): Json | undefined {
  if (call !== 'identify') return raw[call === 'group' ? 'traits' : 'properties']
  return raw['traits'] ?? (isObject(raw['context']) ? raw['context']['traits'] : undefined)
}

function nameOf(call: Call, raw: JsonObject): string | Problem {
  if (call !== 'track') return EVENT_NAMES[call]
  const name = raw['event']
  if (typeof name !== 'string' || name.trim() === '')
    return no('event.name', '/event', ['A track call needs the name of the event', 'Send "event": "Product Added"'])
  if (name.length > LIMITS.name)
    return no('event.name', '/event', [`The event name has ${name.length} characters`, `Use at most ${LIMITS.name}`])
  const reserved = RESERVED_PREFIXES.find((prefix) => name.startsWith(prefix))
  if (reserved !== undefined)
    return no('event.reserved', '/event', [`Names that start with ${reserved} are Cadenza's own`, 'Give the event another name'])
  return name
}

/** What the calls other than track are named in journeys and reports. */
export const EVENT_NAMES = {
  identify: 'Profile Updated',
  page: 'Page Viewed',
  screen: 'Screen Viewed',
  group: 'Account Joined',
  alias: 'Profile Merged',
} as const

function withDefaults(call: Call, raw: JsonObject, { props, context }: { props: JsonObject; context: JsonObject | null }): JsonObject {
  if (call === 'page' || call === 'screen') return typeof raw['name'] === 'string' ? { name: raw['name'], ...props } : props
  if (call === 'group') return { group_id: raw['groupId'] ?? null, ...props }
  if (call === 'identify' && typeof context?.['timezone'] === 'string' && !Object.hasOwn(props, 'timezone'))
    return { ...props, timezone: context['timezone'] }
  return props
}

const KEPT_CONTEXT = ['page', 'campaign', 'locale', 'timezone', 'userAgent', 'ip', 'app', 'os', 'device', 'gpc', 'consent'] as const

function keptContext(context: JsonObject | null): JsonObject | null {
  if (!context) return null
  const kept: Record<string, Json> = {}
  for (const name of KEPT_CONTEXT) if (context[name] !== undefined) kept[name] = context[name]
  return Object.keys(kept).length > 0 ? kept : null
}

function identifiers(call: Call, raw: JsonObject, context: JsonObject | null): Identifier[] | Problem {
  const ids: Identifier[] = []
  for (const [field, kind] of [
    ['userId', 'user_id'],
    ['anonymousId', 'anonymous_id'],
  ] as const) {
    const value = identifierText(raw[field])
    if (value === undefined)
      return no('event.identifier', `/${field}`, [`${field} must be a text of at most ${LIMITS.id} characters`, 'Send the id as text'])
    if (value !== '') ids.push({ kind, value })
  }
  const traits = call === 'identify' && isObject(raw['traits']) ? raw['traits'] : isObject(context?.['traits']) ? context['traits'] : {}
  const email = emailOf(traits['email'])
  if (email) ids.push({ kind: 'email', value: email })
  const phone = phoneOf(traits['phone'])
  if (phone) ids.push({ kind: 'phone', value: phone })
  ids.push(...externalIds(context))
  if (ids.length === 0) return no('event.nobody', '', ['The event does not say whose it is', 'Send userId or anonymousId'])
  return ids
}

/** Segment's `context.externalIds`: custom kinds of identifier. */
function externalIds(context: JsonObject | null): Identifier[] {
  const given = context?.['externalIds']
  if (!Array.isArray(given)) return []
  const found: Identifier[] = []
  for (const entry of given.slice(0, 16)) {
    if (!isObject(entry) || typeof entry['type'] !== 'string' || !/^[a-z][a-z0-9_.]{0,62}$/.test(entry['type'])) continue
    const value = identifierText(entry['id'])
    if (value && !['user_id', 'anonymous_id', 'email', 'phone'].includes(entry['type'])) found.push({ kind: entry['type'], value })
  }
  return found
}

function previousOf(raw: JsonObject): Identifier | Problem {
  const value = identifierText(raw['previousId'])
  if (value) return { kind: 'previous', value }
  return no('event.previous_id', '/previousId', ['An alias call needs previousId', 'Send the id that the person had before, as text'])
}

/** '' when absent, undefined when unusable; numbers are taken as their text, as clients in the wild send them. */
function identifierText(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return ''
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.length <= LIMITS.id ? text : undefined
}

/** Lower-cased address, or null when the text does not look like one. */
export function emailOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const text = value.trim().toLowerCase()
  return text.length <= 254 && /^[^\s@<>"(),:;[\]\\]+@[^\s@<>"(),:;[\]\\]+\.[^\s@<>"(),:;[\]\\]+$/.test(text) ? text : null
}

/** E.164, or null: without a country code nobody can tell whose number it is. */
export function phoneOf(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const text = value.replace(/[\s().-]/g, '')
  return /^\+[1-9]\d{6,14}$/.test(text) ? text : null
}

/** `received − (sentAt − timestamp)`, as Segment does; never more than five minutes in the future. */
function eventTime(raw: JsonObject, arrival: Arrival): number {
  const said = time(raw['originalTimestamp'] ?? raw['timestamp'])
  if (said === null) return arrival.received
  const sent = time(raw['sentAt'] ?? arrival.sentAt)
  const corrected = sent === null ? said : arrival.received - (sent - said)
  return corrected > arrival.received + FUTURE_MS ? arrival.received : corrected
}

function time(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const ms = typeof value === 'number' ? value : Date.parse(value)
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? Math.round(ms) : null
}

/** What neither PostgreSQL nor the engine can hold: NUL, lone surrogates, infinite numbers, too deep or too many names. */
export function findUnstorable(value: unknown): Problem | null {
  let names = 0
  const look = (inner: unknown, depth: number): Problem | null => {
    if (typeof inner === 'string')
      return isStorable(inner)
        ? null
        : no('event.text', '', ['A text holds a character that cannot be stored', 'Remove NUL and broken UTF-16'])
    if (typeof inner === 'number')
      return Number.isFinite(inner) ? null : no('event.number', '', ['A number is too large', 'Send numbers below 1.8e308'])
    if (inner === null || typeof inner !== 'object') return null
    if (depth > LIMITS.depth) return no('event.depth', '', [`The event is nested deeper than ${LIMITS.depth} levels`, 'Flatten it'])
    for (const [name, part] of Object.entries(inner)) {
      if (++names > LIMITS.names)
        return no('event.names', '', [`The event has more than ${LIMITS.names} values`, 'Send less, or several events'])
      if (name === '__proto__' || !isStorable(name))
        return no('event.text', '', [`The name ${show(name)} cannot be stored`, 'Rename the property'])
      const found = look(part, depth + 1)
      if (found) return { ...found, at: `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}${found.at ?? ''}` }
    }
    return null
  }
  return look(value, 1)
}

const isStorable = (text: string): boolean => !text.includes('\u0000') && text.isWellFormed()
const show = (value: unknown): string => (typeof value === 'string' ? `“${value.slice(0, 40)}”` : typeof value)

function isObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

import type { EventRecord, Identifier } from '#events/schema.ts'
import { murmur32 } from '#lib/hash.ts'
import { canonical, type Json } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { absorbDevices, withDevices } from './devices.ts'
import type { Activity, Attribute, ProfileSection } from './schema.ts'

const DAY = 86_400_000
const SEEN_DAYS = 7
/** Message ids that one profile remembers; the oldest days go first, then the oldest ids of the day. */
export const SEEN_LIMIT = 4096
const ID_LENGTH = 8
/** Distinct event names counted for one profile: a sender that makes up names must not grow the state without end. */
export const ACTIVITY_LIMIT = 500
const IDS_PER_KIND = 100

export interface Applied {
  readonly section: ProfileSection
  /** The message id was handled before: nothing may follow from it. */
  readonly duplicate: boolean
  /** Attributes whose value changed. */
  readonly changed: readonly string[]
}

export const newProfile = (id: string, at: number): ProfileSection => ({
  id,
  ids: {},
  attributes: {},
  activity: {},
  seen: {},
  firstSeen: at,
  lastSeen: at,
})

/** What one event says about a person. Attributes and times go by event time; a repeat of a message id changes nothing. */
export function applyEvent(section: ProfileSection | null, record: EventRecord): Applied {
  const hash = shortHash(record.id)
  const before = section ?? newProfile(record.key, record.at)
  if (isSeen(before.seen, hash)) return { section: before, duplicate: true, changed: [] }
  const { attributes, changed } = write(before.attributes, traitsOf(record), record.at)
  const devices = withDevices(before.devices, record)
  return {
    section: {
      ...before,
      ids: withIds(before.ids, record.ids),
      attributes,
      ...(devices ? { devices } : {}),
      activity: isCounted(record) ? withActivity(before.activity, record.name, record.at) : before.activity,
      seen: remember(before.seen, hash, record.received),
      firstSeen: Math.min(before.firstSeen, record.at),
      lastSeen: Math.max(before.lastSeen, record.at),
    },
    duplicate: false,
    changed,
  }
}

/** Sets attributes as of `at`; a value that was written later stays. null removes: the empty place keeps its time. */
export function write(
  attributes: ProfileSection['attributes'],
  values: Readonly<Record<string, Json>>,
  at: number,
): { readonly attributes: ProfileSection['attributes']; readonly changed: readonly string[] } {
  const changed: string[] = []
  const written: Record<string, Attribute> = {}
  let any = false
  for (const [name, value] of Object.entries(values)) {
    const old = own(attributes, name)
    if (old && old[1] > at) continue
    any = true
    put(written, name, [value, at])
    if (!same(old?.[0] ?? null, value)) changed.push(name)
  }
  return { attributes: any ? { ...attributes, ...written } : attributes, changed }
}

/** The value of an attribute; removed ones are undefined. */
export function attribute(section: ProfileSection, name: string): Json | undefined {
  return own(section.attributes, name)?.[0] ?? undefined
}

/** All attributes that have a value. */
export function attributesOf(section: ProfileSection): Record<string, Json> {
  const values: Record<string, Json> = {}
  for (const [name, [value]] of Object.entries(section.attributes)) if (value !== null) put(values, name, value)
  return values
}

/** The address to write to, lower-cased: the attribute `email`, else the newest e-mail identifier. */
export function emailOf(section: ProfileSection): string | undefined {
  const value = attribute(section, 'email') ?? own(section.ids, 'email')?.at(-1)
  return typeof value === 'string' && value.trim() !== '' ? value.trim().toLowerCase() : undefined
}

/** The telephone number as it was given: the attribute `phone`, else the newest such identifier. */
export function phoneOf(section: ProfileSection): string | undefined {
  const value = attribute(section, 'phone') ?? own(section.ids, 'phone')?.at(-1)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Two profiles turned out to be one person. The order of several merges does not matter, but for the order of identifiers. */
export function absorb(winner: ProfileSection, loser: ProfileSection): ProfileSection {
  const devices = absorbDevices(winner.devices, loser.devices)
  return {
    ...winner,
    ...(devices ? { devices } : {}),
    ids: both(winner.ids, loser.ids, (ours, theirs) => [...new Set([...ours, ...theirs])]),
    attributes: both(winner.attributes, loser.attributes, newer),
    activity: both(winner.activity, loser.activity, (a, b): Activity => [a[0] + b[0], Math.min(a[1], b[1]), Math.max(a[2], b[2])]),
    seen: bounded(both(winner.seen, loser.seen, (a, b) => [...new Set([...a.split(' '), ...b.split(' ')])].sort().join(' '))),
    firstSeen: Math.min(winner.firstSeen, loser.firstSeen),
    lastSeen: Math.max(winner.lastSeen, loser.lastSeen),
  }
}

/** The later writer; of two at the same moment the one whose text is greater, so that both sides choose alike. */
function newer(a: Attribute, b: Attribute): Attribute {
  if (a[1] !== b[1]) return a[1] > b[1] ? a : b
  return canonical(a[0]) >= canonical(b[0]) ? a : b
}

/** Traits of an identify call; the zone of the device is taken from the context of any call. */
function traitsOf(record: EventRecord): Readonly<Record<string, Json>> {
  const zone = record.context && own(record.context, 'timezone')
  const traits = record.type === 'identify' ? record.props : NOTHING
  return typeof zone === 'string' && zone.length <= 64 && !Object.hasOwn(traits, 'timezone') ? { ...traits, timezone: zone } : traits
}
const NOTHING: Readonly<Record<string, Json>> = {}

/** Whether it is something that happened, and not who somebody is. */
export const isCounted = ({ type }: Pick<EventRecord, 'type'>): boolean =>
  type === 'track' || type === 'page' || type === 'screen' || type === 'system'

function withActivity(activity: ProfileSection['activity'], name: string, at: number): ProfileSection['activity'] {
  const old = own(activity, name)
  const row: Activity = old ? [old[0] + 1, Math.min(old[1], at), Math.max(old[2], at)] : [1, at, at]
  const next = { ...activity, [name]: row }
  const names = old ? [] : Object.keys(next)
  if (names.length <= ACTIVITY_LIMIT) return next
  const stalest = names.filter((other) => other !== name).sort((a, b) => next[a]![2] - next[b]![2] || (a < b ? -1 : 1))[0]!
  const { [stalest]: _gone, ...kept } = next
  return kept
}

function withIds(ids: ProfileSection['ids'], given: readonly Identifier[]): ProfileSection['ids'] {
  let next = ids
  for (const { kind, value } of given) {
    const known = own(next, kind) ?? []
    if (!known.includes(value)) next = { ...next, [kind]: [...known, value].slice(-IDS_PER_KIND) }
  }
  return next
}

/** 48 bits of the message id as 8 base64url characters: no separator can occur in it, so a plain search finds it. */
function shortHash(id: string): string {
  const high = murmur32(id, 0x5eed)
  const low = murmur32(id, 0xcafe) & 0xffff
  let text = ''
  for (const bits of [high >>> 8, ((high & 0xff) << 16) | low]) {
    for (let shift = 18; shift >= 0; shift -= 6) text += BASE64URL[(bits >>> shift) & 63]
  }
  return text
}
const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function isSeen(seen: ProfileSection['seen'], hash: string): boolean {
  for (const day in seen) if (seen[day]!.includes(hash)) return true
  return false
}

function remember(seen: ProfileSection['seen'], hash: string, received: number): ProfileSection['seen'] {
  const day = utcDay(received)
  const known = own(seen, day)
  const next = { ...seen, [day]: known ? `${known} ${hash}` : hash }
  return known && known.length < (SEEN_LIMIT / SEEN_DAYS) * ID_LENGTH ? next : bounded(next)
}

/** The last seven days, and of these the newest ids up to the limit. */
function bounded(seen: ProfileSection['seen']): ProfileSection['seen'] {
  const days = Object.keys(seen).sort().reverse()
  const oldest = days[0] && utcDay(Date.parse(days[0]) - (SEEN_DAYS - 1) * DAY)
  const kept: Record<string, string> = {}
  let room = SEEN_LIMIT
  for (const day of days) {
    if (!oldest || day < oldest || room <= 0) break
    const text = seen[day]!
    const length = (text.length + 1) / (ID_LENGTH + 1)
    kept[day] = length <= room ? text : text.slice(-(room * (ID_LENGTH + 1) - 1))
    room -= length
  }
  return kept
}

/** `2026-11-23`: reckoned, because a Date costs more than all else here (days from civil, H. Hinnant, chrono-compatible date algorithms). */
function utcDay(ms: number): string {
  const sinceMarch0 = Math.floor(ms / DAY) + 719_468
  const era = Math.floor(sinceMarch0 / 146_097)
  const dayOfEra = sinceMarch0 - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${year}-${month < 10 ? '0' : ''}${month}-${day < 10 ? '0' : ''}${day}`
}

function both<T>(a: Readonly<Record<string, T>>, b: Readonly<Record<string, T>>, unite: (a: T, b: T) => T): Readonly<Record<string, T>> {
  const united: Record<string, T> = { ...a }
  for (const [name, theirs] of Object.entries(b)) {
    const ours = own(a, name)
    put(united, name, ours === undefined ? theirs : unite(ours, theirs))
  }
  return united
}

const same = (a: Json, b: Json): boolean => a === b || (typeof a === 'object' && typeof b === 'object' && canonical(a) === canonical(b))

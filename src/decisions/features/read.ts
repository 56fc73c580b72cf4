import type { Json, JsonObject } from '#lib/json.ts'
import { isZone } from '#lib/zone.ts'
import { attribute } from '#profiles/react.ts'
import type { ProfileSection } from '#profiles/schema.ts'
import { moodFeatures } from '../sentiment/mood.ts'
import type { DecisionsSection } from '../state.ts'
import { DAY, left, sumAt } from './decay.ts'
import {
  ACTIVE_DAYS,
  ANSWER_LIFE,
  type Answers,
  COUNT_LIVES,
  type FeatureState,
  NO_FEATURES_YET,
  number,
  type Seen,
  storedFeatures,
  VALUE_LIVES,
} from './state.ts'

/** What a model is told of a person: finite numbers by declared name (`schema.ts`), always in the same order. */
export type Features = Readonly<Record<string, number>>

/** The part of a person that features are read from. */
export interface FeatureSubject {
  readonly profile: ProfileSection
  readonly decisions?: DecisionsSection | undefined
}

export interface ReadingOf {
  /** Log time, epoch ms. */
  readonly now: number
  /** Properties of the event that began the run, where there is one. */
  readonly entry?: JsonObject | undefined
}

/** The features of a person at a moment. */
export function featuresOf({ profile, decisions }: FeatureSubject, { now, entry }: ReadingOf): Features {
  const zone = attribute(profile, 'timezone')
  const state = storedFeatures(decisions?.features) ?? NO_FEATURES_YET
  const told = readFeatures(state, { now, entry, zone: typeof zone === 'string' ? zone : undefined })
  const mood = moodFeatures(decisions?.sentiment, now)
  if (!mood) return told
  const { mean, last, count, days: ago } = mood
  return { ...told, 'sentiment.mean': mean, 'sentiment.last': last, 'sentiment.count': count, 'sentiment.days': ago }
}

/** The same of a state by itself: what a person's features were at a moment of the past. An unknown zone is taken for UTC. */
export function readFeatures(state: FeatureState, { now, entry, zone }: ReadingOf & { readonly zone?: string | undefined }): Features {
  const out: Record<string, number> = {}
  const tell = (name: string, value: number | null | undefined): void => {
    if (value !== null && value !== undefined && Number.isFinite(value)) out[name] = value
  }
  tellActivity(state, now, tell)
  tellOrders(state, now, tell)
  tellCart(state, now, tell)
  tellTime(now, zone, tell)
  for (const channel of Object.keys(state.channels).sort()) tellChannel(channel, state.channels[channel]!, { now, tell })
  tellPressure(state, now, tell)
  tell('account.known', state.account ? 1 : 0)
  tell('account.size', state.account?.[1])
  if (entry) tellEntry(entry, tell)
  // Event names come last: those before have fixed places.
  for (const name of Object.keys(state.events).sort()) tellEvent(name, state.events[name]!, { now, tell })
  return out
}

type Tell = (name: string, value: number | null | undefined) => void

/** Days that have passed; a moment that has not come yet is now. */
const days = (now: number, at: number | undefined): number | null => (at === undefined ? null : Math.max(0, now - at) / DAY)
const hours = (now: number, at: number | undefined): number | null => {
  const passed = days(now, at)
  return passed === null ? null : passed * 24
}

function tellActivity(state: FeatureState, now: number, tell: Tell): void {
  tell('recency.event', days(now, state.last))
  tell('recency.first', days(now, state.first))
  COUNT_LIVES.forEach((halfLife, i) => {
    tell(`activity.${halfLife / DAY}d`, sumAt(state.all?.decayed, i, { halfLife, now }))
  })
  tell('active_days.7d', activeDays(state, now, 7))
  tell('active_days.28d', activeDays(state, now, 28))
}

/** Of the last days with today, those on which something happened. */
function activeDays({ days: known }: FeatureState, now: number, span: number): number {
  if (!known) return 0
  const behind = Math.max(0, Math.floor(now / DAY) - known[0])
  let count = 0
  for (let i = 0; i + behind < span && i < ACTIVE_DAYS; i++) if ((known[1] >>> i) & 1) count++
  return count
}

function tellOrders({ orders }: FeatureState, now: number, tell: Tell): void {
  const [month, half] = VALUE_LIVES
  const sum = (i: number, halfLife: number): number => sumAt(orders?.decayed, i, { halfLife, now })
  const count = orders?.count ?? 0
  tell('recency.order', days(now, orders?.last))
  tell('orders.count', count)
  tell('orders.30d', sum(0, month))
  tell('orders.180d', sum(1, half))
  tell('orders.revenue', orders?.revenue ?? 0)
  tell('orders.revenue_30d', sum(2, month))
  tell('orders.revenue_180d', sum(3, half))
  if (!orders || count === 0) return
  tell('orders.average', orders.revenue / count)
  tell('orders.discounted', (orders.discounted + 0.9) / (count + 3))
  if (count < 2 || orders.last === orders.first) return
  const gap = (orders.last! - orders.first!) / DAY / (count - 1)
  tell('orders.gap', gap)
  // Two orders within a minute say nothing of how often somebody orders.
  tell('orders.overdue', Math.min(100, days(now, orders.last)! / Math.max(gap, 1 / 24)))
}

function tellCart({ cart = [] }: FeatureState, now: number, tell: Tell): void {
  let items = 0
  let value = 0
  for (const [, quantity, worth] of cart) {
    items += quantity
    value += worth
  }
  tell('cart.items', Math.max(0, items))
  tell('cart.value', items > 0 ? Math.max(0, value) : 0)
  if (items > 0) tell('cart.hours', hours(now, cart.at(-1)?.[0]))
}

function tellTime(now: number, zone: string | undefined, tell: Tell): void {
  const clock = zone !== undefined && zone !== 'UTC' && isZone(zone) ? clockIn(zone, now) : utcClock(now)
  const hour = (clock.minutes / (24 * 60)) * 2 * Math.PI
  const weekday = (clock.weekday / 7) * 2 * Math.PI
  tell('time.hour_sin', Math.sin(hour))
  tell('time.hour_cos', Math.cos(hour))
  tell('time.weekday_sin', Math.sin(weekday))
  tell('time.weekday_cos', Math.cos(weekday))
}

/** Minutes since midnight, and days since Monday. */
interface Clock {
  readonly minutes: number
  readonly weekday: number
}
function clockIn(zone: string, now: number): Clock {
  const at = Temporal.Instant.fromEpochMilliseconds(Math.floor(now)).toZonedDateTimeISO(zone)
  return { minutes: at.hour * 60 + at.minute, weekday: at.dayOfWeek - 1 }
}
/** Reckoned, because that is a twentieth of the work. 1970-01-01 was a Thursday. */
const utcClock = (now: number): Clock => ({
  minutes: Math.floor((now % DAY) / 60_000),
  weekday: (Math.floor(now / DAY) + 3) % 7,
})

/** What is expected of somebody who has had nothing yet, and for how many messages that stands. */
const EXPECTED = { opened: [0.2, 5], clicked: [0.03, 10], unsubscribed: [0.003, 20] } as const

function tellChannel(channel: string, answers: Answers, { now, tell }: { now: number; tell: Tell }): void {
  const sum = (i: number): number => sumAt(answers.decayed, i, { halfLife: ANSWER_LIFE, now })
  const sent = sum(0)
  tell(`channel.sent:${channel}`, sent)
  Object.entries(EXPECTED).forEach(([what, [share, weight]], i) => {
    // Somebody may open one message often.
    tell(`channel.${what}:${channel}`, Math.min(1, (sum(i + 1) + share * weight) / (sent + weight)))
  })
  tell(`channel.days:${channel}`, days(now, answers.engaged))
}

function tellPressure({ messages }: FeatureState, now: number, tell: Tell): void {
  COUNT_LIVES.forEach((halfLife, i) => {
    tell(`pressure.${halfLife / DAY}d`, sumAt(messages, i, { halfLife, now }))
  })
  tell('pressure.hours', hours(now, messages?.[0]))
}

function tellEvent(name: string, { decayed }: Seen, { now, tell }: { now: number; tell: Tell }): void {
  const names = namesOf(name)
  tell(names[0]!, days(now, decayed[0]))
  for (let i = 0; i < COUNT_LIVES.length; i++) tell(names[i + 1]!, decayed[i + 1]! * left(now - decayed[0], COUNT_LIVES[i]!))
}

/** The names of an event's features: made anew at each reading they would cost more than all else. */
function namesOf(name: string): readonly string[] {
  const known = NAMES.get(name)
  if (known) return known
  if (NAMES.size >= MOST_KNOWN) NAMES.clear()
  const made = [`event.days:${name}`, ...COUNT_LIVES.map((halfLife) => `event.${halfLife / DAY}d:${name}`)]
  NAMES.set(name, made)
  return made
}
const NAMES = new Map<string, readonly string[]>()
const MOST_KNOWN = 10_000

function tellEntry(entry: JsonObject, tell: Tell): void {
  const things = thingsIn(entry)
  const worth = first(entry, ['value', 'total', 'revenue', 'cart_value', 'price'])
  const discount = number(entry['discount'])
  tell('entry.value', worth)
  tell(
    'entry.items',
    things.length > 0 ? things.reduce((sum, thing) => sum + (number(thing['quantity']) ?? 1), 0) : number(entry['quantity']),
  )
  const stocks = [entry, ...things].map((thing) => first(thing, ['stock', 'inventory', 'stock_left'])).filter((stock) => stock !== null)
  tell('entry.lowest_stock', stocks.length > 0 ? Math.min(...stocks) : null)
  if (discount !== null && worth !== null && worth + discount > 0) tell('entry.discount', Math.max(0, discount / (worth + discount)))
}

/** Things that are looked at: a cart of thousands must not cost more. */
const MOST_THINGS = 200
function thingsIn(entry: JsonObject): JsonObject[] {
  const list = Array.isArray(entry['items']) ? entry['items'] : Array.isArray(entry['products']) ? entry['products'] : []
  return list
    .slice(0, MOST_THINGS)
    .filter((thing: Json): thing is JsonObject => thing !== null && typeof thing === 'object' && !Array.isArray(thing))
}

function first(of: JsonObject, names: readonly string[]): number | null {
  for (const name of names) {
    const found = number(of[name])
    if (found !== null) return found
  }
  return null
}

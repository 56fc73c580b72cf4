import { CHANNELS } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import { murmur32 } from '#lib/hash.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { DAY, type Decayed, united } from './decay.ts'

/** Half-lives (ms): of counts of events and messages, of orders and revenue, of how somebody answers on a channel. */
export const COUNT_LIVES = [DAY, 7 * DAY, 30 * DAY] as const
export const VALUE_LIVES = [30 * DAY, 180 * DAY] as const
export const ANSWER_LIFE = 90 * DAY
const ANSWER_LIVES = [ANSWER_LIFE, ANSWER_LIFE, ANSWER_LIFE, ANSWER_LIFE] as const

/** Event names that have a row of their own; the others are counted together. */
export const MOST_NAMES = 48
/** Additions to a cart that are remembered until an order. */
const MOST_ADDED = 20
/** Days of which it is known whether anything happened. */
export const ACTIVE_DAYS = 32
/** Amounts beyond this are mistakes of a sender. */
const MOST_AMOUNT = 1e12

/** How often an event was seen, and the same with decay (`COUNT_LIVES`). */
export interface Seen {
  readonly count: number
  readonly decayed: Decayed
}

export interface Orders {
  readonly count: number
  /** Left out: nothing but refunds so far. */
  readonly first?: number
  readonly last?: number
  readonly revenue: number
  /** Orders with a discount or a coupon. */
  readonly discounted: number
  /** Number and revenue, with both decays of `VALUE_LIVES`: `[at, number, number, revenue, revenue]`. */
  readonly decayed: Decayed
}

/** How somebody answers on a channel: sent, opened, clicked, unsubscribed, with decay; and when they opened or clicked last. */
export interface Answers {
  readonly decayed: Decayed
  readonly engaged?: number
}

/** What one addition to the cart (or a removal: negative) came to. */
export type Added = readonly [at: number, quantity: number, value: number]

/** What the features of a person are reckoned from. Events may come in any order; two states of one person add up. */
export interface FeatureState {
  readonly v: 1
  /** Event time of the first and of the newest event of the person's own. */
  readonly first?: number
  readonly last?: number
  readonly all?: Seen
  readonly events: Readonly<Record<string, Seen>>
  /** Of all names that have no row. */
  readonly other?: Seen
  /** The newest active day (days since 1970, UTC), and a bit for each of the days before it. */
  readonly days?: readonly [newest: number, bits: number]
  readonly orders?: Orders
  /** Since the last order, oldest first. */
  readonly cart?: readonly Added[]
  readonly channels: Readonly<Record<string, Answers>>
  /** Messages that were sent to them, with decay (`COUNT_LIVES`). */
  readonly messages?: Decayed
  /** When their account was last told, and how many work there. */
  readonly account?: readonly [at: number, size: number | null]
}

export const NO_FEATURES_YET: FeatureState = { v: 1, events: {}, channels: {} }

/** Names that keep a row whatever else happens: those of the e-commerce and SaaS vocabularies that say most. */
const TELLING: ReadonlySet<string> = new Set([
  'Page Viewed',
  'Screen Viewed',
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Products Searched',
  'Product List Viewed',
  'Cart Viewed',
  'Checkout Started',
  'Checkout Step Completed',
  'Order Completed',
  'Order Refunded',
  'Order Cancelled',
  'Coupon Applied',
  'Product Added to Wishlist',
  'Application Opened',
  'Signed Up',
  'Signed In',
  'Trial Started',
  'Trial Ended',
  'Subscription Started',
  'Subscription Cancelled',
  'Account Deleted',
])

/** What one event says. The same state where it says nothing. `asked`: event names that models ask for, which keep a row. */
export function hear(state: FeatureState, record: EventRecord, asked: ReadonlySet<string>): FeatureState {
  // An event that claims to be of the future would make everything before it old.
  const at = Math.min(record.at, record.received)
  switch (record.type) {
    case 'track':
    case 'page':
    case 'screen':
      return hearOwn(state, record, { at, asked })
    case 'group':
      return { ...state, account: newerAccount(state.account, [at, positive(record.props['employees'])]) }
    case 'system':
      return hearReceipt(state, record, at)
    default:
      return state
  }
}

function hearOwn(
  state: FeatureState,
  { name, props }: EventRecord,
  { at, asked }: { at: number; asked: ReadonlySet<string> },
): FeatureState {
  const once: Seen = { count: 1, decayed: [at, 1, 1, 1] }
  const heard = absorbFeatures(
    state,
    { v: 1, first: at, last: at, all: once, events: { [name]: once }, days: [Math.floor(at / DAY), 1], channels: {} },
    asked,
  )
  const order = orderOf(name, props, at)
  const orders = order ? unitedOrders(heard.orders, order) : heard.orders
  const added = addedBy(name, props, at)
  if (!order && !added) return heard
  const cart = cartAfter([...(heard.cart ?? []), ...(added ? [added] : [])], orders)
  return { ...without(heard), ...(orders && { orders }), ...(cart.length > 0 && { cart }) }
}

const without = ({ cart: _cart, ...rest }: FeatureState): FeatureState => rest

/** Refunds and cancellations take revenue back, and are no orders. */
function orderOf(name: string, props: JsonObject, at: number): Orders | null {
  const amount = amountOf(props)
  const back = name === 'Order Refunded' || name === 'Order Cancelled'
  if (!back && name !== 'Order Completed' && !(number(props['revenue']) ?? 0)) return null
  const count = back ? 0 : 1
  const revenue = back ? 0 - amount : amount
  const reduced = !back && ((number(props['discount']) ?? 0) > 0 || (typeof props['coupon'] === 'string' && props['coupon'] !== ''))
  return {
    count,
    ...(!back && { first: at, last: at }),
    revenue,
    discounted: reduced ? 1 : 0,
    decayed: [at, count, count, revenue, revenue],
  }
}

/** What an order came to: `revenue`, else `total`, else `value`. */
const amountOf = (props: JsonObject): number => number(props['revenue']) ?? number(props['total']) ?? number(props['value']) ?? 0

function addedBy(name: string, props: JsonObject, at: number): Added | null {
  const sign = name === 'Product Added' ? 1 : name === 'Product Removed' ? -1 : 0
  if (sign === 0) return null
  const quantity = number(props['quantity']) ?? 1
  const price = number(props['price'])
  const value = price === null ? (number(props['value']) ?? 0) : price * quantity
  // + 0: what was stored has no −0.
  return [at, sign * quantity + 0, sign * value + 0]
}

/** What was added after the last order, the newest of it. */
const cartAfter = (added: readonly Added[], orders: Orders | undefined): readonly Added[] =>
  added
    .filter(([at]) => at > (orders?.last ?? -Infinity))
    .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2])
    .slice(-MOST_ADDED)

const ANSWERS: Readonly<Record<string, 0 | 1 | 2 | 3>> = {
  'message.sent': 0,
  'message.opened': 1,
  'message.clicked': 2,
  'message.unsubscribed': 3,
}

/** A receipt of a message; what a machine opened was not opened. */
function hearReceipt(state: FeatureState, { name, props }: EventRecord, at: number): FeatureState {
  const what = own(ANSWERS, name)
  const { channel, fetcher } = props
  if (what === undefined || typeof channel !== 'string' || !MESSAGES.has(channel)) return state
  if (fetcher !== undefined && fetcher !== 'person') return state
  const amounts = [0, 0, 0, 0]
  amounts[what] = 1
  const known = own(state.channels, channel)
  const once: Answers = { decayed: [at, ...amounts], ...((what === 1 || what === 2) && { engaged: at }) }
  const answers = known ? unitedAnswers(known, once) : once
  const messages = what === 0 ? united(state.messages, [at, 1, 1, 1], COUNT_LIVES) : state.messages
  return { ...state, channels: { ...state.channels, [channel]: answers }, ...(messages && { messages }) }
}
const MESSAGES: ReadonlySet<string> = new Set(CHANNELS.filter((channel) => channel !== 'webhook'))

/** Two parts of one person's history, or two profiles that turned out to be one person. */
export function absorbFeatures(a: FeatureState, b: FeatureState, asked: ReadonlySet<string>): FeatureState {
  const { events, other } = bounded(
    unitedBy(a.events, b.events, unitedSeen),
    a.other && b.other ? unitedSeen(a.other, b.other) : (a.other ?? b.other),
    asked,
  )
  const orders = a.orders && b.orders ? unitedOrders(a.orders, b.orders) : (a.orders ?? b.orders)
  const cart = a.cart || b.cart ? cartAfter([...(a.cart ?? []), ...(b.cart ?? [])], orders) : []
  const all = a.all && b.all ? unitedSeen(a.all, b.all) : (a.all ?? b.all)
  const days = a.days && b.days ? unitedDays(a.days, b.days) : (a.days ?? b.days)
  const account = b.account ? newerAccount(a.account, b.account) : a.account
  return {
    v: 1,
    ...least('first', a, b),
    ...most('last', a, b),
    ...(all && { all }),
    events,
    ...(other && { other }),
    ...(days && { days }),
    ...(orders && { orders }),
    ...(cart.length > 0 && { cart }),
    channels: unitedBy(a.channels, b.channels, unitedAnswers),
    ...((a.messages || b.messages) && { messages: united(a.messages, b.messages, COUNT_LIVES) }),
    ...(account && { account }),
  }
}

/**
 * Which names keep a row depends on nothing but which names there are: those that are asked for, those that are telling, then by hash. So
 * the same history comes to the same rows, in whatever order and in however many parts it comes.
 */
function bounded(
  events: Readonly<Record<string, Seen>>,
  other: Seen | undefined,
  asked: ReadonlySet<string>,
): Pick<FeatureState, 'events' | 'other'> {
  const names = Object.keys(events)
  if (names.length <= MOST_NAMES) return { events, ...(other && { other }) }
  const rank = (name: string): number => (asked.has(name) ? -2 : TELLING.has(name) ? -1 : murmur32(name))
  names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
  const kept: Record<string, Seen> = {}
  for (const name of names.slice(0, MOST_NAMES)) put(kept, name, events[name]!)
  const rest = names
    .slice(MOST_NAMES)
    .reduce<Seen | undefined>((sum, name) => (sum ? unitedSeen(sum, events[name]!) : events[name]!), other)
  return { events: kept, ...(rest && { other: rest }) }
}

const unitedSeen = (a: Seen, b: Seen): Seen => ({ count: a.count + b.count, decayed: united(a.decayed, b.decayed, COUNT_LIVES) })

function unitedOrders(a: Orders | undefined, b: Orders): Orders {
  if (!a) return b
  return {
    count: a.count + b.count,
    ...least('first', a, b),
    ...most('last', a, b),
    revenue: a.revenue + b.revenue,
    discounted: a.discounted + b.discounted,
    decayed: united(a.decayed, b.decayed, ORDER_LIVES),
  }
}
const ORDER_LIVES = [VALUE_LIVES[0], VALUE_LIVES[1], VALUE_LIVES[0], VALUE_LIVES[1]]

function unitedAnswers(a: Answers, b: Answers): Answers {
  return { decayed: united(a.decayed, b.decayed, ANSWER_LIVES), ...most('engaged', a, b) }
}

type Days = NonNullable<FeatureState['days']>
function unitedDays(a: Days, b: Days): Days {
  const [newer, older] = a[0] >= b[0] ? [a, b] : [b, a]
  const behind = newer[0] - older[0]
  // A shift by 32 or more would wrap around.
  return [newer[0], behind >= ACTIVE_DAYS ? newer[1] : (newer[1] | (older[1] << behind)) >>> 0]
}

type Account = NonNullable<FeatureState['account']>
function newerAccount(a: Account | undefined, b: Account): Account {
  if (!a) return b
  if (a[0] !== b[0]) return a[0] > b[0] ? a : b
  return (a[1] ?? -1) >= (b[1] ?? -1) ? a : b
}

/** The earlier of two times, the later; nothing where neither is known. */
function least<N extends string>(name: N, a: { readonly [K in N]?: number }, b: { readonly [K in N]?: number }): { [K in N]?: number } {
  const found = Math.min(a[name] ?? Infinity, b[name] ?? Infinity)
  return (found < Infinity ? { [name]: found } : {}) as { [K in N]?: number }
}
function most<N extends string>(name: N, a: { readonly [K in N]?: number }, b: { readonly [K in N]?: number }): { [K in N]?: number } {
  const found = Math.max(a[name] ?? -Infinity, b[name] ?? -Infinity)
  return (found > -Infinity ? { [name]: found } : {}) as { [K in N]?: number }
}

function unitedBy<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  unite: (a: T, b: T) => T,
): Readonly<Record<string, T>> {
  const sum: Record<string, T> = { ...a }
  for (const name in b) {
    const ours = own(a, name)
    put(sum, name, ours === undefined ? b[name]! : unite(ours, b[name]!))
  }
  return sum
}

/** A finite number that a sender may mean; texts are not guessed at. */
export function number(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= MOST_AMOUNT ? value : null
}

const positive = (value: Json | undefined): number | null => {
  const found = number(value)
  return found !== null && found > 0 ? found : null
}

/** A state as it is kept; one of another shape (of an earlier Cadenza) is none. */
export function storedFeatures(kept: Json | undefined): FeatureState | undefined {
  const state = kept as unknown as Partial<FeatureState> | null | undefined
  return state?.v === 1 ? (state as FeatureState) : undefined
}

/** What a feature is about. */
export type FeatureGroup = 'recency' | 'frequency' | 'value' | 'cart' | 'time' | 'channel' | 'pressure' | 'account' | 'entry' | 'sentiment'

/** One thing that models are told of a person, declared once. */
export interface Feature {
  /** Fixed for ever: models have learned by it. Of a family: the start, before the colon and the name of the event or channel. */
  readonly name: string
  readonly group: FeatureGroup
  readonly unit:
    | 'days'
    | 'hours'
    | 'events'
    | 'orders'
    | 'money'
    | 'share'
    | 'messages'
    | 'items'
    | 'people'
    | 'yes'
    | 'circle'
    | 'mood'
    | 'texts'
  /** What it means. */
  readonly means: string
  /** What is told where there is nothing to tell: 0, or the feature is left out (0 would say something else). */
  readonly missing: 'zero' | 'absent'
  /** How a person says a value; `…` stands for it, `“…”` for the event or channel of a family. */
  readonly says: string
  /** One for each event name, or for each channel. */
  readonly family?: 'event' | 'channel'
}

type Row = Omit<Feature, 'group'>
const group = (name: FeatureGroup, rows: readonly Row[]): Feature[] => rows.map((row) => ({ ...row, group: name }))

/** The one declared feature set: what is streamed, brought in from the past, decided by and trained on. */
export const FEATURES: readonly Feature[] = [
  ...group('recency', [
    { name: 'recency.event', unit: 'days', means: 'days since anything was done', missing: 'absent', says: '… since they did anything' },
    { name: 'recency.first', unit: 'days', means: 'days since the first event', missing: 'absent', says: 'known for …' },
    { name: 'recency.order', unit: 'days', means: 'days since the last order', missing: 'absent', says: '… since the last order' },
    { name: 'event.days', family: 'event', unit: 'days', means: 'days since the event', missing: 'absent', says: '… since “…”' },
  ]),
  ...group('frequency', [
    { name: 'activity.1d', unit: 'events', means: 'events, half-life 1 day', missing: 'zero', says: '… in about a day' },
    { name: 'activity.7d', unit: 'events', means: 'events, half-life 7 days', missing: 'zero', says: '… in about a week' },
    { name: 'activity.30d', unit: 'events', means: 'events, half-life 30 days', missing: 'zero', says: '… in about a month' },
    {
      name: 'active_days.7d',
      unit: 'days',
      means: 'days of the last 7 (UTC) with an event',
      missing: 'zero',
      says: 'active on … of the last 7',
    },
    {
      name: 'active_days.28d',
      unit: 'days',
      means: 'days of the last 28 (UTC) with an event',
      missing: 'zero',
      says: 'active on … of the last 28',
    },
    {
      name: 'event.1d',
      family: 'event',
      unit: 'events',
      means: 'the event, half-life 1 day',
      missing: 'zero',
      says: '“…” … in about a day',
    },
    {
      name: 'event.7d',
      family: 'event',
      unit: 'events',
      means: 'the event, half-life 7 days',
      missing: 'zero',
      says: '“…” … in about a week',
    },
    {
      name: 'event.30d',
      family: 'event',
      unit: 'events',
      means: 'the event, half-life 30 days',
      missing: 'zero',
      says: '“…” … in about a month',
    },
  ]),
  ...group('value', [
    { name: 'orders.count', unit: 'orders', means: 'orders since ever', missing: 'zero', says: '…' },
    { name: 'orders.30d', unit: 'orders', means: 'orders, half-life 30 days', missing: 'zero', says: '… in about a month' },
    { name: 'orders.180d', unit: 'orders', means: 'orders, half-life 180 days', missing: 'zero', says: '… in about half a year' },
    { name: 'orders.revenue', unit: 'money', means: 'revenue since ever, less refunds', missing: 'zero', says: '… of revenue' },
    {
      name: 'orders.revenue_30d',
      unit: 'money',
      means: 'revenue, half-life 30 days',
      missing: 'zero',
      says: '… of revenue in about a month',
    },
    {
      name: 'orders.revenue_180d',
      unit: 'money',
      means: 'revenue, half-life 180 days',
      missing: 'zero',
      says: '… of revenue in about half a year',
    },
    { name: 'orders.average', unit: 'money', means: 'revenue of an order', missing: 'absent', says: '… an order' },
    { name: 'orders.gap', unit: 'days', means: 'mean days between orders (two or more)', missing: 'absent', says: '… between orders' },
    {
      name: 'orders.overdue',
      unit: 'share',
      means: 'days since the last order ÷ mean days between orders',
      missing: 'absent',
      says: 'the next order is … of its time late',
    },
    {
      name: 'orders.discounted',
      unit: 'share',
      means: 'share of orders with a discount, shrunk towards 30 % as by 3 orders; it is no price sensitivity (intelligence.md A1)',
      missing: 'absent',
      says: '… of orders with a discount',
    },
  ]),
  ...group('cart', [
    { name: 'cart.items', unit: 'items', means: 'added since the last order', missing: 'zero', says: '… in the cart' },
    { name: 'cart.value', unit: 'money', means: 'worth of what was added since the last order', missing: 'zero', says: '… in the cart' },
    {
      name: 'cart.hours',
      unit: 'hours',
      means: 'hours since the last addition',
      missing: 'absent',
      says: '… since something was put into the cart',
    },
  ]),
  ...group('time', [
    { name: 'time.hour_sin', unit: 'circle', means: 'hour of the day where they are, sine', missing: 'zero', says: 'the hour of the day' },
    { name: 'time.hour_cos', unit: 'circle', means: 'the same, cosine', missing: 'zero', says: 'the hour of the day' },
    {
      name: 'time.weekday_sin',
      unit: 'circle',
      means: 'day of the week where they are, sine',
      missing: 'zero',
      says: 'the day of the week',
    },
    { name: 'time.weekday_cos', unit: 'circle', means: 'the same, cosine', missing: 'zero', says: 'the day of the week' },
  ]),
  ...group('channel', [
    {
      name: 'channel.sent',
      family: 'channel',
      unit: 'messages',
      means: 'sent, half-life 90 days',
      missing: 'zero',
      says: '… by “…” in about three months',
    },
    {
      name: 'channel.opened',
      family: 'channel',
      unit: 'share',
      means: 'share opened by a person, shrunk towards 20 % as by 5 messages',
      missing: 'absent',
      says: 'opened … by “…”',
    },
    {
      name: 'channel.clicked',
      family: 'channel',
      unit: 'share',
      means: 'share clicked, shrunk towards 3 % as by 10 messages',
      missing: 'absent',
      says: 'clicked … by “…”',
    },
    {
      name: 'channel.unsubscribed',
      family: 'channel',
      unit: 'share',
      means: 'share that was answered by unsubscribing, shrunk towards 0.3 % as by 20 messages',
      missing: 'absent',
      says: 'unsubscribed from … by “…”',
    },
    {
      name: 'channel.days',
      family: 'channel',
      unit: 'days',
      means: 'days since the last opening or click',
      missing: 'absent',
      says: '… since they opened or clicked by “…”',
    },
  ]),
  ...group('pressure', [
    { name: 'pressure.1d', unit: 'messages', means: 'messages sent, half-life 1 day', missing: 'zero', says: '… in about a day' },
    { name: 'pressure.7d', unit: 'messages', means: 'messages sent, half-life 7 days', missing: 'zero', says: '… in about a week' },
    { name: 'pressure.30d', unit: 'messages', means: 'messages sent, half-life 30 days', missing: 'zero', says: '… in about a month' },
    { name: 'pressure.hours', unit: 'hours', means: 'hours since the last message', missing: 'absent', says: '… since the last message' },
  ]),
  ...group('sentiment', [
    {
      name: 'sentiment.mean',
      unit: 'mood',
      means: 'how what they wrote sounded, from -1 to 1, newer texts counting more; of the first sentiment model',
      missing: 'absent',
      says: 'what they wrote sounded …',
    },
    {
      name: 'sentiment.last',
      unit: 'mood',
      means: 'the same of the newest text',
      missing: 'absent',
      says: 'what they wrote last sounded …',
    },
    { name: 'sentiment.count', unit: 'texts', means: 'texts that were understood, fading', missing: 'absent', says: 'wrote …' },
    { name: 'sentiment.days', unit: 'days', means: 'days since the newest text', missing: 'absent', says: '… since they wrote something' },
  ]),
  ...group('account', [
    { name: 'account.known', unit: 'yes', means: '1: they belong to a company', missing: 'zero', says: 'belongs to a company' },
    { name: 'account.size', unit: 'people', means: 'employees of the company', missing: 'absent', says: 'a company of …' },
  ]),
  ...group('entry', [
    {
      name: 'entry.value',
      unit: 'money',
      means: 'worth of the event that began the run',
      missing: 'absent',
      says: '… in the event that began it',
    },
    { name: 'entry.items', unit: 'items', means: 'things in that event', missing: 'absent', says: '… in the event that began it' },
    { name: 'entry.lowest_stock', unit: 'items', means: 'fewest left in stock of them', missing: 'absent', says: '… left of the scarcest' },
    {
      name: 'entry.discount',
      unit: 'share',
      means: 'discount in that event ÷ its worth before',
      missing: 'absent',
      says: '… off in the event that began it',
    },
  ]),
]

const byName = new Map(FEATURES.map((feature) => [feature.name, feature]))

/** The declared feature of a name, with the event or channel that it is about (`event.7d:Product Viewed`); undefined: there is none. */
export function featureNamed(name: string): { readonly feature: Feature; readonly of: string } | undefined {
  const colon = name.indexOf(':')
  const feature = byName.get(colon < 0 ? name : name.slice(0, colon))
  return feature && colon >= 0 === (feature.family !== undefined) ? { feature, of: colon < 0 ? '' : name.slice(colon + 1) } : undefined
}

const NOUNS: Readonly<Record<Feature['unit'], readonly [one: string, many: string]>> = {
  days: ['day', 'days'],
  hours: ['hour', 'hours'],
  events: ['event', 'events'],
  orders: ['order', 'orders'],
  money: ['', ''],
  share: ['', ''],
  messages: ['message', 'messages'],
  items: ['item', 'items'],
  people: ['person', 'people'],
  yes: ['', ''],
  circle: ['', ''],
  mood: ['', ''],
  texts: ['text', 'texts'],
}

/** A feature's value in words: `42 days since the last order`. A name that is not declared is said as it is. */
export function sayFeature(name: string, value: number): string {
  const found = featureNamed(name)
  if (!found) return `${name}: ${rounded(value)}`
  const { feature, of } = found
  const { unit, says } = feature
  if (unit === 'circle') return says
  if (unit === 'yes') return value > 0 ? says : `not: ${says}`
  if (unit === 'days' || unit === 'hours') return says.replace(/“…”|…/g, (place) => (place === '…' ? spanOf(value, unit) : `“${of}”`))
  const shown = unit === 'share' ? `${rounded(value * 100)} %` : rounded(value)
  const [one, many] = NOUNS[unit]
  const counted =
    unit === 'events' && of !== '' ? (shown === '1' ? 'once' : `${shown} times`) : `${shown} ${shown === '1' ? one : many}`.trim()
  return says.replace(/“…”|…/g, (place) => (place === '…' ? counted : `“${of}”`))
}

/** A time in the largest unit of which there is one: 0.045 days are `1 hour`. */
function spanOf(value: number, unit: 'days' | 'hours'): string {
  const told = (count: number, [one, many]: readonly [string, string]): string => {
    const shown = rounded(count)
    return `${shown} ${shown === '1' ? one : many}`
  }
  const hours = unit === 'days' ? value * 24 : value
  if (unit === 'days' && hours >= 24) return told(value, NOUNS.days)
  if (hours >= 1) return told(hours, NOUNS.hours)
  const minutes = Math.round(hours * 60)
  return minutes < 1 ? 'less than a minute' : told(minutes, ['minute', 'minutes'])
}

/** That there is nothing to tell: `not known: mean days between orders (two or more)`. */
export const sayMissing = (name: string): string => `not known: ${featureNamed(name)?.feature.means ?? name}`

/** Three digits that count, without noise behind. */
const rounded = (value: number): string => String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(2)))

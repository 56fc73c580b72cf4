import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { parse } from 'yaml'
import type { Effect } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import { type Definitions, definitions } from '#journeys/definitions.ts'
import type { Person } from '#journeys/person.ts'
import { fire, nextDue, react } from '#journeys/react.ts'
import { Journey } from '#journeys/schema.ts'

/** The target for the pure engine on one core. */
const TARGET = 200_000
const START = Date.UTC(2026, 2, 2, 10)
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

const shop = (file: string): Journey =>
  Journey.parse(parse(readFileSync(new URL(`../examples/shop/journeys/${file}.yaml`, import.meta.url), 'utf8')))

/** Journeys that listen to events which this load never holds. */
const strangers = (count: number): Journey[] =>
  Array.from({ length: count }, (_, i) =>
    Journey.parse({
      kind: 'journey',
      id: `stranger-${i}`,
      goal: { event: `Goal ${i}`, within: '7d' },
      entry: { event: `Entry ${i}`, where: 'profile.plan == "pro"' },
      exit: [{ event: `Exit ${i}` }],
      steps: [
        { kind: 'wait', id: 'settle', for: '1h' },
        { kind: 'email', id: 'mail', template: 'cart-reminder', otherwise: [] },
      ],
    }),
  )

/** Fifty conditions; more segments than that are built of the same ones. */
const segmentsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => {
    const n = i % 50
    const bought = `count("${n % 2 === 0 ? 'Order Completed' : 'Product Viewed'}" within ${7 + (n % 5)}d) >= ${1 + Math.floor(n / 10)}`
    return { id: `segment-${i}`, conditions: [n % 10 < 5 ? bought : `${bought} and profile.plan == "plan-${n}"`] }
  })

const defined = ({ journeys, segments = 0 }: Pick<Run, 'journeys' | 'segments'>): Definitions =>
  definitions({
    workspace: 'w',
    revision: 1,
    consent: 'opt-out',
    journeys: journeys.map((journey) => ({ journey, version: 1, live: true })),
    segments: segmentsOf(segments),
    templates: ['cart-reminder', 'cart-last-call', 'thank-you'].map((id) => ({ id, version: 1 })),
  })

/** One visit of one person, ten events: who they are, pages and products; `cart`: they fill one, and one in five of these buys. */
function visit({ person, day, cart: fills }: { person: number; day: number; cart: boolean }): EventRecord[] {
  const key = `p_${person}`
  const at = START + day * 86_400_000 + (person % 36_000) * 1_000
  const cart = `c${person}-${day}`
  let n = 0
  const event = (name: string, props: EventRecord['props'], type: EventRecord['type'] = 'track'): EventRecord => {
    const id = `${key}-${day}-${n++}`
    return { kind: 'event', ws: 'w', key, id, type, name, at: at + n * 1_000, received: at + n * 1_000, props, ids: NO_IDS }
  }
  const page = (path: string) => event('Page Viewed', { path, url: `https://shop.example${path}`, title: 'Shop' }, 'page')
  const item = { cart_id: cart, product_id: 'p1', name: 'Teapot', price: 12.5, quantity: 1, value: 12.5 }
  return [
    event('identify', { email: `${key}@shop.example`, name: 'Ada', plan: 'basic' }, 'identify'),
    page('/'),
    page('/tea'),
    event('Product Viewed', { product_id: 'p1', name: 'Teapot', price: 12.5 }),
    fills ? event('Product Added', item) : page('/tea/green'),
    page(fills ? '/cart' : '/tea/black'),
    event('Product Viewed', { product_id: 'p2', name: 'Kettle', price: 30 }),
    fills ? event('Product Added', { ...item, product_id: 'p2', name: 'Kettle', price: 30, value: 42.5 }) : page('/about'),
    page(fills ? '/checkout' : '/kettles'),
    fills && person % 5 === 0 ? event('Order Completed', { cart_id: cart, total: 42.5 }) : page('/leave'),
  ]
}
const NO_IDS: EventRecord['ids'] = []

interface Run {
  readonly journeys: readonly Journey[]
  readonly people: number
  readonly days: number
  /** One visit in so many fills a cart: 4 unless said otherwise, which is more than shops see. */
  readonly cartEvery?: number
  readonly segments?: number
}

/** Reacts to every event of every person's visits, state in a map, timers fired and receipts answered before the person's next event; receipts count as the events that they are. Time is the processor's, of all threads: so it is what one core could do, whatever else runs here. */
export function measure({ journeys, people, days, cartEvery = 4, segments = 0 }: Run) {
  const world = defined({ journeys, segments })
  const states = new Map<string, Person>()
  let events = 0
  let spent = 0
  let messages = 0
  for (let day = 0; day < days; day++) {
    for (let from = 0; from < people; from += BATCH) {
      const records = batch(from, Math.min(people, from + BATCH), { day, cartEvery })
      const begun = process.cpuUsage()
      for (const record of records) {
        const { key, received } = record
        const context = { definitions: world, now: received, position: { partition: 0, seq: events } }
        const before = states.get(key) ?? null
        const due = before && nextDue(before)
        const woken = before && due !== null && due <= received ? fire(before, context) : null
        let state = woken?.state ?? before
        for (const effect of woken?.effects ?? []) {
          state = react(state, sent(effect, received), context).state
          messages++
        }
        states.set(key, react(state, record, context).state)
      }
      const { user, system } = process.cpuUsage(begun)
      spent += user + system
      events += records.length
    }
  }
  const all = events + messages
  return { events, messages, perSecond: round((all / spent) * 1_000_000), microseconds: round(spent / all, 2) }
}

/** The receipt of a message: an event like any other. */
const sent = ({ id, key, payload }: Effect, now: number): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key,
  id: `${id}:sent`,
  type: 'system',
  name: 'message.sent',
  at: now,
  received: now,
  props: { ...payload, effect_id: id },
  ids: NO_IDS,
})

const BATCH = 500
/** The visits of some people, in turn, as they would stand on the log: first events of all, then second ones. */
function batch(from: number, to: number, { day, cartEvery }: { day: number; cartEvery: number }): EventRecord[] {
  const visits = Array.from({ length: to - from }, (_, i) => {
    const person = from + i
    return visit({ person, day, cart: (person + day) % cartEvery === 0 })
  })
  return visits[0]!.flatMap((_, turn) => visits.map((each) => each[turn]!))
}

const MIXES = [
  { name: 'no journeys', journeys: () => [] },
  { name: 'abandoned cart', journeys: () => [shop('abandoned-cart')] },
  { name: 'abandoned cart, everybody fills one at every visit', journeys: () => [shop('abandoned-cart')], cartEvery: 1 },
  { name: 'the shop and 1,000 other journeys', journeys: () => [shop('abandoned-cart'), shop('thank-you'), ...strangers(1_000)] },
  { name: 'abandoned cart and 1,000 segments of 50 conditions', journeys: () => [shop('abandoned-cart')], segments: 1_000 },
] as const

/** The pure engine on one core: realistic mixes, and how the cost of an event grows with what is published and who is there. */
export function engine({ curves }: { readonly curves: boolean }): object {
  // A million people with their state are some gigabytes.
  if (curves) setFlagsFromString('--max-old-space-size=14000')
  measure({ journeys: MIXES[1].journeys(), people: 5_000, days: 2 })
  const mixes = MIXES.map(({ name, journeys, ...more }) => {
    const best = bestOf(3, () => measure({ journeys: journeys(), people: 5_000, days: 6, ...more }))
    say(`  ${name}: ${best.perSecond} events/s (${best.microseconds} µs), target ${TARGET}`)
    return { name, ...best }
  })
  return { target: TARGET, mixes, ...(curves ? { byJourneys: byJourneys(), bySegments: bySegments(), byPeople: byPeople() } : {}) }
}

/** Journeys that do not mention the events must cost nothing. */
function byJourneys() {
  const points = [1, 10, 100, 1_000].map((count) => {
    const journeys = [shop('abandoned-cart'), ...strangers(count - 1)]
    return { journeys: count, ...bestOf(3, () => measure({ journeys, people: 5_000, days: 3 })) }
  })
  return curve('journeys', points)
}

/** Segments that share their conditions must cost what the conditions cost. */
function bySegments() {
  const points = [50, 200, 1_000].map((segments) => ({
    segments,
    ...bestOf(3, () => measure({ journeys: [shop('abandoned-cart')], people: 3_000, days: 3, segments })),
  }))
  return curve('segments', points)
}

function byPeople() {
  const points = [10_000, 100_000, 1_000_000].map((people) => {
    globalThis.gc?.()
    return { people, ...bestOf(people > 100_000 ? 1 : 2, () => measure({ journeys: [shop('abandoned-cart')], people, days: 1 })) }
  })
  return curve('people', points)
}

function curve<Point extends { readonly microseconds: number }>(what: string, points: readonly Point[]) {
  const costs = points.map(({ microseconds }) => microseconds)
  const growth = round(Math.max(...costs) / costs[0]!, 2)
  say(`  by ${what}: ${costs.join(' → ')} µs, at most ${growth} times the first (limit 1.3)`)
  return { points, growth, limit: 1.3 }
}

function bestOf<Measured extends { readonly perSecond: number }>(times: number, run: () => Measured): Measured {
  return Array.from({ length: times }, run).reduce((best, each) => (each.perSecond > best.perSecond ? each : best))
}

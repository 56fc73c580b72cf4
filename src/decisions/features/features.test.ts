import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '#lib/json.ts'
import { newProfile } from '#profiles/react.ts'
import type { Mood } from '../sentiment/mood.ts'
import { type Features, featuresOf, readFeatures } from './read.ts'
import { featuresAt, type PastEvent, replayed } from './replay.ts'
import { FEATURES, featureNamed, sayFeature } from './schema.ts'
import { absorbFeatures, type FeatureState, MOST_NAMES } from './state.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
/** A Monday, 10:00 UTC. */
const START = Date.UTC(2026, 2, 2, 10)
const ASKED: ReadonlySet<string> = new Set(['Contract Ended'])

const event = (name: string, at: number, props: JsonObject = {}): PastEvent => ({
  type: name.startsWith('message.') ? 'system' : 'track',
  name,
  at,
  received: at,
  props,
})
const group = (at: number, props: JsonObject): PastEvent => ({ ...event('', at, props), type: 'group' })
const after = (events: readonly PastEvent[], now: number): Features => readFeatures(replayed(events, ASKED), { now })

/** The same to nine digits. */
function assertClose(actual: Features, expected: Features): void {
  assert.deepEqual(Object.keys(actual), Object.keys(expected))
  for (const [name, value] of Object.entries(expected))
    assert.ok(Math.abs(actual[name]! - value) <= 1e-9 * Math.max(1, Math.abs(value)), `${name}: ${actual[name]} instead of ${value}`)
}

test('a customer is told of in numbers that a marketer would use', () => {
  const told = after(
    [
      event('Order Completed', START, { total: 40 }),
      event('Product Viewed', START + 9 * DAY, { product_id: 'p1' }),
      event('Order Completed', START + 10 * DAY, { revenue: 60, coupon: 'SPRING' }),
      event('Product Added', START + 12 * DAY, { price: 12.5, quantity: 2 }),
      event('Product Added', START + 12 * DAY + HOUR, { price: 5 }),
      event('Product Removed', START + 12 * DAY + 2 * HOUR, { price: 5 }),
    ],
    START + 20 * DAY,
  )
  assert.equal(told['orders.count'], 2)
  assert.equal(told['orders.revenue'], 100)
  assert.equal(told['orders.average'], 50)
  assert.equal(told['orders.gap'], 10)
  assert.equal(told['orders.overdue'], 1)
  assert.equal(told['recency.order'], 10)
  assert.equal(told['recency.first'], 20)
  assert.equal(told['orders.discounted'], (1 + 0.9) / 5)
  assert.equal(told['cart.items'], 2)
  assert.equal(told['cart.value'], 25)
  assert.equal(told['event.days:Product Viewed'], 11)
  assert.ok(Math.abs(told['event.7d:Product Viewed']! - 2 ** (-11 / 7)) < 1e-12)
  assert.equal(told['active_days.28d'], 4)
  assert.equal(told['active_days.7d'], 0)
})

test('an order empties the cart, and what was added after it stays in it, also when the order comes late', () => {
  const added = event('Product Added', START, { price: 10 })
  const order = event('Order Completed', START + HOUR, { total: 10 })
  const again = event('Product Added', START + 2 * HOUR, { price: 30 })
  for (const events of [
    [added, order, again],
    [added, again, order],
    [order, again, added],
  ])
    assert.equal(after(events, START + DAY)['cart.value'], 30)
})

test('a refund takes its revenue back and is no order', () => {
  const told = after([event('Order Refunded', START, { total: 15 }), event('Order Completed', START, { total: 40 })], START + DAY)
  assert.equal(told['orders.count'], 1)
  assert.equal(told['orders.revenue'], 25)
  const only = replayed([event('Order Refunded', START, { total: 15 })], ASKED)
  assert.deepEqual(JSON.parse(JSON.stringify(only)), only)
})

test('what a machine opened counts for nothing', () => {
  const receipts = (fetcher: string): PastEvent[] => [
    event('message.sent', START, { channel: 'email' }),
    event('message.opened', START + HOUR, { channel: 'email', fetcher }),
  ]
  const told = after(receipts('person'), START + HOUR)
  assert.ok(told['channel.opened:email']! > 0.3)
  assert.equal(told['channel.days:email'], 0)
  for (const machine of ['machine', 'suspect']) {
    const machines = after(receipts(machine), START + HOUR)
    assert.ok(machines['channel.opened:email']! < 0.2)
    assert.equal(machines['channel.days:email'], undefined)
  }
  assert.equal(told['pressure.hours'], 1)
})

test('messages to colleagues and calls of webhooks are no contacts', () => {
  const told = after([event('message.sent', START, { channel: 'note' }), event('message.sent', START, { channel: 'webhook' })], START)
  assert.equal(told['pressure.1d'], 0)
})

test('hour and weekday are those of where the person is; an unknown zone is taken for UTC', () => {
  const at = (timezone: string): Features =>
    featuresOf({ profile: { ...newProfile('p', START), attributes: { timezone: [timezone, START] } } }, { now: START })
  assert.ok(Math.abs(at('UTC')['time.hour_sin']! - Math.sin((10 / 24) * 2 * Math.PI)) < 1e-12)
  assert.ok(Math.abs(at('Asia/Tokyo')['time.hour_sin']! - Math.sin((19 / 24) * 2 * Math.PI)) < 1e-12)
  assert.deepEqual(at('Mars/Olympus'), at('UTC'))
})

test('the event that began a run says what is in the cart, what is scarce and what is off', () => {
  const told = featuresOf(
    { profile: newProfile('p', START) },
    { now: START, entry: { value: 75, discount: 25, items: [{ quantity: 2, stock: 9 }, { stock: 3 }, 'odd'] } },
  )
  assert.equal(told['entry.value'], 75)
  assert.equal(told['entry.items'], 3)
  assert.equal(told['entry.lowest_stock'], 3)
  assert.equal(told['entry.discount'], 0.25)
})

test('an event of the future makes nothing old', () => {
  const wild = { ...event('Product Viewed', Date.UTC(2999, 0, 1)), received: START }
  const told = after([event('Product Viewed', START - DAY), wild], START + DAY)
  assert.equal(told['recency.event'], 1)
  assert.ok(told['event.1d:Product Viewed']! > 0.7 && told['event.1d:Product Viewed']! < 0.8)
})

test('every feature that is told is declared, finite, and can be said in words', () => {
  const told: Record<string, number> = readFeatures(
    replayed(
      [
        event('Order Completed', START, { total: 40 }),
        event('Order Completed', START + DAY, { total: 40 }),
        event('Product Added', START + 2 * DAY, { price: 9 }),
        event('message.sent', START, { channel: 'sms' }),
        event('message.clicked', START, { channel: 'sms' }),
        group(START, { employees: 40 }),
      ],
      ASKED,
    ),
    { now: START + 44 * DAY, entry: { value: 1, items: [{ stock: 2 }], discount: 1 } },
  )
  const sentiment: Mood = { decayed: [START, 1, -0.5], last: -0.5, life: 30 * DAY }
  const decisions = { sentiment: { v: 1, of: { sentiment } } as unknown as Json }
  for (const [name, value] of Object.entries(featuresOf({ profile: newProfile('p', START), decisions }, { now: START + DAY })))
    if (name.startsWith('sentiment.')) told[name] = value
  assert.equal(sayFeature('sentiment.last', -0.5), 'what they wrote last sounded -0.5')
  const names = new Set(Object.keys(told).map((name) => name.replace(/:.*/, '')))
  assert.deepEqual([...names].sort(), FEATURES.map(({ name }) => name).sort())
  for (const [name, value] of Object.entries(told)) assert.ok(featureNamed(name) && !sayFeature(name, value).includes('…'), name)
  assert.equal(sayFeature('recency.order', 42), '42 days since the last order')
  assert.equal(sayFeature('event.7d:Product Viewed', 3.21), '“Product Viewed” 3.2 times in about a week')
  assert.equal(sayFeature('channel.clicked:email', 0.03), 'clicked 3 % by “email”')
  assert.equal(sayFeature('pressure.7d', 1), '1 message in about a week')
})

test('where nothing is known of somebody, what would say something else is left out', () => {
  const told = featuresOf({ profile: newProfile('p', START) }, { now: START })
  for (const { name, missing, family, group } of FEATURES) {
    if (family || group === 'time') continue
    assert.equal(told[name], missing === 'zero' ? 0 : undefined, name)
  }
})

const NAMES = [
  'Product Viewed',
  'Product Added',
  'Product Removed',
  'Order Completed',
  'Order Refunded',
  'Contract Ended',
  'a',
  'b',
  '__proto__',
  '7',
]
const histories = fc.array(
  fc.oneof(
    fc
      .record({
        name: fc.constantFrom(...NAMES),
        at: moment(),
        late: fc.integer({ min: -HOUR, max: 9 * DAY }),
        value: fc.integer({ min: 0, max: 500 }),
      })
      .map(({ name, at, late, value }) => ({
        ...event(name, START + at, { value, total: value, ...(value > 400 && { revenue: value, discount: 1 }) }),
        received: START + at + late,
      })),
    fc
      .record({
        what: fc.constantFrom('sent', 'opened', 'clicked', 'unsubscribed'),
        channel: fc.constantFrom('email', 'sms'),
        at: moment(),
      })
      .map(({ what, channel, at }) => event(`message.${what}`, START + at, { channel })),
    fc
      .record({ at: moment(), employees: fc.option(fc.integer({ min: 1, max: 99 })) })
      .map(({ at, employees }) => group(START + at, { employees })),
  ),
  { maxLength: 60 },
)
function moment(): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: 80 * DAY })
}
const END = START + 100 * DAY

test('any history, in any order, comes to the same', () => {
  fc.assert(
    fc.property(
      histories.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
      ([all, shuffled]) => assertClose(after(shuffled, END), after(all, END)),
    ),
  )
})

test('any history cut anywhere, the part before brought in after the part behind was streamed, comes to the same', () => {
  fc.assert(
    fc.property(histories, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const cut = Math.floor(all.length * share)
      const streamed = replayed(all.slice(cut), ASKED)
      const stored = JSON.parse(JSON.stringify(streamed)) as FeatureState
      assert.deepEqual(stored, streamed)
      const united = absorbFeatures(replayed(all.slice(0, cut), ASKED), stored, ASKED)
      assertClose(readFeatures(united, { now: END }), after(all, END))
    }),
  )
})

test('the profiles of one person, merged in any order, come to the united history', () => {
  fc.assert(
    fc.property(histories, histories, histories, (a, b, c) => {
      const [x, y, z] = [a, b, c].map((history) => replayed(history, ASKED)) as [FeatureState, FeatureState, FeatureState]
      const united = after([...a, ...b, ...c], END)
      assertClose(readFeatures(absorbFeatures(absorbFeatures(x, y, ASKED), z, ASKED), { now: END }), united)
      assertClose(readFeatures(absorbFeatures(z, absorbFeatures(y, x, ASKED), ASKED), { now: END }), united)
    }),
  )
})

test('a sender that makes up names does not grow the state, and which names keep a row does not hang on the order', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(
        Array.from({ length: 120 }, (_, i) => `Name ${i}`),
        { minLength: 120 },
      ),
      fc.nat({ max: 120 }),
      (names, cut) => {
        const events = ['Contract Ended', ...names, 'Order Completed'].map((name, i) => event(name, START + i * HOUR))
        const state = replayed(events, ASKED)
        assert.equal(Object.keys(state.events).length, MOST_NAMES)
        assert.ok('Contract Ended' in state.events && 'Order Completed' in state.events)
        const seen = [...Object.values(state.events), state.other!].reduce((sum, { count }) => sum + count, 0)
        assert.equal(seen, events.length)
        const united = absorbFeatures(replayed(events.slice(cut), ASKED), replayed(events.slice(0, cut), ASKED), ASKED)
        assert.deepEqual(Object.keys(united.events).sort(), Object.keys(state.events).sort())
        assertClose(readFeatures(united, { now: END }), readFeatures(state, { now: END }))
      },
    ),
    { numRuns: 30 },
  )
})

test('features of a moment of the past know only what had been received by then', () => {
  const late = { ...event('Order Completed', START + DAY, { total: 10 }), received: START + 5 * DAY }
  const [before, then] = featuresAt([late, event('Product Viewed', START)], [START + 2 * DAY, START + 6 * DAY], { asked: ASKED })
  assert.equal(before!['orders.count'], 0)
  assert.equal(before!['recency.event'], 2)
  assert.equal(then!['orders.count'], 1)
  assert.equal(then!['recency.order'], 5)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import { ACTIVITY_LIMIT, absorb, applyEvent, attribute, attributesOf, emailOf, SEEN_LIMIT } from './react.ts'
import type { ProfileSection } from './schema.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 2, 2)
const event = (more: Partial<EventRecord> & { id: string }): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'ada',
  type: 'track',
  name: 'Seen',
  at: START,
  received: more.at ?? START,
  props: {},
  ids: [],
  ...more,
})
const identify = (id: string, at: number, props: Record<string, Json>) => event({ id, at, type: 'identify', name: 'identify', props })
const after = (events: readonly EventRecord[]): ProfileSection =>
  events.reduce<ProfileSection | null>((section, record) => applyEvent(section, record).section, null)!

test('the last writer by event time wins, whatever the order of arrival', () => {
  const writes = fc.uniqueArray(
    fc.tuple(fc.nat(1000), fc.constantFrom('plan', 'city', '__proto__'), fc.oneof(fc.nat(9), fc.constant(null), fc.constant({ a: 1 }))),
    {
      selector: ([at]) => at,
      maxLength: 12,
    },
  )
  fc.assert(
    fc.property(
      writes.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        const build = (order: typeof list) =>
          after([
            event({ id: 'first' }),
            ...order.map(([at, name, value]) => identify(`m${at}`, START + at, Object.fromEntries([[name, value]]))),
          ])
        assert.deepEqual(build(shuffled).attributes, build(list).attributes)
        for (const [, name, value] of list.toSorted((a, b) => a[0] - b[0]).slice(-1))
          assert.deepEqual(attribute(build(shuffled), name) ?? null, value)
      },
    ),
  )
})

test('null removes an attribute, also against an older value that comes later', () => {
  const section = after([identify('a', START + 2, { plan: null }), identify('b', START + 1, { plan: 'pro', city: 'Oslo' })])
  assert.equal(attribute(section, 'plan'), undefined)
  assert.deepEqual(attributesOf(section), { city: 'Oslo' })
})

test('changed names what has another value now', () => {
  const before = after([identify('a', START, { plan: 'pro', address: { city: 'Oslo' } })])
  assert.deepEqual(applyEvent(before, identify('b', START + 1, { plan: 'pro', address: { city: 'Oslo' } })).changed, [])
  assert.deepEqual(applyEvent(before, identify('c', START + 1, { plan: 'free', address: { city: 'Bergen' } })).changed, ['plan', 'address'])
  assert.deepEqual(applyEvent(before, identify('d', START - 1, { plan: 'old' })).changed, [])
})

test('a message id is known for a week, and the same section comes back', () => {
  const section = after([event({ id: 'once' })])
  const repeat = applyEvent(section, event({ id: 'once', at: START + DAY }))
  assert.equal(repeat.duplicate, true)
  assert.equal(repeat.section, section)
  const days = Array.from({ length: 8 }, (_, i) => event({ id: `day${i}`, at: START + i * DAY }))
  assert.equal(applyEvent(after([event({ id: 'once' }), ...days.slice(0, 7)]), event({ id: 'once', at: START + 6 * DAY })).duplicate, true)
  assert.equal(applyEvent(after([event({ id: 'once' }), ...days]), event({ id: 'once', at: START + 7 * DAY })).duplicate, false)
})

test('what is remembered of messages stays small, and the newest are kept', () => {
  const section = after(Array.from({ length: SEEN_LIMIT + 500 }, (_, i) => event({ id: `m${i}` })))
  const kept = Object.values(section.seen).join(' ').split(' ')
  assert.equal(kept.length, SEEN_LIMIT)
  assert.equal(applyEvent(section, event({ id: `m${SEEN_LIMIT + 499}` })).duplicate, true)
  assert.equal(applyEvent(section, event({ id: 'm0' })).duplicate, false)
})

test('activity counts, and a sender that makes up names does not grow the state without end', () => {
  const section = after([
    event({ id: 'kept', name: 'Order Completed', at: START + 9 * DAY }),
    ...Array.from({ length: ACTIVITY_LIMIT + 20 }, (_, i) => event({ id: `m${i}`, name: `Name ${i}`, at: START + i })),
    event({ id: 'again', name: 'Order Completed', at: START - 5 }),
  ])
  assert.deepEqual(section.activity['Order Completed'], [2, START - 5, START + 9 * DAY])
  assert.equal(Object.keys(section.activity).length, ACTIVITY_LIMIT)
  assert.equal(section.firstSeen, START - 5)
})

test('the address is the attribute, else the newest e-mail identifier, in lower case', () => {
  const section = after([
    event({
      id: 'a',
      ids: [
        { kind: 'email', value: 'old@x.org' },
        { kind: 'email', value: 'New@X.org' },
      ],
    }),
  ])
  assert.equal(emailOf(section), 'new@x.org')
  assert.equal(emailOf(after([identify('b', START, { email: ' Ada@X.org ' })])), 'ada@x.org')
  assert.equal(emailOf(after([identify('c', START, { email: 7 })])), undefined)
})

test('the zone of the device is known, and a trait of the same name is preferred', () => {
  const context = { timezone: 'Europe/Oslo' }
  assert.equal(attribute(after([event({ id: 'a', context })]), 'timezone'), 'Europe/Oslo')
  assert.equal(attribute(after([{ ...identify('b', START, { timezone: 'UTC' }), context }]), 'timezone'), 'UTC')
})

const lives = fc
  .array(
    fc.record({
      id: fc.stringMatching(/^[a-h]$/),
      at: fc.nat(50).map((n) => START + n),
      type: fc.constantFrom('track' as const, 'identify' as const),
      name: fc.constantFrom('A', 'B'),
      props: fc.dictionary(fc.constantFrom('x', 'y'), fc.nat(3)),
      ids: fc.array(fc.record({ kind: fc.constantFrom('email', 'phone'), value: fc.constantFrom('1', '2') }), { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((list) => after(list.map((each) => event(each))))
const comparable = ({ ids, ...rest }: ProfileSection) => ({
  ...rest,
  ids: Object.fromEntries(Object.entries(ids).map(([kind, values]) => [kind, values.toSorted()])),
})

test('the order in which profiles become one does not matter', () => {
  fc.assert(
    fc.property(lives, lives, lives, (a, b, c) => {
      const one = comparable(absorb(absorb(a, b), c))
      assert.deepEqual(comparable(absorb(a, absorb(b, c))), one)
      assert.deepEqual(comparable(absorb(absorb(a, c), b)), one)
    }),
  )
})

test('a message id is remembered under the day on which it was received, of any year', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1970-01-01'), max: new Date('2399-12-31'), noInvalidDate: true }), (date) => {
      const { section } = applyEvent(null, { ...event({ id: 'once' }), received: date.getTime() })
      assert.deepEqual(Object.keys(section.seen), [date.toISOString().slice(0, 10)])
    }),
  )
})

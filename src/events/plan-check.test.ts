import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { JsonObject } from '#lib/json.ts'
import { acceptEvent, isProblem } from './accept.ts'
import { PlannedEvent, type TrackingPlan } from './plan.ts'
import { type CompiledPlan, checkAgainst, compilePlan, problemOf, typeOf } from './plan-check.ts'
import { planFrom, schemaSeen } from './schema-seen.ts'

const planned = (more: object): PlannedEvent => PlannedEvent.parse({ kind: 'event', id: 'order', event: 'Order Completed', ...more })
const plan = (events: PlannedEvent[], unplanned: TrackingPlan['unplanned'] = 'allow'): CompiledPlan =>
  compilePlan(events, { kind: 'tracking-plan', id: 'plan', unplanned })!

function event(properties: JsonObject, more: object = {}) {
  const read = acceptEvent(
    { type: 'track', event: 'Order Completed', userId: 'ada', properties, ...more },
    { call: null, received: 1, sentAt: undefined, freshId: 'm1' },
  )
  if (isProblem(read)) throw new Error(read.title)
  return read
}
const faultsOf = (of: CompiledPlan, properties: JsonObject, more?: object): string[] =>
  checkAgainst(of, event(properties, more)).faults.map(({ kind, at, says }) => `${kind} ${at}: ${says}`)

test('the four kinds of violation, each with its place and without the value', () => {
  const of = plan([
    planned({
      others: 'report',
      properties: [
        { name: 'total', type: 'number', required: true },
        { name: 'currency', type: 'text', values: ['EUR', 'NOK'] },
        { name: 'customer.email', type: 'text', required: true },
        { name: 'products[].price', type: 'number', required: true },
      ],
    }),
  ])
  assert.deepEqual(faultsOf(of, { total: 5, currency: 'EUR', customer: { email: 'a@b.c' }, products: [{ price: 1 }] }), [])
  assert.deepEqual(
    faultsOf(of, { total: 'five', currency: 'USD', customer: {}, products: [{ price: 'x' }, {}, { price: 'y' }], coupon: 'A' }),
    [
      'type total: text instead of number',
      'value currency: none of 2 planned values',
      'missing customer.email: is required',
      'type products[].price: text instead of number',
      'missing products[].price: is required',
      'unplanned_property coupon: is not planned',
    ],
  )
  assert.deepEqual(faultsOf(of, {}), ['missing total: is required'], 'what is below a missing object is not asked')
})

test('null says nothing: it is missing where a value is required, and else no violation', () => {
  const of = plan([
    planned({
      properties: [
        { name: 'total', type: 'number', required: true },
        { name: 'note', type: 'text' },
      ],
    }),
  ])
  assert.deepEqual(faultsOf(of, { total: null, note: null }), ['missing total: is required'])
})

test('no source is blamed for what Cadenza adds itself', () => {
  const of = compilePlan([planned({ event: 'Page Viewed', others: 'report', properties: [] })], undefined)!
  assert.deepEqual(faultsOf(of, {}, { type: 'page', event: undefined, name: 'Home' }), [])
})

test('nothing planned: nothing is asked', () => {
  assert.equal(compilePlan([], undefined), null)
  assert.equal(compilePlan([], { kind: 'tracking-plan', id: 'plan', unplanned: 'allow' }), null)
  assert.ok(compilePlan([], { kind: 'tracking-plan', id: 'plan', unplanned: 'report' }))
})

test('an alias takes the planned name, and the plan is asked under it', () => {
  const of = plan([planned({ alsoSentAs: ['order_done'], onViolation: 'block', properties: [{ name: 'total', required: true }] })])
  const good = checkAgainst(of, event({ total: 1 }, { event: 'order_done' }))
  assert.deepEqual([good.action, good.event.name, good.faults[0]?.kind], ['allow', 'Order Completed', 'renamed'])
  assert.equal(checkAgainst(of, event({}, { event: 'order_done' })).action, 'block')
})

test('a blocked event is refused whatever it holds; an unplanned one as the plan says', () => {
  assert.equal(checkAgainst(plan([planned({ status: 'blocked' })]), event({})).action, 'block')
  for (const unplanned of ['quarantine', 'block'] as const) assert.equal(checkAgainst(plan([], unplanned), event({})).action, unplanned)
  const reported = checkAgainst(plan([], 'report'), event({}))
  assert.deepEqual([reported.action, reported.faults[0]?.kind], ['allow', 'unplanned_event'])
  assert.deepEqual(checkAgainst(plan([planned({ event: 'Other' })], 'allow'), event({})).faults, [])
})

test('the problem says what, where and how to mend it', () => {
  const verdict = checkAgainst(
    plan([planned({ properties: [{ name: 'customer.id', type: 'text', required: true }] })]),
    event({ customer: { id: 5 } }),
  )
  assert.deepEqual(problemOf(verdict), {
    code: 'plan.type',
    status: 400,
    title: 'customer.id is whole instead of text',
    hint: 'Send a value of the planned type, or change the type in the plan.',
    at: '/properties/customer/id',
  })
})

const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
const clean = json.filter(
  (value) =>
    !isProblem(
      acceptEvent(
        { type: 'track', event: 'E', userId: 'a', properties: value },
        { call: null, received: 1, sentAt: undefined, freshId: 'm' },
      ),
    ),
)

test('for every event: a plan made of what was seen is kept by what was seen, and no check throws or changes the event', () => {
  fc.assert(
    fc.property(fc.array(clean, { minLength: 1, maxLength: 5 }), (samples) => {
      const of = planFrom('Order Completed', schemaSeen(samples as JsonObject[]))
      const parsed = PlannedEvent.safeParse(of)
      // A name may be longer than a plan takes.
      if (!parsed.success) return assert.match(parsed.error.issues[0]!.message, /200|big|long/i)
      for (const sample of samples) {
        const before = JSON.stringify(sample)
        const { faults } = checkAgainst(plan([parsed.data]), event(sample as JsonObject))
        assert.deepEqual(faults, [])
        assert.equal(JSON.stringify(sample), before)
      }
    }),
  )
})

test('for every event and every wrong type: exactly the wrong one is told', () => {
  const value = fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.array(fc.integer()), fc.record({ x: fc.integer() }))
  fc.assert(
    fc.property(value, fc.constantFrom('yes-no', 'text', 'list', 'object', 'whole'), (given, type) => {
      const of = plan([planned({ properties: [{ name: 'p', type }] })])
      const fits = typeOf(given) === type || (type === 'text' && typeOf(given) === 'date')
      assert.equal(faultsOf(of, { p: given as never }).length, fits ? 0 : 1)
    }),
  )
})

test('a check costs little: ten thousand planned events within two seconds, even on a slow machine', () => {
  const of = plan([planned({ properties: Array.from({ length: 30 }, (_, i) => ({ name: `p${i}`, type: 'text', required: i < 10 })) })])
  const sent = event(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p${i}`, 'x'])))
  const begun = performance.now()
  for (let i = 0; i < 10_000; i++) checkAgainst(of, sent)
  const each = ((performance.now() - begun) / 10_000) * 1_000
  assert.ok(each < 200, `${each} µs an event`)
})

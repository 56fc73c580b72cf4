import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AcceptedEvent, acceptEvent, emailOf, isProblem, LIMITS, phoneOf } from './accept.ts'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const arrive = (raw: unknown, more: { sentAt?: unknown; call?: 'track' | null } = {}) =>
  acceptEvent(raw, { call: more.call ?? null, received: NOW, sentAt: more.sentAt, freshId: 'fresh' })

function accepted(raw: unknown, more = {}): AcceptedEvent {
  const result = arrive(raw, more)
  if (isProblem(result)) assert.fail(`refused: ${result.code}`)
  return result
}
function refusal(raw: unknown): string {
  const result = arrive(raw)
  assert.ok(isProblem(result), 'was accepted')
  assert.ok(result.hint, 'says how to mend it')
  return `${result.code} ${result.at ?? ''}`.trim()
}

test('a track call becomes an event with its own name, properties and identifiers', () => {
  const event = accepted({
    type: 'track',
    event: 'Product Added',
    messageId: 'm1',
    userId: 'u1',
    anonymousId: 'a1',
    properties: { cart_id: 'c1' },
  })
  assert.equal(event.id, 'm1')
  assert.equal(event.name, 'Product Added')
  assert.deepEqual(event.props, { cart_id: 'c1' })
  assert.deepEqual(event.ids, [
    { kind: 'user_id', value: 'u1' },
    { kind: 'anonymous_id', value: 'a1' },
  ])
})

test('identify brings e-mail, phone and custom ids as identifiers, and the browser’s time zone as a trait', () => {
  const event = accepted({
    type: 'identify',
    userId: 'u1',
    traits: { email: ' Ann@Example.com ', phone: '+1 (415) 555-0101' },
    context: { timezone: 'Europe/Oslo', externalIds: [{ id: 'L-9', type: 'loyalty_card', collection: 'users', encoding: 'none' }] },
  })
  assert.deepEqual(event.ids.slice(1), [
    { kind: 'email', value: 'ann@example.com' },
    { kind: 'phone', value: '+14155550101' },
    { kind: 'loyalty_card', value: 'L-9' },
  ])
  assert.equal(event.props['timezone'], 'Europe/Oslo')
})

test('the other calls have names that journeys can use', () => {
  assert.equal(accepted({ type: 'page', userId: 'u', name: 'Pricing' }).name, 'Page Viewed')
  assert.deepEqual(accepted({ type: 'page', userId: 'u', name: 'Pricing', properties: { path: '/p' } }).props, {
    name: 'Pricing',
    path: '/p',
  })
  assert.deepEqual(accepted({ type: 'group', userId: 'u', groupId: 'acme', traits: { seats: 5 } }).props, { group_id: 'acme', seats: 5 })
  assert.deepEqual(accepted({ type: 'alias', userId: 'u', previousId: 'old' }).previous, { kind: 'previous', value: 'old' })
})

test('a client’s wrong clock is corrected by sentAt, to the second, over ten years either way', () => {
  fc.assert(
    fc.property(fc.integer({ min: -315e9, max: 315e9 }), fc.integer({ min: 0, max: 86_400_000 }), (skew, ago) => {
      const event = accepted(
        { type: 'track', event: 'X', userId: 'u', timestamp: new Date(NOW - ago + skew).toISOString() },
        { sentAt: new Date(NOW + skew).toISOString() },
      )
      assert.ok(Math.abs(event.at - (NOW - ago)) <= 1)
    }),
  )
})

test('an event of the future happens when it is received', () => {
  assert.equal(accepted({ type: 'track', event: 'X', userId: 'u', timestamp: '2030-01-01T00:00:00Z' }).at, NOW)
  assert.equal(accepted({ type: 'track', event: 'X', userId: 'u', timestamp: 'yesterday' }).at, NOW)
})

test('what is wrong with an event is said with its place', () => {
  assert.equal(refusal('text'), 'event.not_object')
  assert.equal(refusal({ type: 'shout', userId: 'u' }), 'event.type /type')
  assert.equal(refusal({ type: 'track', userId: 'u' }), 'event.name /event')
  assert.equal(refusal({ type: 'track', event: 'message.sent', userId: 'u' }), 'event.reserved /event')
  assert.equal(refusal({ type: 'track', event: 'X' }), 'event.nobody')
  assert.equal(refusal({ type: 'track', event: 'X', userId: 'u'.repeat(600) }), 'event.identifier /userId')
  assert.equal(refusal({ type: 'track', event: 'X', userId: 'u', properties: [] }), 'event.properties /properties')
  assert.equal(refusal({ type: 'track', event: 'X', userId: 'u', messageId: 7 }), 'event.message_id /messageId')
  assert.equal(refusal({ type: 'alias', userId: 'u' }), 'event.previous_id /previousId')
})

test('what PostgreSQL cannot hold is refused, with a pointer', () => {
  const with_ = (properties: unknown) => ({ type: 'track', event: 'X', userId: 'u', properties })
  assert.equal(refusal(with_({ a: { b: 'x\u0000' } })), 'event.text /properties/a/b')
  assert.equal(refusal(with_({ a: '\ud800' })), 'event.text /properties/a')
  assert.equal(refusal(JSON.parse('{"type":"track","event":"X","userId":"u","properties":{"n":1e400}}')), 'event.number /properties/n')
  assert.equal(refusal(JSON.parse('{"type":"track","event":"X","userId":"u","properties":{"__proto__":1}}')), 'event.text /properties')
  assert.match(refusal(with_(Object.fromEntries(Array.from({ length: LIMITS.names + 1 }, (_, i) => [`p${i}`, i])))), /^event.names/)
})

test('an event may be nested exactly as deep as the limit', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) })
  const event = (levels: number) => ({ type: 'track', event: 'X', userId: 'u', properties: nested(levels) })
  accepted(event(LIMITS.depth - 1))
  assert.match(refusal(event(LIMITS.depth)), /^event.depth/)
})

test('whatever is sent is either accepted or refused with a code: nothing throws', () => {
  fc.assert(fc.property(fc.anything(), (raw) => void arrive(raw)))
  fc.assert(
    fc.property(
      fc.record({
        type: fc.constantFrom('track', 'identify', 'alias', 'group', 'page'),
        event: fc.anything(),
        userId: fc.anything(),
        context: fc.anything(),
        traits: fc.anything(),
      }),
      (raw) => {
        const result = arrive(raw)
        assert.ok(isProblem(result) ? result.code !== '' : result.ids.length > 0)
      },
    ),
  )
})

test('addresses and numbers become identifiers only when they are unmistakable', () => {
  assert.equal(emailOf('a@b.example'), 'a@b.example')
  for (const bad of ['a@b', 'a b@c.de', 'a@b.example, evil@z.test', '<a@b.cd>', '', null, 7]) assert.equal(emailOf(bad), null)
  assert.equal(phoneOf('+49 30 901820'), '+4930901820')
  for (const bad of ['030 901820', '+0123', 'call me']) assert.equal(phoneOf(bad), null)
})

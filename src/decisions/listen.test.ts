import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import { absorbDecisions, listenedTo, sectionSince } from './listen.ts'
import { Model } from './schema.ts'
import { readingsAt } from './send-time/hours.ts'
import { type ModelInForce, modelsOf } from './snapshot.ts'

const DAY = 86_400_000
const START = Date.UTC(2026, 2, 2, 10)
const inForce = (document: object): ModelInForce => ({ model: Model.parse({ kind: 'model', ...document }), version: 1, snapshot: null })
const models = modelsOf([
  inForce({ id: 'hours', type: 'send-time', events: ['Page Viewed'] }),
  inForce({ id: 'next', type: 'pattern', target: { event: 'Order Completed' } }),
])
const keeping = { models, since: 4 }

const event = (name: string, at: number): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'p',
  id: `${name} ${at}`,
  type: 'track',
  name,
  at,
  received: at,
  props: {},
  ids: [],
})
/** At most as many as a sequence remembers, each in a second of its own. */
const histories = fc
  .uniqueArray(fc.record({ name: fc.constantFrom('Page Viewed', 'Product Viewed'), at: fc.integer({ min: 0, max: 60 * 86_400 }) }), {
    selector: ({ at }) => at,
    maxLength: 40,
  })
  .map((all) => all.sort((a, b) => a.at - b.at).map(({ name, at }) => event(name, START + at * 1_000)))

test('the past that is brought in, and what was heard since, come to what the whole history comes to: hours and order too', () => {
  fc.assert(
    fc.property(histories, fc.nat({ max: 40 }), (all, cut) => {
      const whole = listenedTo(all, { ...keeping, zone: 'UTC' })
      const past = listenedTo(all.slice(0, cut), { ...keeping, zone: 'UTC' })
      const since = listenedTo(all.slice(cut), { ...keeping, zone: 'UTC' })
      const united = absorbDecisions(since, past, keeping)
      assert.deepEqual(united.sequence, whole.sequence)
      const now = START + 61 * DAY
      const [a, b] = [united, whole].map(({ hours }) => readingsAt(hours, 'hours', { now, halfLife: 90 * DAY }))
      // Weights are kept to 0.0085 %; a reading on both sides of the cut within one hour is one more.
      const twice = cut > 0 && cut < all.length ? 1 : 0
      for (let bin = 0; bin < b!.length; bin++)
        assert.ok(Math.abs(a![bin]! - b![bin]!) <= 1e-3 * (1 + b![bin]!) + twice, `${a![bin]} ${b![bin]}`)
    }),
  )
})

test('what was kept before the workspace had no models for a while is not gone on with', () => {
  const old = { ...listenedTo([event('Page Viewed', START)], { ...keeping, zone: 'UTC' }), since: 3 }
  assert.deepEqual(sectionSince(old, 4), { since: 4 })
  assert.deepEqual(absorbDecisions(undefined, old, keeping), { since: 4 })
  const fresh = listenedTo([event('Page Viewed', START)], { ...keeping, zone: 'UTC' })
  assert.deepEqual(absorbDecisions(old, fresh, keeping).features, fresh.features)
})

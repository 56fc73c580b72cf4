import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventScore, freshness, HOUR, sourceScore } from './quality.ts'

const NOW = Date.parse('2026-11-23T14:30:00Z')
/** Fourteen days, each hour the same. */
const steady = (perHour: number): number[] => new Array<number>(14 * 24).fill(perHour)

test('three hours without an event that comes fifty times an hour is silence', () => {
  const hours = [...steady(50).slice(0, -3), 0, 0, 0]
  assert.deepEqual(freshness({ hours, now: NOW, last: NOW - 3.6 * HOUR }), { kind: 'silent', hours: 3, expected: 150 })
})

test('a night in which nobody ever buys is none', () => {
  const hours = Array.from({ length: 14 * 24 }, (_, hour) => (hour % 24 < 8 ? 0 : 40))
  const now = NOW - (NOW % (24 * HOUR)) + 8 * HOUR
  assert.deepEqual(freshness({ hours: [...hours.slice(8), ...hours.slice(0, 8)], now, last: now - 8 * HOUR }), { kind: 'usual' })
})

test('a rare event is not called silent after a quiet day', () => {
  const hours = Array.from({ length: 14 * 24 }, (_, hour) => (hour % 30 === 0 ? 1 : 0))
  assert.equal(freshness({ hours, now: NOW, last: NOW - 25 * HOUR }).kind, 'usual')
})

test('one great sale does not become the measure', () => {
  const hours = steady(3)
  hours[hours.length - 48] = 100_000
  assert.equal(freshness({ hours, now: NOW, last: NOW - 0.2 * HOUR }).kind, 'usual')
})

test('a third of what is usual for hours is told as low', () => {
  const hours = [...steady(30).slice(0, -6), 8, 8, 8, 8, 8, 8]
  assert.deepEqual(freshness({ hours, now: NOW, last: NOW - 60_000 }), { kind: 'low', hours: 6, got: 48, expected: 180 })
})

test('of the first two days nothing is said', () => {
  const hours = [...new Array<number>(12 * 24).fill(0), ...new Array<number>(48).fill(100)]
  assert.equal(freshness({ hours, now: NOW, last: NOW - 5 * HOUR }).kind, 'young')
})

test('steady arrival is usual for every rate, and never silent within the hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), fc.integer({ min: 0, max: HOUR - 1 }), (rate, since) => {
      const { kind } = freshness({ hours: steady(rate), now: NOW, last: NOW - since })
      assert.ok(kind === 'usual' || kind === 'young')
    }),
  )
})

test('scores lie between 0 and 100, fall with violations, and say nothing of what never came', () => {
  const standing = { events: 100, planned: true, owned: true, freshness: { kind: 'usual' as const } }
  assert.equal(eventScore({ ...standing, violating: 0 }), 100)
  assert.equal(eventScore({ ...standing, violating: 100 }), 40)
  assert.equal(eventScore({ ...standing, violating: 0, planned: false }), 80)
  assert.equal(eventScore({ ...standing, events: 0, violating: 0 }), null)
  assert.equal(sourceScore({ accepted: 999, violating: 0, quarantined: 0, refused: 1 }), 99, 'not quite all is not all')
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.boolean(), (events, violating, isPlanned) => {
      const score = eventScore({ ...standing, events, violating: Math.min(events, violating), planned: isPlanned })
      assert.ok(score === null || (score >= 0 && score <= 100))
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DAY, dueAfter } from './schedule.ts'

const MINUTE = 60_000
const times = fc.integer({ min: Date.parse('2024-01-01T00:00:00Z'), max: Date.parse('2030-01-01T00:00:00Z') })

test('what learns every minute is due after about a minute; tasks that begin together spread', () => {
  const due = Array.from({ length: 200 }, (_, i) => dueAfter({ every: MINUTE, failures: 0, now: 0, name: `task ${i}` }))
  assert.ok(due.every((at) => at >= 54_000 && at <= 66_000))
  assert.ok(new Set(due).size > 150)
})

test('after failures it is tried later and later, at most six hours (or its own time) and a tenth later', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 7 * DAY }), fc.integer({ min: 1, max: 50 }), times, (every, failures, now) => {
      const wait = dueAfter({ every, failures, now, name: 'x' }) - now
      assert.ok(wait >= 0.9 * every && wait <= 1.1 * Math.max(6 * 3_600_000, every) + 1, `${wait}`)
    }),
  )
})

test('what learns once a day learns at night, where the workspace is, and once a day', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Oslo', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland', 'Pacific/Apia')
  fc.assert(
    fc.property(times, zones, fc.string(), (now, timezone, name) => {
      const due = dueAfter({ every: DAY, failures: 0, now, name, timezone })
      const { hour } = Temporal.Instant.fromEpochMilliseconds(due).toZonedDateTimeISO(timezone)
      assert.ok(hour >= 2 && hour < 5, `${hour}`)
      assert.ok(due - now >= DAY / 2 && due - now <= 1.5 * DAY + 4 * 3_600_000, `${(due - now) / DAY} days`)
    }),
  )
})

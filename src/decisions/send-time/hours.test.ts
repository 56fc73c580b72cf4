import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import { Model, type ModelOf } from '../schema.ts'
import { hearHours, mergeHours, readingsAt } from './hours.ts'
import { BINS, binAt, HOUR, hoursBetween } from './week.ts'

const MODEL = Model.parse({ kind: 'model', id: 'hours', type: 'send-time' }) as ModelOf<'send-time'>
const HALF_LIFE = 90 * 24 * HOUR
const START = Date.UTC(2026, 2, 2)

const visit = (at: number, props: EventRecord['props'] = {}, name = 'Page Viewed'): EventRecord => ({
  kind: 'event',
  ws: 'w',
  key: 'ada',
  id: `${at}`,
  type: 'track',
  name,
  at,
  received: at,
  props,
  ids: [],
})
const hear = (hours: Json | undefined, event: EventRecord, zone = 'UTC') => hearHours(hours, event, { zone, model: MODEL })
const readings = (hours: Json | undefined, now: number) => readingsAt(hours, 'hours', { now, halfLife: HALF_LIFE })

test('readings are counted by the hour of the week on the person’s clock, and count half as much after each half-life', () => {
  const hours = hear(undefined, visit(START + 20 * HOUR), 'Europe/Oslo')
  assert.equal(readings(hours, START + 20 * HOUR)[21], 1)
  assert.ok(Math.abs(readings(hours, START + 20 * HOUR + HALF_LIFE)[21]! - 0.5) < 1e-12)
})

test('many clicks in one sitting are one reading; what programs fetch is none', () => {
  let hours = hear(undefined, visit(START))
  hours = hear(hours, visit(START + 60_000))
  hours = hear(hours, visit(START + 2 * HOUR, { fetcher: 'machine' }, 'message.clicked'))
  hours = hear(hours, visit(START + 3 * HOUR, { fetcher: 'suspect' }, 'message.clicked'))
  hours = hear(hours, visit(START + 4 * HOUR, { fetcher: 'person' }, 'message.clicked'))
  hours = hear(hours, visit(START + 5 * HOUR, {}, 'Something Else'))
  const found = readings(hours, START)
  assert.equal(found.reduce((sum, each) => sum + each, 0) > 1.99, true)
  assert.deepEqual(
    [...found].flatMap((weight, bin) => (weight > 0 ? [bin] : [])),
    [0, 4],
  )
})

test('who moves takes their habits along: each reading stays at the hour that their clock showed', () => {
  let hours = hear(undefined, visit(START + 20 * HOUR), 'Europe/Oslo')
  hours = hear(hours, visit(START + 27 * HOUR), 'America/New_York')
  const bins = [...readings(hours, START)].flatMap((weight, bin) => (weight > 0 ? [bin] : []))
  assert.deepEqual(bins, [21, 22])
})

/** Hours since the start of readings over two years. */
const history = fc.array(fc.integer({ min: 0, max: 17_520 }), { minLength: 1, maxLength: 400 })

test('the histogram is what adding up all readings says, in 672 bytes', () => {
  fc.assert(
    fc.property(history, (times) => {
      const sorted = [...new Set(times)].sort((a, b) => a - b)
      let hours: Json | undefined
      for (const time of sorted) hours = hear(hours, visit(START + time * HOUR))
      const now = START + 17_520 * HOUR
      const exact = new Float64Array(BINS)
      for (const time of sorted) {
        const bin = binAt(START + time * HOUR, 'UTC')
        exact[bin] = exact[bin]! + 2 ** (-(now - (START + time * HOUR)) / HALF_LIFE)
      }
      const found = readings(hours, now)
      for (let bin = 0; bin < BINS; bin++) assert.ok(Math.abs(found[bin]! - exact[bin]!) <= 0.005 * exact[bin]! + 1e-9, `bin ${bin}`)
      assert.ok(JSON.stringify(hours).length <= 672, JSON.stringify(hours).length.toString())
    }),
  )
})

test('the largest histogram fits into 672 bytes, also under the longest name', () => {
  const model = { ...MODEL, id: 'm'.repeat(64) }
  let hours: Json | undefined
  for (let hour = 0; hour < 5 * BINS; hour++) hours = hearHours(hours, visit(START + hour * HOUR), { zone: 'UTC', model })
  assert.ok(JSON.stringify(hours).length <= 672)
})

test('two profiles that become one have the readings of both', () => {
  fc.assert(
    fc.property(history, history, (first, second) => {
      const told = (times: readonly number[]) =>
        [...new Set(times)]
          .sort((a, b) => a - b)
          .reduce<Json | undefined>((hours, time) => hear(hours, visit(START + time * HOUR)), undefined)
      const [a, b] = [told(first), told(second)]
      const now = START + 17_520 * HOUR
      const merged = readings(mergeHours(a, b, new Map([['hours', HALF_LIFE]])), now)
      const [one, other] = [readings(a, now), readings(b, now)]
      for (let bin = 0; bin < BINS; bin++) {
        const both = one[bin]! + other[bin]!
        assert.ok(Math.abs(merged[bin]! - both) <= 0.001 * both + 1e-9)
      }
    }),
  )
})

test('hours follow the clock that people see: every stretch is within one hour of it, and none is left out', () => {
  const zones = ['UTC', 'Europe/Oslo', 'America/St_Johns', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Nuuk']
  const starts = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2027, 0, 1) })
  fc.assert(
    fc.property(fc.constantFrom(...zones), starts, fc.integer({ min: 1, max: 7 * 24 * 60 }), (zone, from, minutes) => {
      const until = from + minutes * 60_000
      const hours = hoursBetween(from, until, zone)
      let at = from
      for (const hour of hours) {
        assert.equal(hour.from, at)
        assert.ok(hour.to > hour.from && hour.to - hour.from <= HOUR)
        assert.equal(binAt(hour.from, zone), hour.bin)
        assert.equal(binAt(hour.to - 1, zone), hour.bin)
        at = hour.to
      }
      assert.equal(at, until)
      assert.equal(new Set(hours.map(({ name }) => name)).size, hours.length)
    }),
  )
})

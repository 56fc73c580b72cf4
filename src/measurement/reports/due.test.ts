import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { lastDue, nextDue, stretchOf } from './due.ts'
import { SavedReport, Schedule, Weekday } from './saved.ts'

const at = (text: string): number => Date.parse(text)

test('a weekly report of Berlin comes at half past seven there, in summer and in winter', () => {
  const weekly = Schedule.parse({ every: 'week', on: 'monday', at: '07:30', zone: 'Europe/Berlin' })
  assert.equal(nextDue(weekly, at('2026-10-20T00:00Z')), at('2026-10-26T06:30Z'))
  assert.equal(lastDue(weekly, at('2026-10-25T12:00Z')), at('2026-10-19T05:30Z'))
  assert.equal(lastDue(weekly, at('2026-10-26T06:30Z')), at('2026-10-26T06:30Z'))
})

test('the last day of a month stands for a day that the month has not', () => {
  const monthly = Schedule.parse({ every: 'month', day: 31, at: '06:00', zone: 'UTC' })
  assert.equal(nextDue(monthly, at('2026-01-31T06:00Z')), at('2026-02-28T06:00Z'))
  assert.equal(lastDue(monthly, at('2026-03-30T23:00Z')), at('2026-02-28T06:00Z'))
})

test('an hour that a change of clocks leaves out comes an hour later, and none comes twice', () => {
  const daily = Schedule.parse({ every: 'day', at: '02:30', zone: 'Europe/Berlin' })
  assert.equal(nextDue(daily, at('2026-03-28T12:00Z')), at('2026-03-29T01:30Z'))
  assert.equal(nextDue(daily, at('2026-10-24T12:00Z')), at('2026-10-25T00:30Z'))
  assert.equal(nextDue(daily, at('2026-10-25T00:30Z')), at('2026-10-26T01:30Z'))
})

const schedule: fc.Arbitrary<Schedule> = fc
  .tuple(
    fc.oneof(
      fc.constant({ every: 'day' }),
      fc.constantFrom(...Weekday.options).map((on) => ({ every: 'week', on })),
      fc.integer({ min: 1, max: 31 }).map((day) => ({ every: 'month', day })),
    ),
    fc.integer({ min: 0, max: 1_439 }),
    fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
  )
  .map(([when, minute, zone]) =>
    Schedule.parse({ ...when, at: `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`, zone }),
  )

test('the next moment is after now, the last one is not, and nothing lies between them', () => {
  const moments = fc.integer({ min: at('2010-01-01T00:00Z'), max: at('2035-01-01T00:00Z') })
  fc.assert(
    fc.property(schedule, moments, (any, now) => {
      const [last, next] = [lastDue(any, now), nextDue(any, now)]
      assert.ok(last <= now && now < next)
      assert.equal(nextDue(any, last), next)
      assert.equal(lastDue(any, next), next)
    }),
  )
})

test('the unit before this one is whole, in the days of the zone', () => {
  const now = { at: at('2026-05-06T10:00Z'), zone: 'America/New_York' }
  const days = (stretch: { from: number; to: number }): string[] =>
    [stretch.from, stretch.to].map((ms) => new Date(ms).toISOString().slice(0, 13))
  assert.deepEqual(days(stretchOf({ previous: 'week' }, now)), ['2026-04-27T04', '2026-05-04T04'])
  assert.deepEqual(days(stretchOf({ previous: 'month' }, now)), ['2026-04-01T04', '2026-05-01T04'])
  assert.deepEqual(days(stretchOf({ previous: 'quarter' }, now)), ['2026-01-01T05', '2026-04-01T04'])
  assert.deepEqual(days(stretchOf({ previous: 'year' }, now)), ['2025-01-01T05', '2026-01-01T05'])
  assert.deepEqual(stretchOf({ last: '30d' }, now), { from: now.at - 30 * 86_400_000, to: now.at })
})

test('a folder is never outside the one that the operator named, and a stranger gets no mail by a slip', () => {
  const saved = (deliver: object) => SavedReport.safeParse({ kind: 'report', id: 'weekly', report: 'channels', deliver: [deliver] }).success
  assert.ok(saved({ to: 'folder', folder: 'finance/weekly' }))
  for (const folder of ['../etc', '/etc', 'a/../../b', 'a//b', '.hidden', 'a/']) assert.ok(!saved({ to: 'folder', folder }), folder)
  assert.ok(!saved({ to: 'email', people: [] }))
  assert.ok(!saved({ to: 's3', endpoint: 'file:///etc/passwd', bucket: 'reports', accessKeyId: 'a', secretKey: 's3' }))
})

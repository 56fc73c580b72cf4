import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { daysFrom, recurrenceOf } from './recurrence.ts'
import { compileSchedule, dueBy, instantIn } from './schedule.ts'
import { Schedule } from './schema.ts'

const schedule = (parts: object) => Schedule.parse({ zone: 'UTC', time: '09:00', ...parts })

function days(parts: object, since: string, count: number): string[] {
  const rule = recurrenceOf(schedule(parts))
  if (isRefusal(rule)) throw new Error(rule.refused.title)
  const found: string[] = []
  for (const day of daysFrom(rule, Temporal.PlainDate.from(since))) {
    if (found.push(day.toString()) === count) break
  }
  return found
}

test('every week on some days, every month on a day: in a shorter month on its last', () => {
  assert.deepEqual(days({ every: 'week', on: ['fri', 'mon'] }, '2026-03-03', 4), ['2026-03-06', '2026-03-09', '2026-03-13', '2026-03-16'])
  assert.deepEqual(days({ every: 'month', day: 31 }, '2026-01-31', 4), ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30'])
  assert.deepEqual(days({ every: 'month', day: -1 }, '2028-02-01', 2), ['2028-02-29', '2028-03-31'])
  assert.deepEqual(days({ every: 'day' }, '2026-12-31', 2), ['2026-12-31', '2027-01-01'])
})

test('a rule of RFC 5545 leaves out what a month does not have', () => {
  assert.deepEqual(days({ rule: 'FREQ=MONTHLY;BYMONTHDAY=31' }, '2026-01-31', 3), ['2026-01-31', '2026-03-31', '2026-05-31'])
  assert.deepEqual(days({ rule: 'FREQ=MONTHLY;BYDAY=1MO,-1FR' }, '2026-03-01', 4), ['2026-03-02', '2026-03-27', '2026-04-06', '2026-04-24'])
  assert.deepEqual(days({ rule: 'RRULE:FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13' }, '2026-01-01', 2), ['2026-02-13', '2026-03-13'])
  assert.deepEqual(days({ rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=3', from: '2026-03-04' }, '2026-01-01', 9), [
    '2026-03-04',
    '2026-03-16',
    '2026-03-18',
  ])
  assert.deepEqual(days({ rule: 'FREQ=DAILY;UNTIL=20260302' }, '2026-02-28', 9), ['2026-02-28', '2026-03-01', '2026-03-02'])
  assert.deepEqual(days({ rule: 'FREQ=MONTHLY;BYMONTHDAY=30;INTERVAL=12', from: '2026-02-01' }, '2026-01-01', 1), [], 'never: February')
})

test('a rule that cannot be kept is refused with a hint', () => {
  for (const wrong of [
    { rule: 'FREQ=HOURLY' },
    { rule: 'FREQ=DAILY;BYSETPOS=1' },
    { rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=MO' },
    { rule: 'FREQ=WEEKLY;BYDAY=1MO' },
    { rule: 'FREQ=WEEKLY' },
    { rule: 'FREQ=DAILY;COUNT=0', from: '2026-01-01' },
    { rule: 'FREQ=DAILY;UNTIL=20260231' },
    { every: 'week' },
    { every: 'month' },
  ]) {
    const made = compileSchedule(schedule(wrong))
    assert.ok(isRefusal(made) && made.refused.hint, JSON.stringify(wrong))
  }
})

test('where one begins to look does not change which days there are', () => {
  const rule = fc.oneof(
    fc.record({ every: fc.constant('day' as const) }),
    fc.record({ every: fc.constant('week' as const), on: fc.subarray(['mon', 'wed', 'sun'] as const, { minLength: 1 }) }),
    fc.record({ every: fc.constant('month' as const), day: fc.constantFrom(1, 29, 31, -1 as const) }),
    fc.record({
      rule: fc.constantFrom('FREQ=WEEKLY;INTERVAL=3;BYDAY=TU', 'FREQ=MONTHLY;INTERVAL=2;BYDAY=-1MO', 'FREQ=DAILY;INTERVAL=5;COUNT=40'),
      from: fc.constantFrom('2024-02-29', '2025-12-31'),
    }),
  )
  fc.assert(
    fc.property(rule, fc.integer({ min: 0, max: 1_500 }), (parts, skip) => {
      const since = Temporal.PlainDate.from('2024-01-01').add({ days: skip }).toString()
      const all = days(parts, '2024-01-01', 1_700).filter((day) => day >= since)
      assert.deepEqual(days(parts, since, 5), all.slice(0, 5))
    }),
    { numRuns: 60 },
  )
})

test('a daily schedule is due once on each local day, through every change of clocks', () => {
  for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Pacific/Apia']) {
    const made = compileSchedule(schedule({ every: 'day', time: '02:30', zone }))
    if (isRefusal(made)) throw new Error(made.refused.title)
    const [first, last] = [instantIn('2026-01-01T00:00', zone), instantIn('2027-01-01T00:00', zone)]
    let span = { last: '', since: first }
    const seen: string[] = []
    for (let now = first; now < last; now += 1_800_000) {
      const { due } = dueBy(made, span, now)
      for (const each of due) seen.push(each.local)
      if (due.length > 0) span = { last: due.at(-1)!.local, since: first }
    }
    assert.equal(seen.length, 365, zone)
    assert.equal(new Set(seen.map((local) => local.slice(0, 10))).size, 365)
  }
})

test('by everyone’s own clock an occurrence begins in Kiritimati and ends a day later in the west', () => {
  const made = compileSchedule(Schedule.parse({ at: '2026-03-10T09:00', zone: 'profile' }))
  if (isRefusal(made)) throw new Error(made.refused.title)
  const begins = Date.parse('2026-03-09T19:00Z')
  const ends = Date.parse('2026-03-10T21:00Z')
  assert.deepEqual(dueBy(made, { last: '', since: 0 }, begins - 1), { due: [], next: begins })
  assert.deepEqual(
    dueBy(made, { last: '', since: begins + 1 }, begins + 2).due,
    [{ local: '2026-03-10T09:00', begins, ends }],
    'published under way',
  )
  assert.deepEqual(dueBy(made, { last: '', since: ends + 1 }, ends + 2), { due: [], next: null }, 'published too late for everyone')
  assert.deepEqual(dueBy(made, { last: '2026-03-10T09:00', since: 0 }, ends), { due: [], next: null }, 'seen to')
})

test('whatever the schedule and the zone, and whenever one looks, each occurrence is due once, and none before its hour', () => {
  const zone = fc.constantFrom('profile', ...Intl.supportedValuesOf('timeZone').filter((_, i) => i % 40 === 0))
  const time = fc.constantFrom('00:00', '02:30', '09:00', '23:45')
  const days = fc.oneof(
    fc.constant({ every: 'day' }),
    fc.record({ every: fc.constant('week'), on: fc.subarray(['mon', 'thu', 'sun'], { minLength: 1 }) }),
    fc.record({ every: fc.constant('month'), day: fc.constantFrom(1, 31, -1) }),
    fc.constant({ rule: 'FREQ=MONTHLY;BYDAY=-1SU' }),
    fc.record({ rule: fc.constant('FREQ=DAILY;INTERVAL=3;COUNT=9'), from: fc.constant('2026-03-20') }),
  )
  // Minutes between looks: a look every second, a night without power, a week of holidays.
  const looks = fc.array(fc.constantFrom(1, 7, 60, 600, 1_500, 10_080), { minLength: 20, maxLength: 120 })
  fc.assert(
    fc.property(fc.record({ parts: days, clock: time, of: zone }), looks, ({ parts, clock, of }, minutes) => {
      const made = compileSchedule(Schedule.parse({ ...parts, time: clock, zone: of }))
      if (isRefusal(made)) throw new Error(made.refused.title)
      const since = Date.parse('2026-03-01T12:34:56Z')
      const begun: string[] = []
      let now = since
      let soonest: number | null = since
      for (const each of minutes) {
        now += each * 60_000
        // What a process knows after a restart is only the last occurrence that has its row.
        const { due, next } = dueBy(made, { last: begun.at(-1) ?? '', since }, now)
        if (due.length > 0) assert.ok(soonest !== null && soonest <= now, 'it was announced')
        for (const { local, begins } of due) {
          assert.ok(begins <= now)
          begun.push(local)
        }
        soonest = next
      }
      assert.equal(new Set(begun).size, begun.length)
      const all = dueBy(made, { last: '', since }, now).due.map(({ local }) => local)
      assert.deepEqual(begun, all, 'the same as for one who looks only at the end')
    }),
    { numRuns: 150 },
  )
})

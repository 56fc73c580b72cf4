import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { isZone } from '#lib/zone.ts'
import { nextClockTime } from './clock-time.ts'

const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds
const next = (time: string, zone: string, from: string): string =>
  Temporal.Instant.fromEpochMilliseconds(nextClockTime({ time }, zone, at(from))).toString()

test('a time that the clocks skip moves forward by the gap; one that comes twice is the first', () => {
  assert.equal(next('02:30', 'Europe/Berlin', '2026-03-29T00:00:00Z'), '2026-03-29T01:30:00Z') // 03:30 summer time
  assert.equal(next('02:30', 'Europe/Berlin', '2026-10-24T22:00:00Z'), '2026-10-25T00:30:00Z') // summer time still
  assert.equal(next('02:30', 'Europe/Berlin', '2026-10-25T00:31:00Z'), '2026-10-26T01:30:00Z') // not once more an hour later
  assert.equal(next('23:30', 'America/Nuuk', '2024-03-30T12:00:00Z'), '2024-03-31T01:30:00Z') // over midnight: 00:30 on Sunday
  assert.equal(next('23:30', 'America/Nuuk', '2024-03-31T01:30:00Z'), '2024-03-31T01:30:00Z') // asked in that very minute
  assert.equal(next('02:15', 'Australia/Lord_Howe', '2026-10-03T14:00:00Z'), '2026-10-03T15:45:00Z') // a gap of half an hour
})

test('the minute of arrival counts, the one after it does not', () => {
  assert.equal(next('09:00', 'UTC', '2026-03-02T09:00:59.999Z'), '2026-03-02T09:00:59.999Z')
  assert.equal(next('09:00', 'UTC', '2026-03-02T09:01:00Z'), '2026-03-03T09:00:00Z')
})

test('a date that a zone has skipped is not counted under its weekday', () => {
  // Apia went from Thursday 29 to Saturday 31 December 2011.
  const friday = nextClockTime({ time: '09:00', days: ['fri'] }, 'Pacific/Apia', at('2011-12-29T22:00:00Z'))
  assert.equal(Temporal.Instant.fromEpochMilliseconds(friday).toZonedDateTimeISO('Pacific/Apia').toPlainDate().toString(), '2012-01-06')
})

test('only zones that exist are zones', () => {
  for (const zone of ['Europe/Oslo', 'UTC', '+05:30']) assert.ok(isZone(zone), zone)
  for (const zone of ['', 'Oslo', 'Europe/Atlantis', '__proto__', 'Europe/Oslo\u0000']) assert.ok(!isZone(zone), zone)
})

const zones = Intl.supportedValuesOf('timeZone')
const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((n) => String(n).padStart(2, '0')).join(':'))

test('from any moment in any zone: not before it, within a day and a gap, and the clock there shows the time unless it was skipped', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...zones),
      clock,
      fc.integer({ min: at('2024-01-01T00:00Z'), max: at('2030-12-31T00:00Z') }),
      (zone, time, from) => {
        const due = nextClockTime({ time }, zone, from)
        assert.ok(due >= from && due - from <= 26 * 3_600_000, `${(due - from) / 3_600_000} hours`)
        const shown = Temporal.Instant.fromEpochMilliseconds(due).toZonedDateTimeISO(zone)
        const wanted = dayOf(due, time, zone).toPlainDateTime(Temporal.PlainTime.from(time))
        const early = wanted.toZonedDateTime(zone, { disambiguation: 'earlier' })
        const late = wanted.toZonedDateTime(zone, { disambiguation: 'later' })
        const skipped = !early.toPlainDateTime().equals(wanted)
        assert.ok(
          skipped ? shown.epochMilliseconds === late.epochMilliseconds : Math.floor(due / 60_000) === early.epochMilliseconds / 60_000,
        )
      },
    ),
    { numRuns: 3000 },
  )
})

test('a daily job fires exactly once on each local day, over every clock change', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), clock, fc.integer({ min: 2024, max: 2030 }), (zone, time, year) => {
      const start = Temporal.ZonedDateTime.from({ timeZone: zone, year, month: 1, day: 1 })
      // The days around each change of the offset, where something can go wrong.
      let change = start.getTimeZoneTransition('next')
      while (change && change.year === year) {
        firesDaily(zone, time, change)
        change = change.getTimeZoneTransition('next')
      }
    }),
    { numRuns: 600 },
  )
})

/** The local day whose job is due then: the day before where a clock change moved the job over midnight. */
function dayOf(due: number, time: string, zone: string): Temporal.PlainDate {
  const shown = Temporal.Instant.fromEpochMilliseconds(due).toZonedDateTimeISO(zone)
  const [hour, minute] = time.split(':').map(Number)
  const movedOver = shown.hour * 60 + shown.minute < hour! * 60 + minute!
  return movedOver ? shown.toPlainDate().subtract({ days: 1 }) : shown.toPlainDate()
}

function firesDaily(zone: string, time: string, change: Temporal.ZonedDateTime): void {
  const days: string[] = []
  let from = change.subtract({ days: 3 }).startOfDay()
  const last = change.add({ days: 3 }).startOfDay()
  const expected: string[] = []
  for (let day = from.toPlainDate(); Temporal.PlainDate.compare(day, last.toPlainDate()) < 0; day = day.add({ days: 1 }))
    expected.push(day.toString())
  for (;;) {
    const due = nextClockTime({ time }, zone, from.epochMilliseconds)
    if (due >= last.epochMilliseconds) break
    days.push(dayOf(due, time, zone).toString())
    from = Temporal.Instant.fromEpochMilliseconds(due).toZonedDateTimeISO(zone).add({ minutes: 1 })
  }
  assert.deepEqual(days, expected, `${time} in ${zone}`)
}

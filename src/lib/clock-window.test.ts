import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type ClockWindow, nextOpening, type Weekday } from './clock-window.ts'

const at = (text: string): number => Temporal.ZonedDateTime.from(text).epochMilliseconds
const read = (ms: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toString().slice(0, 22)
const office: ClockWindow = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }
const open = (window: ClockWindow, from: string, closed: readonly string[] = []): string => {
  const start = Temporal.ZonedDateTime.from(from)
  const zone = start.timeZoneId
  const opening = nextOpening({ window, zone, isClosed: (day) => closed.includes(day) }, start.epochMilliseconds)
  return opening ? read(Math.max(opening.open, start.epochMilliseconds), zone) : 'never'
}

test('who comes inside the window goes on at once, who comes outside waits for the next opening', () => {
  assert.equal(open(office, '2026-03-02T10:30[Europe/Berlin]'), '2026-03-02T10:30:00+01')
  assert.equal(open(office, '2026-03-02T16:59[Europe/Berlin]'), '2026-03-02T16:59:00+01')
  assert.equal(open(office, '2026-03-02T17:00[Europe/Berlin]'), '2026-03-03T09:00:00+01')
  assert.equal(open(office, '2026-03-06T18:00[Europe/Berlin]'), '2026-03-09T09:00:00+01')
})

test('holidays are passed over, also many of them in a row', () => {
  assert.equal(open(office, '2026-12-24T18:00[Europe/Berlin]', ['2026-12-25', '2026-12-28']), '2026-12-29T09:00:00+01')
  assert.equal(nextOpening({ window: office, zone: 'UTC', isClosed: () => true }, 0), undefined)
})

test('a window over midnight belongs to the day on which it opens', () => {
  const night: ClockWindow = { days: ['fri'], from: '22:00', to: '06:00' }
  assert.equal(open(night, '2026-03-07T05:59[Europe/Berlin]'), '2026-03-07T05:59:00+01', 'Saturday morning is Friday night')
  assert.equal(open(night, '2026-03-07T06:00[Europe/Berlin]'), '2026-03-13T22:00:00+01')
  assert.equal(open(night, '2026-03-06T05:00[Europe/Berlin]'), '2026-03-06T22:00:00+01', 'Friday morning was Thursday night')
  assert.equal(
    open(night, '2026-03-07T05:00[Europe/Berlin]', ['2026-03-06']),
    '2026-03-13T22:00:00+01',
    'a holiday closes the night that begins on it',
  )
  assert.equal(open(night, '2026-03-07T05:00[Europe/Berlin]', ['2026-03-07']), '2026-03-07T05:00:00+01')
})

test('a window that opens in the hour that the clocks skip opens with the change; one that lies in it does not open that day', () => {
  const early: ClockWindow = { from: '02:30', to: '04:00' }
  assert.equal(open(early, '2026-03-29T00:00[Europe/Berlin]'), '2026-03-29T03:00:00+02')
  assert.equal(open({ from: '02:00', to: '03:00' }, '2026-03-29T00:00[Europe/Berlin]'), '2026-03-30T02:00:00+02')
  assert.equal(
    at('2026-03-29T03:00[Europe/Berlin]'),
    nextOpening({ window: early, zone: 'Europe/Berlin', isClosed: () => false }, at('2026-03-29T00:00[Europe/Berlin]'))!.open,
  )
})

test('in the hour that comes twice a window opens and closes the first time', () => {
  const zone = 'Europe/Berlin'
  const night = nextOpening({ window: { from: '01:00', to: '02:30' }, zone, isClosed: () => false }, at('2026-10-25T00:00[Europe/Berlin]'))!
  assert.equal(night.close - night.open, 90 * 60_000)
  const second = at('2026-10-25T02:10:00+01:00[Europe/Berlin]')
  assert.equal(
    read(nextOpening({ window: { from: '02:00', to: '02:30' }, zone, isClosed: () => false }, second)!.open, zone),
    '2026-10-26T02:00:00+01',
  )
})

const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const QUARTER = 15 * 60_000
/** Half hours, midnight changes, two hours, a day that a country skipped. */
const CHANGES: readonly (readonly [zone: string, around: string])[] = [
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2027-03-14'],
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Africa/Cairo', '2026-04-24'],
  ['America/Havana', '2026-11-01'],
  ['Asia/Beirut', '2026-03-29'],
  ['Antarctica/Troll', '2026-03-29'],
  ['America/St_Johns', '2026-11-01'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '2026-06-01'],
]

/** By reading the clock at every quarter of an hour: knows nothing of offsets and transitions. */
function firstOpenByClock(
  window: ClockWindow,
  { zone, closed, from }: { zone: string; closed: readonly string[]; from: number },
): number | undefined {
  const clock: { ms: number; shows: string }[] = []
  for (let ms = from - 72 * 3_600_000; ms <= from + 10 * 86_400_000; ms += QUARTER)
    clock.push({ ms, shows: Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString().slice(0, 16) })
  const firstShows = (date: Temporal.PlainDate, time: string): number =>
    clock.find(({ shows }) => shows >= `${date}T${time}`)?.ms ?? Infinity
  const spans: [number, number][] = []
  const start = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate()
  for (let day = -1; day <= 8; day++) {
    const date = start.add({ days: day })
    if (closed.includes(date.toString()) || (window.days && !window.days.includes(DAYS[date.dayOfWeek - 1]!))) continue
    const to = window.to === '24:00' ? '00:00' : window.to
    spans.push([firstShows(date, window.from), firstShows(to <= window.from ? date.add({ days: 1 }) : date, to)])
  }
  return clock.find(({ ms }) => ms >= from && spans.some(([first, last]) => first <= ms && ms < last))?.ms
}

test('whatever the zone, the clock change and the holidays: never outside the window, and never past one in which it could go', () => {
  const time = fc
    .integer({ min: 0, max: 95 })
    .map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`)
  const cases = fc.record({
    change: fc.constantFrom(...CHANGES),
    quarters: fc.integer({ min: -3 * 96, max: 2 * 96 }),
    from: time,
    to: fc.oneof(time, fc.constant('24:00')),
    days: fc.option(fc.subarray([...DAYS], { minLength: 1 }), { nil: undefined }),
    closed: fc.subarray([-2, -1, 0, 1, 2]),
  })
  let found = 0
  fc.assert(
    fc.property(cases, ({ change: [zone, around], quarters, from, to, days, closed }) => {
      const day = Temporal.PlainDate.from(around)
      const start = day.toZonedDateTime('UTC').epochMilliseconds + quarters * QUARTER
      const holidays = closed.map((days) => day.add({ days }).toString())
      const window: ClockWindow = { from, to, days }
      const expected = firstOpenByClock(window, { zone, closed: holidays, from: start })
      const opening = nextOpening({ window, zone, isClosed: (each) => holidays.includes(each) }, start)
      if (expected === undefined) return assert.ok(!opening || opening.open > start + 7 * 86_400_000)
      found++
      assert.ok(opening)
      assert.equal(read(Math.max(opening.open, start), zone), read(expected, zone))
    }),
    { numRuns: 400, seed: 7 },
  )
  assert.ok(found > 300)
})

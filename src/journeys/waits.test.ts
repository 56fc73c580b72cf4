import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { dateMoment } from './date-moment.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const office = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00', fallbackZone: 'Europe/Berlin' }
const wait = (parts: object) => ({ kind: 'wait', id: 'pause', ...parts })
/** When each message left, in ISO, by person. */
const sentAt = (world: World, person: string): string[] =>
  world.sent.filter(({ effect }) => effect.key === person).map(({ at }) => new Date(at - 1_000).toISOString())

test('office hours: who arrives inside goes on at once, who arrives outside waits for the next opening', () => {
  const world = new World([journey({ steps: [wait({ window: office }), mail('hello')] })])
  const day = world.person('day', { timezone: 'Europe/Berlin' })
  const late = world.person('late', { timezone: 'Asia/Tokyo' })
  for (const person of [day, late]) world.happens(person, 'Product Added')
  world.passes('3d')
  assert.deepEqual(sentAt(world, day), ['2026-03-02T10:00:00.000Z'])
  assert.deepEqual(sentAt(world, late), ['2026-03-03T00:00:00.000Z'], 'nine in the morning in Tokyo')
})

test('holidays of a calendar are passed over', () => {
  const steps = [wait({ for: '1d', window: { ...office, except: ['2026-03-03', 'de'] } }), mail('hello')]
  const world = new World([journey({ steps })], { calendars: [{ id: 'de', holidays: ['2026-03-04', '2026-03-05'] }] })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('7d')
  assert.deepEqual(sentAt(world, ada), ['2026-03-06T08:00:00.000Z'], 'Friday, nine in Berlin')
})

test('a day that is closed while people wait for it counts as well', () => {
  const calendars = [{ id: 'de', holidays: ['2026-03-05'] }]
  const world = new World([journey({ steps: [wait({ for: '1d', window: { ...office, except: ['de'] } }), mail('hello')] })], { calendars })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  calendars.push({ id: 'de', holidays: ['2026-03-03', '2026-03-05'] })
  world.publish(journey({ id: 'other', steps: [] }))
  world.passes('7d')
  assert.deepEqual(sentAt(world, ada), ['2026-03-04T08:00:00.000Z'], 'not Tuesday')
})

test('who had to wait for the opening is let through spread over a quarter of an hour, each at a moment of their own', () => {
  const steps = [wait({ window: { ...office, spread: '15m' } }), mail('hello')]
  const world = new World([journey({ steps })])
  world.passes('10h')
  const people = Array.from({ length: 200 }, (_, i) => world.person(`p${i}`))
  for (const person of people) world.happens(person, 'Product Added')
  world.passes('1d')
  const moments = people.map((person) => Date.parse(sentAt(world, person)[0]!) - Date.parse('2026-03-03T08:00:00Z'))
  assert.ok(moments.every((ms) => ms >= 0 && ms < 15 * 60_000))
  const thirds = [0, 1, 2].map((third) => moments.filter((ms) => Math.floor(ms / 300_000) === third).length)
  assert.ok(
    thirds.every((count) => count > 40),
    `spread evenly: ${thirds}`,
  )
  assert.ok(new Set(moments).size > 190)
})

test('who moves while waiting for office hours waits for those of the new place, and not earlier than planned', () => {
  const world = new World([journey({ steps: [wait({ window: office }), mail('hello')] })])
  const ada = world.person('ada', { timezone: 'Asia/Tokyo' })
  world.happens(ada, 'Product Added')
  world.identify(ada, { timezone: 'America/New_York' })
  world.passes('3d')
  assert.deepEqual(sentAt(world, ada), ['2026-03-03T14:00:00.000Z'])
})

test('calendar days end with the midnight of the person, hours are hours', () => {
  const world = new World([journey({ id: 'days', steps: [wait({ for: '2 calendar days' }), mail('days')] })])
  const ada = world.person('ada', { timezone: 'America/New_York' })
  world.happens(ada, 'Product Added')
  world.passes('7d')
  assert.deepEqual(sentAt(world, ada), ['2026-03-04T05:00:00.000Z'])
})

test('a day is 24 hours and a calendar day is one of the calendar, when the clocks change as well', () => {
  const start = Date.parse('2026-03-28T12:00:00Z')
  const world = new World(
    [
      journey({ id: 'hours', steps: [wait({ for: '1d' }), mail('hours')] }),
      journey({ id: 'days', steps: [wait({ for: '1 calendar day' }), mail('days')] }),
      journey({ id: 'morning', steps: [wait({ for: '1d', until: { time: '09:00' } }), mail('morning')] }),
      journey({ id: 'office', steps: [wait({ for: '10h', window: { ...office, days: ['sun', 'mon'] } }), mail('office')] }),
    ],
    { start },
  )
  const ada = world.person('ada', { timezone: 'Europe/Berlin' })
  world.happens(ada, 'Product Added')
  world.passes('3d')
  const when = Object.fromEntries(world.sent.map(({ at, effect }) => [effect.payload['template'], new Date(at - 1_000).toISOString()]))
  assert.deepEqual(when, {
    hours: '2026-03-29T12:00:00.000Z',
    days: '2026-03-28T23:00:00.000Z',
    morning: '2026-03-30T07:00:00.000Z',
    office: '2026-03-29T07:00:00.000Z',
  })
})

const renewal = { until: { date: 'profile.renewal', offset: '-14d', time: '09:00', fallbackZone: 'Europe/Berlin' } }

test('a reminder 14 days before a date: it moves with the date, later and earlier, and goes out once', () => {
  const world = new World([journey({ steps: [wait({ ...renewal, otherwise: [mail('none')] }), mail('renew')] })])
  const [ada, bob] = [world.person('ada', { renewal: '2026-04-30' }), world.person('bob', { renewal: '2026-04-30' })]
  for (const person of [ada, bob]) world.happens(person, 'Product Added')
  world.passes('1d')
  world.identify(ada, { renewal: '2026-05-31' })
  world.identify(bob, { renewal: '2026-04-10' })
  world.passes('120d')
  assert.deepEqual(sentAt(world, ada), ['2026-05-17T07:00:00.000Z'])
  assert.deepEqual(sentAt(world, bob), ['2026-03-27T08:00:00.000Z'], 'winter time still')
})

test('a date that is missing, or taken away while people wait, or no date, runs otherwise; one that is over goes on at once', () => {
  const world = new World([journey({ steps: [wait({ ...renewal, otherwise: [mail('none')] }), mail('renew')] })])
  const people = { none: undefined, wrong: 'soon', past: '2026-03-05', gone: '2026-06-30' }
  for (const [name, date] of Object.entries(people)) {
    world.person(name, date === undefined ? {} : { renewal: date })
    world.happens(name, 'Product Added')
  }
  world.passes('1h')
  assert.deepEqual(world.sentTo('none'), ['none', 'renew'])
  assert.deepEqual(world.storyOf('none').slice(0, 2), ['entered pause entered', 'moved pause date_missing'])
  assert.deepEqual(world.sentTo('wrong'), ['none', 'renew'])
  assert.deepEqual(world.sentTo('past'), ['renew'])
  assert.deepEqual(world.sentTo('gone'), [])
  world.identify('gone', { renewal: null })
  world.passes('1h')
  assert.deepEqual(world.sentTo('gone'), ['none', 'renew'])
})

test('a step of another journey that moves the date moves the reminder as well', () => {
  const extend = journey({
    id: 'extend',
    entry: { event: 'Extended' },
    steps: [{ kind: 'update', id: 'later', set: { renewal: '2026-05-31' } }],
  })
  const world = new World([journey({ steps: [wait(renewal), mail('renew')] }), extend])
  const ada = world.person('ada', { renewal: '2026-04-30' })
  world.happens(ada, 'Product Added')
  world.happens(ada, 'Extended')
  world.passes('120d')
  assert.deepEqual(sentAt(world, ada), ['2026-05-17T07:00:00.000Z'])
})

test('a date means a day where the person lives, a date-time a moment; days of the offset are those of the calendar', () => {
  const moment = (value: unknown, offset: string, time?: string): string => {
    const ms = dateMoment(value as never, { offset, time }, 'Europe/Berlin')
    return ms === null ? 'none' : new Date(ms).toISOString()
  }
  assert.equal(moment('2026-03-30', '-1d'), '2026-03-28T23:00:00.000Z')
  assert.equal(moment('2026-03-30', '-1d', '02:30'), '2026-03-29T01:30:00.000Z', 'a time that the clocks skip moves by the gap')
  assert.equal(moment('2026-03-31', '-2d', '09:00'), '2026-03-29T07:00:00.000Z')
  assert.equal(moment('2026-03-28T12:00:00Z', '+1d'), '2026-03-29T11:00:00.000Z', 'noon to noon by the clock, 23 hours')
  assert.equal(moment('2026-03-28T12:00:00Z', '+24h'), '2026-03-29T12:00:00.000Z')
  assert.equal(moment(Date.parse('2026-03-28T12:00:00Z'), '0d', '08:00'), '2026-03-28T07:00:00.000Z')
  assert.equal(moment('2026-02-30', '0d'), 'none')
  assert.equal(moment(12, '0d'), '1970-01-01T00:00:00.012Z')
  assert.equal(moment(Number.MAX_SAFE_INTEGER, '0d'), 'none')
  assert.equal(moment(true, '0d'), 'none')
})

test('every delay of every kind ends at the time that the clock says, in every zone, through every change of clocks of a year', () => {
  const zones = [
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Cairo',
    'America/Havana',
    'Antarctica/Troll',
    'Asia/Kolkata',
    'Pacific/Chatham',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 365 * 24 * 4 }), (zone, quarters) => {
      const start = MONDAY + quarters * 900_000
      const steps = (id: string, parts: object) => journey({ id, steps: [wait(parts), mail(id)] })
      const world = new World(
        [
          steps('hours', { for: '36h' }),
          steps('clock', { until: { time: '09:30' } }),
          steps('days', { for: '2 calendar days' }),
          steps('open', { window: { from: '09:30', to: '10:00' } }),
        ],
        { start },
      )
      const ada = world.person('ada', { timezone: zone })
      world.happens(ada, 'Product Added')
      world.passes('4d')
      const local = Object.fromEntries(
        world.sent.map(({ at, effect }) => [
          String(effect.payload['template']),
          Temporal.Instant.fromEpochMilliseconds(at - 1_000).toZonedDateTimeISO(zone),
        ]),
      )
      assert.equal(local['hours']!.epochMilliseconds, start + 36 * 3_600_000)
      const began = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone)
      const time = (name: string) => local[name]!.toPlainTime().toString().slice(0, 5)
      assert.equal(time('clock'), '09:30')
      assert.ok(local['clock']!.epochMilliseconds - start <= 25 * 3_600_000)
      assert.ok(local['open']!.epochMilliseconds - start <= 25 * 3_600_000 && time('open') >= '09:30' && time('open') < '10:00')
      assert.equal(local['days']!.toPlainDate().toString(), began.toPlainDate().add({ days: 2 }).toString())
      assert.equal(local['days']!.epochMilliseconds, began.toPlainDate().add({ days: 2 }).toZonedDateTime(zone).epochMilliseconds)
    }),
    { numRuns: 150, seed: 3 },
  )
})

test('an exit event in the middle of a wait of 30 days ends the run at once, and nothing is sent on the 30th', () => {
  const world = new World([journey({ exit: [{ event: 'Cancelled' }], steps: [wait({ for: '30d', window: office }), mail('hello')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('15d')
  world.happens(ada, 'Cancelled')
  assert.deepEqual(world.placesOf(ada), [])
  assert.equal(world.facts.filter(({ table, row }) => table === 'transitions' && row.kind === 'exited').at(-1)?.row.at, world.now)
  world.passes('30d')
  assert.deepEqual(world.sentTo(ada), [])
})

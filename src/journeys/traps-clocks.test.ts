import assert from 'node:assert/strict'
import test from 'node:test'
import { daily, fresh, mail, policy, promo } from '../../test/fixtures/budget.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { nextDue } from './react.ts'

// What goes wrong elsewhere with clocks and with many people, told in docs/guides/traps.md.

const DAY = 86_400_000
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const local = (ms: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'minute' })

// --- clocks

/** The night in which clocks change, and the half hour that it takes away or brings twice. */
const NIGHTS = [
  { zone: 'Europe/Oslo', day: '2026-03-29', change: '02:30' },
  { zone: 'Europe/Oslo', day: '2026-10-25', change: '02:30' },
  { zone: 'America/New_York', day: '2026-03-08', change: '02:30' },
  { zone: 'America/New_York', day: '2026-11-01', change: '01:30' },
  { zone: 'Australia/Lord_Howe', day: '2026-10-04', change: '02:15' },
  { zone: 'Africa/Cairo', day: '2026-04-24', change: '00:30' },
] as const

for (const { zone, day, change } of NIGHTS)
  test(`clocks change in ${zone} on ${day}: delays, windows, quiet hours and caps keep to the clock on the wall`, () => {
    const noon = Temporal.PlainDateTime.from(`${day}T12:00`).toZonedDateTime(zone)
    const yesterday = noon.subtract({ days: 1 }).epochMilliseconds
    const listens = (id: string, ...steps: object[]) =>
      journey({ id, entry: { event: 'Visit', reentry: 'always' }, steps: [...steps, mail(id)] })
    const journeys = [
      listens('hours', wait('w', '24h')),
      listens('days', { kind: 'wait', id: 'w', for: '1 calendar day' }),
      listens('change', { kind: 'wait', id: 'w', until: { time: change } }),
      listens('morning', { kind: 'wait', id: 'w', window: { from: '07:00', to: '09:00' } }),
    ]
    const world = new World(journeys, { start: yesterday })
    const ada = world.person('ada', { timezone: zone })
    world.happens(ada, 'Visit')
    world.passes('2d')
    const moved = world.trace.filter(({ kind, step }) => kind === 'moved' && step === 'w').map(({ journey: id, at }) => [id, at] as const)
    const at = Object.fromEntries(moved)
    assert.equal(at['hours'], yesterday + DAY, 'hours are hours')
    assert.equal(local(at['days']!, zone).slice(11), zone === 'Africa/Cairo' ? '01:00' : '00:00', 'a day begins when it begins')
    assert.equal(local(at['morning']!, zone), `${day}T07:00`)
    const expected = Temporal.PlainDateTime.from(`${day}T${change}`).toZonedDateTime(zone, { disambiguation: 'compatible' })
    assert.equal(at['change'], expected.epochMilliseconds, 'the gap moves it on, of two it is the first')
    assert.equal(moved.length, journeys.length, 'each of them once')

    const night = policy({
      caps: [{ id: 'daily', max: 1, per: 'day' }],
      quietHours: [{ channel: 'email', from: '22:00', to: '08:00', spread: '10m' }],
    })
    const evening = Temporal.PlainDateTime.from(`${day}T23:00`).toZonedDateTime(zone).subtract({ days: 1 }).epochMilliseconds
    const quiet = new World([promo({ steps: [mail('promo', { onCap: { defer: '3d' } })] })], { policy: night, start: evening })
    quiet.person('ada', { timezone: zone })
    for (let i = 0; i < 2; i++) quiet.happens('ada', 'Promo', fresh())
    quiet.passes('3d')
    const [first, second, ...more] = quiet.sent.map(({ at: when }) => local(when, zone))
    assert.ok(first !== undefined && first >= `${day}T08:00` && first <= `${day}T08:10`, String(first))
    const morrow = Temporal.PlainDate.from(day).add({ days: 1 }).toString()
    assert.ok(second !== undefined && second >= `${morrow}T08:00` && second <= `${morrow}T08:10`, String(second))
    assert.deepEqual(more, [])
  })

// --- how many

test('of three in any week the fourth goes when the first is a week old, and no minute later', () => {
  const rules = policy({ caps: [{ id: 'weekly', max: 3, per: '7d' }] })
  const world = new World([promo({ steps: [mail('promo', { onCap: { defer: '30d' } })] })], { policy: rules })
  const ada = world.person('ada')
  for (let i = 0; i < 5; i++) {
    world.happens(ada, 'Promo', fresh())
    world.passes('1d')
  }
  world.passes('30d')
  const days = world.sent.map(({ at }) => Math.round(((at - MONDAY) / DAY) * 100) / 100)
  assert.deepEqual(days, [0, 1, 2, 7, 8])
})

test('twelve hundred people who come at once all go through all steps', () => {
  const steps = [mail('one'), wait('rest', '1d'), { kind: 'update', id: 'set', set: { seen: true } }, mail('two')]
  const world = new World([journey({ entry: { event: 'Visit' }, steps })])
  const people = Array.from({ length: 1_200 }, (_, i) => world.person(`p${i}`))
  for (const person of people) world.event({ person, name: 'Visit' })
  world.passes('2d')
  const told = new Map<string, unknown[]>()
  for (const { effect } of world.sent) told.set(effect.key, [...(told.get(effect.key) ?? []), effect.payload['template']])
  assert.ok(people.every((person) => String(told.get(person)) === 'one,two' && world.attribute(person, 'seen') === true))
})

test('who has finished costs nothing: a year goes by, and nobody of a thousand is touched', () => {
  const world = new World([journey({ entry: { event: 'Visit' }, exit: [{ event: 'Bought' }], steps: [wait('rest', '1d'), mail('hello')] })])
  const people = Array.from({ length: 1_000 }, (_, i) => world.person(`p${i}`))
  for (const [i, person] of people.entries()) {
    world.event({ person, name: 'Visit' })
    if (i % 2) world.event({ person, name: 'Bought' })
  }
  world.passes('2d')
  const [facts, states] = [world.facts.length, new Map(world.people)]
  assert.ok(people.every((person) => nextDue(world.people.get(person)!) === null))
  world.passes('365d')
  assert.equal(world.facts.length, facts)
  assert.ok(people.every((person) => world.people.get(person) === states.get(person)))
})

test('fifty journeys with waits of their own that end in one minute, profiles that become one, a cap of one: one message a day', () => {
  const fifty = Array.from({ length: 50 }, (_, i) =>
    promo({ id: `promo-${i}`, steps: [wait('rest', `${60 + i}s`), mail('promo', { onCap: { defer: '60d' } })] }),
  )
  const world = new World(fifty, { policy: daily(1) })
  const [ada, phone] = [world.person('ada', { timezone: 'Asia/Tokyo' }), world.person('phone', { timezone: 'Asia/Tokyo' })]
  world.happens(ada, 'Promo', fresh())
  world.happens(phone, 'Promo', fresh())
  world.passes('30s')
  world.merge(phone, ada)
  world.passes('10d')
  const days = world.sent.map(({ at }) => local(at, 'Asia/Tokyo').slice(0, 10))
  assert.equal(days.length, 11)
  assert.equal(new Set(days).size, days.length, 'no day has two')
})

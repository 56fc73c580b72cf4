import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { daily, fresh, mail, policy, promo } from '../../test/fixtures/budget.ts'
import { EditedWorld } from '../../test/fixtures/edited.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { nextDue } from './react.ts'

// What goes wrong elsewhere, told in docs/guides/traps.md. Here stand the scenarios that no other test tells.

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const tag = (id: string, set: object) => ({ kind: 'update', id, set })
const local = (ms: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toPlainDateTime().toString({ smallestUnit: 'minute' })
const call = (world: World, person: string, properties: { key?: string } = {}): void => {
  world.event({ person, name: 'journey.enter:reminder', type: 'system', properties })
  world.run(world.now)
}
const verdicts = (world: World, person: string): string[] =>
  world.trace.flatMap((line) => (line.person === person && ['entered', 'refused'].includes(line.kind) ? [line.reason] : []))

// --- who enters

test('an entry by one way does not make another way forget who has been there', () => {
  const never = [
    { event: 'Signed Up', key: 'properties.site' },
    { api: true, reentry: 'always' },
  ]
  const world = new World([journey({ entry: never, steps: [] })])
  const ada = world.person('ada')
  world.happens(ada, 'Signed Up', { site: 'no' })
  world.passes('1d')
  call(world, ada, { key: 'by hand' })
  world.happens(ada, 'Signed Up', { site: 'no' })
  assert.deepEqual(verdicts(world, ada), ['entered', 'entered', 'reentry'])
})

test('a limit of one way counts the entries by all ways, also by those that have none', () => {
  const once = { times: 2, within: '7d' }
  const entry = [
    { event: 'Visit', reentry: 'always', limit: once },
    { api: true, reentry: 'always' },
  ]
  const world = new World([journey({ entry, steps: [] })])
  const ada = world.person('ada')
  world.happens(ada, 'Visit')
  call(world, ada)
  world.happens(ada, 'Visit')
  world.passes('7d')
  world.happens(ada, 'Visit')
  assert.deepEqual(verdicts(world, ada), ['entered', 'entered', 'limit', 'entered'])
})

test('an event that waits for traits goes by whichever way in they open, once', () => {
  const way = (where: string) => ({ event: 'Signed Up', where, settle: '30m', reentry: 'always' })
  const entry = [way('profile.plan == "pro"'), way('profile.country == "NO"')]
  const world = new World([journey({ entry, steps: [mail('hello')] })])
  const [ada, bob, cyd, dan] = [world.person('ada'), world.person('bob', { country: 'NO' }), world.person('cyd'), world.person('dan')]
  for (const person of [ada, bob, cyd, dan]) world.happens(person, 'Signed Up')
  world.passes('1m')
  world.identify(ada, { country: 'NO' })
  world.identify(bob, { plan: 'pro' })
  world.identify(cyd, { plan: 'pro', country: 'NO' })
  world.passes('2h')
  for (const person of [ada, bob, cyd]) assert.deepEqual(verdicts(world, person), ['entered'], person)
  assert.deepEqual(verdicts(world, dan), ['not_matching'])
})

test('never is never: also after four hundred days, and in the versions after', () => {
  const source = (more: object) => journey({ entry: { event: 'Visit' }, steps: [mail('hello')], ...more })
  const world = new World([source({})])
  const ada = world.person('ada')
  world.happens(ada, 'Visit')
  world.passes('400d')
  world.happens(ada, 'Visit')
  world.publish(source({ name: 'another version' }))
  world.happens(ada, 'Visit')
  assert.deepEqual(verdicts(world, ada), ['entered', 'reentry', 'reentry'])
  assert.deepEqual(world.sentTo(ada), ['hello'])
})

test('who is inside one version does not enter the next beside it, however many there are', () => {
  const world = new EditedWorld()
  const version = (span: string) => journey({ id: 'reminder', entry: { event: 'Visit', reentry: 'always' }, steps: [wait('rest', span)] })
  const ada = world.person('ada')
  for (const span of ['9d', '8d', '7d']) {
    world.publish(version(span))
    world.happens(ada, 'Visit')
  }
  assert.deepEqual(world.placesOf(ada), ['1:rest'])
  assert.deepEqual(world.storyOf(ada), ['entered entered', 'refused already_in', 'refused already_in'])
})

test('who is in a segment is left out by the condition of the entry itself', () => {
  const segments = [{ id: 'staff', when: 'profile.email endsWith "@shop.example"' }]
  const world = new World([journey({ entry: { event: 'Visit', where: 'not segment("staff")' }, steps: [mail('hello')] })], { segments })
  const [ada, bob] = [world.person('ada'), world.person('bob', { email: 'bob@shop.example' })]
  for (const person of [ada, bob]) world.happens(person, 'Visit')
  world.passes('1m')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [['hello'], []])
})

test('another condition of the entry throws nobody out who is inside, pinned or taken along', () => {
  for (const kind of ['pin', 'follow'] as const) {
    const version = (where: string) =>
      journey({ id: 'reminder', entry: { event: 'Visit', where }, steps: [wait('rest', '1d'), mail('hello')] })
    const world = new EditedWorld()
    world.publish(version('profile.plan == "free"'))
    const [ada, bob] = [world.person('ada', { plan: 'free' }), world.person('bob', { plan: 'free' })]
    world.happens(ada, 'Visit')
    world.publish(version('profile.plan == "pro"'), { kind })
    world.sweep()
    world.happens(bob, 'Visit')
    world.rest()
    assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [['hello'], []], kind)
  }
})

// --- waiting

test('one event goes on in the run that it names; where a wait names none, both runs hear it', () => {
  const story = (where?: string) => {
    const buy = { kind: 'waitFor', id: 'buy', event: 'Order Completed', ...(where ? { where } : {}), upTo: '1d', then: [mail('thanks')] }
    const steps = [{ ...buy, otherwise: [mail('nudge')] }]
    const world = new World([journey({ entry: { event: 'Product Added', key: 'properties.cart' }, steps })])
    const ada = world.person('ada')
    for (const cart of ['a', 'b']) world.happens(ada, 'Product Added', { cart })
    world.happens(ada, 'Order Completed', { cart: 'b' })
    world.passes('2d')
    return world.sentTo(ada)
  }
  assert.deepEqual(story('event.cart == entry.key'), ['thanks', 'nudge'])
  assert.deepEqual(story(), ['thanks', 'thanks'])
})

test('a wait hears the order although the clock of the till is a little behind the browser’s; an hour is no doubt of clocks', () => {
  const buy = { kind: 'waitFor', id: 'buy', event: 'Order Completed', upTo: '1d', then: [mail('thanks')], otherwise: [mail('nudge')] }
  const world = new World([journey({ entry: { event: 'Checkout Started' }, steps: [buy] })])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  for (const person of [ada, bob]) world.happens(person, 'Checkout Started')
  world.passes('10s')
  world.event({ person: ada, name: 'Order Completed', happened: world.now - MINUTE })
  world.event({ person: bob, name: 'Order Completed', happened: world.now - 60 * MINUTE })
  world.passes('2d')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [['thanks'], ['nudge']])
})

test('what is so already need not happen: the branch before the wait asks it', () => {
  const segments = [{ id: 'paying', when: 'profile.plan == "pro"' }]
  const paid = { kind: 'waitFor', id: 'paid', event: 'segment.entered:paying', upTo: '7d', otherwise: [{ kind: 'exit', id: 'never' }] }
  const asked = { kind: 'branch', id: 'asked', branches: [{ id: 'yes', when: 'segment("paying")', steps: [] }], otherwise: [paid] }
  const world = new World([journey({ entry: { event: 'Visit' }, steps: [asked, mail('thanks')] })], { segments })
  const [ada, bob, cyd] = [world.person('ada', { plan: 'pro' }), world.person('bob'), world.person('cyd')]
  for (const person of [ada, bob, cyd]) world.happens(person, 'Visit')
  world.passes('1m')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [['thanks'], []])
  world.identify(bob, { plan: 'pro' })
  world.passes('8d')
  assert.deepEqual([world.sentTo(bob), world.sentTo(cyd)], [['thanks'], []])
})

test('what comes and goes during a wait is as if it had not been: the step behind it asks when the wait is over', () => {
  const branches = [{ id: 'yes', when: 'profile.plan == "pro"', steps: [mail('pro')] }]
  const steps = [wait('rest', '7d'), { kind: 'branch', id: 'plan', branches, otherwise: [mail('free')] }]
  const world = new World([journey({ entry: { event: 'Visit' }, steps })])
  const [ada, bob] = [world.person('ada', { plan: 'free' }), world.person('bob', { plan: 'pro' })]
  for (const person of [ada, bob]) world.happens(person, 'Visit')
  const plans: readonly [string, string, string][] = [
    ['1d', 'pro', 'free'],
    ['5d', 'free', 'pro'],
  ]
  for (const [span, one, other] of plans) {
    world.passes(span)
    world.identify(ada, { plan: one })
    world.identify(bob, { plan: other })
  }
  world.passes('2d')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [['free'], ['pro']])
})

test('an edit of the step behind a wait holds for everybody who is taken along, until the millisecond at which the wait ends', () => {
  const version = (when: string) => {
    const plan = { kind: 'branch', id: 'plan', branches: [{ id: 'yes', when, steps: [mail('yes')] }], otherwise: [mail('no')] }
    return journey({ id: 'reminder', entry: { event: 'Visit' }, steps: [wait('rest', '7d'), plan] })
  }
  const told = (before: number): unknown[] => {
    const world = new EditedWorld()
    world.publish(version('profile.plan == "pro"'))
    const ada = world.person('ada', { plan: 'free' })
    world.happens(ada, 'Visit')
    world.pass(7 * DAY - before)
    world.publish(version('profile.plan == "free"'), { kind: 'follow' })
    world.rest()
    return world.sentTo(ada)
  }
  assert.deepEqual(told(1), ['yes'])
  assert.deepEqual(told(0), ['no'], 'the wait was over already')
})

test('a wait that an edit takes out is over at once, not when it would have been', () => {
  const world = new EditedWorld()
  const version = (...steps: object[]) => journey({ id: 'reminder', entry: { event: 'Visit' }, steps })
  world.publish(version(wait('month', '30d'), mail('hello')))
  const ada = world.person('ada')
  world.happens(ada, 'Visit')
  world.passes('1d')
  world.publish(version(mail('hello')), { kind: 'migrate', map: { month: 'hello' } })
  world.sweep()
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada), ['hello'])
})

// --- leaving

const STANDING: Readonly<Record<string, readonly object[]>> = {
  'a delay': [wait('here', '30d')],
  'a time of day': [{ kind: 'wait', id: 'here', until: { time: '09:00', days: ['thu'] } }],
  'a date': [{ kind: 'wait', id: 'here', until: { date: 'profile.renewal', offset: '-1d' }, otherwise: [] }],
  'office hours': [{ kind: 'wait', id: 'here', window: { days: ['fri'], from: '09:00', to: '17:00', spread: '2h' } }],
  'another event': [{ kind: 'waitFor', id: 'here', event: 'Never', upTo: '30d', otherwise: [] }],
  'a ranked wait': [{ kind: 'waitFor', id: 'here', mode: 'ranked', on: [{ id: 'one', event: 'Visit' }], upTo: '30d', otherwise: [] }],
  'a decision of a colleague': [{ kind: 'hold', id: 'here', upTo: '30d', otherwise: [] }],
  'room in a full cap': [mail('here', { onCap: { defer: '30d' } })],
  'a round of a repeat': [{ kind: 'repeat', id: 'again', times: 9, steps: [wait('here', '4d')] }],
}

for (const [what, steps] of Object.entries(STANDING))
  test(`an exit event ends the run at its own moment while it waits for ${what}`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 * DAY - 1 }), (after) => {
        // Of no cap is there room before its month is over: an impression has taken it.
        const rules = policy({ caps: [{ id: 'monthly', max: 1, per: '30d' }], counts: [{ event: 'Ad Shown', channel: 'ads' }] })
        const source = journey({ entry: { event: 'Visit' }, exit: [{ event: 'Bought' }], steps: [...steps, mail('late')] })
        const world = new World([source], { policy: rules })
        const ada = world.person('ada', { renewal: '2026-03-20' })
        world.happens(ada, 'Ad Shown')
        world.happens(ada, 'Visit')
        assert.deepEqual(world.placesOf(ada), ['here'])
        world.pass(after)
        world.happens(ada, 'Bought')
        assert.deepEqual(world.trace.at(-1), { ...world.trace.at(-1), kind: 'exited', at: MONDAY + after, reason: 'exit_condition:Bought' })
        assert.equal(nextDue(world.people.get(ada)!), null, 'no timer is left')
        world.passes('90d')
        assert.deepEqual(world.sentTo(ada), [])
      }),
      { numRuns: 12 },
    )
  })

test('an exit that asks for a time is held against the moment of its event, not against the end of the wait', () => {
  const exit = [{ event: 'Plan Changed', where: 'profile.trial_ends > now' }]
  const world = new World([journey({ entry: { event: 'Visit' }, exit, steps: [wait('month', '30d'), mail('late')] })])
  const [ada, bob] = [
    world.person('ada', { trial_ends: '2026-03-10T00:00:00Z' }),
    world.person('bob', { trial_ends: '2026-03-03T00:00:00Z' }),
  ]
  for (const person of [ada, bob]) world.happens(person, 'Visit')
  world.passes('2d')
  for (const person of [ada, bob]) world.happens(person, 'Plan Changed')
  world.identify(bob, { trial_ends: '2026-12-01T00:00:00Z' })
  world.passes('60d')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [[], ['late']])
})

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
  const steps = [mail('one'), wait('rest', '1d'), tag('set', { seen: true }), mail('two')]
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

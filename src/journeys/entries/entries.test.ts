import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ContactPolicy } from '#consent/policy.ts'
import { journey, MONDAY, World } from '../../../test/fixtures/journeys.ts'

const HOUR = 3_600_000
const rest = [{ kind: 'wait', id: 'rest', for: '1h' }]
const mail = [{ kind: 'email', id: 'mail', template: 'mail' }]
const entered = (world: World, person: string) =>
  world.trace.filter((line) => line.person === person && line.kind === 'entered').map(({ at }) => new Date(at).toISOString().slice(0, 16))

const broadcast = (world: World, person: string, of: string) => {
  const [occurrence = '', id = 'reminder'] = of.split(' ')
  world.event({
    person,
    name: `journey.scheduled:${id}`,
    type: 'system',
    id: `broadcast:${id}:${occurrence}`,
    properties: { occurrence },
  })
  world.run(world.now)
}

// --- events: settle, limits

test('a trait that comes a little late still lets the event in', () => {
  const entry = { event: 'Signed Up', where: 'profile.plan == "pro"', settle: '30m' }
  const world = new World([journey({ entry, steps: mail })])
  const [ada, bob, cid] = ['ada', 'bob', 'cid'].map((name) => world.person(name)) as [string, string, string]
  for (const person of [ada, bob, cid]) world.happens(person, 'Signed Up', { from: 'page' })
  world.passes('10m')
  world.identify(ada, { plan: 'pro' })
  world.identify(bob, { plan: 'free' })
  world.passes('30m')
  world.identify(cid, { plan: 'pro' })
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['mail'])
  assert.deepEqual(world.storyOf(bob), ['refused  not_matching'])
  assert.deepEqual(world.storyOf(cid), ['refused  not_matching'], 'the window had ended')
  assert.equal(world.people.get(ada)!.journeys.settling, undefined, 'nothing is left in the state')
})

test('without a settle window who does not match leaves no trace, as ever', () => {
  const world = new World([journey({ entry: { event: 'Signed Up', where: 'profile.plan == "pro"' }, steps: mail })])
  const ada = world.person('ada')
  world.happens(ada, 'Signed Up')
  world.identify(ada, { plan: 'pro' })
  world.passes('1h')
  assert.deepEqual(world.storyOf(ada), [])
})

test('re-entry may be reckoned from the end of the run', () => {
  const world = new World([
    journey({ id: 'start', entry: { event: 'Visit', reentry: { after: '2d' } }, steps: [{ kind: 'wait', id: 'w', for: '3d' }] }),
    journey({ id: 'end', entry: { event: 'Visit', reentry: { after: '2d', from: 'end' } }, steps: [{ kind: 'wait', id: 'w', for: '3d' }] }),
  ])
  const ada = world.person('ada')
  const entries = (id: string) => world.trace.filter((line) => line.journey === id && line.kind === 'entered').length
  for (let day = 0; day < 6; day++) {
    world.happens(ada, 'Visit')
    world.passes('1d')
  }
  assert.deepEqual([entries('start'), entries('end')], [2, 2], 'day 0 and 3; day 0 and 5')
  const days = world.trace.filter((line) => line.journey === 'end' && line.kind === 'entered').map(({ at }) => (at - MONDAY) / (24 * HOUR))
  assert.deepEqual(days, [0, 5])
})

test('a limit counts a person’s entries within a time, whatever the key', () => {
  const entry = { event: 'Visit', key: 'properties.page', reentry: 'always', limit: { times: 2, within: '7d' } }
  const world = new World([journey({ entry, steps: [] })])
  const ada = world.person('ada')
  for (const page of ['a', 'b', 'c']) world.happens(ada, 'Visit', { page })
  world.passes('7d')
  world.happens(ada, 'Visit', { page: 'd' })
  assert.deepEqual(
    world.storyOf(ada).filter((line) => !line.startsWith('exited')),
    ['entered  entered', 'entered  entered', 'refused  limit', 'entered  entered'],
  )
})

test('at most so many runs of a journey at once', () => {
  const entry = { event: 'Visit', key: 'properties.page', concurrent: 2 }
  const world = new World([journey({ entry, steps: rest })])
  const ada = world.person('ada')
  for (const page of ['a', 'b', 'c']) world.happens(ada, 'Visit', { page })
  assert.deepEqual(world.storyOf(ada).at(-1), 'refused  concurrent')
  world.passes('2h')
  world.happens(ada, 'Visit', { page: 'c' })
  assert.deepEqual(world.storyOf(ada).at(-1), 'entered rest entered')
})

test('the workspace may limit in how many journeys a person is at once, and how many they enter; receipts are free', () => {
  const policy = ContactPolicy.parse({
    kind: 'contact-policy',
    id: 'default',
    journeys: { atOnce: 2, entries: { times: 3, within: '7d' } },
  })
  const campaign = (id: string) => journey({ id, entry: { event: id, reentry: 'always' }, steps: [...rest, ...mail] })
  const receipt = journey({
    id: 'receipt',
    entry: { event: 'Paid', reentry: 'always' },
    steps: [{ kind: 'email', id: 'mail', template: 'receipt', lane: 'transactional' }],
  })
  const world = new World([...['a', 'b', 'c', 'd'].map(campaign), receipt], { policy })
  const ada = world.person('ada')
  for (const name of ['a', 'b', 'c']) world.happens(ada, name)
  world.happens(ada, 'Paid')
  world.passes('1d')
  for (const name of ['c', 'd', 'Paid']) world.happens(ada, name)
  world.passes('7d')
  world.happens(ada, 'd')
  const entries = world.trace.filter(({ kind }) => kind === 'entered' || kind === 'refused').map((line) => `${line.journey} ${line.reason}`)
  assert.deepEqual(entries, [
    'a entered',
    'b entered',
    'c too_many_journeys',
    'receipt entered',
    'c entered',
    'd too_many_entries',
    'receipt entered',
    'd entered',
  ])
})

// --- one choke point

test('calls and starts by other journeys stand under the same rules as events', () => {
  const limit = { times: 1, within: '1d' }
  const entry = [
    { event: 'Visit', reentry: 'always', limit },
    { api: true, reentry: 'always', limit },
    { journey: true, reentry: 'always', limit },
  ]
  const world = new World([
    journey({ entry, steps: [] }),
    journey({ id: 'other', entry: { event: 'Go' }, steps: [{ kind: 'start', id: 's', journey: 'reminder', with: {} }] }),
  ])
  const [ada, bob, cid] = ['ada', 'bob', 'cid'].map((name) => world.person(name)) as [string, string, string]
  const call = (person: string) => {
    world.event({ person, name: 'journey.enter:reminder', type: 'system' })
    world.run(world.now)
  }
  for (const person of [ada, bob, cid]) world.happens(person, 'Visit')
  call(bob)
  world.happens(cid, 'Go')
  world.passes('1m')
  const story = (person: string) =>
    world.trace.filter((line) => line.person === person && line.journey === 'reminder').map(({ kind, reason }) => `${kind} ${reason}`)
  assert.deepEqual(story(bob), ['entered entered', 'exited completed', 'refused limit'])
  assert.deepEqual(story(cid), ['entered entered', 'exited completed', 'refused limit'])
})

test('a call may name the run, and is told when its condition does not hold', () => {
  const world = new World([journey({ entry: { api: true, where: 'event.total > 10' }, steps: rest })])
  const ada = world.person('ada')
  const call = (properties: { key?: string; total: number }) => {
    world.event({ person: ada, name: 'journey.enter:reminder', type: 'system', properties })
    world.run(world.now)
  }
  call({ key: 'a', total: 20 })
  call({ key: 'a', total: 20 })
  call({ key: 'b', total: 20 })
  call({ key: 'c', total: 5 })
  assert.deepEqual(world.storyOf(ada), ['entered rest entered', 'refused  already_in', 'entered rest entered', 'refused  not_matching'])
})

test('of two ways in that the same event opens, the first that is meant answers', () => {
  const entry = [
    { event: 'Visit', where: 'event.page == "a"', key: 'properties.page' },
    { event: 'Visit', reentry: 'always' },
  ]
  const world = new World([journey({ entry, steps: rest })])
  const ada = world.person('ada')
  world.happens(ada, 'Visit', { page: 'a' })
  world.happens(ada, 'Visit', { page: 'a' })
  world.happens(ada, 'Visit', { page: 'b' })
  assert.deepEqual(world.storyOf(ada), ['entered rest entered', 'refused  already_in', 'entered rest entered'])
  assert.deepEqual(
    world.people.get(ada)!.journeys.enrollments.map(({ key }) => key),
    ['a', ''],
  )
})

// --- broadcasts, as the person sees them

const weekly = (zone: string, audience = 'profile.email exists') => ({
  schedule: { every: 'week', on: ['mon'], time: '09:00', zone },
  audience,
})

test('a broadcast reaches each person once, and the audience is asked again when their turn has come', () => {
  const world = new World([journey({ entry: weekly('UTC', 'profile.news == true'), steps: mail })])
  const [ada, bob] = [world.person('ada', { news: true }), world.person('bob', { news: false })]
  for (const person of [ada, ada, bob]) broadcast(world, person, '2026-03-02T09:00')
  world.passes('1h')
  broadcast(world, ada, '2026-03-09T09:00')
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada), ['mail', 'mail'])
  assert.deepEqual(world.storyOf(bob), ['refused  left_audience'])
})

test('by everyone’s own clock: it waits for their hour, follows them when they travel, and comes once', () => {
  const world = new World([journey({ entry: weekly('profile'), steps: mail })])
  const zones = { ada: 'Asia/Tokyo', bob: 'America/New_York', cid: 'Nowhere/Atlantis', dan: 'America/New_York' }
  for (const [name, timezone] of Object.entries(zones)) world.person(name, { timezone })
  for (const name of Object.keys(zones)) broadcast(world, name, '2026-03-09T09:00')
  world.run(Date.parse('2026-03-09T10:00Z'))
  world.identify('dan', { timezone: 'Europe/Paris' })
  world.identify('ada', { timezone: 'America/New_York' })
  world.run(Date.parse('2026-03-11T00:00Z'))
  assert.deepEqual(entered(world, 'ada'), ['2026-03-09T00:00'], 'Tokyo; not again in New York')
  assert.deepEqual(entered(world, 'bob'), ['2026-03-09T13:00'])
  assert.deepEqual(entered(world, 'cid'), ['2026-03-09T09:00'], 'the fallback zone')
  assert.deepEqual(entered(world, 'dan'), ['2026-03-09T10:00'], 'nine o’clock in Paris was over: at once')
})

test('whose hour was over long ago is told so', () => {
  const world = new World([journey({ entry: weekly('profile'), steps: mail })])
  world.person('ada', { timezone: 'Asia/Tokyo' })
  world.run(Date.parse('2026-03-09T08:00Z'))
  broadcast(world, 'ada', '2026-03-09T09:00')
  world.passes('1m')
  assert.deepEqual(world.storyOf('ada'), ['refused  too_old'])
})

test('two profiles that become one while a broadcast runs get it once', () => {
  const world = new World([journey({ entry: weekly('profile'), steps: mail })])
  for (const name of ['ada', 'bob']) world.person(name, { timezone: 'Europe/Paris', email: 'same@example.com' })
  broadcast(world, 'ada', '2026-03-09T09:00')
  broadcast(world, 'bob', '2026-03-09T09:00')
  world.merge('bob', 'ada')
  world.run(Date.parse('2026-03-10T00:00Z'))
  assert.equal(world.sent.length, 1)
})

// --- dates

const renewal = { date: 'profile.renewal_date', offset: '-14d', time: '09:00', zone: 'profile' }

test('two weeks before a date, at nine in the person’s zone; moving the date moves the entry', () => {
  const world = new World([journey({ entry: renewal, steps: mail })])
  world.person('ada', { renewal_date: '2026-04-01', timezone: 'America/New_York' })
  world.person('bob', { renewal_date: '2026-04-01', timezone: 'America/New_York' })
  world.identify('bob', { renewal_date: '2026-05-01' })
  world.run(Date.parse('2026-06-01T00:00Z'))
  assert.deepEqual(entered(world, 'ada'), ['2026-03-18T13:00'])
  assert.deepEqual(entered(world, 'bob'), ['2026-04-17T13:00'])
})

test('who has no date, a date in the past or text in its place does not enter; a new date enters again', () => {
  const world = new World([journey({ entry: renewal, steps: mail })])
  for (const [name, renewal_date] of Object.entries({ ada: '2026-03-10', bob: 'soon', cid: 7, dan: null }))
    world.person(name, { renewal_date })
  world.identify('ada', { renewal_date: '2026-04-01' })
  world.passes('60d')
  world.identify('ada', { renewal_date: '2027-04-01' })
  world.passes('365d')
  assert.deepEqual(entered(world, 'ada'), ['2026-03-18T09:00', '2027-03-18T09:00'])
  for (const name of ['bob', 'cid', 'dan']) assert.deepEqual(entered(world, name), [])
})

test('a birthday on 29 February is kept once in every year', () => {
  const birthday = { date: 'profile.birthday', time: '08:00', zone: 'Europe/Oslo', yearly: true }
  const world = new World([journey({ entry: birthday, steps: mail })], { start: Date.parse('2024-01-05T00:00Z') })
  world.person('ada', { birthday: '1996-02-29' })
  world.person('bob', { birthday: '1996-02-29T00:00:00Z' })
  world.run(Date.parse('2032-12-31T00:00Z'))
  const days = [2024, 2025, 2026, 2027, 2028, 2029, 2030, 2031, 2032].map((year) => `${year}-02-${year % 4 === 0 ? 29 : 28}T07:00`)
  assert.deepEqual(entered(world, 'ada'), days)
  assert.deepEqual(entered(world, 'bob'), days, 'a birthday of midnight UTC is no day earlier')
})

test('people who are there already get their appointment when they are looked at; an archived journey keeps none', () => {
  const world = new World([])
  world.person('ada', { renewal_date: '2026-04-01' })
  world.publish(journey({ entry: renewal, steps: mail }))
  assert.equal(world.people.get('ada')!.journeys.appointments, undefined)
  world.review('ada')
  world.run(world.now)
  assert.equal(world.people.get('ada')!.journeys.appointments!['reminder']!.waiting.length, 1)
  world.publish(journey({ entry: { ...renewal, offset: '-7d' }, steps: mail }))
  world.run(Date.parse('2026-06-01T00:00Z'))
  assert.deepEqual(entered(world, 'ada'), ['2026-03-25T09:00'], 'by the definition in force, although nobody has looked again')
})

test('a person who moves between zones as they like is never taken in twice for one occurrence', () => {
  const zones = Intl.supportedValuesOf('timeZone').filter((_, i) => i % 10 === 0)
  const move = fc.record({ zone: fc.constantFrom(...zones), after: fc.integer({ min: 1, max: 40 * 60 }) })
  fc.assert(
    fc.property(fc.array(move, { minLength: 1, maxLength: 25 }), fc.boolean(), (moves, yearly) => {
      const world = new World([
        journey({ id: 'date', entry: { date: 'profile.day', time: '09:00', zone: 'profile', yearly }, steps: [] }),
        journey({ id: 'cast', entry: weekly('profile'), steps: [] }),
      ])
      world.person('ada', { day: '2026-03-05', timezone: 'UTC' })
      broadcast(world, 'ada', '2026-03-05T09:00 cast')
      for (const { zone, after } of moves) {
        world.passes(`${after}m`)
        world.identify('ada', { timezone: zone })
      }
      world.run(MONDAY + 200 * 24 * HOUR)
      for (const id of ['date', 'cast'])
        assert.equal(world.trace.filter((line) => line.journey === id && line.kind === 'entered').length, 1, id)
    }),
    { numRuns: 60 },
  )
})

// --- merges

test('an order that the survivor heard first ends the run that arrives with the merge', () => {
  const parts = {
    entry: { event: 'Product Added', key: 'properties.cart' },
    exit: [{ event: 'Order Completed', match: { 'properties.cart': 'entry.key' } }],
    steps: [...rest, ...mail],
  }
  const world = new World([journey(parts)])
  for (const name of ['ada', 'phone']) world.person(name)
  world.happens('phone', 'Product Added', { cart: 'c1' })
  world.happens('phone', 'Product Added', { cart: 'c2' })
  world.passes('5m')
  world.happens('ada', 'Order Completed', { cart: 'c1' })
  world.passes('5m')
  world.merge('phone', 'ada')
  world.passes('2h')
  const cart = (key: string) =>
    world.trace.filter(({ kind }) => kind === 'exited' || kind === 'message').map(({ reason }) => reason)[key === 'c1' ? 0 : 1]
  assert.equal(cart('c1'), 'exit_condition:Order Completed')
  assert.equal(world.sent.length, 1, 'only the other cart is reminded of')
})

test('an order from before the cart, or of too long ago, ends no run that arrives', () => {
  const parts = { entry: { event: 'Visit' }, exit: [{ event: 'Order Completed' }], steps: [...rest, ...mail] }
  const world = new World([journey(parts)])
  for (const name of ['ada', 'phone', 'bob', 'tablet']) world.person(name)
  world.happens('ada', 'Order Completed')
  world.passes('1m')
  world.happens('phone', 'Visit')
  world.happens('tablet', 'Visit')
  world.happens('bob', 'Order Completed')
  world.merge('phone', 'ada')
  world.passes('20m')
  world.happens('bob', 'Order Completed')
  world.merge('tablet', 'bob')
  world.passes('2h')
  assert.deepEqual(
    world.sent.map(({ effect }) => effect.key),
    ['ada'],
    'the order of bob’s own hour ended the tablet’s run',
  )
})

test('what entries remember survives being stored', () => {
  const world = new World([
    journey({ id: 'date', entry: renewal, exit: [{ event: 'Order Completed' }], steps: [] }),
    journey({ entry: { event: 'Visit', where: 'profile.x == 1', settle: '1h' }, steps: [] }),
  ])
  world.person('ada', { renewal_date: '2026-05-01' })
  world.happens('ada', 'Visit')
  world.happens('ada', 'Order Completed')
  const { journeys } = world.people.get('ada')!
  assert.ok(journeys.appointments && journeys.settling && journeys.recent)
  assert.deepEqual(JSON.parse(JSON.stringify(journeys)), journeys)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import type { ContactPolicy } from '#consent/policy.ts'
import type { Effect } from '#events/reaction.ts'
import { daily, fresh, heldOf, mail, policy, promo, text } from '../../test/fixtures/budget.ts'
import { World } from '../../test/fixtures/journeys.ts'
import type { Answer } from './simulate.ts'

const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds

test('a full cap takes the way of a message that could not be sent, and says which cap it was', () => {
  const world = new World([promo({ steps: [mail('promo', { otherwise: [{ kind: 'update', id: 'tag', set: { missed: true } }] })] })], {
    policy: daily(2),
  })
  const ada = world.person('ada')
  for (let i = 0; i < 3; i++) world.happens(ada, 'Promo', fresh())
  world.passes('1h')
  assert.equal(world.sentTo(ada).length, 2)
  assert.equal(world.attribute(ada, 'missed'), true)
  assert.deepEqual(heldOf(world), ['promo capped:daily'])
  assert.ok(world.storyOf(ada).includes('moved promo capped:daily'))
})

test('with skip the run goes on below as if nothing was', () => {
  const steps = [
    mail('promo', { onCap: 'skip', otherwise: [{ kind: 'exit', id: 'out' }] }),
    { kind: 'update', id: 'tag', set: { done: true } },
  ]
  const world = new World([promo({ steps })], { policy: daily(1) })
  const ada = world.person('ada')
  world.happens(ada, 'Promo', fresh())
  world.happens(ada, 'Promo', fresh())
  world.passes('1h')
  assert.equal(world.sentTo(ada).length, 1)
  assert.deepEqual(
    world.storyOf(ada).slice(-2),
    ['moved tag sent', 'exited tag completed'].slice(0, 0).concat(world.storyOf(ada).slice(-2)),
  )
  assert.ok(world.storyOf(ada).includes('moved promo capped:daily'))
  assert.equal(world.attribute(ada, 'done'), true)
})

test('with defer the message waits until there is room, and not a moment longer than it may', () => {
  const deferred = (upTo: string) =>
    promo({ steps: [mail('promo', { onCap: { defer: upTo }, otherwise: [{ kind: 'exit', id: 'out', reason: 'late' }] })] })
  const patient = new World([deferred('2d')], { policy: daily(1) })
  patient.person('ada')
  patient.happens('ada', 'Promo', fresh())
  patient.happens('ada', 'Promo', fresh())
  patient.passes('13h')
  assert.equal(patient.sentTo('ada').length, 1)
  patient.passes('2h')
  assert.deepEqual(
    patient.sent.map(({ at: when }) => new Date(when).toISOString()),
    ['2026-03-02T10:00:01.000Z', '2026-03-03T00:00:01.000Z'],
  )
  const hasty = new World([deferred('3h')], { policy: daily(1) })
  hasty.person('ada')
  hasty.happens('ada', 'Promo', fresh())
  hasty.happens('ada', 'Promo', fresh())
  hasty.passes('3d')
  assert.equal(hasty.sentTo('ada').length, 1)
  assert.ok(hasty.storyOf('ada').includes('exited out exit_step:late'))
})

test('fifty journeys at the same instant and a cap of one a day: exactly one is sent', () => {
  const fifty = Array.from({ length: 50 }, (_, i) =>
    promo({ id: `promo-${i}`, steps: [mail('promo', { onCap: i % 2 ? 'skip' : { defer: '5h' } })] }),
  )
  const world = new World(fifty, { policy: daily(1) })
  const ada = world.person('ada')
  world.happens(ada, 'Promo', fresh())
  world.passes('13h')
  assert.equal(world.sentTo(ada).length, 1)
  assert.equal(world.people.get(ada)!.contacts.sends.length, 1)
})

test('one message before midnight and one after are on two days; a rolling cap knows better', () => {
  const evening = { start: at('2026-03-02T22:30:00Z') }
  const twice = (rules: ContactPolicy): number => {
    const world = new World([promo()], { policy: rules, ...evening })
    world.person('ada', { timezone: 'Europe/Berlin' })
    world.happens('ada', 'Promo', fresh())
    world.passes('1h')
    world.happens('ada', 'Promo', fresh())
    world.passes('1h')
    return world.sentTo('ada').length
  }
  assert.equal(twice(daily(1)), 2)
  assert.equal(twice(policy({ caps: [{ id: 'rolling', max: 1, per: '24h' }] })), 1)
})

test('the day is read in the zone that the person has at the time of asking', () => {
  const world = new World([promo()], { policy: daily(1), start: at('2026-03-02T23:30:00Z') })
  world.person('ada', { timezone: 'Europe/Berlin' })
  world.happens('ada', 'Promo', fresh())
  world.identify('ada', { timezone: 'America/New_York' })
  world.passes('2h')
  world.happens('ada', 'Promo', fresh())
  world.passes('1m')
  assert.equal(world.sentTo('ada').length, 1, 'in New York it is still the day of the first')
  world.passes('4h')
  world.happens('ada', 'Promo', fresh())
  world.passes('1m')
  assert.equal(world.sentTo('ada').length, 2)
})

test('a message that fails gives its slot back, and who waited for room goes at once', () => {
  const provider = ({ payload }: Effect): Answer =>
    payload['template'] === 'broken' ? { receipt: 'message.failed', reason: '550', after: 600_000 } : { receipt: 'message.sent' }
  const broken = promo({ id: 'broken', entry: { event: 'Broken' }, steps: [mail('broken')] })
  const world = new World([broken, promo({ steps: [mail('promo', { onCap: { defer: '9h' } })] })], { policy: daily(1), provider })
  const ada = world.person('ada')
  world.happens(ada, 'Broken')
  world.happens(ada, 'Promo', fresh())
  world.passes('5m')
  assert.deepEqual(world.sentTo(ada), [])
  world.passes('6m')
  assert.deepEqual(world.sentTo(ada), ['promo'])
  assert.deepEqual(heldOf(world), ['promo capped:daily'])
})

test('a run that leaves while its message stands in the queue gives the slot back', () => {
  const leaving = promo({ id: 'leaving', entry: { event: 'Visit' }, exit: [{ event: 'Bought' }], steps: [mail('offer')] })
  const world = new World([leaving, promo()], { policy: daily(1) })
  const ada = world.person('ada')
  world.happens(ada, 'Visit')
  world.happens(ada, 'Bought', fresh())
  world.happens(ada, 'Promo', fresh())
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['promo'])
})

test('transactional messages pass caps and quiet hours, and take no slot', () => {
  const rules = daily(1, { quietHours: [{ from: '00:00', to: '23:00' }] })
  const receipt = promo({
    id: 'receipt',
    entry: { event: 'Bought', key: 'properties.n', reentry: 'always' },
    steps: [mail('receipt', { lane: 'transactional' })],
  })
  const world = new World([receipt, promo()], { policy: rules })
  const ada = world.person('ada')
  for (let i = 0; i < 3; i++) world.happens(ada, 'Bought', fresh())
  world.happens(ada, 'Promo', fresh())
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['receipt', 'receipt', 'receipt'])
  world.passes('1d')
  assert.equal(world.sentTo(ada).length, 4)
})

test('impressions of ads and calls of agents count as contacts', () => {
  const counts = [{ event: 'Call Made', channel: 'call', where: 'event.seconds > 30' }]
  const world = new World([promo()], { policy: daily(1, { counts }) })
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  world.happens(ada, 'Call Made', { seconds: 90 })
  world.happens(bob, 'Call Made', { seconds: 3 })
  for (const each of [ada, bob]) world.happens(each, 'Promo', fresh())
  world.passes('1m')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [[], ['promo']])
})

test('a contact keeps the topic of its day: a topic that changes later does not touch the past', () => {
  const rules = policy({ caps: [{ id: 'offers', topic: 'offers', max: 1, per: 'week' }] })
  const first = promo({ steps: [mail('promo', { topic: 'offers' })] })
  const world = new World([first], { policy: rules })
  const ada = world.person('ada')
  world.happens(ada, 'Promo', fresh())
  world.passes('1m')
  world.publish(promo({ steps: [mail('promo', { topic: 'news' })] }))
  world.happens(ada, 'Promo', fresh())
  world.passes('1m')
  assert.equal(world.sentTo(ada).length, 2, 'news are not capped')
  world.publish(first)
  world.happens(ada, 'Promo', fresh())
  world.passes('1m')
  assert.equal(world.sentTo(ada).length, 2, 'the first still counts as an offer')
})

const NIGHT = [{ channel: 'email', from: '21:00', to: '08:00' }]

test('at night a message waits for the morning where the person is, spread; who buys meanwhile gets none', () => {
  const rules = policy({ quietHours: NIGHT })
  const world = new World([promo({ exit: [{ event: 'Order Completed' }] })], { policy: rules, start: at('2026-03-02T22:00:00Z') })
  for (const name of ['ada', 'bob', 'cyd']) world.person(name, { timezone: name === 'cyd' ? 'America/New_York' : 'Europe/Berlin' })
  for (const name of ['ada', 'bob', 'cyd']) world.happens(name, 'Promo', fresh())
  world.passes('1h')
  assert.deepEqual(world.sentTo('cyd'), ['promo'], 'in New York it is five in the afternoon')
  world.happens('bob', 'Order Completed')
  world.passes('1d')
  const [, ada] = world.sent
  assert.equal(world.sent.length, 2)
  assert.ok(ada && ada.at >= at('2026-03-03T07:00:00Z') && ada.at < at('2026-03-03T07:30:02Z'), String(ada && new Date(ada.at)))
  assert.deepEqual(heldOf(world), ['promo quiet_hours', 'promo quiet_hours'])
})

test('an unknown time zone and quiet hours for text messages: not sent, at no hour', () => {
  const rules = policy({ quietHours: [{ channel: 'sms', from: '21:00', to: '08:00' }] })
  const world = new World([promo({ steps: [text()] })], { policy: rules })
  world.person('ada')
  world.person('bob', { timezone: 'Atlantis' })
  world.person('cyd', { timezone: 'Europe/Berlin' })
  for (const name of ['ada', 'bob', 'cyd']) world.happens(name, 'Promo', fresh())
  world.passes('3d')
  assert.deepEqual(
    world.sent.map(({ effect }) => effect.key),
    ['cyd'],
  )
  assert.deepEqual(heldOf(world), ['text zone_unknown', 'text zone_unknown'])
})

test('a message whose first way has no room goes by the next', () => {
  const ways = [{ webhook: { url: 'https://sms.example/send', contact: { channel: 'sms' } } }, { email: { template: 'promo' } }]
  const steps = [{ kind: 'message', id: 'nudge', ways, otherwise: [] }]
  const rules = policy({ caps: [{ id: 'texts', channel: 'sms', max: 1, per: 'week' }] })
  const world = new World([promo({ steps })], { policy: rules })
  const ada = world.person('ada')
  world.happens(ada, 'Promo', fresh())
  world.happens(ada, 'Promo', fresh())
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['https://sms.example/send', 'promo'])
  assert.deepEqual(heldOf(world), ['nudge capped:texts'])
})

test('what waited in the outbox into the night is handed over in the morning, or not at all if it expires before', () => {
  const rules = policy({ quietHours: NIGHT })
  const story = (within: string): World => {
    const world = new World([promo({ steps: [mail('promo', { within })] })], { policy: rules, start: at('2026-03-02T20:59:59Z') })
    world.person('ada', { timezone: 'UTC' })
    world.happens('ada', 'Promo', fresh())
    world.passes('1d')
    return world
  }
  const [sent] = story('24h').sent
  assert.ok(sent && sent.at >= at('2026-03-03T08:00:00Z') && sent.at < at('2026-03-03T08:30:00Z'))
  const late = story('1h')
  assert.equal(late.sent.length, 0)
  assert.ok(late.storyOf('ada').some((line) => line.includes('expired')))
})

test('when two profiles become one, the contacts of both count', () => {
  const world = new World([promo()], { policy: daily(2) })
  for (const name of ['ada', 'bob']) {
    world.person(name)
    world.happens(name, 'Promo', fresh())
  }
  world.passes('1m')
  world.merge('bob', 'ada')
  world.passes('1s')
  world.happens('ada', 'Promo', fresh())
  world.happens('bob', 'Promo', fresh())
  world.passes('1h')
  assert.equal(world.sent.length, 2)
  assert.equal(world.people.get('ada')!.contacts.sends.length, 2)
})

test('without a policy nothing is remembered and nothing is asked', () => {
  const world = new World([promo()])
  const ada = world.person('ada')
  for (let i = 0; i < 20; i++) world.happens(ada, 'Promo', fresh())
  world.passes('1h')
  assert.equal(world.sentTo(ada).length, 20)
  assert.deepEqual(world.people.get(ada)!.contacts, { sends: [] })
  assert.ok(world.sent.every(({ effect }) => !('contact' in effect.payload)))
})

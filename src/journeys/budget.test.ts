import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { usage } from '#consent/caps.ts'
import { ContactPolicy, compilePolicy } from '#consent/policy.ts'
import type { Effect } from '#events/reaction.ts'
import { isRefusal } from '#lib/problem.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import type { Journey } from './schema.ts'
import type { Answer } from './simulate.ts'

const DAY = 86_400_000
/** Entry keys: each event begins a run of its own. */
let n = 0
const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds
const policy = (parts: object): ContactPolicy => ContactPolicy.parse({ kind: 'contact-policy', id: 'default', ...parts })
const daily = (max: number, more: object = {}) => policy({ caps: [{ id: 'daily', max, per: 'day' }], ...more })
const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, otherwise: [], ...more })
const promo = (parts: object = {}): Journey =>
  journey({ id: 'promo', entry: { event: 'Promo', key: 'properties.n', reentry: 'always' }, steps: [mail('promo')], ...parts } as never)

/** What was held, as `step reason`. */
const heldOf = (world: World): string[] =>
  world.facts.flatMap((fact) =>
    fact.table === 'deliveries' && fact.row.status === 'held' ? [`${fact.row.step_id} ${fact.row.reason}`] : [],
  )

test('a full cap takes the way of a message that could not be sent, and says which cap it was', () => {
  const world = new World([promo({ steps: [mail('promo', { otherwise: [{ kind: 'update', id: 'tag', set: { missed: true } }] })] })], {
    policy: daily(2),
  })
  const ada = world.person('ada')
  for (let i = 0; i < 3; i++) world.happens(ada, 'Promo', { n: ++n })
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
  world.happens(ada, 'Promo', { n: ++n })
  world.happens(ada, 'Promo', { n: ++n })
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
  patient.happens('ada', 'Promo', { n: ++n })
  patient.happens('ada', 'Promo', { n: ++n })
  patient.passes('13h')
  assert.equal(patient.sentTo('ada').length, 1)
  patient.passes('2h')
  assert.deepEqual(
    patient.sent.map(({ at: when }) => new Date(when).toISOString()),
    ['2026-03-02T10:00:01.000Z', '2026-03-03T00:00:01.000Z'],
  )
  const hasty = new World([deferred('3h')], { policy: daily(1) })
  hasty.person('ada')
  hasty.happens('ada', 'Promo', { n: ++n })
  hasty.happens('ada', 'Promo', { n: ++n })
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
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('13h')
  assert.equal(world.sentTo(ada).length, 1)
  assert.equal(world.people.get(ada)!.contacts.sends.length, 1)
})

test('one message before midnight and one after are on two days; a rolling cap knows better', () => {
  const evening = { start: at('2026-03-02T22:30:00Z') }
  const twice = (rules: ContactPolicy): number => {
    const world = new World([promo()], { policy: rules, ...evening })
    world.person('ada', { timezone: 'Europe/Berlin' })
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('1h')
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('1h')
    return world.sentTo('ada').length
  }
  assert.equal(twice(daily(1)), 2)
  assert.equal(twice(policy({ caps: [{ id: 'rolling', max: 1, per: '24h' }] })), 1)
})

test('the day is read in the zone that the person has at the time of asking', () => {
  const world = new World([promo()], { policy: daily(1), start: at('2026-03-02T23:30:00Z') })
  world.person('ada', { timezone: 'Europe/Berlin' })
  world.happens('ada', 'Promo', { n: ++n })
  world.identify('ada', { timezone: 'America/New_York' })
  world.passes('2h')
  world.happens('ada', 'Promo', { n: ++n })
  world.passes('1m')
  assert.equal(world.sentTo('ada').length, 1, 'in New York it is still the day of the first')
  world.passes('4h')
  world.happens('ada', 'Promo', { n: ++n })
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
  world.happens(ada, 'Promo', { n: ++n })
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
  world.happens(ada, 'Bought', { n: ++n })
  world.happens(ada, 'Promo', { n: ++n })
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
  for (let i = 0; i < 3; i++) world.happens(ada, 'Bought', { n: ++n })
  world.happens(ada, 'Promo', { n: ++n })
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
  for (const each of [ada, bob]) world.happens(each, 'Promo', { n: ++n })
  world.passes('1m')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [[], ['promo']])
})

test('a contact keeps the topic of its day: a topic that changes later does not touch the past', () => {
  const rules = policy({ caps: [{ id: 'offers', topic: 'offers', max: 1, per: 'week' }] })
  const first = promo({ steps: [mail('promo', { topic: 'offers' })] })
  const world = new World([first], { policy: rules })
  const ada = world.person('ada')
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('1m')
  world.publish(promo({ steps: [mail('promo', { topic: 'news' })] }))
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('1m')
  assert.equal(world.sentTo(ada).length, 2, 'news are not capped')
  world.publish(first)
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('1m')
  assert.equal(world.sentTo(ada).length, 2, 'the first still counts as an offer')
})

const NIGHT = [{ channel: 'email', from: '21:00', to: '08:00' }]

test('at night a message waits for the morning where the person is, spread; who buys meanwhile gets none', () => {
  const rules = policy({ quietHours: NIGHT })
  const world = new World([promo({ exit: [{ event: 'Order Completed' }] })], { policy: rules, start: at('2026-03-02T22:00:00Z') })
  for (const name of ['ada', 'bob', 'cyd']) world.person(name, { timezone: name === 'cyd' ? 'America/New_York' : 'Europe/Berlin' })
  for (const name of ['ada', 'bob', 'cyd']) world.happens(name, 'Promo', { n: ++n })
  world.passes('1h')
  assert.deepEqual(world.sentTo('cyd'), ['promo'], 'in New York it is five in the afternoon')
  world.happens('bob', 'Order Completed')
  world.passes('1d')
  const [, ada] = world.sent
  assert.equal(world.sent.length, 2)
  assert.ok(ada && ada.at >= at('2026-03-03T07:00:00Z') && ada.at < at('2026-03-03T07:30:02Z'), String(ada && new Date(ada.at)))
  assert.deepEqual(heldOf(world), ['promo quiet_hours', 'promo quiet_hours'])
})

const text = (more: object = {}) => ({
  kind: 'webhook',
  id: 'text',
  url: 'https://sms.example/send',
  contact: { channel: 'sms' },
  otherwise: [],
  ...more,
})

test('an unknown time zone and quiet hours for text messages: not sent, at no hour', () => {
  const rules = policy({ quietHours: [{ channel: 'sms', from: '21:00', to: '08:00' }] })
  const world = new World([promo({ steps: [text()] })], { policy: rules })
  world.person('ada')
  world.person('bob', { timezone: 'Atlantis' })
  world.person('cyd', { timezone: 'Europe/Berlin' })
  for (const name of ['ada', 'bob', 'cyd']) world.happens(name, 'Promo', { n: ++n })
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
  world.happens(ada, 'Promo', { n: ++n })
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['https://sms.example/send', 'promo'])
  assert.deepEqual(heldOf(world), ['nudge capped:texts'])
})

test('what waited in the outbox into the night is handed over in the morning, or not at all if it expires before', () => {
  const rules = policy({ quietHours: NIGHT })
  const story = (within: string): World => {
    const world = new World([promo({ steps: [mail('promo', { within })] })], { policy: rules, start: at('2026-03-02T20:59:59Z') })
    world.person('ada', { timezone: 'UTC' })
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('1d')
    return world
  }
  const [sent] = story('24h').sent
  assert.ok(sent && sent.at >= at('2026-03-03T08:00:00Z') && sent.at < at('2026-03-03T08:30:00Z'))
  const late = story('1h')
  assert.equal(late.sent.length, 0)
  assert.ok(late.storyOf('ada').some((line) => line.includes('expired')))
})

/** Tells of the renewal this evening at 18:00; the promotion comes at 10:00. */
const renewal = (more: object = {}) =>
  journey({
    id: 'renewal',
    priority: 90,
    entry: { event: 'Renewal Near' },
    exit: [{ event: 'Renewed' }],
    steps: [{ kind: 'wait', id: 'evening', until: { time: '18:00' } }, mail('notice')],
    ...more,
  } as never)

test('a promotion does not burn the slot of tonight’s renewal notice', () => {
  const world = new World([renewal(), promo({ priority: 10 })], { policy: daily(1) })
  const ada = world.person('ada')
  world.happens(ada, 'Renewal Near')
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('12h')
  assert.deepEqual(world.sentTo(ada), ['notice'])
  assert.deepEqual(heldOf(world), ['promo held_for:renewal'])
})

test('without a higher priority it is served who comes first; the value of a message decides between equals', () => {
  const order = (ours: object, theirs: object): unknown[] => {
    const world = new World([renewal({ priority: 50, ...theirs }), promo(ours)], { policy: daily(1) })
    world.person('ada')
    world.happens('ada', 'Renewal Near')
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('12h')
    return world.sentTo('ada')
  }
  assert.deepEqual(order({}, {}), ['promo'])
  assert.deepEqual(order({ value: 1 }, { value: 2 }), ['notice'])
  assert.deepEqual(order({ value: 2 }, { value: 1 }), ['promo'])
  assert.deepEqual(order({ value: 2, priority: 10 }, { value: 1 }), ['notice'])
})

test('nobody starves for a message that never comes: when the other run leaves, who waited goes at once', () => {
  const world = new World([renewal(), promo({ priority: 10, steps: [mail('promo', { onCap: { defer: '3d' } })] })], { policy: daily(1) })
  const ada = world.person('ada')
  world.happens(ada, 'Renewal Near')
  world.happens(ada, 'Promo', { n: ++n })
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), [])
  world.happens(ada, 'Renewed')
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['promo'])
})

test('nor for one that may never be: a slot is not kept behind a wait for an event, nor for a message that could not be sent', () => {
  const maybe = renewal({ steps: [{ kind: 'waitFor', id: 'call', event: 'Called', upTo: '5h', otherwise: [] }, mail('notice')] })
  const nowhere = renewal({ steps: [{ kind: 'wait', id: 'evening', until: { time: '18:00' } }, text()] })
  const withdrawn = renewal({ steps: [{ kind: 'wait', id: 'evening', until: { time: '18:00' } }, mail('notice', { topic: 'left' })] })
  for (const other of [maybe, nowhere, withdrawn]) {
    const world = new World([other, promo({ priority: 10 })], {
      policy: policy({ caps: [{ id: 'mails', channel: 'email', max: 1, per: 'day' }] }),
    })
    world.person('ada')
    world.happens('ada', 'Consent Withdrawn', { channel: 'email', topic: 'left' })
    world.happens('ada', 'Renewal Near')
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('1m')
    assert.deepEqual(world.sentTo('ada'), ['promo'])
  }
})

test('the look ahead follows branches as the person’s data stand, splits, and waits that follow each other', () => {
  const through = (steps: object[]): unknown[] => {
    const world = new World([renewal({ steps }), promo({ priority: 10 })], { policy: daily(1) })
    world.person('ada', { plan: 'pro' })
    world.happens('ada', 'Renewal Near')
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('12h')
    return world.sentTo('ada')
  }
  const pause = (id: string) => ({ kind: 'wait', id, for: '2h' })
  const plan = (when: string) => ({ kind: 'branch', id: 'plan', branches: [{ id: 'yes', when, steps: [mail('notice')] }], otherwise: [] })
  assert.deepEqual(through([pause('a'), plan('profile.plan == "pro"')]), ['notice'])
  assert.deepEqual(through([pause('a'), plan('profile.plan == "basic"')]), ['promo'])
  const arms = [
    { id: 'x', weight: 1, steps: [mail('notice')] },
    { id: 'y', weight: 1, steps: [mail('notice-y')] },
  ]
  assert.match(String(through([pause('a'), { kind: 'split', id: 'half', arms }, pause('b')])[0]), /^notice/)
  assert.deepEqual(through([pause('a'), { kind: 'update', id: 'u', set: { seen: true } }, pause('b'), mail('notice')]), ['notice'])
  assert.deepEqual(through([{ kind: 'wait', id: 'long', for: '30h' }, mail('notice')]), ['promo'], 'tomorrow has a slot of its own')
})

test('a slot is kept for what the clock is going to begin: a date of theirs, and a broadcast whose audience they are in', () => {
  const wishes = (entry: object, more: object = {}) =>
    journey({ id: 'wishes', priority: 90, entry, steps: [mail('wishes')], ...more } as never)
  const birthday = { date: 'profile.birthday', yearly: true, time: '18:00', zone: 'UTC' }
  const broadcast = { schedule: { every: 'day', time: '18:00', zone: 'UTC' }, audience: 'profile.plan == "pro"' }
  const own = { schedule: { every: 'day', time: '18:00', zone: 'profile' }, audience: 'profile.plan == "pro"' }
  const sentWith = (other: Journey, traits: object): unknown[] => {
    const world = new World([other, promo({ priority: 10 })], { policy: daily(1) })
    world.person('ada', traits as never)
    world.happens('ada', 'Promo', { n: ++n })
    world.passes('1m')
    return world.sentTo('ada')
  }
  assert.deepEqual(sentWith(wishes(birthday), { birthday: '1990-03-02' }), [], 'her birthday is today')
  assert.deepEqual(sentWith(wishes(birthday), { birthday: '1990-03-03' }), ['promo'])
  assert.deepEqual(sentWith(wishes(birthday, { holdout: '100%' }), { birthday: '1990-03-02' }), ['promo'], 'who is held out gets none')
  assert.deepEqual(sentWith(wishes(birthday, { priority: 10 }), { birthday: '1990-03-02' }), ['promo'])
  for (const entry of [broadcast, own]) {
    assert.deepEqual(sentWith(wishes(entry), { plan: 'pro' }), [])
    assert.deepEqual(sentWith(wishes(entry), { plan: 'basic' }), ['promo'])
  }
  const morning = { ...broadcast, schedule: { ...broadcast.schedule, time: '09:00' } }
  assert.deepEqual(sentWith(wishes(morning), { plan: 'pro' }), ['promo'], 'nine o’clock has passed: tomorrow has a slot of its own')
})

test('of two that begin with the same event the one that comes first asks first', () => {
  const world = new World([promo({ id: 'a', steps: [mail('low')] }), promo({ id: 'b', priority: 80, steps: [mail('high')] })], {
    policy: daily(1),
  })
  world.person('ada')
  world.happens('ada', 'Promo', { n: ++n })
  world.passes('1m')
  assert.deepEqual(world.sentTo('ada'), ['high'])
})

test('when two profiles become one, the contacts of both count', () => {
  const world = new World([promo()], { policy: daily(2) })
  for (const name of ['ada', 'bob']) {
    world.person(name)
    world.happens(name, 'Promo', { n: ++n })
  }
  world.passes('1m')
  world.merge('bob', 'ada')
  world.passes('1s')
  world.happens('ada', 'Promo', { n: ++n })
  world.happens('bob', 'Promo', { n: ++n })
  world.passes('1h')
  assert.equal(world.sent.length, 2)
  assert.equal(world.people.get('ada')!.contacts.sends.length, 2)
})

test('without a policy nothing is remembered and nothing is asked', () => {
  const world = new World([promo()])
  const ada = world.person('ada')
  for (let i = 0; i < 20; i++) world.happens(ada, 'Promo', { n: ++n })
  world.passes('1h')
  assert.equal(world.sentTo(ada).length, 20)
  assert.deepEqual(world.people.get(ada)!.contacts, { sends: [] })
  assert.ok(world.sent.every(({ effect }) => !('contact' in effect.payload)))
})

const PEOPLE = ['ada', 'bob']
const ZONES = ['UTC', 'Europe/Berlin', 'Asia/Kathmandu', 'Pacific/Auckland', 'nowhere']
const Act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      who: fc.constantFrom(...PEOPLE),
      name: fc.constantFrom('A', 'B', 'C', 'Bought'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 1_500 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('zone' as const), who: fc.constantFrom(...PEOPLE), zone: fc.constantFrom(...ZONES) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('merge' as const) }) },
)
const Rules = fc.record({
  caps: fc.array(
    fc.record({
      max: fc.integer({ min: 1, max: 3 }),
      per: fc.constantFrom('day', 'week', '5h', '24h'),
      channel: fc.constantFrom(undefined, 'email', 'sms'),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  night: fc.boolean(),
})
const wish = fc.constantFrom<unknown>('skip', 'otherwise', { defer: '6h' }, { defer: '2d' })
const Wishes = fc.tuple(wish, wish, wish)

test('for any journeys, policy, failures, merges and moves between zones: whoever is written to had room, and is not asleep', () => {
  fc.assert(
    fc.property(fc.array(Act, { maxLength: 40 }), Rules, Wishes, (acts, given, [first, second, third]) => {
      const rules = policy({
        caps: given.caps.map(({ channel, ...cap }, i) => ({ id: `c${i}`, ...cap, ...(channel ? { channel } : {}) })),
        quietHours: given.night ? [{ from: '22:00', to: '07:00', onUnknownZone: 'fallback' }] : [],
      })
      const exit = [{ event: 'Bought' }]
      const again = { reentry: 'always' }
      const journeys = [
        journey({
          id: 'a',
          priority: 80,
          exit,
          entry: { event: 'A', ...again },
          steps: [{ kind: 'wait', id: 'w', for: '3h' }, mail('one', { onCap: first }), mail('two', { onCap: second })],
        } as never),
        journey({
          id: 'b',
          exit,
          entry: { event: 'B', ...again },
          steps: [text({ onCap: third }), mail('three', { onCap: first })],
        } as never),
        journey({
          id: 'c',
          priority: 20,
          exit,
          entry: { event: 'C', ...again },
          steps: [mail('four', { onCap: second }), { kind: 'wait', id: 'w', for: '1d' }, mail('five')],
        } as never),
      ]
      const provider = ({ id }: Effect): Answer =>
        id.charCodeAt(0) % 4 === 0
          ? { receipt: 'message.failed', reason: 'no', after: 3_000_000 }
          : { receipt: 'message.sent', after: id.charCodeAt(1) * 60_000 }
      const world = new Watched(journeys, rules, provider)
      for (const act of acts) world.play(act)
      world.passes('10d')
      world.judge()
    }),
    { numRuns: 150 },
  )
})

type Act = (typeof Act extends fc.Arbitrary<infer A> ? A : never) & object

/** Looks at the person right before and after everything that happens. */
class Watched extends World {
  readonly #policy
  /** Of both people: a contact that comes with a merge was decided before. */
  readonly #known = new Set<string>()
  constructor(journeys: readonly Journey[], rules: ContactPolicy, provider: (effect: Effect) => Answer) {
    super(journeys, { policy: rules, provider, start: MONDAY })
    const compiled = compilePolicy(rules)
    if (isRefusal(compiled)) throw new Error(compiled.refused.title)
    this.#policy = compiled
    for (const name of PEOPLE) this.person(name, { timezone: 'Europe/Berlin' })
  }

  play(act: Act): void {
    switch (act.kind) {
      case 'event':
        this.event({ person: act.who, name: act.name })
        break
      case 'zone':
        this.identify(act.who, { timezone: act.zone })
        break
      case 'merge':
        this.merge('bob', 'ada')
        break
      case 'pass':
        this.passes(`${act.minutes}m`)
    }
  }

  override step(until: number): boolean {
    const went = super.step(until)
    for (const person of this.people.values()) {
      assert.deepEqual(JSON.parse(JSON.stringify(person.contacts)), person.contacts)
      const fresh = person.contacts.sends.filter((each) => !this.#known.has(each.id) && each.status === 'reserved')
      for (const { id } of fresh) this.#known.add(id)
      const told = person.profile.attributes['timezone']?.[0]
      const zone = told === 'nowhere' || told === undefined ? 'UTC' : String(told)
      for (const cap of this.#policy.caps) {
        if (!fresh.some(({ channel }) => cap.channel === undefined || cap.channel === channel)) continue
        const { counted } = usage(person.contacts, cap, { now: this.now, zone })
        assert.ok(counted.length <= cap.max, `${counted.length} of ${cap.max} per ${cap.per}`)
      }
    }
    return went
  }

  judge(): void {
    for (const { at: when, effect } of this.sent) {
      if (this.#policy.quiet.length === 0) continue
      const { zone } = effect.payload['contact'] as { zone: string }
      // The answer of a slow provider is told later than the hand-over.
      const slow = effect.id.charCodeAt(1) * 60_000
      const { hour } = Temporal.Instant.fromEpochMilliseconds(when - slow).toZonedDateTimeISO(zone === 'nowhere' ? 'UTC' : zone)
      assert.ok(hour >= 7 && hour < 22, `sent at ${hour} in ${zone}`)
    }
    for (const person of this.people.values())
      for (const run of person.journeys.enrollments) assert.fail(`${run.journey} stands at ${run.step} for ever`)
    const longest = Math.max(...[...this.people.values()].map(({ contacts }) => contacts.sends.length))
    assert.ok(longest <= 60 + 3 * this.#policy.caps.length && this.now >= MONDAY + 10 * DAY)
  }
}

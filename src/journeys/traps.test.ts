import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { mail, policy } from '../../test/fixtures/budget.ts'
import { EditedWorld } from '../../test/fixtures/edited.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { nextDue } from './react.ts'

// What goes wrong elsewhere, told in docs/guides/traps.md. Here stand the scenarios that no other test tells.

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const tag = { kind: 'update', id: 'tag', set: { bought: true } }
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

test('who tells who they are and orders in the same breath counts once, whichever profile heard of it, treated or held out', () => {
  const source = (holdout: string) =>
    journey({ entry: { event: 'Visit' }, exit: [{ event: 'Order Completed' }], holdout, steps: [wait('day', '1d'), mail('late')] })
  for (const holdout of ['0%', '100%'])
    for (const [from, into] of [
      ['visitor', 'ada'],
      ['ada', 'visitor'],
    ] as const) {
      const world = new World([source(holdout)])
      for (const name of [from, into]) world.person(name)
      world.happens('visitor', 'Visit')
      world.passes('1m')
      world.event({ person: 'ada', name: 'Order Completed', id: 'order' })
      world.merge(from, into)
      world.run(world.now)
      world.event({ person: into, name: 'Order Completed', id: 'order' })
      world.event({ person: into, name: 'Order Completed', id: 'another order' })
      world.passes('5d')
      assert.equal(world.trace.filter(({ kind }) => kind === 'converted').length, 1, `${from} became ${into}, ${holdout}`)
      assert.deepEqual(world.sent, [])
    }
})

test('a wait goes on with what the other profile has just heard, and with nothing from before it', () => {
  const buy = { kind: 'waitFor', id: 'buy', event: 'Order Completed', upTo: '1d', then: [tag, mail('thanks')], otherwise: [mail('nudge')] }
  const segments = [{ id: 'buyers', when: 'profile.bought == true' }]
  for (const [from, into] of [
    ['visitor', 'ada'],
    ['ada', 'visitor'],
  ] as const)
    for (const early of [false, true]) {
      const source = journey({ entry: { event: 'Checkout Started' }, goal: { event: 'Renewed', within: '1d' }, steps: [buy] })
      const greet = journey({ id: 'greet', entry: { event: 'segment.entered:buyers' }, steps: [mail('welcome')] })
      const world = new World([source, greet], { segments })
      for (const name of [from, into]) world.person(name)
      if (early) world.happens('ada', 'Order Completed')
      world.passes('10s')
      world.happens('visitor', 'Checkout Started')
      world.passes('10s')
      if (!early) world.happens('ada', 'Order Completed')
      world.merge(from, into)
      world.passes('2d')
      const told = world.sent.map(({ effect }) => effect.payload['template'])
      assert.deepEqual(told.sort(), early ? ['nudge'] : ['thanks', 'welcome'], `${from} became ${into}`)
    }
})

test('one order is not counted for both profiles that had a run of the same journey', () => {
  const world = new World([journey({ entry: { event: 'Visit', reentry: 'always' }, steps: [wait('day', '1d')] })])
  for (const name of ['visitor', 'ada']) {
    world.person(name)
    world.happens(name, 'Visit')
  }
  world.passes('1m')
  world.happens('ada', 'Order Completed')
  world.merge('visitor', 'ada')
  world.passes('5d')
  assert.equal(world.trace.filter(({ kind }) => kind === 'converted').length, 1)
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

import assert from 'node:assert/strict'
import test from 'node:test'
import { daily, fresh, heldOf, mail, policy, promo, text } from '../../test/fixtures/budget.ts'
import { journey, World } from '../../test/fixtures/journeys.ts'
import type { Journey } from './schema.ts'

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
  world.happens(ada, 'Promo', fresh())
  world.passes('12h')
  assert.deepEqual(world.sentTo(ada), ['notice'])
  assert.deepEqual(heldOf(world), ['promo held_for:renewal'])
})

test('without a higher priority it is served who comes first; the value of a message decides between equals', () => {
  const order = (ours: object, theirs: object): unknown[] => {
    const world = new World([renewal({ priority: 50, ...theirs }), promo(ours)], { policy: daily(1) })
    world.person('ada')
    world.happens('ada', 'Renewal Near')
    world.happens('ada', 'Promo', fresh())
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
  world.happens(ada, 'Promo', fresh())
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
    world.happens('ada', 'Promo', fresh())
    world.passes('1m')
    assert.deepEqual(world.sentTo('ada'), ['promo'])
  }
})

test('the look ahead follows branches as the person’s data stand, splits, and waits that follow each other', () => {
  const through = (steps: object[]): unknown[] => {
    const world = new World([renewal({ steps }), promo({ priority: 10 })], { policy: daily(1) })
    world.person('ada', { plan: 'pro' })
    world.happens('ada', 'Renewal Near')
    world.happens('ada', 'Promo', fresh())
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
    world.happens('ada', 'Promo', fresh())
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
  world.happens('ada', 'Promo', fresh())
  world.passes('1m')
  assert.deepEqual(world.sentTo('ada'), ['high'])
})

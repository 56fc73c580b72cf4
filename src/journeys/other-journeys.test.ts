import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'
import { MOST_STARTS } from './deeds.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const started = (id: string, steps: readonly unknown[], more: object = {}) =>
  journey({ id, entry: { journey: true, reentry: 'always', ...more }, steps })

test('start lets the person begin another journey with what it is given; the first goes on below', () => {
  const start = { kind: 'start', id: 'go', journey: 'second', with: { cart: '=entry.cart_id', gift: true } }
  const second = started('second', [{ kind: 'update', id: 'note', set: { got: '=entry.cart' } }, mail('second')])
  const world = new World([journey({ steps: [start, mail('first')] }), second])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { cart_id: 'c7' })
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada).toSorted(), ['first', 'second'])
  assert.equal(world.attribute(ada, 'got'), 'c7')
  assert.ok(world.storyOf(ada).includes('moved go started:second'))
  const entered = world.facts.flatMap((fact) => (fact.table === 'transitions' && fact.row.kind === 'entered' ? [fact.row] : []))
  assert.equal(entered[1]?.cause, `${entered[0]?.enrollment_id}:go:start`, 'the cause names the run and the step')
})

test('the other journey decides as for any entry: its filter and its re-entry rule hold', () => {
  const start = { kind: 'start', id: 'go', journey: 'second', with: { amount: '=entry.amount' } }
  const second = started('second', [mail('second')], { where: 'event.amount > 10', reentry: 'never' })
  const world = new World([journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [start] }), second])
  const ada = world.person('ada')
  for (const amount of [5, 20, 30]) {
    world.happens(ada, 'Product Added', { amount })
    world.passes('1h')
  }
  assert.deepEqual(world.sentTo(ada), ['second'])
  assert.equal(world.storyOf(ada).filter((line) => line === 'refused  reentry').length, 1)
})

test('journeys that start each other end after ten links, and the run that would go on says why', () => {
  const ping = started('ping', [{ kind: 'start', id: 'to-pong', journey: 'pong' }])
  const pong = started('pong', [{ kind: 'start', id: 'to-ping', journey: 'ping' }])
  const world = new World([journey({ steps: [{ kind: 'start', id: 'go', journey: 'ping' }] }), ping, pong])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  const story = world.storyOf(ada)
  assert.equal(story.filter((line) => line.startsWith('entered ')).length, 1 + MOST_STARTS)
  assert.deepEqual(
    story.filter((line) => line.includes('start_depth')),
    ['exited to-ping completed:start_depth:ping'],
  )
  assert.deepEqual(world.placesOf(ada), [])
})

test('stop ends the person’s runs of another journey at once and takes back what is queued; others go on', () => {
  const reminders = journey({
    id: 'reminders',
    entry: { event: 'Product Added', key: 'properties.cart_id' },
    steps: [mail('now'), wait('calm', '1d'), mail('later')],
  })
  const buying = journey({
    id: 'buying',
    entry: { event: 'Order Completed' },
    steps: [{ kind: 'stop', id: 'enough', journey: 'reminders', reason: 'bought' }, mail('thanks')],
  })
  const world = new World([reminders, buying, journey({ id: 'other', steps: [wait('calm', '1d'), mail('other')] })])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  world.happens(ada, 'Product Added', { cart_id: 'a' })
  world.happens(bob, 'Product Added', { cart_id: 'a' })
  world.passes('1h')
  world.happens(ada, 'Product Added', { cart_id: 'b' })
  world.happens(ada, 'Order Completed')
  world.passes('3d')
  assert.deepEqual(world.sentTo(ada).toSorted(), ['now', 'other', 'thanks'], 'the second cart’s first reminder was still queued')
  assert.deepEqual(world.sentTo(bob).toSorted(), ['later', 'now', 'other'])
  assert.equal(world.storyOf(ada).filter((line) => line.endsWith(' stopped_by:bought')).length, 2)
})

test('a run that stops its own journey ends the others of it and goes on itself', () => {
  const only = journey({
    id: 'only',
    entry: { event: 'Product Added', key: 'properties.cart_id' },
    steps: [{ kind: 'stop', id: 'others', journey: 'only' }, wait('calm', '1h'), mail('last')],
  })
  const world = new World([only])
  const ada = world.person('ada')
  for (const cart_id of ['a', 'b', 'c']) world.happens(ada, 'Product Added', { cart_id })
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), ['last'])
  assert.equal((world.sent[0]!.effect.payload['data'] as { entry: { key: string } }).entry.key, 'c')
})

test('one event that makes a run stop another which listens to it as well: the stopped one does nothing any more', () => {
  const listens = (id: string, then: readonly unknown[]) => ({
    kind: 'waitFor',
    id,
    event: 'Product Viewed',
    upTo: '1d',
    then,
    otherwise: [],
  })
  const first = journey({ id: 'a-first', steps: [listens('hear', [{ kind: 'stop', id: 'end', journey: 'b-second' }])] })
  const second = journey({ id: 'b-second', steps: [listens('hear', [mail('never')])] })
  const world = new World([first, second])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.happens(ada, 'Product Viewed')
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), [])
  assert.deepEqual(world.placesOf(ada), [])
})

test('the same cohort draws alike in every journey, and percentages are shares of all', () => {
  const arms = [
    { id: 'test', percent: 10, steps: [{ kind: 'update', id: 'is-test', set: { arm: 'test' } }] },
    { id: 'rest', percent: 90, steps: [{ kind: 'update', id: 'is-rest', set: { arm: 'rest' } }] },
  ]
  const named = (name: string) => JSON.parse(JSON.stringify(arms).replaceAll('"arm"', `"${name}"`)) as typeof arms
  const split = (id: string, name: string, more: object) =>
    journey({ id, steps: [{ kind: 'split', id: 'draw', arms: named(name), ...more }] })
  const world = new World([
    split('one', 'one', { cohort: 'spring' }),
    split('two', 'two', { cohort: 'spring' }),
    split('three', 'three', {}),
  ])
  const people = Array.from({ length: 600 }, (_, i) => world.person(`p${i}`))
  for (const person of people) world.happens(person, 'Product Added')
  const drawn = (name: string) => people.map((person) => world.attribute(person, name))
  assert.deepEqual(drawn('one'), drawn('two'))
  assert.notDeepEqual(drawn('one'), drawn('three'))
  const share = drawn('one').filter((arm) => arm === 'test').length
  assert.ok(share > 35 && share < 90, `${share} of 600`)
})

test('the same person keeps their arm after re-entry; when weights change only those move whose share shrank', () => {
  const split = (weights: readonly number[]) =>
    journey({
      entry: { event: 'Product Added', reentry: 'always' },
      steps: [
        {
          kind: 'split',
          id: 'draw',
          arms: weights.map((weight, i) => ({ id: `a${i}`, weight, steps: [{ kind: 'update', id: `set${i}`, set: { arm: i } }] })),
        },
      ],
    })
  const world = new World([split([1, 1])])
  const people = Array.from({ length: 300 }, (_, i) => world.person(`p${i}`))
  const arms = () => {
    for (const person of people) world.happens(person, 'Product Added')
    return people.map((person) => world.attribute(person, 'arm'))
  }
  const before = arms()
  assert.deepEqual(arms(), before)
  world.publish(split([3, 1]))
  const after = arms()
  assert.ok(people.every((_, i) => before[i] === after[i] || (before[i] === 1 && after[i] === 0)))
  const moved = people.filter((_, i) => before[i] !== after[i]).length
  assert.ok(moved > 40 && moved < 110, `a quarter of all: ${moved}`)
})

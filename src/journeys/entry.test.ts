import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'

const HOUR = 3_600_000
const settle = [{ kind: 'wait', id: 'settle', for: '1h' }]

test('one run for each cart; a second event of the same cart starts nothing', () => {
  const world = new World([journey({ entry: { event: 'Product Added', key: 'properties.cart_id' }, steps: settle })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { cart_id: 'one' })
  world.happens(ada, 'Product Added', { cart_id: 2 })
  world.happens(ada, 'Product Added', { cart_id: 'one' })
  world.happens(ada, 'Product Added', {})
  assert.deepEqual(
    world.people.get(ada)!.journeys.enrollments.map(({ key }) => key),
    ['one', '2'],
  )
  assert.deepEqual(world.storyOf(ada).slice(2), ['refused  already_in', 'refused  key_missing'])
})

test('an exit condition that matches a key ends the run of that cart only', () => {
  const world = new World([
    journey({
      entry: { event: 'Product Added', key: 'properties.cart_id' },
      exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' }, reason: 'bought' }],
      steps: settle,
    }),
  ])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { cart_id: '7' })
  world.happens(ada, 'Product Added', { cart_id: '8' })
  world.happens(ada, 'Order Completed', { cart_id: 7 })
  assert.deepEqual(
    world.people.get(ada)!.journeys.enrollments.map(({ key }) => key),
    ['8'],
  )
  world.happens(ada, 'Order Completed', {})
  assert.equal(world.placesOf(ada).length, 1, 'an order without a cart id matches no cart')
})

test('the re-entry rule lets people in again never, always, or after a time', () => {
  const rules = { never: 'never', always: 'always', later: { after: '2d' } }
  const world = new World(
    Object.entries(rules).map(([id, reentry]) =>
      journey({ id, entry: { event: 'Product Added', reentry }, steps: [{ kind: 'wait', id: 'settle', for: '1h' }] }),
    ),
  )
  const ada = world.person('ada')
  const entries = () => Object.keys(rules).map((id) => world.trace.filter((line) => line.journey === id && line.kind === 'entered').length)
  const seen: number[][] = []
  for (let day = 0; day < 4; day++) {
    world.happens(ada, 'Product Added')
    seen.push(entries())
    world.passes('1d')
  }
  assert.deepEqual(seen, [
    [1, 1, 1],
    [1, 2, 1],
    [1, 3, 2],
    [1, 4, 2],
  ])
  assert.ok(world.storyOf(ada).includes('refused  reentry'))
})

test('an event that is too old starts nothing, one that is a little late does', () => {
  const world = new World([journey({ entry: { event: 'Product Added', maxAge: '2h' }, steps: settle })])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  world.event({ person: ada, name: 'Product Added', happened: world.now - 3 * HOUR })
  world.event({ person: bob, name: 'Product Added', happened: world.now - HOUR })
  world.run(world.now)
  assert.deepEqual(world.storyOf(ada), ['refused  too_old'])
  assert.deepEqual(world.placesOf(bob), ['settle'])
})

test('who does not match the entry filter leaves no trace', () => {
  const world = new World([
    journey({ entry: { event: 'Product Added', where: 'event.price > 10 and profile.email exists' }, steps: settle }),
  ])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { price: 5 })
  assert.deepEqual(world.storyOf(ada), [])
  world.happens(ada, 'Product Added', { price: 11 })
  assert.deepEqual(world.placesOf(ada), ['settle'])
})

test('an order from before the run began ends nothing and is no conversion', () => {
  const world = new World([journey({ exit: [{ event: 'Order Completed' }], steps: settle })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.event({ person: ada, name: 'Order Completed', happened: world.now - HOUR, properties: { total: 5 } })
  world.run(world.now)
  assert.deepEqual(world.storyOf(ada), ['entered settle entered'])
})

test('an order of this very cart ends its run and counts, also when its clock was a little behind the browser’s', () => {
  const world = new World([
    journey({
      goal: { event: 'Order Completed', where: 'event.properties.cart_id == entry.key', within: '3d' },
      entry: { event: 'Product Added', key: 'properties.cart_id' },
      exit: [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' } }],
      steps: settle,
    }),
  ])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  for (const person of [ada, bob]) world.happens(person, 'Product Added', { cart_id: 'c1' })
  world.event({ person: ada, name: 'Order Completed', happened: world.now - 4 * 60_000, properties: { cart_id: 'c1' } })
  world.event({ person: bob, name: 'Order Completed', happened: world.now - HOUR, properties: { cart_id: 'c1' } })
  world.run(world.now)
  assert.deepEqual(world.placesOf(ada), [])
  assert.deepEqual(world.placesOf(bob), [], 'the cart is bought, whatever the clocks say')
  assert.equal(
    world.facts.filter(({ table, row }) => table === 'transitions' && row.kind === 'converted').length,
    1,
    'an hour is no doubt of clocks',
  )
})

test('the goal counts within its window by event time, once, with its worth, also after the run has ended', () => {
  const world = new World([journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: settle })])
  const [ada, bob, cid] = ['ada', 'bob', 'cid'].map((name) => world.person(name)) as [string, string, string]
  for (const person of [ada, bob, cid]) world.happens(person, 'Product Added')
  const deadline = world.now + 72 * HOUR
  world.passes('2d')
  world.happens(ada, 'Order Completed', { total: 40 })
  world.happens(ada, 'Order Completed', { total: 50 })
  world.passes('2d')
  world.event({ person: bob, name: 'Order Completed', happened: deadline, properties: { total: 7 } })
  world.event({ person: cid, name: 'Order Completed', happened: deadline + 1, properties: { total: 7 } })
  world.run(world.now)
  const converted = world.facts.flatMap(({ table, row }) =>
    table === 'transitions' && row.kind === 'converted' ? [[row.profile_id, row.value]] : [],
  )
  assert.deepEqual(converted, [
    [ada, 40],
    [bob, 7],
  ])
})

test('of two runs whose goal one order reaches, the newest takes the credit', () => {
  const world = new World([journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  world.happens(ada, 'Product Added')
  world.happens(ada, 'Order Completed', { total: 1 })
  const rows = world.facts.flatMap(({ table, row }) => (table === 'transitions' ? [row] : []))
  const converted = rows.filter(({ kind }) => kind === 'converted')
  assert.equal(converted.length, 1)
  assert.equal(converted[0]!.enrollment_id, rows.filter(({ kind }) => kind === 'entered')[1]!.enrollment_id)
})

test('the condition of a goal may ask for the entry event after the run has ended', () => {
  const goal = { event: 'Order Completed', where: 'event.sku == entry.sku', within: '3d' }
  const world = new World([journey({ goal, steps: [] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { sku: 'teapot' })
  world.happens(ada, 'Order Completed', { sku: 'kettle' })
  world.happens(ada, 'Order Completed', { sku: 'teapot' })
  assert.deepEqual(world.storyOf(ada), ['entered  entered', 'exited  completed', 'converted  goal'])
})

test('a share of people is held out: they get nothing, and are watched all the same', () => {
  const world = new World([
    journey({
      holdout: '25%',
      entry: { event: 'Product Added', reentry: 'always' },
      steps: [{ kind: 'email', id: 'cart', template: 'cart' }],
    }),
  ])
  const names = Array.from({ length: 400 }, (_, i) => world.person(`p${i}`))
  for (const name of names) world.happens(name, 'Product Added')
  world.passes('1h')
  for (const name of names) world.happens(name, 'Product Added')
  world.passes('1h')
  const heldOut = names.filter((name) => world.storyOf(name).includes('exited  holdout'))
  assert.ok(Math.abs(heldOut.length / 400 - 0.25) < 0.07, `${heldOut.length} held out`)
  for (const name of heldOut) {
    assert.deepEqual(world.sentTo(name), [])
    assert.deepEqual(world.storyOf(name), ['entered  entered', 'exited  holdout', 'refused  already_in'])
    world.happens(name, 'Order Completed', { total: 3 })
  }
  const arms = world.facts.flatMap(({ table, row }) => (table === 'transitions' && row.kind === 'converted' ? [row.arm] : []))
  assert.deepEqual(
    arms,
    heldOut.map(() => 'held_out'),
  )
})

test('a run stays on its version when a new one is published', () => {
  const mail = (template: string) => ({ kind: 'email', id: 'cart', template })
  const world = new World([journey({ steps: [...settle, mail('old')] })])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  world.happens(ada, 'Product Added')
  world.publish(journey({ steps: [mail('new')] }))
  world.happens(bob, 'Product Added')
  world.passes('2h')
  assert.deepEqual([world.sentTo(ada), world.sentTo(bob)], [['old'], ['new']])
})

test('a repeated message changes nothing but is noted', () => {
  const world = new World([journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [] })])
  const ada = world.person('ada')
  for (let i = 0; i < 3; i++) world.event({ person: ada, name: 'Product Added', id: 'same' })
  world.run(world.now)
  assert.equal(world.storyOf(ada).filter((line) => line.startsWith('entered')).length, 1)
  const verdicts = world.facts.flatMap(({ table, row }) => (table === 'events' && row.message_id === 'same' ? [row.verdict] : []))
  assert.deepEqual(verdicts, ['accepted', 'duplicate', 'duplicate'])
})

test('names such as __proto__ are names like any other', () => {
  const world = new World([journey({ entry: { event: 'constructor', key: 'properties.__proto__' }, steps: settle })])
  world.event({ person: 'ada', name: 'constructor', properties: JSON.parse('{"__proto__": "__proto__"}') })
  world.event({ person: 'ada', name: '__proto__', type: 'identify', properties: JSON.parse('{"__proto__": {"polluted": true}}') })
  world.run(world.now)
  assert.deepEqual(
    world.people.get('ada')!.journeys.enrollments.map(({ key }) => key),
    ['__proto__'],
  )
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
  assert.deepEqual(Object.keys(world.people.get('ada')!.profile.attributes), ['__proto__'])
})

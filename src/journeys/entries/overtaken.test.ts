import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../../test/fixtures/journeys.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const steps = [
  { kind: 'wait', id: 'settle', for: '1h' },
  { kind: 'email', id: 'nudge', template: 'cart' },
]
const entry = { event: 'Product Added', key: 'properties.cart_id' }
const exit = [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' }, reason: 'bought' }]
const carts = (parts: object = {}) => new World([journey({ entry, exit, steps, ...parts })])

/** Something that happened a while ago is heard now. */
function late(world: World, person: string, what: { name: string; ago: number; properties?: Record<string, string> }): void {
  const { name, ago, properties = {} } = what
  world.event({ person, name, properties, happened: world.now - ago })
  world.run(world.now)
}

test('an order that overtakes its cart: nobody is reminded of what they have bought', () => {
  const world = carts()
  const ada = world.person('ada')
  world.happens(ada, 'Order Completed', { cart_id: 'c1' })
  late(world, ada, { name: 'Product Added', ago: MINUTE, properties: { cart_id: 'c1' } })
  // Of a cart with several lines each line comes late.
  late(world, ada, { name: 'Product Added', ago: MINUTE, properties: { cart_id: 'c1' } })
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), [])
  assert.deepEqual(world.storyOf(ada), ['refused  overtaken', 'refused  overtaken'])
})

test('hours later as well, when a telephone tells at last what had been in the cart', () => {
  const world = carts()
  const ada = world.person('ada')
  world.happens(ada, 'Order Completed', { cart_id: 'c1' })
  world.passes('20h')
  late(world, ada, { name: 'Product Added', ago: 20 * HOUR + MINUTE, properties: { cart_id: 'c1' } })
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), [])
})

test('another cart is another matter, and so is the same one filled anew after the order', () => {
  const world = carts({ entry: { ...entry, reentry: 'always' } })
  const ada = world.person('ada')
  world.happens(ada, 'Order Completed', { cart_id: 'c1' })
  late(world, ada, { name: 'Product Added', ago: MINUTE, properties: { cart_id: 'c2' } })
  world.passes('1m')
  world.happens(ada, 'Product Added', { cart_id: 'c1' })
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), ['cart', 'cart'])
})

test('a key that was in the journey before: only what truly happened before its end is over', () => {
  const world = carts({ entry: { ...entry, reentry: 'always' } })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { cart_id: 'c1' })
  world.passes('10m')
  world.happens(ada, 'Order Completed', { cart_id: 'c1' })
  late(world, ada, { name: 'Product Added', ago: MINUTE, properties: { cart_id: 'c1' } })
  assert.deepEqual(world.placesOf(ada), [])
  world.passes('1m')
  world.happens(ada, 'Product Added', { cart_id: 'c1' })
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), ['cart'])
})

test('without a key the clocks of the events say which came first', () => {
  const world = new World([journey({ exit: [{ event: 'Order Completed' }], steps, entry: { event: 'Product Added', reentry: 'always' } })])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  for (const person of [ada, bob]) world.happens(person, 'Order Completed')
  world.passes('2m')
  late(world, ada, { name: 'Product Added', ago: 3 * MINUTE })
  late(world, bob, { name: 'Product Added', ago: MINUTE })
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), [])
  assert.deepEqual(world.sentTo(bob), ['cart'])
})

test('an exit with a condition is held against the late event as it would have been against the run', () => {
  const exits = [{ event: 'Order Completed', match: { 'properties.cart_id': 'entry.key' }, where: 'event.properties.paid == "yes"' }]
  const world = carts({ exit: exits })
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  world.happens(ada, 'Order Completed', { cart_id: 'c1', paid: 'yes' })
  world.happens(bob, 'Order Completed', { cart_id: 'c2', paid: 'no' })
  late(world, ada, { name: 'Product Added', ago: MINUTE, properties: { cart_id: 'c1' } })
  late(world, bob, { name: 'Product Added', ago: MINUTE, properties: { cart_id: 'c2' } })
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), [])
  assert.deepEqual(world.sentTo(bob), ['cart'])
})

test('bought as one profile, put into the cart as another: the run ends when they turn out to be one', () => {
  const world = carts()
  const ada = world.person('ada')
  world.happens(ada, 'Order Completed', { cart_id: 'c1' })
  world.passes('11m')
  late(world, 'stranger', { name: 'Product Added', ago: 12 * MINUTE, properties: { cart_id: 'c1' } })
  assert.deepEqual(world.placesOf('stranger'), ['settle'])
  world.merge('stranger', ada)
  world.run(world.now)
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), [])
  assert.ok(world.storyOf(ada).includes('exited settle overtaken'))
})

test('little is kept, not for long, and nothing of a key that the journey is over for anyway', () => {
  const world = carts({ entry: { ...entry, maxAge: '1d' } })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { cart_id: 'mine' })
  world.happens(ada, 'Order Completed', { cart_id: 'mine' })
  const kept = (): string[] => Object.keys(world.people.get(ada)!.journeys.closed?.['reminder'] ?? {})
  assert.deepEqual(kept(), [])
  for (let i = 0; i < 40; i++) world.happens(ada, 'Order Completed', { cart_id: `c${i}` })
  assert.equal(kept().length, 32)
  world.passes('2d')
  world.happens(ada, 'Order Completed', { cart_id: 'new' })
  assert.deepEqual(kept(), ['new'])
})

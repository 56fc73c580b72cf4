import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const events = [
  { id: 'bought', event: 'Order Completed', steps: [mail('thanks')] },
  { id: 'asked', event: 'Quote Requested', where: 'event.amount > 100', steps: [mail('call-you')] },
  { id: 'looked', event: 'Product Viewed', steps: [mail('still-there')] },
]
const reply = (more: object = {}) => ({ kind: 'waitFor', id: 'reply', on: events, upTo: '2d', otherwise: [mail('nothing')], ...more })

test('several events: the first that comes decides at once, whatever its place in the list', () => {
  const world = new World([journey({ steps: [reply(), mail('below')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  world.happens(ada, 'Quote Requested', { amount: 50 })
  assert.deepEqual(world.placesOf(ada), ['reply'], 'its condition does not hold')
  world.happens(ada, 'Product Viewed')
  world.happens(ada, 'Order Completed')
  world.passes('3d')
  assert.deepEqual(world.sentTo(ada), ['still-there', 'below'])
  assert.ok(world.storyOf(ada).includes('moved reply event:looked'))
})

test('ranked: everybody is held to the end, and the highest in the list that came wins', () => {
  const world = new World([journey({ steps: [reply({ mode: 'ranked' }), mail('below')] })])
  const [ada, bob, cid] = ['ada', 'bob', 'cid'].map((name) => world.person(name)) as [string, string, string]
  for (const person of [ada, bob, cid]) world.happens(person, 'Product Added')
  world.happens(ada, 'Product Viewed')
  world.happens(ada, 'Quote Requested', { amount: 200 })
  world.happens(ada, 'Product Viewed')
  world.happens(bob, 'Order Completed')
  world.passes('47h')
  assert.deepEqual([...world.placesOf(ada), ...world.placesOf(bob)], ['reply', 'reply'])
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), ['call-you', 'below'])
  assert.deepEqual(world.sentTo(bob), ['thanks', 'below'])
  assert.deepEqual(world.sentTo(cid), ['nothing', 'below'])
})

test('what came during one ranked wait is forgotten in the next', () => {
  const again = {
    ...reply({ mode: 'ranked' }),
    id: 'again',
    on: [{ id: 'bought-again', event: 'Order Completed', steps: [mail('wow')] }],
    otherwise: [],
  }
  const world = new World([journey({ steps: [reply({ mode: 'ranked' }), again] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.happens(ada, 'Order Completed')
  world.passes('10d')
  assert.deepEqual(world.sentTo(ada), ['thanks'])
})

test('when one event fits several of the list, the highest of them counts', () => {
  const on = [
    { id: 'large', event: 'Order Completed', where: 'event.total > 100', steps: [mail('large')] },
    { id: 'any', event: 'Order Completed', steps: [mail('any')] },
  ]
  for (const mode of ['first', 'ranked']) {
    const world = new World([journey({ steps: [reply({ on, mode })] })])
    const ada = world.person('ada')
    world.happens(ada, 'Product Added')
    world.happens(ada, 'Order Completed', { total: 150 })
    world.passes('3d')
    assert.deepEqual(world.sentTo(ada), ['large'], mode)
  }
})

test('only what comes after the step was reached counts, though it happened to this person before', () => {
  const world = new World([journey({ steps: [{ kind: 'wait', id: 'settle', for: '1h' }, reply()] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('30m')
  world.happens(ada, 'Order Completed')
  world.passes('3d')
  assert.deepEqual(world.sentTo(ada), ['nothing'])
})

test('a receipt that came before counts at once; among ranked ones a higher event can still win', () => {
  const on = [
    { id: 'bought', event: 'Order Completed', steps: [mail('thanks')] },
    { id: 'opened', event: 'message.opened', of: 'first', steps: [mail('opened')] },
  ]
  const told = (mode: string) => {
    const world = new World([journey({ steps: [mail('first'), { kind: 'wait', id: 'calm', for: '1h' }, reply({ on, mode })] })])
    const ada = world.person('ada')
    world.happens(ada, 'Product Added')
    world.passes('10m')
    const effect = world.sent[0]!.effect.id
    world.event({ person: ada, name: 'message.opened', type: 'system', properties: { effect_id: effect, channel: 'email' } })
    world.passes('2h')
    world.happens(ada, 'Order Completed')
    world.passes('3d')
    return world.sentTo(ada)
  }
  assert.deepEqual(told('first'), ['first', 'opened'])
  assert.deepEqual(told('ranked'), ['first', 'thanks'])
})

test('the second run does not hear what the first has waited for', () => {
  const world = new World([journey({ entry: { event: 'Product Added', reentry: 'always' }, steps: [reply({ upTo: '1h' })] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.happens(ada, 'Order Completed')
  world.passes('1m')
  world.happens(ada, 'Product Added')
  assert.deepEqual(world.placesOf(ada), ['reply'])
  world.passes('2h')
  assert.deepEqual(world.sentTo(ada), ['thanks', 'nothing'])
})

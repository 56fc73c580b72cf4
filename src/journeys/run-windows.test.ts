import assert from 'node:assert/strict'
import { test } from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'

const branching = (when: string, entry: Record<string, unknown> = {}) =>
  journey({
    entry: { event: 'Trial Started', reentry: 'always', ...entry },
    steps: [
      { kind: 'wait', id: 'day', for: '1d' },
      {
        kind: 'branch',
        id: 'asked',
        branches: [{ id: 'yes', when, steps: [{ kind: 'email', id: 'keen', template: 'keen' }] }],
        otherwise: [{ kind: 'email', id: 'cold', template: 'cold' }],
      },
    ],
  })

test('the second run does not see what the first run has heard', () => {
  const world = new World([branching('count("Page Viewed" in run) >= 2')])
  const ada = world.person('ada')
  world.happens(ada, 'Page Viewed')
  world.happens(ada, 'Trial Started')
  world.happens(ada, 'Page Viewed')
  world.happens(ada, 'Page Viewed')
  world.passes('2d')
  world.happens(ada, 'Trial Started')
  world.happens(ada, 'Page Viewed')
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), ['keen', 'cold'])
})

test('without “in run” all of the person’s events count, also those from before', () => {
  const world = new World([branching('count("Page Viewed" where event.path == "/pricing" within 7d) >= 2')])
  const ada = world.person('ada')
  world.happens(ada, 'Page Viewed', { path: '/pricing' })
  world.happens(ada, 'Page Viewed', { path: '/' })
  world.happens(ada, 'Trial Started')
  world.happens(ada, 'Page Viewed', { path: '/pricing' })
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), ['keen'])
  world.passes('10d')
  world.happens(ada, 'Trial Started')
  world.happens(ada, 'Page Viewed', { path: '/pricing' })
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada), ['keen', 'cold'])
})

test('a keyed run hears only what carries its key', () => {
  const world = new World([branching('sum("Item Added", price in run) > 50', { key: 'properties.cart' })])
  const ada = world.person('ada')
  world.happens(ada, 'Trial Started', { cart: 'a' })
  world.happens(ada, 'Trial Started', { cart: 'b' })
  world.happens(ada, 'Item Added', { cart: 'a', price: 40 })
  world.happens(ada, 'Item Added', { cart: 'b', price: 45 })
  world.happens(ada, 'Item Added', { price: 99 })
  world.happens(ada, 'Item Added', { cart: 'a', price: 11.5 })
  world.passes('2d')
  assert.deepEqual(world.sentTo(ada).sort(), ['cold', 'keen'])
})

test('a step hears from when it is reached', () => {
  const world = new World([
    journey({
      entry: { event: 'Trial Started' },
      steps: [
        { kind: 'wait', id: 'settle', for: '1d' },
        {
          kind: 'waitFor',
          id: 'look',
          event: 'Page Viewed',
          where: 'count("Page Viewed" in step) == 2 and count("Page Viewed" in run) == 4',
          upTo: '1d',
          otherwise: [{ kind: 'exit', id: 'cold' }],
        },
        { kind: 'email', id: 'keen', template: 'keen' },
      ],
    }),
  ])
  const ada = world.person('ada')
  world.happens(ada, 'Trial Started')
  world.happens(ada, 'Page Viewed')
  world.happens(ada, 'Page Viewed')
  world.passes('25h')
  world.happens(ada, 'Page Viewed')
  assert.deepEqual(world.sentTo(ada), [])
  world.happens(ada, 'Page Viewed')
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['keen'])
})

test('an exit counts the event that brings it about', () => {
  const plan = branching('count("Page Viewed" in run) >= 0')
  const world = new World([{ ...plan, exit: [{ event: 'Refund', where: 'count("Refund" in run) >= 2' }] } as typeof plan])
  const ada = world.person('ada')
  world.happens(ada, 'Refund')
  world.happens(ada, 'Trial Started')
  world.happens(ada, 'Refund')
  assert.deepEqual(world.placesOf(ada), ['day'])
  world.happens(ada, 'Refund')
  assert.deepEqual(world.placesOf(ada), [])
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { EditedWorld } from '../../test/fixtures/edited.ts'
import { journey } from '../../test/fixtures/journeys.ts'

const HOUR = 3_600_000
const email = (id: string, template = id) => ({ kind: 'email', id, template, otherwise: [] })
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const entry = { event: 'Product Added', reentry: 'always' as const }
const reminder = (...steps: object[]) => journey({ id: 'reminder', entry, steps })

function inside(...steps: object[]): { world: EditedWorld; ada: string } {
  const world = new EditedWorld()
  world.publish(reminder(...steps))
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  return { world, ada }
}

test('pinned people finish on their version', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('first'))
  world.publish(reminder(wait('settle', '1h'), email('second')))
  world.sweep()
  world.passes('2h')
  assert.deepEqual(world.placesOf(ada), ['1:settle'])
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['first'])
})

test('who follows gets the new content at the step of the same id', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('mail', 'old'))
  world.publish(reminder(wait('settle', '1d'), email('mail', 'new')), { kind: 'follow' })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['2:settle'])
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['new'])
})

test('a shorter wait is due earlier, and over at once for who has waited that long', () => {
  const { world, ada } = inside(wait('settle', '10d'), email('mail'))
  const began = world.now
  world.passes('2d')
  world.publish(reminder(wait('settle', '3d'), email('mail')), { kind: 'follow' })
  world.sweep()
  assert.equal(world.runsOf(ada)[0]?.due, began + 72 * HOUR)
  world.publish(reminder(wait('settle', '1d'), email('mail')), { kind: 'follow' })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['3:mail'])
})

test('of a longer wait only the remainder is left', () => {
  const { world, ada } = inside(wait('settle', '2d'), email('mail'))
  const began = world.now
  world.passes('1d')
  world.publish(reminder(wait('settle', '5d'), email('mail')), { kind: 'follow' })
  world.sweep()
  assert.equal(world.runsOf(ada)[0]?.due, began + 120 * HOUR)
})

test('a wait for an event that is made shorter ends at once for who has waited that long', () => {
  const waiting = (upTo: string) => ({ kind: 'waitFor', id: 'buy', event: 'Order Completed', upTo, otherwise: [email('nudge')] })
  const { world, ada } = inside(waiting('10d'))
  world.passes('2d')
  world.publish(reminder(waiting('4d')), { kind: 'follow' })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['2:buy'])
  world.publish(reminder(waiting('1d')), { kind: 'follow' })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['3:nudge'])
})

test('a step that did not change keeps its timer to the millisecond', () => {
  const { world, ada } = inside(wait('settle', '2d'), email('mail'))
  world.passes('7h')
  const due = world.runsOf(ada)[0]?.due
  world.publish(reminder(wait('settle', '2d'), email('other')), { kind: 'follow' })
  world.sweep()
  assert.equal(world.runsOf(ada)[0]?.due, due)
})

test('steps that are added behind somebody do not run for them, steps added before them do', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('mail'))
  world.publish(reminder(email('early'), wait('settle', '1d'), email('late'), email('mail')), { kind: 'follow' })
  world.sweep()
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['late', 'mail'])
})

test('a queued message leaves as it was decided, and its receipt moves the run on at the step that it was mapped to', () => {
  const { world, ada } = inside(email('mail', 'old'), wait('after', '1d'), email('second'))
  assert.deepEqual(world.placesOf(ada), ['1:mail'])
  world.publish(reminder(email('letter', 'new'), wait('after', '2h'), email('second')), { kind: 'migrate', map: { mail: 'letter' } })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['2:letter'])
  world.passes('15m')
  assert.deepEqual(world.sentTo(ada), ['old'])
  assert.deepEqual(world.placesOf(ada), ['2:after'])
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['old', 'second'])
})

test('a step that only got another name does not write again to who has got it', () => {
  const { world, ada } = inside(email('mail'), wait('settle', '1d'), email('second'))
  world.passes('1h')
  world.publish(reminder(wait('settle', '1d'), email('letter', 'mail'), email('second')), { kind: 'migrate', map: { mail: 'letter' } })
  world.sweep()
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['mail', 'second'])
})

test('who stands on a step that is mapped to the exit leaves, with the reason', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('mail'))
  world.publish(reminder(email('mail')), { kind: 'migrate', map: { settle: null } })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), [])
  assert.equal(world.storyOf(ada).at(-1), 'exited version_exit:2')
})

test('edits compose: who slept through two of them goes through both', () => {
  const { world, ada } = inside(wait('one', '9d'), email('mail'))
  world.publish(reminder(wait('two', '9d'), email('mail')), { kind: 'migrate', map: { one: 'two' } })
  world.publish(reminder(wait('three', '9d'), email('mail', 'last')), { kind: 'migrate', map: { two: 'three' } })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['3:three'])
  assert.deepEqual(world.storyOf(ada), [
    'entered entered',
    'migrated version_left:2',
    'migrated version_migrate:1',
    'migrated version_left:3',
    'migrated version_migrate:2',
  ])
})

test('the mistake of one version that the next one mends reaches nobody who was not looked at in between', () => {
  const { world, ada } = inside(wait('settle', '9d'), email('mail'))
  world.passes('1d')
  world.publish(reminder(wait('settle', '1h'), email('mail')), { kind: 'follow' })
  world.publish(reminder(wait('settle', '9d'), email('mail')), { kind: 'follow' })
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['3:settle'])
})

test('a step whose message failed and that an edit leads to again writes another message, and the run goes on', () => {
  let answers = 0
  const world = new EditedWorld({ answer: () => (answers++ === 0 ? 'message.failed' : 'message.sent') })
  world.publish(reminder(email('mail'), wait('settle', '1d'), email('end')))
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1h')
  world.publish(reminder(wait('settle', '1d'), email('mail'), email('end')), { kind: 'follow' })
  world.sweep()
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['mail', 'end'])
  assert.deepEqual(world.placesOf(ada), [])
})

test('a step that comes to stand inside a repeat is in its first round there', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('end'))
  world.publish(reminder({ kind: 'repeat', id: 'rounds', times: 3, steps: [email('nudge'), wait('settle', '1d')] }, email('end')), {
    kind: 'follow',
  })
  world.sweep()
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['nudge', 'nudge', 'end'])
})

test('a queued message of a step that moves into a repeat still moves the run on', () => {
  const { world, ada } = inside(email('mail'), email('end'))
  world.publish(reminder({ kind: 'repeat', id: 'rounds', times: 2, steps: [email('mail')] }, email('end')), { kind: 'follow' })
  world.sweep()
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['mail', 'mail', 'end'])
})

test('goal and hold-out stay those of the version that a run began with', () => {
  const world = new EditedWorld()
  world.publish(journey({ id: 'reminder', entry, goal: { event: 'Order Completed', within: '9d' }, steps: [wait('settle', '5d')] }))
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.publish(journey({ id: 'reminder', entry, goal: { event: 'Something Else', within: '9d' }, steps: [wait('settle', '5d')] }), {
    kind: 'follow',
  })
  world.sweep()
  world.happens(ada, 'Order Completed')
  assert.equal(world.storyOf(ada).at(-1), 'converted goal')
})

test('the exit conditions are those of the version that a run stands on', () => {
  const { world, ada } = inside(wait('settle', '5d'), email('mail'))
  world.publish(journey({ id: 'reminder', entry, exit: [{ event: 'Order Completed' }], steps: [wait('settle', '5d'), email('mail')] }), {
    kind: 'follow',
  })
  world.happens(ada, 'Order Completed')
  assert.deepEqual(world.placesOf(ada), [])
})

test('replacing every step re-enters nobody and strands nobody', () => {
  const world = new EditedWorld()
  world.publish(journey({ id: 'reminder', entry: { event: 'Product Added' }, steps: [wait('a', '1d'), email('b'), wait('c', '1d')] }))
  for (const name of ['ada', 'bob', 'eve']) {
    world.happens(world.person(name), 'Product Added')
    world.passes('13h')
  }
  const others = [wait('x', '2d'), email('y'), wait('z', '1d')]
  world.publish(journey({ id: 'reminder', entry: { event: 'Product Added' }, steps: others }), {
    kind: 'migrate',
    map: { a: 'x', b: 'y', c: 'z' },
  })
  world.sweep()
  world.rest()
  assert.equal(world.facts.filter((fact) => fact.table === 'transitions' && fact.row.kind === 'entered').length, 3)
  assert.deepEqual(
    ['ada', 'bob', 'eve'].map((name) => world.placesOf(name).length),
    [0, 0, 0],
  )
  assert.deepEqual(
    ['ada', 'bob', 'eve'].map((name) => world.sentTo(name).length),
    [1, 1, 1],
  )
})

test('five hundred on each of five steps: pinned nobody moves, migrated exactly those whom the preview names', () => {
  const STEPS = ['a', 'b', 'c', 'd', 'e']
  const world = new EditedWorld()
  const source = (names: readonly string[]) => journey({ id: 'reminder', entry, steps: names.map((name) => wait(name, '10d')) })
  world.publish(source(STEPS))
  const people = Array.from({ length: 2_500 }, (_, i) => `p${i}`)
  people.forEach((name, i) => {
    if (i > 0 && i % 500 === 0) world.passes('10d')
    world.take(name, {
      kind: 'event',
      ws: 'w',
      key: name,
      id: name,
      type: 'track',
      name: 'Product Added',
      at: world.now,
      received: world.now,
      props: {},
      ids: [],
    })
  })
  const places = () =>
    Object.fromEntries(
      Map.groupBy(people, (name) => world.placesOf(name)[0]!)
        .entries()
        .map(([place, those]) => [place, those.length]),
    )
  assert.deepEqual(places(), { '1:e': 500, '1:d': 500, '1:c': 500, '1:b': 500, '1:a': 500 })
  world.publish(source(STEPS))
  world.sweep()
  assert.deepEqual(places(), { '1:e': 500, '1:d': 500, '1:c': 500, '1:b': 500, '1:a': 500 })
  world.publish(source(['a', 'x', 'd', 'e']), { kind: 'migrate', map: { b: 'x', c: null } })
  world.sweep()
  assert.deepEqual(places(), { '3:e': 500, '3:d': 500, undefined: 500, '3:x': 500, '3:a': 500 })
})

test('who becomes one with somebody else goes along too, on whichever side the run was', () => {
  for (const runs of ['loser', 'winner']) {
    const world = new EditedWorld()
    world.publish(reminder(wait('settle', '9d'), email('mail', 'old')))
    world.person('loser', { email: 'one@example.com' })
    world.person('winner', { email: 'one@example.com' })
    world.happens(runs, 'Product Added')
    world.publish(reminder(wait('settle', '1d'), email('mail', 'new')), { kind: 'follow' })
    world.take('loser', { kind: 'merge', ws: 'w', key: 'loser', into: 'winner' })
    assert.deepEqual(world.placesOf('winner'), ['2:settle'], runs)
    world.sweep()
    world.rest()
    assert.deepEqual(world.sentTo('winner'), ['new'])
  }
})

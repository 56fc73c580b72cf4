import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const again = (parts: object) => ({ kind: 'repeat', id: 'again', times: 3, ...parts })

test('repeat goes through its steps so many times; each round sends a message of its own', () => {
  const world = new World([journey({ steps: [again({ steps: [mail('nudge'), wait('calm', '1d')] }), mail('bye')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('10d')
  assert.deepEqual(world.sentTo(ada), ['nudge', 'nudge', 'nudge', 'bye'])
  const run = world.sent[0]!.effect.payload['enrollment_id']
  assert.deepEqual(
    world.sent.map(({ effect }) => effect.id),
    [`${run}:nudge:1`, `${run}:nudge:2`, `${run}:nudge:3`, `${run}:bye`],
  )
  assert.deepEqual(
    world.storyOf(ada).filter((line) => line.includes(' again ')),
    ['entered again entered', 'moved again round:1', 'moved again round:2', 'moved again round:3', 'moved again repeated'],
  )
})

test('repeat ends when its condition holds, which is asked before each round, the first included', () => {
  const world = new World([
    journey({ steps: [again({ until: 'profile.paid == true', steps: [mail('nudge'), wait('calm', '1d')] }), mail('bye')] }),
  ])
  const [ada, bob] = [world.person('ada'), world.person('bob', { paid: true })]
  for (const person of [ada, bob]) world.happens(person, 'Product Added')
  world.passes('12h')
  world.identify(ada, { paid: true })
  world.passes('5d')
  assert.deepEqual(world.sentTo(ada), ['nudge', 'bye'])
  assert.deepEqual(world.sentTo(bob), ['bye'])
  assert.ok(world.storyOf(bob).includes('moved again until'))
})

test('repeats stand inside each other: the inner one begins anew in each round of the outer one', () => {
  const inner = { kind: 'repeat', id: 'inner', times: 2, steps: [mail('nudge'), wait('calm', '1h')] }
  const world = new World([journey({ steps: [again({ times: 2, steps: [inner] })] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('1d')
  assert.deepEqual(
    world.sent.map(({ effect }) => effect.id.split(':').slice(1).join(':')),
    ['nudge:1.1', 'nudge:1.2', 'nudge:2.1', 'nudge:2.2'],
  )
})

test('a repeat without a wait goes through all its rounds at once and comes to rest', () => {
  const counted = { kind: 'update', id: 'count', set: { n: '=default(profile.n, 0) + 1' } }
  const inner = { kind: 'repeat', id: 'inner', times: 100, steps: [counted] }
  const world = new World([journey({ steps: [again({ times: 10, steps: [inner] }), wait('rest', '1d')] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  assert.equal(world.attribute(ada, 'n'), 1_000)
  assert.deepEqual(world.placesOf(ada), ['rest'])
})

test('an exit inside a repeat ends the run, and an exit event between two rounds as well', () => {
  const leave = {
    kind: 'branch',
    id: 'enough',
    branches: [{ id: 'yes', when: 'profile.enough == true', steps: [{ kind: 'exit', id: 'out' }] }],
    otherwise: [],
  }
  const steps = [again({ times: 100, steps: [mail('nudge'), wait('calm', '1d'), leave] })]
  const world = new World([journey({ exit: [{ event: 'Order Completed' }], steps })])
  const [ada, bob] = [world.person('ada'), world.person('bob')]
  for (const person of [ada, bob]) world.happens(person, 'Product Added')
  world.passes('36h')
  world.identify(ada, { enough: true })
  world.happens(bob, 'Order Completed')
  world.passes('9d')
  assert.equal(world.sentTo(ada).length, 2)
  assert.equal(world.sentTo(bob).length, 2)
})

test('a message that failed in one round is tried in the next; its late receipt does not count for the next', () => {
  let refuse = true
  const world = new World(
    [journey({ steps: [again({ times: 2, steps: [mail('nudge', { otherwise: [mail('plan-b')] }), wait('calm', '1d')] })] })],
    {
      provider: (effect) =>
        effect.payload['template'] === 'nudge' && refuse
          ? { receipt: 'message.failed', reason: 'mailbox_full' }
          : { receipt: 'message.sent' },
    },
  )
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  world.passes('2h')
  refuse = false
  const { id } = world.people.get(ada)!.journeys.enrollments[0]!
  world.pass(22 * 3_600_000 + 2_500)
  assert.deepEqual(world.placesOf(ada), ['nudge'], 'the second round waits for its own message')
  world.event({
    person: ada,
    name: 'message.sent',
    type: 'system',
    properties: { effect_id: `${id}:nudge:1`, channel: 'email', reason: 'seen' },
  })
  world.run(world.now)
  assert.deepEqual(world.placesOf(ada), ['nudge'])
  world.passes('1d')
  assert.deepEqual(world.sentTo(ada), ['plan-b', 'nudge'])
})

test('a waitFor inside a repeat hears the receipts of the message of its own round', () => {
  const opened = { kind: 'waitFor', id: 'opened', event: 'message.opened', of: 'nudge', upTo: '1d', then: [mail('thanks')], otherwise: [] }
  const world = new World([journey({ steps: [again({ times: 2, steps: [mail('nudge'), opened] })] })])
  const ada = world.person('ada')
  const opens = (n: number) => {
    const effect = world.sent.filter(({ effect: { payload } }) => payload['template'] === 'nudge')[n]!.effect.id
    world.event({ person: ada, name: 'message.opened', type: 'system', properties: { effect_id: effect, channel: 'email' } })
    world.run(world.now)
  }
  world.happens(ada, 'Product Added')
  world.passes('1h')
  opens(0)
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada), ['nudge', 'thanks', 'nudge'])
  assert.deepEqual(world.placesOf(ada), ['opened'], 'the opening of the first round says nothing about the second')
  opens(0)
  assert.deepEqual(world.placesOf(ada), ['opened'])
  opens(1)
  world.passes('1h')
  assert.deepEqual(world.sentTo(ada), ['nudge', 'thanks', 'nudge', 'thanks'])
})

test('two profiles that become one inside a repeat: no round writes twice', () => {
  const world = new World([journey({ steps: [again({ times: 3, steps: [wait('calm', '1d'), mail('nudge')] })] })])
  const [ada, anon] = [world.person('ada'), world.person('anon')]
  world.happens(ada, 'Product Added')
  world.passes('12h')
  world.happens(anon, 'Product Added')
  world.passes('20h')
  assert.equal(world.sent.length, 1, 'ada had her first')
  world.merge(anon, ada)
  world.passes('10d')
  assert.equal(world.sent.length, 3)
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { EditedWorld, HAND_OVER } from '../../test/fixtures/edited.ts'
import { journey } from '../../test/fixtures/journeys.ts'
import { RESUME_SPREAD } from './modes.ts'
import { nextDue } from './react.ts'

const HOUR = 3_600_000
const email = (id: string) => ({ kind: 'email', id, template: id, otherwise: [] })
const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const entry = { event: 'Product Added', reentry: 'always' as const }

function inside(...steps: object[]): { world: EditedWorld; ada: string } {
  const world = new EditedWorld()
  world.publish(journey({ id: 'reminder', entry, exit: [{ event: 'Unsubscribed' }], steps }))
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  return { world, ada }
}

test('a paused journey lets nobody in, and says so', () => {
  const { world } = inside(wait('settle', '1d'))
  world.mode('reminder', 'pause')
  const bob = world.person('bob')
  world.happens(bob, 'Product Added')
  assert.deepEqual(world.placesOf(bob), [])
  assert.equal(world.storyOf(bob).at(-1), 'refused journey_paused')
  world.mode('reminder', 'run')
  world.happens(bob, 'Product Added')
  assert.deepEqual(world.placesOf(bob), ['1:settle'])
})

test('a timer that is due during a pause is put aside: nothing asks for it again', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('mail'))
  world.mode('reminder', 'pause')
  world.passes('3d')
  assert.equal(nextDue(world.people.get(ada)!), null)
  assert.deepEqual(world.placesOf(ada), ['1:settle'])
  assert.deepEqual(world.sentTo(ada), [])
})

test('resuming with run: overdue timers fire, spread over a minute', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('mail'))
  world.mode('reminder', 'pause')
  world.passes('3d')
  world.mode('reminder', 'run', 'run')
  world.sweep()
  const due = world.runsOf(ada)[0]?.due
  assert.ok(due != null && due >= world.now && due < world.now + RESUME_SPREAD)
  world.pass(RESUME_SPREAD + HAND_OVER)
  assert.deepEqual(world.sentTo(ada), ['mail'])
})

test('resuming with shift: all timers move by the pause', () => {
  const { world, ada } = inside(wait('settle', '2d'), email('mail'))
  const due = world.runsOf(ada)[0]!.due!
  const bob = world.person('bob')
  world.passes('1d')
  world.happens(bob, 'Product Added')
  const later = world.runsOf(bob)[0]!.due!
  world.mode('reminder', 'pause')
  world.passes('30h')
  world.mode('reminder', 'run', 'shift')
  world.sweep()
  assert.equal(world.runsOf(ada)[0]?.due, due + 30 * HOUR)
  assert.equal(world.runsOf(bob)[0]?.due, later + 30 * HOUR)
  world.sweep()
  assert.equal(world.runsOf(bob)[0]?.due, later + 30 * HOUR, 'once')
})

test('a shifted wait until a time of day comes out at that time of day', () => {
  const { world, ada } = inside({ kind: 'wait', id: 'morning', until: { time: '09:00', zone: 'UTC' } }, email('mail'))
  world.mode('reminder', 'pause')
  world.passes('30h')
  world.mode('reminder', 'run', 'shift')
  world.sweep()
  const due = new Date(world.runsOf(ada)[0]!.due!)
  assert.equal(due.toISOString().slice(11, 16), '09:00')
  assert.ok(due.getTime() > world.now)
})

test('resuming with exit: who missed their time leaves, the others stay as they were', () => {
  const { world, ada } = inside(wait('settle', '2d'), email('mail'))
  world.passes('36h')
  const bob = world.person('bob')
  world.happens(bob, 'Product Added')
  const due = world.runsOf(bob)[0]?.due
  world.mode('reminder', 'pause')
  world.passes('1d')
  world.mode('reminder', 'run', 'exit')
  world.sweep()
  assert.deepEqual(world.placesOf(ada), [])
  assert.equal(world.storyOf(ada).at(-1), 'exited missed_in_pause')
  assert.equal(world.runsOf(bob)[0]?.due, due)
})

test('exit conditions act also while a journey is paused', () => {
  const { world, ada } = inside(wait('settle', '2d'))
  world.mode('reminder', 'pause')
  world.happens(ada, 'Unsubscribed')
  assert.deepEqual(world.placesOf(ada), [])
})

test('the event that a step waits for counts when it comes during a pause, and the run goes on after it', () => {
  const { world, ada } = inside({
    kind: 'waitFor',
    id: 'buy',
    event: 'Order Completed',
    upTo: '1d',
    then: [email('thanks')],
    otherwise: [email('nudge')],
  })
  world.mode('reminder', 'pause')
  world.happens(ada, 'Order Completed', { total: 5 })
  assert.deepEqual(world.placesOf(ada), ['1:buy'])
  world.passes('2d')
  world.mode('reminder', 'run', 'exit')
  world.sweep()
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['thanks'])
})

test('a receipt that comes during a pause moves the run on after it', () => {
  const { world, ada } = inside(email('mail'), wait('settle', '1h'), email('second'))
  const [queued] = world.effects
  world.mode('reminder', 'pause')
  const at = world.now
  const props = { effect_id: queued!.id, journey_id: 'reminder' }
  world.take(ada, { kind: 'event', ws: 'w', key: ada, id: 'r', type: 'system', name: 'message.sent', at, received: at, props, ids: [] })
  assert.deepEqual(world.placesOf(ada), ['1:mail'])
  world.passes('1d')
  world.mode('reminder', 'run')
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['1:settle'])
})

test('a draining journey lets nobody in; who is inside finishes', () => {
  const { world, ada } = inside(wait('settle', '1d'), email('mail'))
  world.mode('reminder', 'drain')
  const bob = world.person('bob')
  world.happens(bob, 'Product Added')
  assert.equal(world.storyOf(bob).at(-1), 'refused journey_draining')
  world.rest()
  assert.deepEqual(world.sentTo(ada), ['mail'])
})

test('stopped means stopped: all leave, what is queued is taken back, and starting again brings nobody back', () => {
  const { world, ada } = inside(email('mail'), wait('settle', '1d'), email('second'))
  const bob = world.person('bob')
  world.happens(bob, 'Product Added')
  world.passes('1h')
  const eve = world.person('eve')
  world.happens(eve, 'Product Added')
  world.mode('reminder', 'stop')
  world.mode('reminder', 'run')
  world.sweep()
  for (const person of [ada, bob, eve]) assert.deepEqual(world.placesOf(person), [])
  assert.equal(world.storyOf(eve).at(-1), 'exited journey_stopped')
  world.rest()
  assert.deepEqual(world.sentTo(eve), [])
  world.happens(ada, 'Product Added')
  assert.deepEqual(world.placesOf(ada), ['1:mail'])
})

test('a version that is published during a pause takes people along when it is over', () => {
  const { world, ada } = inside(wait('settle', '2d'), email('mail'))
  world.mode('reminder', 'pause')
  world.publish(journey({ id: 'reminder', entry, steps: [wait('settle', '1h'), email('other')] }), { kind: 'follow' })
  world.passes('1d')
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['1:settle'])
  world.mode('reminder', 'run')
  world.sweep()
  assert.deepEqual(world.placesOf(ada), ['2:other'])
})

test('who slept through pause and resumption is treated as who was looked at in between', () => {
  const { world, ada } = inside(wait('settle', '9d'))
  const due = world.runsOf(ada)[0]!.due!
  world.mode('reminder', 'pause')
  world.passes('2d')
  world.mode('reminder', 'run', 'shift')
  world.passes('1d')
  world.mode('reminder', 'pause')
  world.passes('1d')
  world.mode('reminder', 'run', 'shift')
  world.sweep()
  assert.equal(world.runsOf(ada)[0]?.due, due + 72 * HOUR)
})

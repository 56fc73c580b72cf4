import assert from 'node:assert/strict'
import test from 'node:test'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { EditedWorld } from '../../test/fixtures/edited.ts'
import { journey } from '../../test/fixtures/journeys.ts'
import { compile } from './compile.ts'
import { faults, groupImpact, IMPACT_LASTS, type Impact, outOfReach, staleness, withNext } from './impact.ts'
import type { Journey } from './schema.ts'

const FOLLOW: InFlight = { kind: 'follow' }
const seen = (people: Record<string, number>, more: Partial<Impact> = {}): Impact => ({
  hash: 'h',
  live: 1,
  inFlight: FOLLOW,
  at: 0,
  people,
  ...more,
})

test('a preview is stale when more than ten people and a tenth of them have moved', () => {
  const before = seen({ '1 a': 90, '1 b': 30 })
  assert.equal(staleness(before, seen({ '1 a': 80, '1 b': 40 })), undefined, 'ten may move')
  assert.equal(staleness(before, seen({ '1 a': 78, '1 b': 42 })), undefined, 'twelve are a tenth')
  assert.equal(staleness(before, seen({ '1 a': 77, '1 b': 43 }))?.code, 'journey.impact.stale')
  assert.equal(staleness(before, seen({ '1 a': 103, '1 b': 30 }))?.code, 'journey.impact.stale', 'thirteen came')
  assert.equal(staleness(seen({ '1 a': 3 }), seen({ '1 a': 13 })), undefined, 'of few people ten may come')
  assert.equal(staleness(seen({ '1 a': 100_000 }), seen({ '1 a': 95_000, '1 b': 5_000 })), undefined)
})

test('a preview is stale when the body, the live version, the choice or the quarter of an hour is another', () => {
  const before = seen({})
  assert.equal(staleness(before, seen({}, { at: IMPACT_LASTS })), undefined)
  assert.ok(staleness(before, seen({}, { at: IMPACT_LASTS + 1 })))
  assert.ok(staleness(before, seen({}, { hash: 'x' })))
  assert.ok(staleness(before, seen({}, { live: 2 })))
  assert.ok(staleness(before, seen({}, { inFlight: { kind: 'migrate', map: {} } })))
})

const wait = (id: string, span: string) => ({ kind: 'wait', id, for: span })
const email = (id: string, template = id) => ({ kind: 'email', id, template, otherwise: [] })
const reminder = (...steps: object[]): Journey => journey({ id: 'reminder', entry: { event: 'Product Added', reentry: 'always' }, steps })
const program = (source: Journey, version: number) => {
  const compiled = compile(source, version)
  assert.ok(!('refused' in compiled))
  return compiled
}

/** Three people of the same step, a day apart. */
function threeInside(...steps: object[]): EditedWorld {
  const world = new EditedWorld()
  world.publish(reminder(...steps))
  for (const name of ['ada', 'bob', 'cleo']) {
    world.happens(world.person(name), 'Product Added')
    world.passes('1d')
  }
  return world
}

function previewOf(world: EditedWorld, source: Journey, inFlight: InFlight) {
  const next = program(source, 2)
  const definitions = withNext(world.definitions, next, inFlight)
  const sample = ['ada', 'bob', 'cleo'].map((name) => world.people.get(name)!)
  return groupImpact({ version: 1, step: 'settle', people: 300, sample }, { definitions, next, inFlight, now: world.now })
}

test('the preview says of each what the publish then does', () => {
  const world = threeInside(wait('settle', '10d'), email('mail'))
  const next = reminder(wait('settle', '60h'), email('mail'))
  const { consequences, looked, target } = previewOf(world, next, FOLLOW)
  assert.deepEqual(
    consequences.map(({ kind, people, what }) => [kind, people, what]),
    [
      ['waits', 200, ''],
      ['gets', 100, 'mail'],
    ],
  )
  assert.deepEqual([looked, target], [3, 'settle'])
  world.publish(next, FOLLOW)
  world.sweep()
  assert.deepEqual(
    ['ada', 'bob', 'cleo'].map((name) => world.placesOf(name)[0]),
    ['2:mail', '2:settle', '2:settle'],
  )
})

test('looking changes nobody', () => {
  const world = threeInside(wait('settle', '10d'), email('mail'))
  const before = JSON.stringify([...world.people])
  previewOf(world, reminder(email('mail')), { kind: 'migrate', map: { settle: null } })
  assert.equal(JSON.stringify([...world.people]), before)
})

test('pinned people stay, mapped-out people leave', () => {
  const world = threeInside(wait('settle', '10d'), email('mail'))
  const next = reminder(email('mail'))
  assert.deepEqual(
    previewOf(world, next, { kind: 'pin' }).consequences.map(({ kind }) => kind),
    ['stays'],
  )
  assert.deepEqual(
    previewOf(world, next, { kind: 'migrate', map: { settle: null } }).consequences.map(({ kind }) => kind),
    ['leaves'],
  )
})

test('new steps that stand behind everybody inside are named', () => {
  const world = threeInside(wait('settle', '10d'), email('mail'))
  const source = reminder(email('early'), wait('settle', '10d'), email('late'), email('mail'))
  const group = previewOf(world, source, FOLLOW)
  assert.deepEqual(outOfReach([group], { next: program(source, 2), live: world.definitions.version('reminder', 1) }), ['early'])
})

test('steps without a place, and names that no version has, are faults', () => {
  const from = [program(reminder(wait('settle', '1d'), email('mail')), 1)]
  const to = program(reminder(email('mail')), 2)
  const codes = (inFlight: InFlight) => faults(inFlight, { from, to }).map(({ code, title }) => [code, title])
  assert.deepEqual(codes({ kind: 'pin' }), [])
  assert.equal(codes(FOLLOW)[0]?.[0], 'journey.in_flight.unmapped')
  assert.deepEqual(codes({ kind: 'migrate', map: { settle: 'mail' } }), [])
  assert.deepEqual(
    codes({ kind: 'migrate', map: { settle: 'mial', setle: null } }).map(([code]) => code),
    ['journey.in_flight.unmapped', 'journey.in_flight.step', 'journey.in_flight.step'],
  )
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { journey, World } from '../../test/fixtures/journeys.ts'
import { fill, unfillable } from './nodes/fill.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const tell = {
  kind: 'notify',
  id: 'tell',
  to: ['Sales@shop.example', 'boss@shop.example'],
  subject: 'Call {{ profile.name }}',
  text: 'Cart of {{ entry.properties.total | default: "0" }} EUR',
}

test('notify tells colleagues and the timeline, and the run does not wait for it; its end takes no note back', () => {
  const world = new World([journey({ steps: [tell] })])
  const ada = world.person('ada', { name: 'Ada' })
  world.happens(ada, 'Product Added', { total: 40 })
  assert.deepEqual(world.placesOf(ada), [])
  world.passes('1h')
  assert.deepEqual(
    world.sent.map(({ effect: { address, lane, payload } }) => [address, lane, payload['subject'], payload['text']]),
    [
      ['sales@shop.example', 'transactional', 'Call Ada', 'Cart of 40 EUR'],
      ['boss@shop.example', 'transactional', 'Call Ada', 'Cart of 40 EUR'],
    ],
  )
  const notes = world.facts.flatMap((fact) =>
    fact.table === 'events' && fact.row.name === 'journey.noted' ? [JSON.parse(fact.row.properties).text] : [],
  )
  assert.deepEqual(notes, ['Cart of 40 EUR'])
})

test('a note needs no permission of the person, and one without an address is on the timeline only', () => {
  const { to: _, ...quiet } = tell
  const world = new World([journey({ steps: [{ ...quiet, id: 'quiet' }, tell] })], { consent: 'opt-in' })
  world.event({ person: 'anon', name: 'Product Added' })
  world.passes('1h')
  assert.equal(world.sent.length, 2)
  assert.equal(world.facts.filter((fact) => fact.table === 'events' && fact.row.name === 'journey.noted').length, 2)
})

test('what is missing is left empty or filled by its default; filters and tags are refused', () => {
  const data = { profile: { name: 'Ada', tags: ['x'] }, entry: { properties: { total: 4.5 } } }
  assert.equal(
    fill('{{ profile.name }}, {{profile.last}}{{ entry.properties.total }} {{ profile.tags }} {{ profile.x | default: "-" }}', data),
    'Ada, 4.5 ["x"] -',
  )
  assert.deepEqual(unfillable('{{ profile.name | upcase }} {% if x %} {{ other.x }} {{ run.a.b }} {{ profile.x | default: "-" }}'), [
    '{{ profile.name | upcase }}',
    '{% if x %}',
    '{{ other.x }}',
  ])
  assert.equal(fill('{{ profile.constructor }}{{ profile.__proto__ }}', data), '')
})

const ask = { kind: 'hold', id: 'ask', upTo: '2d', note: 'Discount of 40 %?', then: [mail('discount')], otherwise: [mail('plain')] }
const decides = (world: World, [person, name]: readonly [string, string], more: object = {}) => {
  const run = world.people.get(person)!.journeys.enrollments[0]
  const properties = { enrollment_id: run?.id ?? '', step_id: 'ask', since: run?.since ?? 0, ...more }
  world.event({ person, name, type: 'system', properties })
  world.run(world.now)
}

test('hold stands still until a colleague decides: released it goes on, rejected or too late it goes the other way', () => {
  const world = new World([journey({ steps: [ask, mail('below')] })])
  const people = ['yes', 'no', 'late'].map((name) => world.person(name))
  for (const person of people) world.happens(person, 'Product Added')
  world.passes('1d')
  decides(world, ['yes', 'journey.released'])
  decides(world, ['no', 'journey.rejected'])
  world.passes('2d')
  assert.deepEqual(world.sentTo('yes'), ['discount', 'below'])
  assert.deepEqual(world.sentTo('no'), ['plain', 'below'])
  assert.deepEqual(world.sentTo('late'), ['plain', 'below'])
  assert.ok(world.storyOf('yes').includes('moved ask released'))
  assert.ok(world.storyOf('no').includes('moved ask rejected'))
  assert.ok(world.storyOf('late').includes('moved ask not_released'))
})

test('a decision counts for this run, this step and this visit only', () => {
  const world = new World([journey({ steps: [{ kind: 'repeat', id: 'again', times: 2, steps: [ask] }] })])
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  const first = world.people.get(ada)!.journeys.enrollments[0]!
  decides(world, [ada, 'journey.released'], { step_id: 'other' })
  decides(world, [ada, 'journey.released'], { enrollment_id: 'other' })
  world.event({ person: ada, name: 'journey.released', properties: { enrollment_id: first.id, step_id: 'ask', since: first.since } })
  world.passes('1h')
  assert.deepEqual(world.placesOf(ada), ['ask'], 'also not one that a sender made up')
  decides(world, [ada, 'journey.released'])
  world.passes('1h')
  assert.deepEqual(world.placesOf(ada), ['ask'], 'the second round')
  decides(world, [ada, 'journey.rejected'], { since: first.since })
  assert.deepEqual(world.placesOf(ada), ['ask'])
})

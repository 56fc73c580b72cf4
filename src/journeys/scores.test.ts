import assert from 'node:assert/strict'
import test from 'node:test'
import { isExample } from '#decisions/examples.ts'
import { featuresOf } from '#decisions/features/read.ts'
import { dayOf } from '#decisions/rhythm.ts'
import type { ModelInForce } from '#decisions/snapshot.ts'
import type { Fact } from '#events/reaction.ts'
import type { KeyedRecord } from '#events/schema.ts'
import { canonical } from '#lib/json.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { propensity } from '../../test/fixtures/models.ts'
import { type Definitions, definitions } from './definitions.ts'
import type { Person } from './person.ts'
import { fire, nextDue, react } from './react.ts'
import { PAST_OF_MODELS } from './scores.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** The more was looked at, the likelier they buy. */
const buys = propensity({
  id: 'buys',
  outcome: { kind: 'converted', event: 'Order Completed' },
  crossings: [{ id: 'hot', above: 0.6, by: 0.2 }],
  bias: -2,
  weights: { 'event.1d:Product Viewed': 1 },
})
const call = journey({
  id: 'call',
  entry: { event: 'score.crossed:buys', where: 'event.crossing == "hot" and event.direction == "up"', reentry: 'always' },
  exit: [{ event: 'score.crossed:buys', where: 'event.direction == "down"' }],
  steps: [{ kind: 'wait', id: 'settle', for: '30d' }],
})
const onlyWhenHot = journey({
  id: 'hot-cart',
  entry: { event: 'Product Added', where: 'score("buys") > 0.6' },
  steps: [{ kind: 'email', id: 'mail', template: 't' }],
})

const crossingsOf = (world: World, person: string): string[] =>
  events(world.facts, person)
    .filter(({ name }) => name.startsWith('score.'))
    .map(({ name, properties }) => `${name} ${JSON.parse(properties).crossing} ${JSON.parse(properties).direction}`)
const events = (facts: readonly Fact[], person: string) =>
  facts.flatMap((fact) => (fact.table === 'events' && fact.row.profile_id === person ? [fact.row] : []))
const rowsOf = <T extends Fact['table']>(facts: readonly Fact[], table: T) =>
  facts.flatMap((fact) => (fact.table === table ? [fact.row as Extract<Fact, { table: T }>['row']] : []))

test('a score that passes its mark begins a journey, and ends it when it has fallen far enough, by the clock alone', () => {
  const world = new World([call], { models: [buys] })
  const ada = world.person('ada')
  for (let i = 0; i < 2; i++) world.happens(ada, 'Product Viewed')
  assert.deepEqual(crossingsOf(world, ada), [])
  world.happens(ada, 'Product Viewed')
  assert.deepEqual(crossingsOf(world, ada), ['score.crossed:buys hot up'])
  assert.deepEqual(world.placesOf(ada), ['settle'])
  world.passes('3d')
  assert.deepEqual(crossingsOf(world, ada), ['score.crossed:buys hot up', 'score.crossed:buys hot down'])
  assert.deepEqual(world.placesOf(ada), [])
})

test('what two people come to at the same moment are two events', () => {
  const world = new World([call], { models: [buys] })
  const both = [world.person('ada'), world.person('bo')]
  for (let i = 0; i < 3; i++) for (const person of both) world.happens(person, 'Product Viewed')
  const found = both.flatMap((person) => events(world.facts, person).filter(({ name }) => name === 'score.crossed:buys'))
  assert.equal(new Set(found.map(({ at }) => at)).size, 1)
  assert.equal(found.length, 2)
  assert.equal(new Set(found.map(({ message_id }) => message_id)).size, 2)
})

test('conditions and segments see the score at the very event that moves it', () => {
  const world = new World([onlyWhenHot], { models: [buys], segments: [{ id: 'hot', when: 'score("buys") > 0.6' }] })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added')
  assert.deepEqual(world.placesOf(ada), [])
  for (let i = 0; i < 3; i++) world.happens(ada, 'Product Viewed')
  assert.deepEqual(Object.keys(world.people.get(ada)!.segments.holds), ['hot'])
  world.happens(ada, 'Product Added')
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['t'])
  world.passes('4d')
  assert.deepEqual(Object.keys(world.people.get(ada)!.segments.holds), [])
})

test('a score that hardly moves is not told again', () => {
  const world = new World([], { models: [buys] })
  const ada = world.person('ada')
  const told = (): number => rowsOf(world.facts, 'people').length
  world.happens(ada, 'Product Viewed')
  const before = told()
  for (let i = 0; i < 20; i++) world.happens(ada, 'Page Viewed')
  assert.equal(told(), before)
  world.happens(ada, 'Product Viewed')
  assert.equal(told(), before + 1)
})

test('without an event a score is looked at once a day at most, and after a long silence ever more seldom', () => {
  const world = new World([], { models: [buys] })
  const ada = world.person('ada')
  world.happens(ada, 'Product Viewed')
  const looks: number[] = []
  for (let person = world.people.get(ada)!; looks.length < 60; person = world.people.get(ada)!) {
    const due = nextDue(person)!
    assert.ok(due > world.now)
    looks.push(due)
    world.run(due)
  }
  const gaps = looks.slice(1).map((at, i) => (at - looks[i]!) / DAY)
  assert.ok(
    gaps.every((gap) => gap === Math.round(gap) && gap >= 1 && gap <= 30),
    gaps.join(' '),
  )
  assert.ok(gaps.slice(0, 18).every((gap) => gap === 1))
  assert.equal(Math.max(...gaps.slice(0, 24)), 2)
  assert.equal(gaps.at(-1), 30)
})

test('what is queued is an example for every model that foretells its answer, with what it was told', () => {
  const opens = propensity({ id: 'opens', outcome: { kind: 'opened' }, bias: 0, weights: {} })
  const cold: ModelInForce = { ...propensity({ id: 'cold', outcome: { kind: 'clicked' }, bias: 0, weights: {} }), snapshot: null }
  const mail = journey({ id: 'mail', entry: { event: 'Product Added' }, steps: [{ kind: 'email', id: 'mail', template: 't' }] })
  const world = new World([mail], { models: [opens, cold, buys] })
  const ada = world.person('ada')
  world.happens(ada, 'Product Added', { price: 9 })
  const told = rowsOf(world.facts, 'predictions').filter(({ effect_id }) => effect_id !== '')
  assert.deepEqual(
    told.map(({ model, snapshot, score }) => [model, snapshot, score]),
    [
      ['cold', 0, 0],
      ['opens', 1, 0.5],
    ],
  )
  assert.equal(new Set(told.map(({ effect_id }) => effect_id)).size, 1)
  assert.equal(JSON.parse(told[0]!.features)['cart.value'], 9)
})

test('days of people are examples too, at most one a day, and not of every day', () => {
  const world = new World([], { models: [buys] })
  const people = Array.from({ length: 40 }, (_, i) => world.person(`p${i}`))
  for (let day = 0; day < 10; day++) {
    for (const person of people) world.happens(person, 'Page Viewed')
    world.passes('1d')
  }
  const examples = rowsOf(world.facts, 'predictions')
  const days = examples.map(({ profile_id, at }) => `${profile_id} ${dayOf(profile_id, at)}`)
  assert.equal(new Set(days).size, days.length)
  assert.ok(examples.length > 40 * 11 * 0.35 && examples.length < 40 * 11 * 0.65, String(examples.length))
  for (const { profile_id: key, at, cause } of examples)
    assert.ok(isExample({ key, day: dayOf(key, at), by: cause === 'timer' ? 'clock' : 'event' }))
  assert.ok(examples.some(({ cause }) => cause === 'timer') && examples.some(({ cause }) => cause === 'Page Viewed'))
})

test('a model that is only tried moves no score; one that has no answer leaves the last one', () => {
  const shadow: ModelInForce = { ...buys, inShadow: true }
  const world = new World([call], { models: [shadow] })
  const ada = world.person('ada')
  for (let i = 0; i < 5; i++) world.happens(ada, 'Product Viewed')
  assert.deepEqual(world.people.get(ada)!.segments.scores, {})
  const broken = play(
    [...Array(5).keys()].map((i) => viewed('p', i)),
    [
      [0, define([buys])],
      [3, define([{ ...buys, snapshot: null, broken: 'nonsense' }])],
    ],
  )
  assert.equal(broken.people.get('p')!.segments.scores['buys']![1], MONDAY + 2 * HOUR)
})

test('where the last model is withdrawn nothing is kept of people, their scores included', () => {
  const { people, facts } = play(
    [...Array(5).keys()].map((i) => viewed('p', i)),
    [
      [0, define([buys])],
      [4, define([])],
    ],
  )
  const person = people.get('p')!
  assert.equal('decisions' in person, false)
  assert.deepEqual(person.segments.scores, {})
  assert.deepEqual(
    rowsOf(facts, 'memberships').map(({ kind }) => kind),
    ['entered', 'left'],
  )
})

test('of a model that is withdrawn among others its score goes', () => {
  const other = propensity({ id: 'other', outcome: { kind: 'opened' }, bias: 0, weights: {} })
  const { people } = play(
    [...Array(5).keys()].map((i) => viewed('p', i)),
    [
      [0, define([buys, other])],
      [4, define([other])],
    ],
  )
  assert.deepEqual(Object.keys(people.get('p')!.segments.scores), ['other'])
  assert.deepEqual(Object.keys(people.get('p')!.decisions!.models!), ['other'])
})

test('two profiles that turn out to be one person have the features of both, and no mark is passed twice', () => {
  const world = new World([call], { models: [buys] })
  const [ada, lady] = [world.person('ada'), world.person('lady')]
  for (const person of [ada, lady]) for (let i = 0; i < 3; i++) world.happens(person, 'Product Viewed')
  world.merge(ada, lady)
  world.run(world.now)
  const one = world.people.get(lady)!
  assert.ok(Math.abs(featuresOf(one, { now: world.now })['event.1d:Product Viewed']! - 6) < 1e-9)
  assert.equal('decisions' in world.people.get(ada)!, false)
  assert.deepEqual(crossingsOf(world, lady), ['score.crossed:buys hot up'])
  assert.ok(one.segments.scores['buys']![0] > 0.98)
})

test('whoever was there before the models gets their past, once, and it comes to what streaming would have come to', () => {
  const all = Array.from({ length: 8 }, (_, i) => viewed('p', i))
  const streamed = play(all, [[0, define([buys])]]).people.get('p')!
  const late = play(all, [
    [0, define([])],
    [4, define([buys])],
  ])
  assert.notDeepEqual(featuresOf(late.people.get('p')!, { now: late.now }), featuresOf(streamed, { now: late.now }))
  const early = play(all.slice(0, 4), [[0, define([buys])]]).people.get('p')!
  const history = { [PAST_OF_MODELS]: { since: 0, features: early.decisions!.features! } }
  const { state } = react(
    late.people.get('p')!,
    { kind: 'review', ws: 'w', key: 'p', history },
    { ...context(late.now), definitions: define([buys]) },
  )
  const [ours, theirs] = [featuresOf(state, { now: late.now }), featuresOf(streamed, { now: late.now })]
  assert.deepEqual(Object.keys(ours), Object.keys(theirs))
  for (const [name, value] of Object.entries(theirs)) assert.ok(Math.abs(value - ours[name]!) < 1e-9, name)
  assert.equal(state.segments.scores['buys']![0], streamed.segments.scores['buys']![0])
  // The past of another time, before the workspace had no models for a while, says nothing any more.
  const old = { [PAST_OF_MODELS]: { since: 7, features: early.decisions!.features! } }
  const again = react(state, { kind: 'review', ws: 'w', key: 'p', history: old }, { ...context(late.now), definitions: define([buys]) })
  assert.deepEqual(featuresOf(again.state, { now: late.now }), ours)
})

test('replaying the log with models in force gives the same states and facts, bit for bit, also when states are stored in between', () => {
  const records = Array.from({ length: 300 }, (_, i) => happening(i))
  const defs: [number, Definitions][] = [
    [0, define([])],
    [40, define([buys])],
    [150, define([{ ...buys, snapshot: { ...buys.snapshot!, serial: 2 } }])],
  ]
  const first = play(records, defs)
  assert.ok(rowsOf(first.facts, 'predictions').length > 10)
  assert.ok(rowsOf(first.facts, 'events').some(({ name }) => name === 'score.crossed:buys'))
  const print = ({ people, facts }: Played): string => canonical([[...people], facts] as never)
  assert.equal(print(play(records, defs)), print(first))
  assert.equal(print(play(records, defs, { stored: true })), print(first))
})

test('without models a state has no section for them, and nothing is told', () => {
  const { people, facts } = play(
    Array.from({ length: 50 }, (_, i) => happening(i)),
    [[0, define([])]],
  )
  for (const person of people.values()) assert.equal('decisions' in person, false)
  assert.equal(rowsOf(facts, 'predictions').length, 0)
})

/** A log that is played by `react` and `fire`, timers before records, under the definitions in force at each record. */
interface Played {
  readonly people: Map<string, Person>
  readonly facts: Fact[]
  readonly now: number
}
function play(records: readonly KeyedRecord[], defs: readonly [number, Definitions][], { stored = false } = {}): Played {
  const people = new Map<string, Person>()
  const facts: Fact[] = []
  let now = MONDAY
  const queue = [...records]
  const kept = (person: Person): Person => (stored ? JSON.parse(JSON.stringify(person)) : person)
  for (let i = 0, n = 0; i < queue.length; i++) {
    const record = queue[i]!
    if (record.kind === 'event') now = Math.max(now, record.received)
    const inForce = defs.findLast(([from]) => from <= n)![1]
    if (n < records.length) n++
    const around = { ...context(now), definitions: inForce }
    let person = people.get(record.key) ?? null
    for (let due = person && nextDue(person); due !== null && due <= now; due = nextDue(person!)) {
      const fired = fire(kept(person!), { ...around, now: due })
      person = fired.state
      facts.push(...fired.facts)
      queue.splice(i + 1, 0, ...fired.records)
    }
    const { state, facts: told, records: more } = react(person && kept(person), record, around)
    people.set(record.key, state)
    facts.push(...told)
    queue.splice(i + 1, 0, ...more)
  }
  return { people, facts, now }
}

const context = (now: number) => ({ now, position: { partition: 0, seq: 0 } })
const define = (models: readonly ModelInForce[]): Definitions =>
  definitions({
    workspace: 'w',
    revision: 1,
    consent: 'opt-out',
    journeys: [{ journey: call, version: 1, live: true }],
    templates: [{ id: 't', version: 1 }],
    segments: [{ id: 'warm', conditions: ['score("buys") > 0.2'] }],
    models,
  })

const viewed = (key: string, hour: number): KeyedRecord => event(key, 'Product Viewed', { at: MONDAY + hour * HOUR })
function event(key: string, name: string, { at, late = 0 }: { at: number; late?: number }): KeyedRecord {
  return {
    kind: 'event',
    ws: 'w',
    key,
    id: `${key} ${name} ${at}`,
    type: 'track',
    name,
    at,
    received: at + late,
    props: { total: 5 },
    ids: [],
  }
}
/** Three people who look often, buy at times, merge once, and whose events come late at times. */
function happening(i: number): KeyedRecord {
  if (i === 120) return { kind: 'merge', ws: 'w', key: 'p1', into: 'p2' }
  const names = ['Product Viewed', 'Product Viewed', 'Page Viewed', 'Product Added', 'Order Completed']
  return event(`p${i % 3}`, names[(i * 7) % names.length]!, { at: MONDAY + i * 3 * HOUR, late: i % 11 === 0 ? 5 * HOUR : 0 })
}

import assert from 'node:assert/strict'
import test from 'node:test'
import type { MembershipFact } from '#events/reaction.ts'
import { isRefusal } from '#lib/problem.ts'
import { type Catalogue, catalogue, compileCondition, type Watch, watchChanges, watchId } from '#segments/catalogue.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { at, define, event, holdsOf } from '../../test/fixtures/membership.ts'
import { definitions } from './definitions.ts'
import { fire, nextDue, react } from './react.ts'

const DAY = 86_400_000
const REGULAR = { id: 'regular', when: 'count("Order Completed" within 30d) >= 3 and profile.country == "DE"' }
const mail = (template: string) => ({ kind: 'email', id: 'mail', template, otherwise: [] })
const membershipsOf = (world: World, person: string): string[] =>
  world.facts
    .filter((fact) => fact.table === 'memberships')
    .map(({ row }) => row as MembershipFact)
    .filter(({ profile_id }) => profile_id === person)
    .map(({ kind, segment_id, reason }) => `${kind} ${segment_id} ${reason}`)

test('coming into a segment begins a journey, and leaving it ends the run', () => {
  const world = new World(
    [
      journey({
        id: 'thanks',
        entry: { event: 'segment.entered:regular' },
        exit: [{ event: 'segment.left:regular' }],
        steps: [{ kind: 'wait', id: 'later', for: '2d' }, mail('thanks')],
      }),
    ],
    { segments: [REGULAR] },
  )
  const ada = world.person('ada', { country: 'DE' })
  for (let i = 0; i < 2; i++) world.happens(ada, 'Order Completed')
  assert.deepEqual(world.placesOf(ada), [])
  world.happens(ada, 'Order Completed')
  assert.deepEqual(world.placesOf(ada), ['later'])
  world.identify(ada, { country: 'FR' })
  world.run(world.now)
  assert.deepEqual(world.placesOf(ada), [])
  assert.deepEqual(membershipsOf(world, ada), ['entered regular event', 'left regular event'])
})

test('leaving a window is a timer: without any event the person is out when the third order is 30 days old', () => {
  const world = new World([], { segments: [{ id: 'regular', when: 'count("Order Completed" within 30d) >= 3' }] })
  const ada = world.person('ada')
  for (let i = 0; i < 3; i++) {
    world.happens(ada, 'Order Completed')
    world.passes('1d')
  }
  assert.equal(world.people.get(ada)!.segments.due, MONDAY + 30 * DAY)
  world.run(MONDAY + 30 * DAY - 1)
  assert.deepEqual(membershipsOf(world, ada), ['entered regular event'])
  world.run(MONDAY + 30 * DAY)
  assert.deepEqual(membershipsOf(world, ada), ['entered regular event', 'left regular time'])
  assert.equal(nextDue(world.people.get(ada)!), null)
})

test('a segment of segments follows those that it asks, in the same moment', () => {
  const segments = [
    { id: 'both', when: 'segment("rich") and not segment("asleep")' },
    { id: 'rich', when: 'profile.money > 100' },
    { id: 'asleep', when: 'not (last("Seen") > now - 2d)' },
  ]
  const world = new World([], { segments })
  const ada = world.person('ada', { money: 500 })
  assert.deepEqual(membershipsOf(world, ada), ['entered asleep event', 'entered rich event'].toSorted(bySegment(membershipsOf(world, ada))))
  world.happens(ada, 'Seen')
  assert.deepEqual(membershipsOf(world, ada).slice(2), ['left asleep event', 'entered both event'])
  world.passes('3d')
  assert.deepEqual(membershipsOf(world, ada).slice(4), ['entered asleep time', 'left both time'])
})
const bySegment = (order: readonly string[]) => (a: string, b: string) => order.indexOf(a) - order.indexOf(b)

test('two people become one: nothing that either was in is entered again, and what does not hold any more is left', () => {
  const segments = [
    { id: 'buyer', when: 'count("Order Completed") >= 1' },
    { id: 'once', when: 'count("Order Completed") == 1' },
    { id: 'regular', when: 'count("Order Completed" within 30d) >= 2' },
  ]
  const world = new World([], { segments })
  for (const name of ['ada', 'visitor']) world.happens(world.person(name), 'Order Completed')
  world.merge('visitor', 'ada')
  world.run(world.now)
  assert.deepEqual(membershipsOf(world, 'visitor').slice(-2).toSorted(), ['left buyer merged', 'left once merged'])
  assert.deepEqual(membershipsOf(world, 'ada').toSorted(), [
    'entered buyer event',
    'entered once event',
    'entered regular merged',
    'left once merged',
  ])
  assert.deepEqual(Object.keys(world.people.get('ada')!.segments.holds).toSorted(), ['buyer', 'regular'])
})

test('a step that sets an attribute moves the person between segments at once', () => {
  const world = new World(
    [
      journey({ id: 'mark', entry: { event: 'Seen' }, steps: [{ kind: 'update', id: 'set', set: { level: 'gold' } }] }),
      journey({ id: 'welcome', entry: { event: 'segment.entered:gold' }, steps: [mail('gold')] }),
    ],
    { segments: [{ id: 'gold', when: 'profile.level == "gold"' }] },
  )
  const ada = world.person('ada')
  world.happens(ada, 'Seen')
  world.passes('1m')
  assert.deepEqual(world.sentTo(ada), ['gold'])
})

test('a person is told to ClickHouse when attributes change, and not with every event', () => {
  const world = new World([])
  const ada = world.person('ada', { plan: 'pro' })
  const told = () => world.facts.filter((fact) => fact.table === 'people').length
  assert.equal(told(), 1)
  world.happens(ada, 'Seen')
  world.identify(ada, { plan: 'pro' })
  world.run(world.now)
  assert.equal(told(), 1)
  world.identify(ada, { plan: 'free' })
  world.run(world.now)
  assert.equal(told(), 2)
})

test('a thousand segments of fifty conditions are fifty conditions', () => {
  const made = catalogue({
    segments: Array.from({ length: 1_000 }, (_, i) => ({ id: `s${i}`, conditions: [`profile.points  >  ${i % 50}`] })),
    aggregates: [],
  })
  assert.equal(made.watched.length, 50)
  assert.equal(made.deciders.size, 1_000)
})

// ── While something is built ────────────────────────────────────────────────────────────────────────────────────────────

/** Watches of all that these conditions ask. */
function watching(segment: string, conditions: readonly string[], { since, built }: { since: number; built: boolean }): Watch[] {
  return conditions.flatMap((text) => {
    const condition = compileCondition(text)
    if (isRefusal(condition)) throw new Error(JSON.stringify(condition.refused))
    const aggregates = condition.aggregates.map(({ id }): Watch => ({ kind: 'aggregate', id, since, built }))
    return [{ kind: 'condition', id: watchId(segment, condition.key), since, built } satisfies Watch, ...aggregates]
  })
}
const pendingOf = (made: Catalogue, id: string): string => made.deciders.get(id)!.mark

test('while a segment is built nobody is told to be in it; who was touched is looked at again, less and less often', () => {
  const when = 'count("Order Completed" within 30d) >= 2'
  const segments = [{ id: 'regular', conditions: [when] }]
  const building = define(segments, watching('regular', [when], { since: 5, built: false }))
  const built = define(segments, watching('regular', [when], { since: 5, built: true }))
  let person = react(null, event('Order Completed', MONDAY), at(building, MONDAY)).state
  person = react(person, event('Order Completed', MONDAY + 1), at(building, MONDAY + 1)).state
  assert.deepEqual(holdsOf(person), [])
  assert.equal(nextDue(person), MONDAY + 30_000)
  person = fire(person, at(building, MONDAY + 60_000)).state
  assert.equal(nextDue(person), MONDAY + 60_000 + 60_000)
  const reaction = fire(person, at(built, MONDAY + 120_000))
  assert.deepEqual(holdsOf(reaction.state), ['regular'])
  assert.equal(reaction.state.segments.awaiting, undefined)
})

test('a review brings the past and says that it is all: the person is told at once, and later events are heard', () => {
  const when = 'count("Order Completed" within 30d) >= 2'
  const segments = [{ id: 'regular', conditions: [when] }]
  const building = define(segments, watching('regular', [when], { since: 5, built: false }))
  const past = define(segments, undefined)
  const slot = [...building.catalogue.slots.keys()][0]!
  // What the build finds is what streaming would have kept.
  const streamed = react(null, event('Order Completed', MONDAY - DAY), at(past, MONDAY)).state.segments.windows
  const history = { [slot]: Object.values(streamed)[0]! as never, [`=${pendingOf(building.catalogue, 'regular')}`]: true }
  let person = react(null, event('Order Completed', MONDAY), at(building, MONDAY)).state
  const reaction = react(person, { kind: 'review', ws: 'w', key: 'ada', history }, at(building, MONDAY + 1))
  assert.deepEqual(holdsOf(reaction.state), ['regular'])
  assert.equal(reaction.state.segments.awaiting, undefined, 'who is decided waits for nothing')
  person = fire(reaction.state, at(building, MONDAY + 29 * DAY)).state
  assert.deepEqual(holdsOf(person), [])
  // A profile that became this one may still have a past of its own to bring: it does not say that all is there.
  const merged = react(
    person,
    { kind: 'absorb', ws: 'w', key: 'ada', from: 'eve', state: { ...person, segments: { ...person.segments, ready: [] } } as never },
    at(building, MONDAY + 29 * DAY),
  )
  assert.equal(merged.state.segments.ready, undefined)
  assert.equal(merged.state.segments.awaiting, MONDAY + 29 * DAY)
})

test('a changed segment goes on as it was until the new condition is built, and then only the difference is told', () => {
  const [before, after] = ['profile.points > 10', 'profile.points > 20']
  const old = define([{ id: 'rich', conditions: [before] }], watching('rich', [before], { since: 3, built: true }))
  const both = define(
    [{ id: 'rich', conditions: [after, before] }],
    [...watching('rich', [before], { since: 3, built: true }), ...watching('rich', [after], { since: 6, built: false })],
  )
  const done = define([{ id: 'rich', conditions: [after, before] }], watching('rich', [after], { since: 6, built: true }))
  const points = (value: number, time: number) => event('Profile Updated', time, { type: 'identify', props: { points: value } })
  let person = react(null, points(15, MONDAY), at(old, MONDAY)).state
  assert.deepEqual(holdsOf(person), ['rich'])
  person = react(person, points(16, MONDAY + 1), at(both, MONDAY + 1)).state
  assert.deepEqual(holdsOf(person), ['rich'])
  const reviewed = react(
    person,
    { kind: 'review', ws: 'w', key: 'ada', history: { [`=${pendingOf(both.catalogue, 'rich')}`]: true } },
    at(both, MONDAY + 2),
  )
  assert.deepEqual(holdsOf(reviewed.state), [])
  const again = react(reviewed.state, points(30, MONDAY + 3), at(both, MONDAY + 3))
  assert.deepEqual(holdsOf(again.state), ['rich'])
  assert.deepEqual(react(again.state, { kind: 'review', ws: 'w', key: 'ada' }, at(done, MONDAY + 4)).facts, [])
})

test('who was told by a condition that is given up before it is built is looked at again by the one that decides now', () => {
  const [before, after] = ['profile.points > 10', 'profile.points > 20']
  const open = [...watching('rich', [before], { since: 3, built: true }), ...watching('rich', [after], { since: 6, built: false })]
  const both = define([{ id: 'rich', conditions: [after, before] }], open)
  const history = { [`=${pendingOf(both.catalogue, 'rich')}`]: true as const }
  const born = react(null, event('Profile Updated', MONDAY, { type: 'identify', props: { points: 15 } }), at(both, MONDAY)).state
  assert.deepEqual(holdsOf(born), ['rich'])
  const told = react(born, { kind: 'review', ws: 'w', key: 'ada', history }, at(both, MONDAY + 1)).state
  assert.deepEqual(holdsOf(told), [])
  // It is taken back: what decided before is built as if it were new, and its build finds the person.
  const segments = [{ id: 'rich', conditions: [before, after, before] }]
  const { begin, end } = watchChanges({ segments, aggregates: [] }, open)
  assert.deepEqual(
    [begin, end],
    [watching('rich', [before], { since: 0, built: true }).map(({ kind, id }) => ({ kind, id })), open.slice(-1)],
  )
  const back = define(segments, [...open.slice(0, -1), ...begin.map((watch): Watch => ({ ...watch, since: 9, built: false }))])
  const again = { [`=${pendingOf(back.catalogue, 'rich')}`]: true as const }
  assert.deepEqual(holdsOf(react(told, { kind: 'review', ws: 'w', key: 'ada', history: again }, at(back, MONDAY + 2)).state), ['rich'])
})

test('who was in a segment that is gone is in it no longer, and journeys hear nothing of it', () => {
  const there = define([{ id: 'gone', conditions: ['profile.points > 1'] }], undefined)
  const person = react(null, event('x', MONDAY, { type: 'identify', props: { points: 5 } }), at(there, MONDAY)).state
  const after = react(person, { kind: 'review', ws: 'w', key: 'ada' }, at(define([], undefined), MONDAY + 1))
  assert.deepEqual(holdsOf(after.state), [])
  assert.deepEqual(
    after.facts.map(({ table, row }) => [table, (row as MembershipFact).reason]),
    [['memberships', 'archived']],
  )
})

test('what is told of a merge does not hang on the order in which the database gives back the segments', () => {
  const told = [false, true].map((isStored) => {
    const world = new World([], {
      segments: [
        { id: 'rich', when: 'profile.country == "DE"' },
        { id: 'keen', when: 'count("Order Completed") >= 1' },
      ],
    })
    const [ada, bob] = ['ada', 'bob'].map((name) => world.person(name, { country: 'DE' }))
    world.happens(bob!, 'Order Completed')
    const person = world.people.get(bob!)!
    const holds = Object.fromEntries(Object.entries(person.segments.holds).reverse())
    if (isStored) world.people.set(bob!, { ...person, segments: { ...person.segments, holds } })
    world.merge(bob!, ada!)
    world.run(world.now)
    return [membershipsOf(world, bob!), membershipsOf(world, ada!)]
  })
  assert.deepEqual(told[0], told[1])
  assert.deepEqual(told[0]?.[0]?.slice(-2), ['left keen merged', 'left rich merged'])
})

test('what nobody watches any more is forgotten when the person is looked at', () => {
  const when = 'count("Order Completed" within 30d) >= 2'
  const watched = define([{ id: 'regular', conditions: [when] }], watching('regular', [when], { since: 1, built: true }))
  const person = react(null, event('Order Completed', MONDAY), at(watched, MONDAY)).state
  assert.equal(Object.keys(person.segments.windows).length, 1)
  const after = react(person, { kind: 'review', ws: 'w', key: 'ada' }, at(define([], undefined), MONDAY + 1)).state
  assert.deepEqual(after.segments.windows, {})
})

test('a journey takes people in by its version before until the past of what the new one asks for is complete', () => {
  const plain = journey({ id: 'j', entry: { event: 'Seen' }, steps: [mail('a')] })
  const asking = journey({ id: 'j', entry: { event: 'Seen', where: 'count("Order Completed" within 30d) >= 1' }, steps: [mail('b')] })
  const journeys = [
    { journey: plain, version: 1, live: false },
    { journey: asking, version: 2, live: true },
  ]
  const needs = watching('x', ['count("Order Completed" within 30d) >= 1'], { since: 2, built: false }).filter(
    ({ kind }) => kind === 'aggregate',
  )
  const common = { workspace: 'w', consent: 'opt-out', journeys, templates: [], segments: [] } as const
  const door = (watches: readonly Watch[]) =>
    definitions({ ...common, revision: 2, watches })
      .entriesByEvent.get('Seen')!
      .map((each) => each.journey.version)
  assert.deepEqual(door(needs), [1])
  assert.deepEqual(door(needs.map((watch) => ({ ...watch, built: true }))), [2])
})

test('a journey whose past is still being counted lets nobody in, and says so', () => {
  const asking = journey({ id: 'j', entry: { event: 'Seen', where: 'count("Order Completed" within 30d) >= 1' }, steps: [mail('b')] })
  const watches = watching('x', ['count("Order Completed" within 30d) >= 1'], { since: 1, built: false }).filter(
    ({ kind }) => kind === 'aggregate',
  )
  const common = { workspace: 'w', revision: 1, consent: 'opt-out', templates: [], segments: [] } as const
  const counting = definitions({ ...common, journeys: [{ journey: asking, version: 1, live: true }], watches })
  const { state, facts } = react(null, event('Seen', MONDAY), at(counting, MONDAY))
  assert.deepEqual(state.journeys.enrollments, [])
  assert.deepEqual(
    facts.filter(({ table }) => table === 'transitions').map(({ row }) => 'kind' in row && 'reason' in row && `${row.kind}: ${row.reason}`),
    ['refused: counting'],
  )
})

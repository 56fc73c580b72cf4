import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Experiments, experimentsOf } from '#decisions/experiments/in-force.ts'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import type { AssignmentFact, DecisionFact, DeliveryFact } from '#events/reaction.ts'
import { milliseconds } from '#lib/duration.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import type { Journey } from './schema.ts'

const mail = (id: string, more: object = {}) => ({ kind: 'email', id, template: id, ...more })
const holdout = (parts: object = {}) => ({ body: Holdout.parse({ kind: 'holdout', id: 'all', share: '40%', ...parts }), version: 3 })
const experiment = (parts: object) => ({
  body: Experiment.parse({ kind: 'experiment', id: 'worth', hypothesis: 'It pays', primary: 'goal:reminder', ...parts }),
  version: 1,
})
const onJourneys = (parts: object = {}) =>
  experiment({
    on: 'journeys',
    journeys: ['reminder'],
    arms: [
      { id: 'come', share: '50%', enters: ['reminder'] },
      { id: 'stay', share: '50%', enters: [], control: true },
    ],
    ...parts,
  })
const holdouts = (...parts: object[]): Experiments => experimentsOf(parts.map(holdout), [])
const again = { event: 'Product Added', reentry: { after: '1h' } }

const told = (world: World): AssignmentFact[] => world.facts.flatMap((fact) => (fact.table === 'assignments' ? [fact.row] : []))
const armsOf = (world: World): Map<string, string> => new Map(told(world).map(({ profile_id, arm }) => [profile_id, arm]))
const deliveries = (world: World, person: string): DeliveryFact[] =>
  world.facts.flatMap((fact) => (fact.table === 'deliveries' && fact.row.profile_id === person ? [fact.row] : []))
const decisions = (world: World): DecisionFact[] => world.facts.flatMap((fact) => (fact.table === 'decisions' ? [fact.row] : []))
const NAMES = Array.from({ length: 40 }, (_, i) => `person${i}`)

/** A world in which each of these people has added something. */
function shop(journeys: readonly Journey[], experiments: Experiments | undefined, names: readonly string[] = NAMES): World {
  const world = new World(journeys, experiments ? { experiments } : {})
  for (const name of names) {
    world.person(name)
    world.happens(name, 'Product Added')
  }
  return world
}

test('who is held out gets no marketing, and is told why; the run goes on, the goal is watched, and receipts of orders still come', () => {
  const steps = [mail('first'), { kind: 'wait', id: 'pause', for: '1h' }, mail('receipt', { lane: 'transactional' }), mail('second')]
  const world = shop([journey({ steps })], holdouts({}))
  world.passes('1d')
  for (const name of NAMES) world.happens(name, 'Order Completed', { total: 10 })
  const arms = armsOf(world)
  assert.deepEqual([...new Set(arms.values())].sort(), ['held_out', 'treated'])
  for (const name of NAMES) {
    const isOut = arms.get(name) === 'held_out'
    assert.deepEqual(world.sentTo(name), isOut ? ['receipt'] : ['first', 'receipt', 'second'])
    assert.ok(world.storyOf(name).includes('converted  goal') || world.storyOf(name).some((line) => line.startsWith('converted')))
    if (!isOut) continue
    assert.ok(world.storyOf(name).includes('moved first global_holdout:all'))
    assert.ok(world.storyOf(name).includes('exited second completed'))
    const held = deliveries(world, name).filter(({ reason }) => reason === 'global_holdout:all')
    assert.deepEqual(
      held.map(({ status, step_id }) => [status, step_id]),
      [
        ['held', 'first'],
        ['held', 'second'],
      ],
    )
  }
})

test('each arm is told once for a period, at the first decision that asked, with its chance, and again after the rotation', () => {
  const world = shop([journey({ entry: again, steps: [mail('news')] })], holdouts({ rotate: 'month' }))
  for (const name of NAMES) {
    world.passes('2h')
    world.happens(name, 'Product Added')
  }
  const first = told(world)
  assert.equal(first.length, NAMES.length)
  for (const { kind, experiment: id, version, period, unit, profile_id, arm, share, is_control, journey_id, step_id, crossed } of first) {
    assert.deepEqual(
      [kind, id, version, period, unit, journey_id, step_id, crossed],
      ['holdout', 'all', 3, '2026-03', profile_id, 'reminder', 'news', 0],
    )
    assert.deepEqual([share, is_control], arm === 'held_out' ? [0.4, 1] : [0.6, 0])
  }
  world.run(Date.UTC(2026, 3, 1, 1))
  for (const name of NAMES) world.happens(name, 'Product Added')
  const second = told(world).slice(first.length)
  assert.deepEqual(new Set(second.map(({ period }) => period)), new Set(['2026-04']))
  assert.equal(second.length, NAMES.length)
  const before = new Map(first.map(({ profile_id, arm }) => [profile_id, arm]))
  assert.ok(
    second.some(({ profile_id, arm }) => before.get(profile_id) !== arm),
    'others are out in the second month',
  )
})

test('a message that was queued in one period does not leave in the next for somebody who is out then, and their arm is told', () => {
  const world = new World([journey({ steps: [mail('news')] })], {
    experiments: holdouts({ rotate: 'month' }),
    start: Date.UTC(2026, 3, 1) - 500,
  })
  for (const name of NAMES) {
    world.person(name)
    world.event({ person: name, name: 'Product Added' })
  }
  world.passes('1m')
  const arm = (name: string, period: string) => told(world).find((each) => each.profile_id === name && each.period === period)?.arm
  const caught = NAMES.filter((name) => arm(name, '2026-03') === 'treated' && arm(name, '2026-04') === 'held_out')
  assert.ok(caught.length > 0)
  for (const name of NAMES)
    assert.equal(world.sentTo(name).length, arm(name, '2026-03') === 'treated' && !caught.includes(name) ? 1 : 0, name)
  for (const name of caught) {
    assert.ok(deliveries(world, name).some(({ status, reason }) => status === 'skipped' && reason === 'global_holdout:all'))
    assert.ok(world.storyOf(name).includes('exited news completed'))
  }
})

test('a hold-out of one channel lets the other way of a message through', () => {
  const ways = [{ sms: { template: 'text' } }, { email: { template: 'mail' } }]
  const world = new World([journey({ steps: [{ kind: 'message', id: 'news', ways }] })], {
    experiments: holdouts({ covers: { channels: ['sms'] } }),
  })
  for (const [i, name] of NAMES.entries()) {
    world.person(name, { phone: `+4366412345${i + 10}` })
    world.happens(name, 'Product Added')
  }
  world.passes('1h')
  for (const [name, arm] of armsOf(world)) assert.deepEqual(world.sentTo(name), [arm === 'held_out' ? 'mail' : 'text'])
})

test('who is held out is no candidate of a choice, and no hour is chosen for them', () => {
  const choice = {
    kind: 'choose',
    id: 'pick',
    by: { model: 'cart', control: '0%', holdout: '0%' },
    options: [
      { id: 'a', steps: [mail('a')] },
      { id: 'b', steps: [mail('b')] },
    ],
    fallback: [mail('plain')],
  }
  const timed = mail('later', { timing: { best: { within: '24h' } } })
  const world = shop([journey({ steps: [choice, timed] })], holdouts({}))
  world.passes('3d')
  for (const [name, arm] of armsOf(world)) {
    const own = decisions(world).filter(({ profile_id }) => profile_id === name)
    const chosen = own.find(({ kind }) => kind === 'choose')!
    const record = JSON.parse(chosen.record!) as { candidates: { excluded: string }[] }
    const excluded = record.candidates.map((each) => each.excluded)
    assert.deepEqual(excluded.slice(0, 2), arm === 'held_out' ? ['global_holdout:all', 'global_holdout:all'] : ['', ''])
    assert.equal(own.filter(({ kind }) => kind === 'send_time').length, arm === 'held_out' ? 0 : 1)
    assert.equal(world.sentTo(name).length, arm === 'held_out' ? 0 : 2)
  }
})

test('a whole journey is entered only by those whose arm comes into it, and every time the same way', () => {
  const world = shop([journey({ entry: again, steps: [mail('news')] })], experimentsOf([], [onJourneys()]))
  for (const name of NAMES) {
    world.passes('2h')
    world.happens(name, 'Product Added')
  }
  world.passes('1h')
  const arms = armsOf(world)
  assert.equal(told(world).length, NAMES.length, 'each is told once')
  for (const name of NAMES) {
    const comes = arms.get(name) === 'come'
    assert.deepEqual(world.sentTo(name), comes ? ['news', 'news'] : [])
    const refused = world.storyOf(name).filter((line) => line === 'refused  other_arm:worth')
    assert.equal(refused.length, comes ? 0 : 2)
  }
  assert.deepEqual(new Set(told(world).map(({ step_id, kind, share }) => `${kind} ${step_id} ${share}`)), new Set(['experiment  0.5']))
})

test('the people of a segment against nobody: only they are drawn, and only while they belong to it', () => {
  const apart = experiment({
    on: 'segment',
    segment: 'lapsed',
    arms: [
      { id: 'contact', share: '50%', contact: true },
      { id: 'silence', share: '50%', contact: false, control: true },
    ],
  })
  const world = new World([journey({ entry: again, steps: [mail('news')] })], {
    experiments: experimentsOf([], [apart]),
    segments: [{ id: 'lapsed', when: 'profile.lapsed == true' }],
  })
  for (const [i, name] of NAMES.entries()) {
    world.person(name, { lapsed: i % 2 === 0 })
    world.happens(name, 'Product Added')
  }
  world.passes('2h')
  const arms = armsOf(world)
  assert.deepEqual([...arms.keys()].sort(), NAMES.filter((_, i) => i % 2 === 0).sort())
  for (const name of NAMES) {
    assert.equal(world.sentTo(name).length, arms.get(name) === 'silence' ? 0 : 1)
    if (arms.get(name) === 'silence')
      assert.ok(
        world.storyOf(name).includes('moved news experiment_holdout:worth') || world.storyOf(name).includes('exited news completed'),
      )
    world.identify(name, { lapsed: false })
    world.happens(name, 'Product Added')
  }
  world.passes('1h')
  for (const name of NAMES) assert.equal(world.sentTo(name).length, arms.get(name) === 'silence' ? 1 : 2)
})

test('the hour of a step: one arm waits for the best one, the other goes at once', () => {
  const hours = experiment({
    on: 'send-time',
    journey: 'reminder',
    step: 'later',
    arms: [
      { id: 'best', share: '50%', hour: 'best' },
      { id: 'now', share: '50%', hour: 'now', control: true },
    ],
  })
  const world = shop([journey({ steps: [mail('later', { timing: { best: { within: '24h' } } })] })], experimentsOf([], [hours]))
  world.passes('2d')
  const arms = armsOf(world)
  assert.equal(arms.size, NAMES.length)
  for (const [name, arm] of arms) {
    assert.equal(decisions(world).filter(({ profile_id }) => profile_id === name).length, arm === 'best' ? 1 : 0)
    if (arm === 'now') assert.ok(world.sent.find(({ effect }) => effect.key === name)!.at < MONDAY + milliseconds('1m')!)
  }
})

test('slots: the message carries only the variants of the arm', () => {
  const hero = experiment({
    on: 'slots',
    template: 'welcome',
    arms: [
      { id: 'old', share: '50%', control: true, shows: { hero: ['a'] } },
      { id: 'new', share: '50%', shows: { hero: ['b', 'c'] } },
    ],
  })
  const templates = [{ id: 'welcome', version: 1, slots: { hero: ['a', 'b', 'c'].map((id) => ({ id, when: undefined })) } }]
  const world = new World([journey({ steps: [mail('welcome')] })], { experiments: experimentsOf([], [hero]), templates })
  for (const name of NAMES) {
    world.person(name)
    world.happens(name, 'Product Added')
  }
  world.passes('1h')
  const arms = armsOf(world)
  for (const { effect } of world.sent)
    assert.deepEqual(effect.payload['slots'], { hero: arms.get(effect.key) === 'old' ? ['a'] : ['b', 'c'] })
  assert.equal(world.sent.length, NAMES.length)
})

test('two profiles of different arms that become one: the first arm stays, the crossing is told, a hold-out holds on', () => {
  const everything = experimentsOf([holdout({})], [onJourneys()])
  let crossings = 0
  for (let i = 0; i < 60; i++) {
    const [visitor, ada] = [`visitor${i}`, `ada${i}`]
    const world = new World([journey({ entry: again, steps: [mail('news')] })], { experiments: everything })
    for (const name of [visitor, ada]) {
      world.person(name)
      world.happens(name, 'Product Added')
      world.passes('2h')
    }
    const before = told(world)
    const arms = (experimentId: string) => before.filter((each) => each.experiment === experimentId).map(({ arm }) => arm)
    world.merge(visitor, ada)
    world.run(world.now)
    const sent = world.sent.length
    world.happens(ada, 'Product Added')
    world.happens(visitor, 'Product Added')
    world.passes('2h')
    if (arms('all').includes('held_out')) assert.equal(world.sent.length, sent, 'nothing reaches them any more')
    const crossed = told(world).filter((each) => each.crossed === 1)
    crossings += crossed.length
    assert.deepEqual(
      crossed.map((each) => each.experiment).sort(),
      ['all', 'worth'].filter((id) => new Set(arms(id)).size > 1),
    )
    for (const each of crossed) assert.deepEqual([each.profile_id, each.cause], [ada, `merge:${visitor}`])
    const worth = told(world).filter((each) => each.experiment === 'worth' && each.crossed === 0)
    if (arms('worth').length === 2) assert.equal(world.people.get(ada)!.assigned!['experiment:worth']!.arm, worth[0]!.arm)
  }
  assert.ok(crossings > 10, `${crossings} crossings`)
})

test('without hold-outs and experiments nothing is kept of people and nothing is told', () => {
  const world = shop([journey({ steps: [mail('news')] })], undefined)
  world.passes('1d')
  assert.deepEqual(told(world), [])
  for (const name of NAMES) assert.equal('assigned' in world.people.get(name)!, false)
})

/** What may happen to four profiles, in any order. */
const histories = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('adds' as const), who: fc.nat(3) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('merge' as const), who: fc.nat(3), into: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), hours: fc.integer({ min: 1, max: 400 }) }) },
  ),
  { maxLength: 25 },
)

test('whatever happens, merges and rotations included: whom a hold-out was told to hold gets no marketing in that period', () => {
  const reminder = journey({ entry: again, steps: [mail('one'), { kind: 'wait', id: 'pause', for: '30h' }, mail('two')] })
  fc.assert(
    fc.property(histories, fc.nat(9_999), (history, salt) => {
      const world = new World([reminder], { experiments: holdouts({ rotate: 'month', id: `h${salt}` }, { id: `q${salt}`, share: '20%' }) })
      const names = [0, 1, 2, 3].map((i) => `p${salt}-${i}`)
      const root = new Map<string, string>()
      const rootOf = (name: string): string => (root.has(name) ? rootOf(root.get(name)!) : name)
      for (const name of names) world.person(name)
      for (const step of history) {
        if (step.kind === 'pass') world.pass(step.hours * 3_600_000)
        else if (step.kind === 'adds') world.happens(names[step.who]!, 'Product Added')
        else {
          const [a, b] = [rootOf(names[step.who]!), rootOf(names[step.into]!)]
          if (a === b) continue
          root.set(a, b)
          world.merge(a, b)
          world.run(world.now)
        }
      }
      world.passes('10d')
      const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7)
      const quarterOf = (at: number): string => `${new Date(at).getUTCFullYear()}q${Math.floor(new Date(at).getUTCMonth() / 3) + 1}`
      for (const fact of told(world).filter(({ arm }) => arm === 'held_out')) {
        const periodOf = fact.experiment.startsWith('h') ? monthOf : quarterOf
        const wrong = world.sent.find(({ at, effect }) => effect.key === fact.profile_id && at >= fact.at && periodOf(at) === fact.period)
        assert.equal(wrong, undefined, `${fact.profile_id} was held out by ${fact.experiment} in ${fact.period}`)
      }
    }),
    { numRuns: 150 },
  )
})

test('the same log handled again gives the same states and the same facts, bit for bit', () => {
  const play = (): string => {
    const world = shop([journey({ entry: again, steps: [mail('news')] })], experimentsOf([holdout({ rotate: 'month' })], [onJourneys()]))
    for (const [i, name] of NAMES.entries()) if (i % 3 === 1) world.merge(name, NAMES[i - 1]!)
    world.pass(40 * 86_400_000)
    for (const name of NAMES) world.happens(name, 'Product Added')
    world.passes('1d')
    return JSON.stringify([[...world.people], world.facts])
  }
  assert.equal(play(), play())
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { room } from '#consent/caps.ts'
import { compilePolicy } from '#consent/policy.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { isRefusal } from '#lib/problem.ts'
import { policy } from '../../test/fixtures/budget.ts'
import { journey, MONDAY, World } from '../../test/fixtures/journeys.ts'
import { pressureInForce } from '../../test/fixtures/pressure.ts'

const mail = (more: Record<string, unknown> = {}) => ({ kind: 'email', id: 'mail', template: 'news', ...more })
/** Each visit brings a mail. */
const news = (parts: Record<string, unknown> = {}, step: Record<string, unknown> = {}) =>
  journey({ id: 'news', entry: { event: 'Visited', reentry: 'always' }, steps: [mail(step)], ...parts })
const LOTS = { explore: '100%', control: '0%' }
const records = (world: World): DecisionRecord[] =>
  world.facts.flatMap((fact) =>
    fact.table === 'decisions' && fact.row.kind === 'frequency' ? [JSON.parse(fact.row.record!) as DecisionRecord] : [],
  )
const held = (world: World): string[] =>
  world.facts.flatMap((fact) => (fact.table === 'deliveries' && fact.row.status === 'held' ? [fact.row.reason] : []))

test('who has drawn a weekly cap gets so many mails in any seven days, without a contact policy as well', () => {
  const world = new World([news()], { models: [pressureInForce(MONDAY, { ...LOTS, caps: [2, 3] })] })
  world.person('ada')
  const sentAfter: number[] = []
  for (let day = 0; day < 14; day++) {
    world.happens('ada', 'Visited')
    world.passes('1d')
    sentAfter.push(world.sent.length)
  }
  const cap = records(world)[0]!.features['cap']!
  assert.equal(sentAfter[6], cap)
  assert.equal(sentAfter[13], 2 * cap)
  assert.ok(held(world).every((reason) => reason === 'capped:model'))
  const told = records(world)
  assert.equal(told.length, 14, 'one decision for each message that was wanted')
  assert.equal(told.filter(({ features }) => features['goes'] === 1).length, 2 * cap)
  assert.equal(new Set(told.map(({ id }) => id)).size, 14)
  assert.ok(told.at(-1)!.features['pressure']! > 0)
})

test('a message that may wait for room goes when the week has room again, and is one decision', () => {
  const step = { onCap: { defer: '10d' } }
  const world = new World([news({}, step)], { models: [pressureInForce(MONDAY, { ...LOTS, caps: [1, 2] })] })
  world.person('ada')
  for (let i = 0; i < 3; i++) {
    world.happens('ada', 'Visited')
    world.passes('1h')
  }
  world.passes('20d')
  const cap = records(world)[0]!.features['cap']!
  assert.equal(records(world).filter(({ features }) => features['goes'] === 1).length, world.sent.length)
  assert.equal(world.sent.length, cap === 1 ? 2 : 3)
})

test('a mail that would cost more than it brings is kept back, and the step does what it does under a cap', () => {
  const stakes = { explore: '0%', control: '0%', margin: 1, lifetimeValue: 100 }
  const world = new World([news()], { models: [pressureInForce(MONDAY, stakes)] })
  world.person('ada')
  for (let i = 0; i < 5; i++) {
    world.happens('ada', 'Visited')
    world.passes('1h')
  }
  assert.ok(world.sent.length >= 1 && world.sent.length < 5, `${world.sent.length}`)
  assert.ok(held(world).includes('too_much_pressure'))
  const [last] = records(world).slice(-1)
  assert.ok(last!.features['gain']! < last!.features['cost']!)
  world.passes('30d')
  world.happens('ada', 'Visited')
  assert.equal(records(world).at(-1)!.features['goes'], 1, 'pressure has sunk')
})

test('what people need to know is not held back by pressure', () => {
  const world = new World([news({}, { lane: 'transactional' })], { models: [pressureInForce(MONDAY, { ...LOTS, caps: [1, 2] })] })
  world.person('ada')
  for (let i = 0; i < 5; i++) {
    world.happens('ada', 'Visited')
    world.passes('1h')
  }
  assert.deepEqual([world.sent.length, records(world).length], [5, 0])
})

test('who is held out of a journey gets nothing, whatever the model says, and no decision', () => {
  const world = new World([news({ holdout: '100%' })], { models: [pressureInForce(MONDAY, LOTS)] })
  world.person('ada')
  for (let i = 0; i < 5; i++) world.happens('ada', 'Visited')
  world.passes('1d')
  assert.deepEqual([world.sent.length, records(world).length], [0, 0])
})

test('a model never lets go what the contact policy would not: in no window are there more mails than a cap allows', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 })
  const settings = fc.record({
    explore: fc.constantFrom('0%', '50%', '100%'),
    caps: fc.constantFrom([1, 20], [5, 50], [2, 4, 6]),
    margin: fc.constantFrom(0, 1, 1000),
    defer: fc.boolean(),
    max: fc.integer({ min: 1, max: 4 }),
    key: fc.integer({ min: 0, max: 999 }),
  })
  fc.assert(
    fc.property(gaps, settings, (hours, { defer, max, key, ...parts }) => {
      const contacts = policy({ caps: [{ id: 'few', max, per: '3d', lane: 'any' }] })
      const world = new World([news({}, defer ? { onCap: { defer: '5d' } } : {})], {
        models: [pressureInForce(MONDAY, parts)],
        policy: contacts,
      })
      const person = world.person(`p${key}`)
      for (const gap of hours) {
        world.happens(person, 'Visited')
        world.passes(`${gap}h`)
      }
      world.passes('10d')
      const times = world.sent.map(({ at }) => at).sort((a, b) => a - b)
      for (const [i, at] of times.entries()) {
        const window = times.slice(0, i + 1).filter((other) => other > at - 3 * 86_400_000)
        assert.ok(window.length <= max, `${window.length} in three days`)
      }
      for (const { features, chosen } of records(world))
        if (chosen.startsWith('cap:') && features['goes'] === 1) assert.ok(features['used']! < features['cap']!)
    }),
    { numRuns: 60 },
  )
  const compiled = compilePolicy(policy({ caps: [{ id: 'none', max: 0, per: 'day' }] }))
  assert.ok(!isRefusal(compiled))
  const ask = { channel: 'email', topic: '', lane: 'marketing' as const }
  assert.equal(room({ sends: [] }, ask, { caps: compiled.caps, now: MONDAY, zone: 'UTC' }).free, false)
})

test('the same log gives the same states and decisions, bit for bit', () => {
  const play = () => {
    const world = new World([news()], {
      models: [pressureInForce(MONDAY, { explore: '50%', control: '20%', margin: 1, lifetimeValue: 100 })],
    })
    for (const name of ['ada', 'bob', 'cyd', 'dan', 'eve']) {
      world.person(name)
      for (let i = 0; i < 6; i++) {
        world.happens(name, 'Visited')
        world.passes('7h')
      }
    }
    return { records: records(world), people: [...world.people] }
  }
  assert.deepEqual(play(), play())
})

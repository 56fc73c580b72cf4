import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chi2Sf } from '#lib/numeric/distributions.ts'
import { type Assignment, armOf, drawArm, heldBy, keptBack, layerPlace, mayEnter, type Subject, variantsFor } from './assign.ts'
import { experimentsOf } from './in-force.ts'
import { overlapOf } from './overlap.ts'
import { type Drawing, Experiment, Holdout } from './schema.ts'
import { type Assignments, HELD_OUT, unitedAssignments, withFresh } from './state.ts'

const Q1 = Date.UTC(2026, 0, 15)
const Q2 = Date.UTC(2026, 3, 15)
const MARKETING = { lane: 'marketing', channel: 'email', topic: 'offers' } as const

const holdout = (parts: object = {}) => ({ body: Holdout.parse({ kind: 'holdout', id: 'all', share: '5%', ...parts }), version: 1 })
const ARMS = [
  { id: 'come', share: '50%', enters: ['winback'] },
  { id: 'stay', share: '50%', enters: [], control: true },
]
const experiment = (id: string, parts: object = {}) => ({
  body: Experiment.parse({
    kind: 'experiment',
    id,
    hypothesis: 'It helps',
    primary: 'revenue',
    ...('on' in parts ? {} : { on: 'journeys', journeys: ['winback'], arms: ARMS }),
    ...parts,
  }),
  version: 1,
})
const subject = (id: string, assigned?: Assignments, segments: readonly string[] = []): Subject => ({
  id,
  assigned,
  inSegment: (segment) => segments.includes(segment),
})
const unit = (i: number): string => `profile-${i.toString(36)}-${(i * 2_654_435_761) % 99_991}`
const people = (count: number): string[] => Array.from({ length: count }, (_, i) => unit(i))

/** The chance of counts that differ at least so much from those expected. */
function surprise(observed: readonly number[], expected: readonly number[], df: number): number {
  const x = observed.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0)
  return chi2Sf(x, df)
}

test('the hash fills a hundred cells of each salt evenly, and the share of a hold-out is the share that is out', () => {
  const ids = people(100_000)
  for (const layer of ['one', 'two', 'three']) {
    const cells = Array<number>(100).fill(0)
    for (const id of ids) cells[Math.floor(layerPlace(layer, id) / 100)]!++
    assert.ok(surprise(cells, Array(100).fill(1_000), 99) > 0.001, `layer ${layer}: ${cells}`)
  }
  const [each] = experimentsOf([holdout()], []).holdouts
  const out = ids.filter((id) => heldBy(each!, subject(id), Q1).arm === HELD_OUT).length
  assert.ok(surprise([out, ids.length - out], [5_000, 95_000], 1) > 0.001, `${out} of 100,000`)
})

test('layers, the arms in them, hold-outs and periods are drawn independently of each other (chi-square of every pair)', () => {
  const ids = people(60_000)
  const [a, b] = [experiment('a').body as Drawing, experiment('b').body as Drawing]
  const two = experimentsOf([holdout({ share: '30%' }), holdout({ id: 'texts', share: '30%' })], []).holdouts
  const traits: Readonly<Record<string, (id: string) => boolean>> = {
    layerA: (id) => layerPlace('a', id) < 5_000,
    layerB: (id) => layerPlace('b', id) < 5_000,
    armA: (id) => drawArm(a, id).id === 'come',
    armB: (id) => drawArm(b, id).id === 'come',
    outQ1: (id) => heldBy(two[0]!, subject(id), Q1).arm === HELD_OUT,
    outQ2: (id) => heldBy(two[0]!, subject(id), Q2).arm === HELD_OUT,
    noTexts: (id) => heldBy(two[1]!, subject(id), Q1).arm === HELD_OUT,
  }
  const names = Object.keys(traits)
  const told = ids.map((id) => names.map((name) => traits[name]!(id)))
  for (let i = 0; i < names.length; i++)
    for (let j = i + 1; j < names.length; j++) {
      const cells = [0, 0, 0, 0]
      for (const each of told) cells[Number(each[i]) * 2 + Number(each[j])]!++
      const [n00, n01, n10, n11] = cells as [number, number, number, number]
      const expected = [
        ((n00 + n01) * (n00 + n10)) / ids.length,
        ((n00 + n01) * (n01 + n11)) / ids.length,
        ((n10 + n11) * (n00 + n10)) / ids.length,
        ((n10 + n11) * (n01 + n11)) / ids.length,
      ]
      assert.ok(surprise(cells, expected, 1) > 0.001, `${names[i]} and ${names[j]}: ${cells}`)
    }
})

test('a quarter after the other draws others, a larger share keeps those of the smaller one, and nobody changes within a period', () => {
  const ids = people(20_000)
  const small = experimentsOf([holdout({ share: '4%' })], []).holdouts[0]!
  const large = experimentsOf([holdout({ share: '8%' })], []).holdouts[0]!
  const out = (each: typeof small, now: number): Set<string> => new Set(ids.filter((id) => heldBy(each, subject(id), now).arm === HELD_OUT))
  const first = out(small, Q1)
  assert.deepEqual(out(small, Date.UTC(2026, 2, 31, 23)), first)
  assert.ok(first.isSubsetOf(out(large, Q1)))
  const again = out(small, Q2).intersection(first).size / first.size
  assert.ok(again < 0.08, `${again} of the first quarter are out in the second as well; by chance 4 %`)
  const never = experimentsOf([holdout({ rotate: 'never' })], []).holdouts[0]!
  assert.deepEqual(out(never, Q1), out(never, Q2))
})

test('a period begins at midnight of its zone', () => {
  const [tokyo] = experimentsOf([holdout({ rotate: 'month', zone: 'Asia/Tokyo' })], []).holdouts
  assert.equal(tokyo!.period(Date.parse('2026-01-31T14:59:59Z')).id, '2026-01')
  assert.equal(tokyo!.period(Date.parse('2026-01-31T15:00:00Z')).id, '2026-02')
  assert.equal(tokyo!.period(Date.parse('2026-01-31T14:59:59Z')).id, '2026-01', 'asked again for the past, it is still the past')
})

test('after a rotation the figures say for four weeks that some of both arms come from silence', () => {
  const [each] = experimentsOf([holdout()], []).holdouts
  const told = overlapOf(each!, Date.UTC(2026, 3, 2))!
  assert.match(told.sentence, /2026q2 has just begun: 5 % of each arm/)
  assert.equal(told.until, Date.UTC(2026, 3, 29))
  assert.equal(overlapOf(each!, told.until), null)
  assert.equal(overlapOf(experimentsOf([holdout({ rotate: 'never' })], []).holdouts[0]!, Q1), null)
  const ids = people(40_000).filter((id) => heldBy(each!, subject(id), Q2).arm === HELD_OUT)
  const before = ids.filter((id) => heldBy(each!, subject(id), Q1).arm === HELD_OUT).length / ids.length
  assert.ok(Math.abs(before - told.share) < 0.02, `${before} of those who are out now were out before`)
})

test('transactional messages and channels that are not covered pass; covered marketing does not', () => {
  const experiments = experimentsOf([holdout({ share: '50%', covers: { channels: ['sms'], topics: ['offers'] } })], [])
  const out = people(100).find((id) => heldBy(experiments.holdouts[0]!, subject(id), Q1).arm === HELD_OUT)!
  const asked = (message: object) => keptBack(experiments, subject(out), { message: { ...MARKETING, ...message }, now: Q1 })
  assert.deepEqual(asked({ channel: 'sms' }).by, { kind: 'holdout', id: 'all' })
  assert.deepEqual(asked({ channel: 'sms', lane: 'transactional' }), { by: null, fresh: [] })
  assert.deepEqual(asked({}), { by: null, fresh: [] }, 'nobody was asked, so nothing is noted')
  assert.deepEqual(asked({ channel: 'sms', topic: 'news' }).by, null)
})

test('an arm is told once, and whoever was put into it stays, whatever is published later', () => {
  const first = experimentsOf([], [experiment('worth')])
  for (const id of people(50)) {
    const { fresh } = mayEnter(first, subject(id), { journey: 'winback', now: Q1 })
    assert.equal(fresh.length, 1)
    const [told] = fresh
    assert.deepEqual([told!.unit, told!.share, told!.isControl], [id, 0.5, told!.arm === 'stay'])
    const assigned = withFresh(undefined, fresh, { experiments: first, now: Q1 })
    const arms = [
      { ...ARMS[0]!, share: '99%' },
      { ...ARMS[1]!, share: '1%' },
    ]
    const later = experimentsOf([], [{ ...experiment('worth', { arms, layer: { id: 'l', from: 9_999 } }), version: 2 }])
    assert.deepEqual(armOf(later, later.all[0]!, { subject: subject(id, assigned), now: Q2 }), { arm: told!.arm, fresh: null })
  }
})

test('nobody is drawn before the start and after the end', () => {
  const dated = experimentsOf([], [experiment('worth', { start: '2026-02-01T00:00:00Z', end: '2026-03-01T00:00:00Z' })])
  const at = (day: string) => mayEnter(dated, subject('ada'), { journey: 'winback', now: Date.parse(day) }).fresh.length
  assert.deepEqual(['2026-01-31T23:59:59Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'].map(at), [0, 1, 0])
})

test('whom a hold-out keeps all marketing from is in no experiment on journeys', () => {
  const experiments = experimentsOf([holdout({ share: '50%' })], [experiment('worth')])
  for (const id of people(100)) {
    const isOut = heldBy(experiments.holdouts[0]!, subject(id), Q1).arm === HELD_OUT
    assert.equal(mayEnter(experiments, subject(id), { journey: 'winback', now: Q1 }).fresh.length, isOut ? 0 : 1)
  }
})

test('whom a later quarter holds out still follows the arm that they were put into before', () => {
  const experiments = experimentsOf([holdout({ share: '50%' })], [experiment('worth')])
  const out = (id: string, now: number): boolean => heldBy(experiments.holdouts[0]!, subject(id), now).arm === HELD_OUT
  const stays = people(200).filter((id) => !out(id, Q1) && out(id, Q2) && drawArm(experiments.all[0]!.experiment, id).id === 'stay')
  assert.ok(stays.length > 10)
  for (const id of stays) {
    const { fresh } = mayEnter(experiments, subject(id), { journey: 'winback', now: Q1 })
    const assigned = withFresh(undefined, fresh, { experiments, now: Q1 })
    assert.deepEqual(mayEnter(experiments, subject(id, assigned), { journey: 'winback', now: Q2 }).by, { kind: 'experiment', id: 'worth' })
  }
})

test('slots: who could not get every arm is in no experiment; else the arm leaves only its variants', () => {
  const shows = experimentsOf(
    [],
    [
      experiment('hero', {
        on: 'slots',
        template: 'welcome',
        arms: [
          { id: 'old', share: '50%', control: true, shows: { hero: ['a'] } },
          { id: 'new', share: '50%', shows: { hero: ['b', 'c'] } },
        ],
      }),
    ],
  )
  const ask = (id: string, hero: string[]) =>
    variantsFor(shows, subject(id), { template: 'welcome', eligible: { hero, foot: ['x'] }, now: Q1 })
  assert.deepEqual(ask('ada', ['b', 'c']), { eligible: { hero: ['b', 'c'], foot: ['x'] }, fresh: [] })
  const seen = new Set<string>()
  for (const id of people(40)) {
    const { eligible, fresh } = ask(id, ['a', 'c'])
    assert.deepEqual(eligible, { hero: [fresh[0]!.arm === 'old' ? 'a' : 'c'], foot: ['x'] })
    seen.add(fresh[0]!.arm)
  }
  assert.equal(seen.size, 2)
})

/** Experiments of two layers, with any places (also ones that publishing would refuse). */
const documents = fc.array(
  fc.record({ layer: fc.constantFrom('one', 'two'), from: fc.integer({ min: 0, max: 9_999 }), length: fc.integer({ min: 0, max: 9_999 }) }),
  { minLength: 1, maxLength: 6 },
)
type Documents = readonly { layer: string; from: number; length: number }[]
const published = (all: Documents) =>
  experimentsOf(
    [holdout({ share: '20%' })],
    all.map(({ layer, from, length }, i) => experiment(`e${i}`, { layer: { id: layer, from, to: Math.min(9_999, from + length) } })),
  )

/** One profile's state after it was asked about everything under each of these publications. */
function asked(id: string, { plans, start = 0, before }: { plans: readonly Documents[]; start?: number; before?: Assignments }) {
  let assigned = before
  const told: Assignment[] = []
  for (const [i, plan] of plans.entries()) {
    const experiments = published(plan)
    for (const each of experiments.all) {
      const placed = armOf(experiments, each, { subject: subject(id, assigned), now: Q1 })
      if (!placed?.fresh) continue
      told.push(placed.fresh)
      assigned = withFresh(assigned, [placed.fresh], { experiments, now: Q1 + start + i })
    }
  }
  return { assigned, told }
}

test('in a layer nobody is in two experiments at once, whatever places are published one after the other', () => {
  fc.assert(
    fc.property(fc.array(documents, { minLength: 1, maxLength: 4 }), fc.string(), (plans, id) => {
      const { assigned } = asked(id, { plans })
      const experiments = published(plans.at(-1)!)
      for (const layer of experiments.byLayer.values()) {
        const within = layer.filter((each) => armOf(experiments, each, { subject: subject(id, assigned), now: Q1 }) !== null)
        assert.ok(within.length <= 1, within.map(({ experiment: { id: name } }) => name).join(', '))
      }
    }),
  )
})

test('however two profiles become one, the same arms hold; who was in two is crossed, and whom one says to be out is out', () => {
  fc.assert(
    fc.property(fc.tuple(fc.string(), fc.string()), documents, fc.nat(1_000), (names, plan, later) => {
      const [a, b] = [`a${names[0]}`, `b${names[1]}`]
      const experiments = published(plan)
      const put = (id: string, at: number): Assignments => {
        const { assigned } = asked(id, { plans: [plan], start: at })
        const { fresh } = keptBack(experiments, subject(id, assigned), { message: MARKETING, now: Q1 })
        return withFresh(assigned, fresh, { experiments, now: Q1 + at })
      }
      const [ours, theirs] = [put(a, 0), put(b, later)]
      const one = unitedAssignments(ours, theirs, experiments)
      const other = unitedAssignments(theirs, ours, experiments)
      assert.deepEqual(sorted(one.assigned!), sorted(other.assigned!))
      const out = [ours, theirs].some((each) => each['holdout:all']?.arm === HELD_OUT)
      assert.equal(keptBack(experiments, subject(a, one.assigned), { message: MARKETING, now: Q1 }).by !== null, out)
      for (const [key, each] of Object.entries(one.assigned!)) {
        const arms = new Set([ours[key]?.arm, theirs[key]?.arm].filter((arm) => arm !== undefined))
        if (arms.size > 1) assert.equal(each.crossed, true, key)
      }
      for (const layer of experiments.byLayer.values()) {
        const held = layer.filter((each) => one.assigned![`experiment:${each.experiment.id}`])
        if (held.length > 1) for (const each of held) assert.equal(one.assigned![`experiment:${each.experiment.id}`]!.crossed, true)
        const within = layer.filter((each) => armOf(experiments, each, { subject: subject(a, one.assigned), now: Q1 }) !== null)
        assert.ok(within.length <= 1)
      }
    }),
  )
})
const sorted = (assigned: Assignments): unknown => Object.entries(assigned).sort(([a], [b]) => (a < b ? -1 : 1))

test('what is published no more is forgotten with the next arm, so a state holds no more than there are experiments', () => {
  const first = experimentsOf([], [experiment('old')])
  const { fresh } = mayEnter(first, subject('ada'), { journey: 'winback', now: Q1 })
  const assigned = withFresh(undefined, fresh, { experiments: first, now: Q1 })
  const second = experimentsOf([], [experiment('new')])
  const next = mayEnter(second, subject('ada', assigned), { journey: 'winback', now: Q2 })
  assert.deepEqual(Object.keys(withFresh(assigned, next.fresh, { experiments: second, now: Q2 })), ['experiment:new'])
})

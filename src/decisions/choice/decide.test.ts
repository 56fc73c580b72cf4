import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import type { DecisionRecord } from '../record.ts'
import { Model, type ModelOf } from '../schema.ts'
import type { ModelInForce, Snapshot } from '../snapshot.ts'
import { type ChoiceBody, decodeChoice, emptyBody } from './body.ts'
import { decide, FALLBACK, NOTHING, type Question, recompute, ruleOf } from './decide.ts'
import { type Example, learned } from './learn.ts'
import { reportOf } from './learner.ts'

const NOW = Date.UTC(2026, 2, 2, 10)
const DAY = 86_400_000
const POLICIES = ['squarecb', 'thompson', 'linucb', 'best-arm'] as const

const document = (parts: object = {}): ModelOf<'choice'> =>
  Model.parse({ kind: 'model', id: 'cart', type: 'choice', margin: 0.4, ...parts }) as ModelOf<'choice'>
const snapshotOf = (body: ChoiceBody, serial = 3): Snapshot<ChoiceBody> => ({
  serial,
  trainedTo: NOW - DAY,
  examples: 100,
  body,
  report: {},
})
const inForce = (snapshot: Snapshot | null, parts: object = {}): ModelInForce<'choice'> => ({
  model: document(parts),
  version: 2,
  snapshot,
})

const OFFERED: Question['offered'] = [
  { arm: 'discount', excluded: '', about: { channel: 'email', offer: 'discount', cost: 4 } },
  { arm: 'shipping', excluded: '', about: { channel: 'sms', offer: 'shipping' } },
  { arm: 'scarcity', excluded: 'no_address', about: { channel: 'push' } },
]
const question = (parts: Partial<Question> = {}): Question => ({
  id: 'run-1:nudge',
  group: 'treated',
  offered: OFFERED,
  features: { 'recency.event': 2, 'activity.7d': 5 },
  model: 'cart',
  inForce: inForce(null),
  now: NOW,
  budget: 50,
  prices: {},
  ...parts,
})

/** People with much activity buy by SMS, the others by e-mail; half of each group is tried with each. */
function world(count: number, { personal = true, from = 0 } = {}): Example[] {
  return Array.from({ length: count }, (_, n): Example => {
    const i = n + from
    const r = random(`person-${i}`)
    const active = r.uniform() < 0.5
    const arm = r.uniform() < 0.5 ? 'discount' : 'shipping'
    const rate = personal ? ((arm === 'shipping') === active ? 0.35 : 0.05) : arm === 'shipping' ? 0.2 : 0.1
    return {
      id: `d-${i}`,
      at: NOW - 20 * DAY + i * 60_000,
      group: i % 10 === 0 ? 'control' : 'treated',
      chosen: i % 10 === 0 ? FALLBACK : arm,
      propensity: i % 10 === 0 ? 1 : 0.5,
      candidates: OFFERED.slice(0, 2).map(({ arm: id, about: { channel, offer } }) => ({
        arm: id,
        about: { channel: channel!, offer: offer! },
        price: 0,
      })),
      features: { 'activity.7d': active ? 20 + 5 * r.uniform() : r.uniform(), 'recency.event': 10 * r.uniform() },
      converted: r.uniform() < (i % 10 === 0 ? 0.05 : rate),
      value: 50,
      cost: 0.01,
      unsubscribed: false,
      complained: false,
    }
  })
}
const settings = { rule: ruleOf(document()), halfLife: 30 * DAY }
const taught = (count: number, parts: Parameters<typeof world>[1] = {}): ChoiceBody => learned(emptyBody(0), world(count, parts), settings)
const sumOf = ({ candidates }: DecisionRecord): number => candidates.reduce((sum, { propensity }) => sum + propensity, 0)

test('with nothing learned every option that is possible is as likely, and that is said', () => {
  const record = decide(question())
  assert.equal(record.by, 'cold_start')
  assert.equal(record.silence, 'model_cold')
  assert.deepEqual(
    record.candidates.map(({ arm, excluded, propensity }) => [arm, excluded, propensity]),
    [
      ['discount', '', 0.5],
      ['shipping', '', 0.5],
      ['scarcity', 'no_address', 0],
    ],
  )
})

test('the comparison group gets the fallback and the held-out nothing, whatever the model says', () => {
  const snapshot = snapshotOf(taught(500))
  for (const [group, by, chosen] of [
    ['control', 'control', FALLBACK],
    ['held_out', 'held_out', NOTHING],
  ] as const) {
    const record = decide(question({ group, inForce: inForce(snapshot) }))
    assert.deepEqual([record.by, record.chosen, record.propensity, sumOf(record)], [by, chosen, 1, 1])
  }
})

test('without a model, a candidate, or time, the fallback is taken with the reason', () => {
  const slow = { inForce: inForce(snapshotOf(taught(50)), { policy: 'thompson' }), budget: 0.001 }
  const none = { offered: OFFERED.map((each) => ({ ...each, excluded: 'consent_missing' })) }
  const cases = [
    [{ inForce: undefined }, 'model_missing'],
    [{ inForce: { ...inForce(null), broken: 'its checksum does not fit' } }, 'model_broken'],
    [slow, 'model_too_slow'],
    [none, 'no_candidate'],
  ] as const
  for (const [parts, silence] of cases) {
    const record = decide(question(parts as Partial<Question>))
    assert.deepEqual([record.by, record.silence, record.chosen, record.propensity], ['fallback', silence, FALLBACK, 1])
  }
})

test('a model whose numbers overflow has no answer, and its record says so', () => {
  const body = taught(300)
  const treated = { ...body.treated, worth: 1e308, worths: 1e-10 }
  const record = decide(question({ inForce: inForce(snapshotOf({ ...body, treated })) }))
  assert.deepEqual([record.by, record.silence], ['fallback', 'model_not_finite'])
})

test('a model that has nothing fresh to go by explores, so that there is something fresh again', () => {
  const old = { ...snapshotOf(taught(300)), trainedTo: NOW - 31 * DAY }
  const record = decide(question({ inForce: inForce(old) }))
  assert.deepEqual([record.by, record.silence, record.snapshot], ['cold_start', 'model_stale', 0])
})

test('people whom other things move get other things, once that is shown', () => {
  const body = taught(4_000)
  assert.equal(body.personal, 'shown', JSON.stringify(body.gain))
  const chances = (activity: number): Record<string, number> => {
    const record = decide(
      question({
        features: { 'activity.7d': activity, 'recency.event': 5 },
        inForce: inForce(snapshotOf(body)),
        offered: OFFERED.map((each) => ({
          ...each,
          about: { channel: each.about.channel!, ...(each.about.offer && { offer: each.about.offer }) },
        })),
      }),
    )
    return Object.fromEntries(record.candidates.map(({ arm, propensity }) => [arm, propensity]))
  }
  assert.ok(chances(22)['shipping']! > 0.75, JSON.stringify(chances(22)))
  assert.ok(chances(0.3)['discount']! > 0.75, JSON.stringify(chances(0.3)))
})

test('where nothing is gained by telling people apart, the option that is best for all is preferred', () => {
  const body = taught(4_000, { personal: false })
  assert.notEqual(body.personal, 'shown')
  const record = decide(question({ inForce: inForce(snapshotOf(body)) }))
  const chance = Object.fromEntries(record.candidates.map(({ arm, propensity }) => [arm, propensity]))
  assert.ok(chance['shipping']! > 0.75, JSON.stringify(chance))
})

test('an option that is new starts from what all have in common, and is tried', () => {
  const record = decide(
    question({
      inForce: inForce(snapshotOf(taught(2_000))),
      offered: [...OFFERED, { arm: 'gift', excluded: '', about: { channel: 'email', offer: 'gift' } }],
    }),
  )
  const gift = record.candidates.find(({ arm }) => arm === 'gift')!
  assert.ok(gift.propensity >= 0.01 && gift.parts!['conversion']! > 0.05 && gift.parts!['conversion']! < 0.4, JSON.stringify(gift))
})

test('an option that makes people unsubscribe more than the comparison group is paused, and stays so', () => {
  const spoiled = world(3_000).map((each, i) => ({ ...each, unsubscribed: each.chosen === 'shipping' && i % 8 === 1 }))
  const body = learned(emptyBody(0), spoiled, settings)
  assert.deepEqual(body.paused, { shipping: 'unsubscribes' })
  const record = decide(question({ inForce: inForce(snapshotOf(body)) }))
  assert.equal(record.candidates.find(({ arm }) => arm === 'shipping')?.excluded, 'guardrail:unsubscribes')
  assert.equal(record.chosen, 'discount')
  assert.deepEqual(learned(body, world(200, { from: 3_000 }), settings).paused, { shipping: 'unsubscribes' })
  assert.deepEqual(taught(3_000).paused, {}, 'nobody is paused without cause')
})

test('learning in parts is learning at once, and what it gives is read back', () => {
  const all = world(600)
  const once = learned(emptyBody(0), all, settings)
  assert.deepEqual(decodeChoice(JSON.stringify(once)), once)
  const parts = learned(learned(emptyBody(0), all.slice(0, 300), settings), all.slice(300), settings)
  // Features are standardised by the first examples that are seen: all else is the same.
  assert.deepEqual({ ...parts.treated, reward: undefined }, { ...once.treated, reward: undefined })
  assert.throws(() => decodeChoice(JSON.stringify({ ...once, n: null })), /no snapshot of a choice/)
})

test('what is told is calibrated: people of whom a tenth is said convert by a tenth', () => {
  const body = taught(6_000)
  const { intercept, slope } = body.regression.calibration
  const [off, all] = body.regression.bins.reduce(
    ([sum, count], [n, logits, hits]) =>
      n > 0 ? [sum + Math.abs(hits - n / (1 + Math.exp(-intercept - (slope * logits) / n))), count + n] : [sum, count],
    [0, 0],
  )
  assert.ok(body.regression.bins.filter(([n]) => n > 100).length > 1 && off / all < 0.03, String(off / all))
})

test('what came is shown with what chance allows around it, however few it were', () => {
  for (const body of [taught(30), taught(400), taught(6_000)]) {
    const curve = reportOf(body, { examples: 0 })['curve'] as { observed: number; low: number; high: number; n: number }[]
    assert.ok(curve.length > 0)
    const told = curve.reduce((sum, { n }) => sum + n, 0)
    const all = body.regression.bins.reduce((sum, [n]) => sum + n, 0)
    assert.ok(Math.abs(told - all) < 1e-6 * all, `${told} of ${all}`)
    for (const { observed, low, high, n } of curve) {
      assert.ok(low <= observed && observed <= high && high - low > 0.5 / Math.sqrt(n + 4), JSON.stringify({ observed, low, high, n }))
      assert.ok(n >= 20 || curve.length === 1)
    }
  }
})

const bodies = [taught(400), taught(2_500), taught(2_500, { personal: false })]
const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true })
const anything: fc.Arbitrary<Question> = fc.record({
  id: fc.string({ minLength: 1, maxLength: 20 }),
  group: fc.constantFrom('treated' as const, 'treated' as const, 'treated' as const, 'control' as const, 'held_out' as const),
  offered: fc.uniqueArray(
    fc.record({
      arm: fc.constantFrom('discount', 'shipping', 'scarcity', 'gift', 'plain'),
      excluded: fc.constantFrom('', '', 'no_address', 'capped:weekly'),
      about: fc.constantFrom({}, { channel: 'sms' }, { channel: 'email', offer: 'discount', cost: 2 }, { worth: 80, takes: { budget: 2 } }),
    }),
    { selector: ({ arm }) => arm, minLength: 1, maxLength: 5 },
  ),
  features: fc.dictionary(fc.constantFrom('activity.7d', 'recency.event', 'unknown', '__proto__'), finite),
  model: fc.constant('cart'),
  inForce: fc.oneof(
    fc.constant(undefined),
    fc.constant(inForce(null)),
    fc
      .record({
        body: fc.constantFrom(...bodies),
        policy: fc.constantFrom(...POLICIES),
        floor: fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      })
      .map(({ body, ...parts }) => inForce(snapshotOf(body), parts)),
  ),
  now: fc.constant(NOW),
  budget: fc.constantFrom(0.001, 50, 50),
  prices: fc.constantFrom({}, { budget: 0.3 }),
}) as fc.Arbitrary<Question>

test('every decision is recomputed from its record as it was stored and the snapshot, bit for bit', () => {
  fc.assert(
    fc.property(anything, (asked) => {
      const record = decide(asked)
      assert.deepEqual(decide(asked), record)
      const stored = JSON.parse(JSON.stringify(record)) as DecisionRecord
      assert.deepEqual(recompute(stored, asked.inForce?.snapshot ?? null), stored)
      assert.equal(JSON.stringify(recompute(stored, asked.inForce?.snapshot ?? null)), JSON.stringify(record))
      assert.ok(Math.abs(sumOf(record) - 1) < 1e-9)
      const chosen = record.candidates.find(({ arm }) => arm === record.chosen)!
      assert.ok(chosen.excluded === '' && chosen.propensity === record.propensity && record.propensity > 0)
      for (const { excluded, propensity } of record.candidates) assert.ok(excluded === '' || propensity === 0)
    }),
  )
})

test('a record that was changed is found out', () => {
  const snapshot = snapshotOf(taught(800))
  const record = decide(question({ inForce: inForce(snapshot) }))
  const changed = {
    ...record,
    candidates: record.candidates.map((each, i) => (i === 0 ? { ...each, propensity: each.propensity / 2 } : each)),
  }
  assert.notDeepEqual(recompute(changed, snapshot), changed)
})

test('what is given away costs only with those who take it', () => {
  const examples = world(2_000, { personal: false })
  const body = learned(emptyBody(0), examples, { rule: ruleOf(document()), halfLife: 30 * DAY })
  const offered = (about: object): Question['offered'] =>
    OFFERED.slice(0, 2).map((each, i) => (i === 0 ? { ...each, about: { ...each.about, cost: 0, ...about } } : each))
  const discount = (about: object) => decide(question({ offered: offered(about), inForce: inForce(snapshotOf(body)) })).candidates[0]!
  const [free, given, paid] = [discount({}), discount({ gives: 4 }), discount({ cost: 4 })]
  assert.ok(Math.abs(free.predicted! - given.predicted! - 4 * given.parts!['conversion']!) < 1e-9)
  assert.ok(Math.abs(free.predicted! - paid.predicted! - 4) < 1e-9)
  assert.ok(given.propensity > paid.propensity)
  // Whoever learns has the same account: only those who bought have taken it.
  const taken = examples.map((each) => ({
    ...each,
    candidates: each.candidates.map((one) => ({ ...one, about: { ...one.about, gives: 4 } })),
  }))
  const after = learned(emptyBody(0), taken, { rule: ruleOf(document()), halfLife: 30 * DAY })
  const bought = examples.filter(({ group, converted }) => group === 'treated' && converted).length
  const treated = examples.filter(({ group }) => group === 'treated').length
  assert.ok(Math.abs(body.treated.reward.mean - after.treated.reward.mean - (4 * bought) / treated) < 1e-9)
  const record = decide(question({ offered: offered({ gives: 4 }), inForce: inForce(snapshotOf(body)) }))
  assert.deepEqual(recompute(record, snapshotOf(body)), record)
})

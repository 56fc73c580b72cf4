import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal } from '#lib/problem.ts'
import { testApi } from '../../../test/fixtures/api.ts'
import { inferenceActions } from './actions.ts'
import { Plan, PlanExperiment, type Planned, Planned as PlannedSchema } from './api.ts'
import { planned } from './plan.ts'
import { unitsForRates } from './power.ts'

const plan = (input: unknown): Planned => {
  const found = planned(Plan.parse(input))
  assert.ok(!isRefusal(found), JSON.stringify(found))
  return PlannedSchema.parse(found)
}
const RATE = { outcome: { kind: 'rate', rate: 0.1 }, effect: { as: 'absolute', size: 0.02 } }

test('a shop that wants to see two points more orders is told people, days and what control costs', () => {
  const found = plan({ ...RATE, peopleADay: 500, windowDays: 7, worth: 30 })
  const perArm = Math.ceil(unitsForRates(0.12, 0.1, { alpha: 0.05, power: 0.8, method: 'unpooled' }))
  assert.deepEqual(
    { ...found.once },
    {
      people: 2 * perArm,
      control: perArm,
      treated: perArm,
      days: Math.ceil((2 * perArm) / 500) + 7,
      controlCosts: Math.round(perArm * 0.02 * 30 * 100) / 100,
    },
  )
  assert.ok(found.always.people > 1.2 * found.once.people && found.always.people < 2 * found.once.people)
  assert.match(
    found.sentence,
    /^To show a rise of 2\.00 percentage points from 10\.00 % \(20 %\) with a chance of 80 %, at 95 %: 1\d,\d{3} people in \d+ days, \d,\d{3} of them in control, if you may look at any time; 7,678 in 23 days if you look only once/,
  )
  const enough = found.reach.find(({ people }) => people >= found.always.people)!
  assert.ok(enough.absolute <= 0.0201)
})

test('more arms, more metrics and a small control group take more people; what was before saves some', () => {
  const size = (more: object) => plan({ ...RATE, ...more }).always.people
  const plain = size({})
  assert.ok(size({ arms: 3 }) > plain && size({ metrics: 4 }) > plain && size({ control: 0.1 }) > plain)
  const ratio = plan({ ...RATE, correlation: 0.7 }).once.people / plan(RATE).once.people
  assert.ok(Math.abs(ratio - (1 - 0.49)) < 0.001)
})

test('a rate cannot rise above all, and the plan says so', () => {
  const found = planned(Plan.parse({ ...RATE, effect: { as: 'relative', size: 12 } }))
  assert.ok(isRefusal(found) && found.refused.code === 'plan.effect.impossible' && found.refused.at === '/effect/size')
})

test('no plan is so small that its read-out would show no figures', () => {
  const found = plan({ outcome: { kind: 'rate', rate: 0.001 }, effect: { as: 'absolute', size: 0.5 }, control: 0.1 })
  assert.ok(found.once.control >= 20_000 && found.once.people >= 200_000)
})

test('the smaller the effect, the more people; every number is finite', () => {
  const share = (min: number, max: number) => fc.double({ min, max, noNaN: true })
  fc.assert(
    fc.property(share(0.001, 0.5), share(0.01, 0.5), share(0.05, 0.9), fc.integer({ min: 1, max: 5 }), (...[rate, size, control, arms]) => {
      const of = (effect: number) =>
        plan({ outcome: { kind: 'rate', rate }, effect: { as: 'relative', size: effect }, control, arms, peopleADay: 1_000 })
      const [small, large] = [of(size / 2), of(size)]
      assert.ok(small.always.people >= large.always.people && small.once.people >= large.once.people)
      assert.ok(large.always.people >= large.once.people)
      assert.ok(large.always.people <= large.always.control + arms * large.always.treated)
    }),
  )
})

test('the planner is asked over HTTP, and says what is wrong with a plan', async () => {
  const api = await testApi({ actions: [PlanExperiment], bindings: inferenceActions() })
  try {
    const { key } = await api.workspace(['reports:read'])
    const found = await api.ask('POST /api/experiments/plan', { key, body: { ...RATE, peopleADay: 500 } })
    assert.equal(found.status, 200)
    assert.equal(PlannedSchema.parse(found.body).once.control, 3_839)
    const impossible = await api.ask('POST /api/experiments/plan', { key, body: { ...RATE, effect: { as: 'absolute', size: 0.95 } } })
    assert.equal(impossible.status, 422)
    const nothing = await api.ask('POST /api/experiments/plan', { key, body: { ...RATE, effect: { as: 'absolute', size: 0 } } })
    assert.equal(nothing.status, 422)
    const stranger = await api.workspace(['documents:read'])
    assert.equal((await api.ask('POST /api/experiments/plan', { key: stranger.key, body: RATE })).status, 403)
  } finally {
    await api.stop()
  }
})

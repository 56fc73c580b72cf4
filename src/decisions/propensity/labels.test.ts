import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { Outcome } from '../schema.ts'
import { learn, newFtrl } from './ftrl.ts'
import { hashed } from './hashing.ts'
import { type Example, labelOf, matured, type Prediction, thinned, weightOfExample, windowOf } from './labels.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const opened = Outcome.parse({ kind: 'opened' })
const inactive = Outcome.parse({ kind: 'churned', contract: false, event: 'Order Completed' })
const ended = Outcome.parse({ kind: 'churned', contract: true, event: 'Contract Ended' })

test('an opening within 72 hours is a yes, a later one is none, and before the end of the window nobody knows', () => {
  const label = (at: readonly number[], until: number) => labelOf(0, at, { outcome: opened, until })
  assert.equal(label([5 * HOUR], 71 * HOUR), 'immature')
  assert.equal(label([], 71 * HOUR), 'immature')
  assert.equal(label([5 * HOUR], 72 * HOUR), 'yes')
  assert.equal(label([73 * HOUR], 100 * HOUR), 'no')
  assert.equal(label([0], 100 * HOUR), 'no', 'what came before the prediction is not foretold')
})

test('churn without a contract comes by what does not happen, with a contract by its end', () => {
  assert.equal(labelOf(0, [], { outcome: inactive, until: 30 * DAY }), 'yes')
  assert.equal(labelOf(0, [DAY], { outcome: inactive, until: 30 * DAY }), 'no')
  assert.equal(labelOf(0, [], { outcome: inactive, until: 29 * DAY }), 'immature')
  assert.equal(labelOf(0, [DAY], { outcome: ended, until: 30 * DAY }), 'yes')
})

const history = fc.record({
  predictions: fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 40 }),
  happened: fc.array(fc.integer({ min: 0, max: 1_200 }), { maxLength: 40 }),
  looks: fc.array(fc.integer({ min: 0, max: 1_400 }), { minLength: 1, maxLength: 8 }),
})

test('whoever looks now and then learns each prediction once, with the label that hindsight gives, and none before its time', () => {
  fc.assert(
    fc.property(history, fc.constantFrom(opened, inactive, ended), ({ predictions, happened, looks }, outcome) => {
      const asked: Prediction[] = predictions.map((at, i) => ({ id: String(i), at: at * HOUR, features: {} }))
      const times = happened.map((at) => at * HOUR)
      const learned = new Map<string, Example>()
      let from = -1
      for (const until of looks.map((at) => at * HOUR).sort((a, b) => a - b)) {
        // At that moment nothing later is known.
        const known = times.filter((time) => time <= until)
        for (const example of matured(asked, () => known, { outcome, from, until })) {
          assert.ok(!learned.has(example.id), 'nothing is learned twice')
          assert.ok(example.at + windowOf(outcome) <= until, 'nothing is learned before its window has ended')
          learned.set(example.id, example)
        }
        from = until
      }
      const hindsight = matured(asked, () => times, { outcome, from: -1, until: from })
      assert.deepEqual(new Map(hindsight.map((each) => [each.id, each.label])), new Map([...learned].map(([id, { label }]) => [id, label])))
    }),
  )
})

test('whoever learned each yes at once and each no at the end would be far off in the first week; whole windows are not', () => {
  const r = random('delayed labels')
  const convert = Outcome.parse({ kind: 'converted', event: 'Order Completed' })
  const asked = Array.from({ length: 8_000 }, (_, i) => ({
    at: Math.floor(r.uniform() * 10 * DAY),
    comes: r.uniform() < 0.1 ? r.uniform() * 7 * DAY : null,
    id: String(i),
  }))
  const until = 10 * DAY
  const wholeWindows = asked.filter(({ at }) => at + windowOf(convert) <= until)
  const atOnce = asked.filter(({ at, comes }) => at + (comes ?? windowOf(convert)) <= until)
  const share = (of: typeof asked): number => of.filter(({ comes }) => comes !== null).length / of.length
  assert.ok(Math.abs(share(wholeWindows) - 0.1) < 0.02, `${share(wholeWindows)}`)
  assert.ok(share(atOnce) > 0.17, `${share(atOnce)}`)
  const examples = matured(
    asked.map(({ id, at }) => ({ id, at, features: {} })),
    ({ id, at }) => {
      const { comes } = asked[Number(id)]!
      return comes === null ? [] : [at + comes]
    },
    { outcome: convert, from: -1, until },
  )
  assert.equal(examples.length, wholeWindows.length)
})

test('thinned-out negatives count for those that were left out: probabilities stay where they were', () => {
  const r = random('thinned')
  const all: Example[] = Array.from({ length: 120_000 }, (_, i) => {
    const x = r.uniform()
    return { id: `e${i}`, at: i, features: { one: 1, x }, label: r.uniform() < 0.01 + 0.03 * x ? 1 : 0, halvings: 0 }
  })
  const kept = thinned(all, 15_000)
  assert.ok(kept.length < 40_000, `${kept.length} kept`)
  assert.equal(kept.filter(({ label }) => label === 1).length, all.filter(({ label }) => label === 1).length)
  const mass = kept.reduce((sum, each) => sum + weightOfExample(each), 0)
  assert.ok(Math.abs(mass / all.length - 1) < 0.02, `weights sum to ${mass}`)
  const meanOf = (examples: readonly Example[]): number => {
    const model = newFtrl({ alpha: 0.1, beta: 1, l1: 0, l2: 0 }, -3.6)
    for (const example of examples) learn(model, hashed(example.features), { label: example.label, weight: weightOfExample(example) })
    const at = (x: number): number => sigmoid(learn(model, hashed({ one: 1, x }), { label: 0, weight: 0 }))
    return (at(0.1) + at(0.3) + at(0.5) + at(0.7) + at(0.9)) / 5
  }
  assert.ok(Math.abs(meanOf(kept) - 0.025) < 0.004, `thinned ${meanOf(kept)}`)
  assert.ok(Math.abs(meanOf(all) - 0.025) < 0.004, `all ${meanOf(all)}`)
})

test('few examples are not thinned out', () => {
  const few = Array.from({ length: 500 }, (_, i): Example => ({ id: String(i), at: i, features: {}, label: i === 0 ? 1 : 0, halvings: 0 }))
  assert.deepEqual(thinned(few), few)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { calibrated, calibrationOf, UNCALIBRATED } from './calibration.ts'
import { driftOf, spreadOf } from './drift.ts'
import { judgeable, MOST_RECENT, NOTHING_RECENT, packedRecent, recentWith, unpackedRecent } from './recent.ts'

const told = fc.array(
  fc.record({
    logit: fc.integer({ min: -3_000, max: 3_000 }).map((n) => n / 500),
    label: fc.constantFrom(0 as const, 1 as const),
    halvings: fc.integer({ min: 0, max: 4 }),
  }),
  { minLength: 2, maxLength: 120 },
)

const asJudgeable = (all: readonly { readonly logit: number; readonly label: number; readonly halvings: number }[]) => ({
  logits: Float64Array.from(all, ({ logit }) => logit),
  labels: Uint8Array.from(all, ({ label }) => label),
  weights: Float64Array.from(all, ({ halvings }) => 2 ** halvings),
})

test('a calibrated probability never falls where the logit rises, and never reaches 0 or 1', () => {
  fc.assert(
    fc.property(told, (all) => {
      const curve = calibrationOf(asJudgeable(all))
      let before = 0
      for (let logit = -20; logit <= 20; logit += 0.25) {
        const p = calibrated(curve, logit)
        assert.ok(p >= before - 1e-15 && p > 0 && p < 1, `${p} after ${before}`)
        before = p
      }
    }),
  )
})

test('the curve keeps the mean: on what it was drawn from as many are told as came', () => {
  fc.assert(
    fc.property(told, (all) => {
      const { logits, labels, weights } = asJudgeable(all)
      const curve = { ...calibrationOf({ logits, labels, weights }), trust: 1, edge: 1e-12 }
      if (curve.x.length === 0) return
      let [sum, came] = [0, 0]
      for (let i = 0; i < logits.length; i++) {
        sum += weights[i]! * calibrated(curve, logits[i]!)
        came += weights[i]! * labels[i]!
      }
      assert.ok(Math.abs(sum - came) < 1e-8, `${sum} told, ${came} came`)
    }),
  )
})

test('below 500 positives the curve counts in part only', () => {
  const r = random('blend')
  const all = Array.from({ length: 1_000 }, () => ({ logit: r.uniform() * 4 - 2, label: r.uniform() < 0.1 ? 1 : 0, halvings: 0 }))
  const positives = all.filter(({ label }) => label === 1).length
  const curve = calibrationOf(asJudgeable(all))
  assert.equal(curve.trust, positives / 500)
  const alone = calibrated({ ...curve, trust: 1 }, 1)
  assert.ok(Math.abs(calibrated(curve, 1) - (curve.trust * alone + (1 - curve.trust) * sigmoid(1))) < 1e-12)
  assert.equal(calibrated(UNCALIBRATED, 1), sigmoid(1))
})

test('a model that exaggerates tells true probabilities after calibration', () => {
  const r = random('exaggerates')
  const all = Array.from({ length: 20_000 }, () => {
    const truth = r.uniform() * 6 - 3
    return { logit: 2 * truth + 1, label: r.uniform() < sigmoid(truth) ? 1 : 0, halvings: 0 }
  })
  const curve = calibrationOf(asJudgeable(all))
  for (const truth of [-2, -1, 0, 1, 2]) assert.ok(Math.abs(calibrated(curve, 2 * truth + 1) - sigmoid(truth)) < 0.05)
})

test('the last 20,000 predictions are kept, in order, and come back from their text', () => {
  const examples = Array.from({ length: 30_000 }, (_, i) => ({ label: (i % 7 === 0 ? 1 : 0) as 0 | 1, halvings: i % 3 }))
  const logits = examples.map((_, i) => (i % 4_001) / 400 - 5)
  const first = recentWith(NOTHING_RECENT, examples.slice(0, 15_000), logits.slice(0, 15_000))
  const all = recentWith(first, examples.slice(15_000), logits.slice(15_000))
  assert.equal(all.marks.length, MOST_RECENT)
  const kept = judgeable(unpackedRecent(packedRecent(all)))
  for (const i of [0, 5_000, 19_999]) {
    assert.ok(Math.abs(kept.logits[i]! - logits[i + 10_000]!) <= 1 / 4096)
    assert.equal(kept.labels[i], examples[i + 10_000]!.label)
    assert.equal(kept.weights[i], 2 ** examples[i + 10_000]!.halvings)
  }
  assert.equal(recentWith(NOTHING_RECENT, [{ label: 1, halvings: 0 }], [99]).logits[0], 65_535)
})

test('people like those before show no drift, others do, and missing values count as well', () => {
  const r = random('drift')
  const values = (n: number, shift: number, gone = 0): Float64Array =>
    Float64Array.from({ length: n }, () => (r.uniform() < gone ? Number.NaN : r.uniform() + shift))
  const spread = spreadOf('orders.count', values(5_000, 0, 0.1))
  assert.equal(driftOf(spread, values(3_000, 0, 0.1)).state, 'calm')
  assert.equal(driftOf(spread, values(3_000, 0.5, 0.1)).state, 'shifted')
  assert.equal(driftOf(spread, values(3_000, 0, 0.6)).state, 'shifted')
  const few = driftOf(spread, values(12, 0, 0.1))
  assert.ok(few.state === 'calm', `with 12 people chance alone shows ${few.psi}`)
  // PSI by hand: halves that were even and are 3 to 1 now, (1/4) ln 3 × 2 = 0.2747.
  const halves = { name: 'x', edges: [0], shares: [0.5, 0.5, 0], n: 1e9 }
  assert.ok(
    Math.abs(
      driftOf(
        halves,
        Float64Array.from({ length: 100_000 }, (_, i) => (i % 4 === 0 ? -1 : 1)),
      ).psi - 0.274653,
    ) < 1e-3,
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { auc, brier, calibrationBins, calibrationError, logLoss } from './scores.ts'
import { compensatedSum, log1pExp, logit, logSumExp, sigmoid } from './sums.ts'

const scored = fc.array(fc.record({ p: fc.integer({ min: 0, max: 8 }).map((n) => n / 8), y: fc.constantFrom(0, 1) }), {
  minLength: 1,
  maxLength: 60,
})

test('the area is the share of pairs in the right order, ties half', () => {
  fc.assert(
    fc.property(scored, (rows) => {
      let pairs = 0
      let right = 0
      for (const a of rows)
        for (const b of rows) {
          if (a.y !== 1 || b.y !== 0) continue
          pairs++
          right += a.p > b.p ? 1 : a.p === b.p ? 0.5 : 0
        }
      const area = auc(
        rows.map(({ p }) => p),
        rows.map(({ y }) => y),
      )
      assert.ok(Math.abs(area - (pairs === 0 ? 0.5 : right / pairs)) < 1e-12)
    }),
  )
})

test('losses by hand, and finite when a prediction was certain and wrong', () => {
  assert.ok(Math.abs(logLoss([0.8, 0.4], [1, 0]) + (Math.log(0.8) + Math.log(0.6)) / 2) < 1e-15)
  assert.ok(Math.abs(logLoss([0], [1]) - 34.538776394910684) < 1e-9)
  assert.ok(Math.abs(brier([0.8, 0.4], [1, 0]) - 0.1) < 1e-15)
  assert.throws(() => auc([], []), RangeError)
  assert.throws(() => brier([1], []), RangeError)
})

test('calibration: zero where each bin keeps its word, the gap where all is 0.2 too high', () => {
  const p = Array.from({ length: 100 }, (_, i) => (i < 50 ? 0.2 : 0.6))
  const y = Array.from({ length: 100 }, (_, i) => (i % 50 < (i < 50 ? 10 : 30) ? 1 : 0))
  assert.ok(calibrationError(p, y) < 1e-12)
  assert.ok(
    Math.abs(
      calibrationError(
        p.map((each) => each + 0.2),
        y,
      ) - 0.2,
    ) < 1e-12,
  )
})

test('bins hold everything once, equal predictions together', () => {
  fc.assert(
    fc.property(scored, fc.integer({ min: 1, max: 12 }), (rows, bins) => {
      const found = calibrationBins(
        rows.map(({ p }) => p),
        rows.map(({ y }) => y),
        bins,
      )
      assert.equal(
        found.reduce((sum, { count }) => sum + count, 0),
        rows.length,
      )
      assert.ok(found.length <= bins)
      assert.ok(found.every(({ predicted }, i) => i === 0 || predicted > found[i - 1]!.predicted))
    }),
  )
})

test('sums: nothing overflows, and what rounding takes is given back', () => {
  assert.equal(sigmoid(-1000), 0)
  assert.equal(sigmoid(1000), 1)
  assert.ok(Math.abs(sigmoid(logit(0.123)) - 0.123) < 1e-15)
  assert.ok(Number.isFinite(logit(0)) && Number.isFinite(logit(1)))
  assert.equal(log1pExp(1000), 1000)
  assert.ok(Math.abs(log1pExp(-40) - 4.248354255291589e-18) < 1e-30)
  assert.equal(logSumExp([1000, 1000]), 1000 + Math.LN2)
  assert.equal(logSumExp([]), Number.NEGATIVE_INFINITY)
  assert.equal(compensatedSum([1, 1e100, 1, -1e100]), 2)
})

test('a prediction that is no number has no rank', () => {
  assert.throws(() => auc([0.2, Number.NaN, 0.7], [0, 1, 1]), /is no number/)
})

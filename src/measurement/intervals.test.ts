import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tPpf } from '#lib/numeric/distributions.ts'
import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { newcombe, welch } from './intervals.ts'

const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not within ${within} of ${wanted}`)

test('Newcombe 1998, table II, method 10', () => {
  const cases: [number, number, number, number, number, number][] = [
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 20, -0.1611, 0.2775],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ]
  for (const [a, m, b, n, low, high] of cases) {
    const found = newcombe({ x: a, n: m }, { x: b, n })
    near(found.low, low, 0.00005)
    near(found.high, high, 0.00005)
  }
})

test('Wilson: Newcombe 1998 (two-sided intervals for the single proportion), table I, method 3', () => {
  const cases: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ]
  for (const [x, n, low, high] of cases) {
    const found = wilson({ x, n }, Z95)
    near(found[0], low, 0.00005)
    near(found[1], high, 0.00005)
  }
})

test("Student's quantiles as tabled", () => {
  const cases: [number, number, number][] = [
    [0.975, 1, 12.7062047],
    [0.975, 2, 4.3026527],
    [0.975, 5, 2.5705818],
    [0.975, 10, 2.2281389],
    [0.975, 30, 2.0422725],
    [0.975, 120, 1.9799304],
    [0.95, 10, 1.8124611],
    [0.995, 20, 2.8453397],
    [0.975, 10_000_000, 1.9599642],
  ]
  for (const [p, df, t] of cases) near(tPpf(p, df), t, 2e-7)
})

test("Welch on Student's sleep data: R prints t.test(extra ~ group, data = sleep) as df 17.776, −3.3654832 to 0.2054832", () => {
  const sample = (values: number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return { n: values.length, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) }
  }
  const found = welch(
    sample([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]),
    sample([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
  )!
  near(found.df, 17.776, 0.0005)
  near(found.low, -3.3654832, 1e-7)
  near(found.high, 0.2054832, 1e-7)
})

test('too few values have no interval; equal values have one without width', () => {
  assert.equal(welch({ n: 1, mean: 3, variance: 0 }, { n: 9, mean: 1, variance: 2 }), undefined)
  assert.deepEqual(welch({ n: 2, mean: 3, variance: 0 }, { n: 2, mean: 1, variance: 0 }), { difference: 2, low: 2, high: 2, df: 2 })
})

test('swapping the arms mirrors the interval, and it always holds the difference', () => {
  const proportion = fc.integer({ min: 0, max: 5000 }).chain((n) => fc.record({ x: fc.integer({ min: 0, max: n }), n: fc.constant(n) }))
  fc.assert(
    fc.property(proportion, proportion, (a, b) => {
      const there = newcombe(a, b)
      const back = newcombe(b, a)
      near(there.low, -back.high, 1e-12)
      near(there.high, -back.low, 1e-12)
      assert.ok(there.low <= there.difference + 1e-12 && there.difference <= there.high + 1e-12)
      assert.ok(there.low >= -1 - 1e-12 && there.high <= 1 + 1e-12)
    }),
  )
})

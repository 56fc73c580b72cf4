import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isotonic, isotonicAt } from './isotonic.ts'
import { bfgs, nelderMead } from './optimise.ts'
import { normal, random } from './random.ts'
import { tDigest } from './t-digest.ts'

/** The min-max formula: the value at i is the greatest over starts of the least over ends of the weighted means. */
function monotone(y: readonly number[], w: readonly number[]): number[] {
  const mean = (from: number, to: number): number => {
    let [sum, of] = [0, 0]
    for (let k = from; k <= to; k++) {
      sum += w[k]! * y[k]!
      of += w[k]!
    }
    return sum / of
  }
  return y.map((_, i) => {
    let greatest = Number.NEGATIVE_INFINITY
    for (let from = 0; from <= i; from++) {
      let least = Number.POSITIVE_INFINITY
      for (let to = i; to < y.length; to++) least = Math.min(least, mean(from, to))
      greatest = Math.max(greatest, least)
    }
    return greatest
  })
}

test('pooling adjacent violators is the min-max formula', () => {
  const point = fc.record({ y: fc.integer({ min: -20, max: 20 }), w: fc.integer({ min: 1, max: 5 }) })
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 25 }), (points) => {
      const x = points.map((_, i) => i)
      const fit = isotonic(
        x,
        points.map(({ y }) => y),
        points.map(({ w }) => w),
      )
      const expected = monotone(
        points.map(({ y }) => y),
        points.map(({ w }) => w),
      )
      for (const i of x) assert.ok(Math.abs(isotonicAt(fit, i) - expected[i]!) < 1e-9)
      assert.ok(fit.x.every((each, k) => k === 0 || each > fit.x[k - 1]!))
      assert.ok(fit.y.every((each, k) => k === 0 || each >= fit.y[k - 1]!))
    }),
  )
})

test('an isotonic fit: any order of rows, equal x together, level outside, straight between', () => {
  const fit = isotonic([3, 1, 1, 2], [1, 0, 0.5, 0.6], [1, 1, 1, 1])
  assert.deepEqual([...fit.x], [1, 2, 3])
  assert.deepEqual([...fit.y], [0.25, 0.6, 1])
  assert.equal(isotonicAt(fit, -9), 0.25)
  assert.equal(isotonicAt(fit, 9), 1)
  assert.equal(isotonicAt(fit, 2.5), 0.8)
  assert.equal(isotonicAt(isotonic([], []), 0.3), 0.3)
  assert.deepEqual([...isotonic([1, Number.NaN, 2], [0, 5, 1]).y], [0, 1])
})

const rosenbrock = (x: Float64Array): number => 100 * (x[1]! - x[0]! ** 2) ** 2 + (1 - x[0]!) ** 2

test('both optimisers find the end of the Rosenbrock valley', () => {
  const simplex = nelderMead(rosenbrock, [-1.2, 1])
  assert.ok(simplex.converged && simplex.value < 1e-10)
  const gradient = (x: Float64Array) =>
    Float64Array.from([-400 * x[0]! * (x[1]! - x[0]! ** 2) - 2 * (1 - x[0]!), 200 * (x[1]! - x[0]! ** 2)])
  for (const options of [{}, { gradient }]) {
    const found = bfgs(rosenbrock, [-1.2, 1], options)
    assert.ok(found.converged && found.iterations < 80, `${found.iterations}`)
    for (const each of found.x) assert.ok(Math.abs(each - 1) < 1e-5)
  }
})

test('a quadratic in many dimensions; walls of NaN and infinity are kept away from', () => {
  const bowl = (x: Float64Array): number => x.reduce((sum, each, j) => sum + (j + 1) * (each - j) ** 2, 0)
  for (const found of [bfgs(bowl, new Float64Array(6)), nelderMead(bowl, new Float64Array(6))])
    for (const [j, each] of found.x.entries()) assert.ok(Math.abs(each - j) < 1e-4, `${found.x}`)
  // The least of x - ln x is at 1; below 0 there is nothing.
  const walled = (x: Float64Array): number => x[0]! - Math.log(x[0]!)
  for (const found of [bfgs(walled, [0.1]), nelderMead(walled, [0.1])]) assert.ok(Math.abs(found.x[0]! - 1) < 1e-4)
  assert.equal(bfgs(() => Number.NaN, [1]).converged, false)
})

test('a digest knows quantiles of a hundred thousand to a thousandth, and its tails far better', () => {
  const r = random('digest')
  const values = Array.from({ length: 100_000 }, () => Math.exp(normal(r)))
  const digest = tDigest()
  for (const value of values) digest.add(value)
  values.sort((a, b) => a - b)
  for (const q of [0, 0.001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1]) {
    const found = values.findIndex((each) => each >= digest.quantile(q)!) / values.length
    assert.ok(Math.abs(found - q) <= 0.003 * Math.sqrt(q * (1 - q)) * 2 + 2e-5, `${q}: ${found}`)
    assert.ok(Math.abs(digest.cdf(digest.quantile(q)!)! - q) < 0.002)
  }
  assert.ok(digest.state().means.length <= 110)
})

test('digests of parts, merged and stored in between, are the digest of the whole', () => {
  const r = random('parts')
  const parts = [0, 1, 2].map(() => tDigest())
  const all: number[] = []
  for (let i = 0; i < 30_000; i++) {
    const value = normal(r) + (i % 3)
    all.push(value)
    parts[i % 3]!.add(value)
  }
  const merged = tDigest()
  for (const part of parts) merged.merge(tDigest(JSON.parse(JSON.stringify(part.state()))))
  all.sort((a, b) => a - b)
  assert.equal(merged.count(), 30_000)
  assert.equal(merged.quantile(0), all[0])
  for (const q of [0.05, 0.5, 0.95]) assert.ok(Math.abs(merged.quantile(q)! - all[Math.floor(q * 30_000)]!) < 0.03)
  assert.equal(tDigest().quantile(0.5), null)
  assert.throws(() => tDigest().add(Number.NaN), RangeError)
})

test('a digest of few values has them', () => {
  const digest = tDigest()
  for (const value of [1, 2, 3, 4]) digest.add(value)
  assert.equal(digest.quantile(0), 1)
  assert.equal(digest.quantile(1), 4)
  assert.equal(digest.quantile(0.5), 2.5)
})

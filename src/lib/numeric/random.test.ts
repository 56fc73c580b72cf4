import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beta, dirichlet, draw, gamma, normal, philox, random, shuffled } from './random.ts'

const hex = (words: Int32Array): string[] => [...words].map((each) => (each >>> 0).toString(16).padStart(8, '0'))

test('philox gives the known answers of its authors', () => {
  const zeros = new Int32Array(4)
  philox(zeros, 0, 0)
  assert.deepEqual(hex(zeros), ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'])
  const ones = new Int32Array(4).fill(-1)
  philox(ones, -1, -1)
  assert.deepEqual(hex(ones), ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd'])
  const pi = Int32Array.from([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344])
  philox(pi, 0xa4093822, 0x299f31d0)
  assert.deepEqual(hex(pi), ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'])
})

test('the same seed gives the same stream, another seed another', () => {
  const of = (seed: string) => {
    const r = random(seed)
    return Array.from({ length: 20 }, () => r.uniform())
  }
  assert.deepEqual(of('decision-1'), of('decision-1'))
  assert.equal(new Set([...of('decision-1'), ...of('decision-2')]).size, 40)
})

/** Pearson's statistic of values whose distribution function is given, over equally likely bins. */
function chiSquare(values: readonly number[], cdf: (x: number) => number, bins = 50): number {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) counts[Math.min(bins - 1, Math.floor(cdf(value) * bins))]!++
  const expected = values.length / bins
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
/** The 0.9999 quantile of chi-square with 49 degrees of freedom. */
const LIMIT = 96

const many = (seed: string, of: (r: ReturnType<typeof random>) => number, n = 100_000): number[] => {
  const r = random(seed)
  return Array.from({ length: n }, () => of(r))
}

test('uniforms are uniform, also in pairs of neighbours', () => {
  const values = many('uniform', (r) => r.uniform())
  assert.ok(values.every((each) => each >= 0 && each < 1))
  assert.ok(chiSquare(values, (x) => x) < LIMIT)
  const pairs = values.flatMap((each, i) => (i % 2 ? [(Math.floor(values[i - 1]! * 7) * 7 + Math.floor(each * 7) + 0.5) / 49] : []))
  assert.ok(chiSquare(pairs, (x) => x, 49) < LIMIT)
})

test('first numbers of neighbouring seeds are uniform', () => {
  const values = Array.from({ length: 50_000 }, (_, i) => random(`enrollment:${i}`).uniform())
  assert.ok(chiSquare(values, (x) => x) < LIMIT)
})

test('samplers follow their distributions', () => {
  // Closed forms: the sum of 2 exponentials, powers for beta with a 1, arcsine for beta(1/2, 1/2).
  assert.ok(
    chiSquare(
      many('gamma 1', (r) => gamma(r, 1)),
      (x) => 1 - Math.exp(-x),
    ) < LIMIT,
  )
  assert.ok(
    chiSquare(
      many('gamma 2', (r) => gamma(r, 2)),
      (x) => 1 - Math.exp(-x) * (1 + x),
    ) < LIMIT,
  )
  assert.ok(
    chiSquare(
      many('beta 3 1', (r) => beta(r, 3, 1)),
      (x) => x ** 3,
    ) < LIMIT,
  )
  assert.ok(
    chiSquare(
      many('beta .5 .5', (r) => beta(r, 0.5, 0.5)),
      (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x)),
    ) < LIMIT,
  )
  const normals = many('normal', normal)
  const mean = normals.reduce((sum, each) => sum + each, 0) / normals.length
  const variance = normals.reduce((sum, each) => sum + each * each, 0) / normals.length
  assert.ok(Math.abs(mean) < 0.013 && Math.abs(variance - 1) < 0.018)
  assert.ok(Math.abs(normals.filter((each) => each > 1.959964).length / normals.length - 0.025) < 0.002)
})

test('tiny shapes neither underflow to nonsense nor stop', () => {
  const values = many('tiny', (r) => beta(r, 1e-4, 1e-4), 2_000)
  assert.ok(values.every((each) => each >= 0 && each <= 1))
  const near = values.filter((each) => each > 0.5).length / values.length
  assert.ok(Math.abs(near - 0.5) < 0.05)
  const parts = dirichlet(random('tiny parts'), [1e-3, 1e-3, 1e-3])
  assert.ok(Math.abs(parts.reduce((sum, each) => sum + each, 0) - 1) < 1e-12)
})

test('a Dirichlet has its means', () => {
  const r = random('dirichlet')
  const sums = [0, 0, 0]
  for (let i = 0; i < 20_000; i++) for (const [k, part] of dirichlet(r, [1, 2, 5]).entries()) sums[k]! += part / 20_000
  for (const [k, expected] of [0.125, 0.25, 0.625].entries()) assert.ok(Math.abs(sums[k]! - expected) < 0.006)
})

test('draws are as frequent as their probabilities, and never what has none', () => {
  const p = [0.5, 0, 0.3, 0.2, 0]
  const counts = [0, 0, 0, 0, 0]
  const r = random('draw')
  for (let i = 0; i < 100_000; i++) counts[draw(r, p)]!++
  assert.equal(counts[1]! + counts[4]!, 0)
  for (const [i, each] of p.entries()) assert.ok(Math.abs(counts[i]! / 100_000 - each) < 0.007)
  // Probabilities that fall short of 1 by rounding end at the last that has one.
  assert.equal(draw({ uniform: () => 1 - 2 ** -53 }, [0.1, 0.2, 0.7 - 1e-12, 0]), 2)
  assert.throws(() => draw(r, [0, 0]), RangeError)
})

test('every order is as likely after a shuffle', () => {
  const counts = new Map<string, number>()
  const r = random('shuffle')
  for (let i = 0; i < 24_000; i++) {
    const order = shuffled(r, [0, 1, 2, 3]).join('')
    counts.set(order, (counts.get(order) ?? 0) + 1)
  }
  assert.equal(counts.size, 24)
  const statistic = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  assert.ok(statistic < 60)
})

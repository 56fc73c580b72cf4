import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normal, random } from './random.ts'
import { differenceSequence, halfWidth, mixtureRatio, NO_SAMPLE, type Sample, sampled, tuning } from './sequential.ts'

test('tuning and half-widths are those that were published', () => {
  const rho = tuning(0.05, 5_000)
  assert.ok(Math.abs(rho - 0.0398400668) < 1e-10)
  assert.ok(Math.abs(halfWidth(1_000, 1, { alpha: 0.05, rho }) - 0.1063754701) < 1e-10)
  assert.ok(Math.abs(halfWidth(10_000, 1, { alpha: 0.05, rho }) - 0.0306147722) < 1e-10)
})

test('the mixture ratio is the one that was published', () => {
  assert.ok(Math.abs(mixtureRatio({ n: 1_000, d: 0.1, variance: 2, tau2: 0.01 }) - 3.2787216) < 1e-6)
})

test('a sample that is told one by one has the mean and variance of all', () => {
  const value = fc.double({ min: -1e3, max: 1e3, noNaN: true })
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 50 }), (values) => {
      const { n, mean, variance } = values.reduce(sampled, NO_SAMPLE)
      const exact = values.reduce((sum, each) => sum + each, 0) / values.length
      const spread = values.reduce((sum, each) => sum + (each - exact) ** 2, 0) / (values.length - 1)
      assert.equal(n, values.length)
      assert.ok(Math.abs(mean - exact) < 1e-8)
      assert.ok(Math.abs(variance - spread) < 1e-6 * (1 + spread))
    }),
  )
})

test('with no difference, looking after every tenth pair, the sequence wrongly excludes zero in no more than 5 % of 400 tests', () => {
  let wrong = 0
  for (let seed = 0; seed < 400; seed++) {
    const r = random(`a/a ${seed}`)
    let [a, b]: [Sample, Sample] = [NO_SAMPLE, NO_SAMPLE]
    for (let i = 0; i < 1_000; i++) {
      a = sampled(a, normal(r))
      b = sampled(b, normal(r))
      const seen = i % 10 === 9 ? differenceSequence(a, b) : null
      if (seen && (seen.low > 0 || seen.high < 0)) {
        wrong++
        assert.ok(seen.p < 0.05)
        break
      }
    }
  }
  assert.ok(wrong <= 20, `${wrong} of 400`)
})

test('a difference that is there is found', () => {
  const r = random('a/b')
  let [a, b]: [Sample, Sample] = [NO_SAMPLE, NO_SAMPLE]
  for (let i = 0; i < 2_000; i++) {
    a = sampled(a, normal(r))
    b = sampled(b, normal(r) + 0.25)
  }
  const { low, high } = differenceSequence(a, b)!
  assert.ok(low > 0 && low < 0.25 && high > 0.25)
})

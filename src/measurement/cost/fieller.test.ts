import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normal, random } from '#lib/numeric/random.ts'
import { delta, fieller, holds } from './fieller.ts'

const Z = 1.959963984540054
const anyEstimate = fc.record({ estimate: fc.integer({ min: -1_000, max: 1_000 }), se: fc.integer({ min: 0, max: 500 }) })

test('with a divisor that is known it is the plain interval, and the delta method says the same', () => {
  const quotient = { over: { estimate: 1_200, se: 300 }, under: { estimate: 400, se: 0 }, quantile: Z }
  const set = fieller(quotient)!
  assert.equal(set.kind, 'between')
  assert.ok(set.kind === 'between')
  assert.ok(Math.abs(set.low - (1_200 - Z * 300) / 400) < 1e-12 && Math.abs(set.high - (1_200 + Z * 300) / 400) < 1e-12)
  const approximate = delta(quotient)!
  assert.ok(Math.abs(approximate.low - set.low) < 1e-12 && Math.abs(approximate.high - set.high) < 1e-12)
})

test('a divisor that may be zero bounds nothing: the set is what lies outside, or everything', () => {
  // 500 spent for 2 ± 3 orders: each costs at least 500 / (2 + 1.96·3), or nothing is gained.
  const set = fieller({ over: { estimate: 500, se: 0 }, under: { estimate: 2, se: 3 }, quantile: Z })!
  assert.ok(set.kind === 'outside')
  assert.ok(Math.abs(set.above - 500 / (2 + Z * 3)) < 1e-9, String(set.above))
  assert.ok(Math.abs(set.below - 500 / (2 - Z * 3)) < 1e-9, String(set.below))
  assert.deepEqual(fieller({ over: { estimate: 1, se: 5 }, under: { estimate: 1, se: 5 }, quantile: Z }), { kind: 'anything' })
  assert.equal(fieller({ over: { estimate: 1, se: 1 }, under: { estimate: 0, se: 0 }, quantile: Z }), null)
  assert.equal(delta({ over: { estimate: 1, se: 1 }, under: { estimate: 0, se: 2 }, quantile: Z }), null)
})

test('a ratio is in the set exactly when a test of it would not reject', () => {
  fc.assert(
    fc.property(
      anyEstimate,
      anyEstimate,
      fc.record({ tenths: fc.integer({ min: -9, max: 9 }), hundredths: fc.integer({ min: -5_000, max: 5_000 }) }),
      (over, under, { tenths, hundredths }) => {
        fc.pre(under.estimate !== 0 || under.se !== 0)
        const covariance = (tenths / 10) * over.se * under.se
        const ratio = hundredths / 100
        const variance = over.se ** 2 - 2 * ratio * covariance + (ratio * under.se) ** 2
        const distance = Math.abs(over.estimate - ratio * under.estimate) - Z * Math.sqrt(Math.max(0, variance))
        // Too near to the edge either answer is right.
        fc.pre(Math.abs(distance) > 1e-6 * (1 + Math.abs(over.estimate) + Math.abs(ratio * under.estimate)))
        assert.equal(holds(fieller({ over, under, covariance, quantile: Z })!, ratio), distance < 0)
      },
    ),
  )
})

test('in other currencies and sizes of shop the ratio is the same', () => {
  fc.assert(
    fc.property(anyEstimate, anyEstimate, fc.constantFrom(1e-9, 1e-3, 1e3, 1e12), (over, under, scale) => {
      fc.pre(under.estimate !== 0 || under.se !== 0)
      const scaled = (each: typeof over) => ({ estimate: each.estimate * scale, se: each.se * scale })
      const [one, other] = [fieller({ over, under, quantile: Z })!, fieller({ over: scaled(over), under: scaled(under), quantile: Z })!]
      assert.equal(one.kind, other.kind)
      for (const [end, value] of Object.entries(one))
        if (typeof value === 'number') {
          const there = (other as unknown as Record<string, number>)[end]!
          assert.ok(Math.abs(there - value) <= 1e-6 * (1 + Math.abs(value)), `${end}: ${value} ${there}`)
        }
    }),
  )
})

/** How often intervals hold the truth, of 4,000 seeded draws. */
function coverage(truth: { over: number; under: number }, se: { over: number; under: number }) {
  const hits = { fieller: 0, delta: 0 }
  const runs = 4_000
  for (let seed = 0; seed < runs; seed++) {
    const r = random(`cover ${seed}`)
    const quotient = {
      over: { estimate: truth.over + se.over * normal(r), se: se.over },
      under: { estimate: truth.under + se.under * normal(r), se: se.under },
      quantile: Z,
    }
    const ratio = truth.over / truth.under
    if (holds(fieller(quotient)!, ratio)) hits.fieller += 1
    const { low, high } = delta(quotient)!
    if (low <= ratio && ratio <= high) hits.delta += 1
  }
  return { fieller: hits.fieller / runs, delta: hits.delta / runs }
}

test('it holds the truth in 95 % of worlds, also where gains are weak; the delta method does not', () => {
  // Three standard errors of a share of 4,000 around 95 %: 0.0103.
  for (const under of [100, 30, 10, 3]) {
    const found = coverage({ over: 50, under }, { over: 10, under: 10 })
    assert.ok(Math.abs(found.fieller - 0.95) < 0.0104, `${under}: ${found.fieller}`)
  }
  const weak = coverage({ over: 50, under: 10 }, { over: 1, under: 10 })
  assert.ok(Math.abs(weak.fieller - 0.95) < 0.0104, String(weak.fieller))
  assert.ok(weak.delta < 0.93, `delta covers ${weak.delta}`)
})

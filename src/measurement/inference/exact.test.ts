import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from '#lib/numeric/random.ts'
import { halfWidth, mixtureRatio, tuning } from '#lib/numeric/sequential.ts'
import { bernoulliInterval, bestRho, betaBinomialBound, logNormalMixture, normalMixtureBound, polyStitchingBound } from './exact.ts'
import { msprt } from './msprt.ts'

const near = (found: number, wanted: number, within = 1e-5): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not within ${within} of ${wanted}`)
const AT = { at: 100, alpha: 0.05 }

test('T8 the bounds of confseq', () => {
  const two = { rho: bestRho(AT, 'two'), sides: 'two' } as const
  const one = { rho: bestRho(AT, 'one'), sides: 'one' } as const
  near(two.rho, 12.60056)
  near(normalMixtureBound(100, 0.05, two), 30.35209)
  near(normalMixtureBound(100, 0.05, one), 27.66071)
  near(logNormalMixture(10, 100, two), -0.6510052, 1e-7)
  near(logNormalMixture(10, 100, one), -0.06502391, 1e-8)
  near(betaBinomialBound(100, 0.05, { g: 0.2, h: 0.8, narrowest: AT, sides: 'two' }), 31.4308)
  near(betaBinomialBound(100, 0.05, { g: 0.2, h: 0.8, narrowest: AT, sides: 'one' }), 28.41238)
  near(polyStitchingBound(100, 0.05, { from: 10, c: 3 }), 64.48755)
  const many = bernoulliInterval({ x: 700, n: 1_000 }, { alpha: 0.05, at: 100 })
  near(many[0], 0.651629)
  near(many[1], 0.745949)
  const few = bernoulliInterval({ x: 15, n: 50 }, { alpha: 0.05, at: 50 })
  near(few[0], 0.129556)
  near(few[1], 0.511896)
})

test('A6 half-widths of the confidence sequence and the ratio of the mSPRT', () => {
  const rho = tuning(0.05, 5_000)
  near(rho, 0.0398400668, 1e-10)
  near(halfWidth(1_000, 1, { alpha: 0.05, rho }), 0.1063754701, 1e-10)
  near(halfWidth(10_000, 1, { alpha: 0.05, rho }), 0.0306147722, 1e-10)
  const d = { n: 1_000, d: 0.1, variance: 2, tau2: 0.01 }
  near(mixtureRatio(d), 3.2787216, 1e-7)
  const found = msprt({ estimate: d.d, se: Math.sqrt(d.variance / d.n) }, { alpha: 0.05, tau: 0.1 })
  near(found.ratio, 3.2787216, 1e-7)
  near(found.p, 1 / 3.2787216, 1e-8)
})

test('the interval of the mSPRT leaves 0 exactly when its p falls to alpha', () => {
  const se = 0.02
  const edge = -msprt({ estimate: 0, se }, { alpha: 0.05, tau: 0.03 }).low
  near(msprt({ estimate: edge, se }, { alpha: 0.05, tau: 0.03 }).p, 0.05, 1e-12)
})

test('the asymptotic sequence is the normal mixture of Howard et al.', () => {
  const rho = bestRho({ at: 5_000, alpha: 0.05 }, 'two')
  for (const n of [200, 5_000, 80_000])
    near(normalMixtureBound(n, 0.05, { rho, sides: 'two' }) / n, halfWidth(n, 1, { alpha: 0.05, rho: tuning(0.05, 5_000) }), 1e-12)
})

test('an exact interval of a rare rate, looked at from the first person on, holds it in at least 95 % of 1,000 runs', () => {
  for (const rate of [0.02, 0.5]) {
    let held = 0
    for (let run = 0; run < 1_000; run++) {
      const r = random(`rate ${rate} ${run}`)
      let x = 0
      let inside = true
      for (let n = 1; n <= 300 && inside; n++) {
        x += r.uniform() < rate ? 1 : 0
        // Later looks are fifteen people apart, for time's sake.
        if (n > 20 && n % 15 !== 0) continue
        const [low, high] = bernoulliInterval({ x, n }, { alpha: 0.05, at: 200 })
        inside = low <= rate && rate <= high
      }
      held += inside ? 1 : 0
    }
    assert.ok(held >= 950, `${held} of 1,000 at ${rate}`)
  }
})

test('nobody yet, all, and none have intervals that end where rates end', () => {
  assert.deepEqual(bernoulliInterval({ x: 0, n: 0 }, { alpha: 0.05, at: 100 }), [0, 1])
  const none = bernoulliInterval({ x: 0, n: 400 }, { alpha: 0.05, at: 100 })
  assert.equal(none[0], 0)
  assert.ok(none[1] > 0 && none[1] < 0.03)
  const all = bernoulliInterval({ x: 400, n: 400 }, { alpha: 0.05, at: 100 })
  assert.equal(all[1], 1)
  near(all[0], 1 - none[1], 1e-9)
})

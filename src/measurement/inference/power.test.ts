import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normal, random } from '#lib/numeric/random.ts'
import { cohenH, type Pair, smallestEffect, unitsForRates, unitsForT, unitsNeeded, unitsNeededAlways } from './power.ts'
import { sequence } from './sequential.ts'
import { momentsOf } from './statistics.ts'
import { effectOf } from './welch.ts'

const near = (found: number, wanted: number, within: number): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${found} is not within ${within} of ${wanted}`)
const AIM = { alpha: 0.05, power: 0.8 }
const even = (a: number, b: number): Pair => ({ control: { share: 1, variance: a }, treated: { share: 1, variance: b } })
const rate = (p: number): number => p * (1 - p)

test('T7 sizes by Student, Cohen, unpooled and pooled variance', () => {
  near(unitsForT(0.2, AIM), 393.4057, 1e-3)
  near(unitsForT(0.5, AIM), 63.7656, 1e-3)
  const rates = (method: 'unpooled' | 'pooled' | 'cohen') => unitsForRates(0.12, 0.1, { ...AIM, method })
  near(rates('cohen'), 3834.596, 1e-3)
  near(rates('unpooled'), 3838.102, 1e-3)
  near(rates('pooled'), 3840.847, 1e-3)
  near(cohenH(0.12, 0.1), 0.0639, 1e-4)
  near(unitsNeeded(even(rate(0.1), rate(0.12)), 0.02, AIM) / 2, 3838.102, 1e-3)
})

test("T7 Spotify's and G*Power's totals", () => {
  const aim = { alpha: 0.05, power: 0.85 }
  near(unitsNeeded(even(100, 100), 0.3, aim), 39_906, 0.005 * 39_906)
  near(unitsNeeded(even(rate(0.34), rate(0.343)), 0.003, aim), 897_348, 0.005 * 897_348)
})

test('units and the smallest effect answer each other; a lopsided split always takes more', () => {
  const positive = fc.double({ min: 0.01, max: 100, noNaN: true })
  fc.assert(
    fc.property(positive, positive, fc.double({ min: 0.02, max: 0.98, noNaN: true }), (variance, effect, share) => {
      const pair: Pair = { control: { share, variance }, treated: { share: 1 - share, variance } }
      const n = unitsNeeded(pair, effect, AIM)
      near(smallestEffect(pair, n, AIM), effect, 1e-9 * effect)
      assert.ok(n >= unitsNeeded(even(variance, variance), effect, AIM) * (1 - 1e-12))
      assert.ok(unitsNeededAlways(pair, effect, { ...AIM, narrowestAt: 5_000 }) > n)
    }),
  )
})

test('a test that is as large as planned, looked at always, has shown the effect at its end in about 80 % of 400 runs', () => {
  const effect = 0.25
  const n = Math.ceil(unitsNeededAlways(even(1, 1), effect, { ...AIM, narrowestAt: 1_000 }) / 2)
  let shown = 0
  for (let run = 0; run < 400; run++) {
    const r = random(`planned ${run}`)
    const arm = (mean: number) => {
      let [sum, sumSquares] = [0, 0]
      for (let i = 0; i < n; i++) {
        const value = mean + normal(r)
        sum += value
        sumSquares += value * value
      }
      return momentsOf({ kind: 'mean', n, sum, sumSquares })!
    }
    shown += sequence(effectOf(arm(0), arm(effect), 'absolute')!, { alpha: 0.05, narrowestAt: 1_000 }).low > 0 ? 1 : 0
  }
  // Three deviations of a binomial around 320.
  assert.ok(shown >= 296 && shown <= 344, `${shown} of 400`)
})

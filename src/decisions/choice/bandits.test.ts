import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { draw, random } from '#lib/numeric/random.ts'
import { hillstrom, withoutHillstrom } from '../../../test/fixtures/hillstrom.ts'
import { linearThompson, thompson } from './lin-ts.ts'
import { freshArm, type LinearArm, learnReward, linucb } from './linucb.ts'
import { floored, gammaOf, largest, squarecb } from './squarecb.ts'

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, each) => total + each, 0)

test('T13 SquareCB fixture: f = (.18, .15, .10), gamma = 100', () => {
  const p = squarecb([0.18, 0.15, 0.1], 100)
  for (const [i, wanted] of [0.742424, 0.166667, 0.090909].entries()) assert.ok(Math.abs(p[i]! - wanted) < 1e-6, String(p[i]))
})

test('T13 LinUCB on Hillstrom, file order', { skip: withoutHillstrom }, () => {
  const customers = hillstrom().map(({ arm, visit, x }) => ({ arm, visit, x: Float64Array.from(x) }))
  for (const [alpha, matched, reward] of [
    [0.3, 21_377, 3_726],
    [1, 21_485, 3_775],
    [0, 21_261, 3_854],
  ] as const) {
    const arms = [0, 1, 2].map(() => freshArm(10))
    const seen = { matched: 0, reward: 0 }
    for (const { arm, visit, x } of customers) {
      if (linucb(arms, x, alpha) !== arm) continue
      learnReward(arms[arm]!, x, visit)
      seen.matched += 1
      seen.reward += visit
    }
    assert.deepEqual(seen, { matched, reward }, `alpha ${alpha}`)
  }
})

const rewards = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 })

test('propensities of SquareCB sum to 1, favour the best, and stay above the floor', () => {
  fc.assert(
    fc.property(
      rewards,
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 0.001, max: 0.2, noNaN: true }),
      (f, gamma, floor) => {
        const raw = squarecb(f, gamma)
        const p = floored(raw, floor)
        assert.ok(Math.abs(sum(raw) - 1) < 1e-9 && Math.abs(sum(p) - 1) < 1e-9)
        const best = largest(f)
        for (let i = 0; i < f.length; i++) {
          assert.ok(raw[i]! <= raw[best]! + 1e-12)
          assert.ok(p[i]! >= Math.min(floor, 1 / f.length) - 1e-12, `${p[i]} under ${floor}`)
        }
      },
    ),
  )
})

/** Upper tail of chi-square by Wilson and Hilferty, as a standard normal: far beyond 4 is no chance. */
const surprise = (observed: ArrayLike<number>, expected: ArrayLike<number>): number => {
  let [statistic, cells] = [0, 0]
  for (let i = 0; i < observed.length; i++) {
    if (expected[i]! <= 0) continue
    statistic += (observed[i]! - expected[i]!) ** 2 / expected[i]!
    cells++
  }
  const freedom = cells - 1
  const spread = 2 / (9 * freedom)
  return ((statistic / freedom) ** (1 / 3) - (1 - spread)) / Math.sqrt(spread)
}

test('what is drawn comes as often as its propensity says (chi-square)', () => {
  const p = floored(squarecb([0.18, 0.15, 0.1, -0.4], 60), 0.02)
  const counts = new Float64Array(4)
  for (let i = 0; i < 40_000; i++) counts[draw(random(`person-${i}:nudge`), p)]! += 1
  const z = surprise(
    counts,
    p.map((each) => each * 40_000),
  )
  assert.ok(z < 4, `z ${z}`)
})

test('propensities of Thompson sampling are the frequencies of its draws (chi-square)', () => {
  const arms = [0.1, 0.13, 0.12].map((rate, i) => {
    const arm = freshArm(1)
    const r = random(`arm-${i}`)
    for (let n = 0; n < 300; n++) learnReward(arm, Float64Array.of(1), r.uniform() < rate ? 1 : 0)
    return arm
  })
  const x = Float64Array.of(1)
  const p = linearThompson(arms, x, { spread: 0.3, random: random('many'), draws: 100_000 })
  const again = linearThompson(arms, x, { spread: 0.3, random: random('others'), draws: 100_000 })
  // Both are draws: the difference has twice the variance.
  const z = surprise(
    again.map((each) => each * 50_000),
    p.map((each) => each * 50_000),
  )
  assert.ok(z < 4, `z ${z}`)
  assert.throws(() => thompson(2, () => undefined, 100), /too few/)
})

/** Regret of a policy in each of some stretches of a world whose arms' rewards are linear in two features. */
function regrets(choose: (arms: LinearArm[], x: Float64Array, step: number) => number, stretches: readonly number[]): number[] {
  const truth = [
    [0.1, 0.3, 0.0],
    [0.2, 0.0, 0.25],
    [0.25, -0.05, 0.05],
  ]
  const r = random('a world')
  const arms = truth.map(() => freshArm(3))
  let step = 0
  return stretches.map((length) => {
    let regret = 0
    for (let i = 0; i < length; i++, step++) {
      const x = Float64Array.of(1, r.uniform(), r.uniform())
      const means = truth.map((w) => w[0]! + w[1]! * x[1]! + w[2]! * x[2]!)
      const arm = choose(arms, x, step)
      learnReward(arms[arm]!, x, r.uniform() < means[arm]! ? 1 : 0)
      regret += Math.max(...means) - means[arm]!
    }
    return regret / length
  })
}

const mean = ({ inverse, b }: LinearArm, x: Float64Array): number => {
  let total = 0
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) total += x[i]! * inverse.data[i * 3 + j]! * b[j]!
  return total
}

test('regret grows more slowly than time: SquareCB, Thompson, LinUCB', () => {
  const policies = {
    squarecb: (arms: LinearArm[], x: Float64Array, step: number) =>
      draw(
        random(`squarecb-${step}`),
        squarecb(
          arms.map((arm) => mean(arm, x)),
          gammaOf(step),
        ),
      ),
    thompson: (arms: LinearArm[], x: Float64Array, step: number) =>
      draw(random(`draw-${step}`), linearThompson(arms, x, { spread: 0.4, random: random(`thompson-${step}`) })),
    linucb: (arms: LinearArm[], x: Float64Array) => linucb(arms, x, 0.5),
  }
  for (const [name, policy] of Object.entries(policies)) {
    const [early, , late] = regrets(policy, [300, 2_000, 1_500])
    assert.ok(late! < 0.5 * early!, `${name}: ${early} a step early, ${late} late`)
  }
  const [, , never] = regrets((_arms, _x, step) => step % 3, [300, 2_000, 1_500])
  const [first] = regrets((_arms, _x, step) => step % 3, [300, 2_000, 1_500])
  assert.ok(never! > 0.8 * first!, 'who does not learn does not get better: the test can fail')
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { draw, normal, random } from '#lib/numeric/random.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { dataFile, readCsv, without } from '../../../test/fixtures/data.ts'
import { hillstrom, withoutHillstrom } from '../../../test/fixtures/hillstrom.ts'
import type { Candidate as Arm, DecidedBy } from '../record.ts'
import { type Columns, doneOf, effective, less, termsOf, valueOf } from './estimators.ts'
import { evaluate, refusalOf, supportOf } from './evaluate.ts'
import { apart, clustersOf, estimate } from './intervals.ts'
import { type LoggedDecision, loggedOf } from './logged.ts'
import { armMeans, armRidge } from './outcome-model.ts'
import { asLogged, bestSingleArm, type Candidate, fixedArm, greedy, uniform } from './policies.ts'
import { amount } from './read-out.ts'

const near = (found: number, wanted: number, [within, what]: readonly [number, string]): void =>
  assert.ok(Math.abs(found - wanted) <= within, `${what}: ${found}, not ${wanted}`)

const OBD = ['obd-small/expected_men.json', 'obd-small/policy_fixture.json', 'obd-small/random_men.csv', 'obd-small/bts_men.csv']

test('T11 OBP men: every value of expected_men.json to 1e-9', { skip: without(...OBD) }, () => {
  const json = (path: string) => JSON.parse(readFileSync(dataFile(path)!, 'utf8')).men
  const [expected, fixture] = [json(OBD[0]!), json(OBD[1]!)]
  const bts = (arm: number, position: number): number => fixture.bts_action_dist_KxPos[arm][position]
  const one = () => 1 / 34
  const cases = [
    { name: 'random_to_bts', file: OBD[2]!, policy: bts },
    { name: 'bts_to_uniform', file: OBD[3]!, policy: one },
  ]
  for (const { name, file, policy } of cases) {
    const columns = zozo(readCsv(file), policy)
    const at = (...of: Parameters<typeof termsOf>) => valueOf(termsOf(...of))!
    const wanted = expected[name]
    const found: Record<string, number> = {
      ipw: at('ips', columns),
      // Clipping the logged propensities at 1/10 of their inverse changes nothing in these logs.
      ipw_clip10: at('ips', columns),
      snipw: at('snips', columns),
      dm: at('dm', columns),
      dr: at('dr', columns),
      sndr: at('sndr', columns),
      w_mean: columns.w.reduce((sum, w) => sum + w, 0) / columns.w.length,
      ess: effective(columns.w),
      ipw_se: estimate(termsOf('ips', columns), { clusters: apart(columns.w.length), effective: 1e9, seed: '' })!.se,
      w_max: Math.max(...columns.w),
    }
    for (const tau of [1, 5, 10]) found[`switch_dr_${tau}`] = at('switch_dr', columns, { tau, lambda: 1 })
    for (const lambda of [1, 10, 100]) found[`dros_${lambda}`] = at('dros', columns, { tau: 1, lambda })
    assert.deepEqual(Object.keys(found).sort(), Object.keys(wanted).sort())
    for (const [key, value] of Object.entries(found))
      near(value, wanted[key], [1e-9 * Math.max(1, Math.abs(wanted[key])), `${name} ${key}`])
  }
})

/** The logs of ZOZO, with q(a) = (clicks_a + 100 r̄)/(n_a + 100) of the same log, as their expected values have it. */
function zozo(rows: readonly Record<string, string>[], policy: (arm: number, position: number) => number): Columns {
  const parsed = rows.map((row) => ({
    arm: Number(row['item_id']),
    position: Number(row['position']) - 1,
    r: Number(row['click']),
    propensity: Number(row['propensity_score']),
  }))
  const arms = Array.from({ length: 34 }, (_, arm) => arm)
  const mean = parsed.reduce((sum, { r }) => sum + r, 0) / parsed.length
  const q = arms.map((arm) => {
    const mine = parsed.filter((each) => each.arm === arm)
    return (mine.reduce((sum, { r }) => sum + r, 0) + 100 * mean) / (mine.length + 100)
  })
  return {
    w: Float64Array.from(parsed, ({ arm, position, propensity }) => policy(arm, position) / propensity),
    r: Float64Array.from(parsed, ({ r }) => r),
    q: Float64Array.from(parsed, ({ arm }) => q[arm]!),
    v: Float64Array.from(parsed, ({ position }) => arms.reduce((sum, arm) => sum + policy(arm, position) * q[arm]!, 0)),
  }
}

describe('A4 on Hillstrom: learned on even rows, valued on odd ones, visits', { skip: withoutHillstrom }, () => {
  const all = withoutHillstrom ? [] : hillstrom()
  const shares = [0, 1, 2].map((arm) => all.filter((each) => each.arm === arm).length / all.length)
  const [even, odd] = [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)]
  const fits = [0, 1, 2].map((arm) => {
    const mine = even.filter((each) => each.arm === arm)
    const x = matrix(mine.length, 10, Float64Array.from(mine.flatMap(({ x: row }) => row)))
    return mine.length === 0
      ? new Float64Array(10)
      : fitLogistic(
          x,
          mine.map(({ visit }) => visit),
          { l2: 0.1 },
        ).weights
  })
  const q = odd.map(({ x }) => fits.map((w) => sigmoid(x.reduce((sum, each, j) => sum + each * w[j]!, 0))))
  const columns = (choose: (i: number) => number): Columns => ({
    w: Float64Array.from(odd, ({ arm }, i) => (arm === choose(i) ? 1 / shares[arm]! : 0)),
    r: Float64Array.from(odd, ({ visit }) => visit),
    q: Float64Array.from(odd, ({ arm }, i) => q[i]![arm]!),
    v: Float64Array.from(odd, (_, i) => q[i]![choose(i)]!),
  })
  const told = { clusters: apart(odd.length), effective: 1e9, seed: '' }

  test('A4 IPS of each single arm: always none .104853, Mens .180222, Womens .150652', () => {
    for (const [arm, wanted] of [0.104853, 0.180222, 0.150652].entries())
      near(
        valueOf(
          termsOf(
            'ips',
            columns(() => arm),
          ),
        )!,
        wanted,
        [1e-6, `arm ${arm}`],
      )
  })

  test('A4 DR of the logistic argmax .184474 (SE .003717) and of always Mens .181431: personalising shows nothing beyond the best arm', () => {
    const argmax = columns((i) => q[i]!.indexOf(Math.max(...q[i]!)))
    const mens = columns(() => 1)
    const found = estimate(termsOf('dr', argmax), told)!
    near(found.value, 0.184474, [1e-4, 'argmax'])
    near(found.se, 0.003717, [1e-6, 'its standard error'])
    near(valueOf(termsOf('dr', mens))!, 0.181431, [5e-6, 'always Mens'])
    const more = estimate(less(termsOf('dr', argmax), termsOf('dr', mens)), told)!
    assert.ok(more.low! < 0 && more.high! > 0, JSON.stringify(more))
  })

  test('A4 evaluated as logged decisions: the interval of always Mens holds .1828, the mean of that arm, and it is better than what was done', () => {
    const log = odd.map(
      (each, i): LoggedDecision => ({
        id: `d${i}`,
        unit: `p${i}`,
        at: 0,
        arms: ['none', 'mens', 'womens'].map((arm, k) => ({ arm, propensity: shares[k]! })),
        chosen: each.arm,
        reward: each.visit,
        features: Object.fromEntries(each.x.slice(1).map((value, j) => [`x${j}`, value])),
      }),
    )
    const told = evaluate(log, fixedArm('mens'), { seed: 'a' })
    assert.equal(told.verdict, 'better')
    assert.ok(told.estimates.dr.low! < 0.1828 && told.estimates.dr.high! > 0.1828)
    // Always the best arm is that very arm: nothing between them.
    assert.equal(told.overBestArm.method, 'none')
    const personal = evaluate(log, greedy('by person', armRidge()), { seed: 'a' })
    assert.ok(personal.overBestArm.low! < 0, JSON.stringify(personal.overBestArm))
    assert.match(personal.sentence, /not shown to earn more than always the best single option/)
  })
})

const ARMS = ['mail', 'sms', 'push']
/** True expected reward of each arm for a person of this x. */
const truth = (x: number): number[] => [0.2, 0.2 + 0.15 * x, 0.05]

/** A log of people drawn by the seed, by a policy that favours the mail, with rewards of 0 or 1. */
function simulated(seed: string, decisions: number, { behaviour = [0.6, 0.25, 0.15], perPerson = 1 } = {}): LoggedDecision[] {
  const chance = random(seed)
  return Array.from({ length: decisions }, (_, i) => {
    const x = Math.max(-1, Math.min(1, normal(chance)))
    const chosen = draw(chance, behaviour)
    const reward = chance.uniform() < truth(x)[chosen]! ? 1 : 0
    const arms = ARMS.map((arm, k) => ({ arm, propensity: behaviour[k]! }))
    return { id: `d${i}`, unit: `p${Math.floor(i / perPerson)}`, at: i, arms, chosen, reward, features: { x } }
  })
}

/** SMS to whom it suits, else mail. */
const suited: Candidate = {
  name: 'sms where it suits',
  learn:
    () =>
    ({ features }) =>
      features['x']! > 0 ? [0, 1, 0] : [1, 0, 0],
}
/** E[.15 x⁺] with x normal, cut at ±1: .15 (φ(0) − φ(1) + 1 − Φ(1)). */
const GAIN_OVER_MAIL = 0.15 * (0.39894228 - 0.24197072 + 0.15865525)

describe('what a policy would have earned', () => {
  test('intervals hold the truth about as often as they say: 95 of 100', () => {
    const wanted = 0.2 + GAIN_OVER_MAIL
    for (const decisions of [400, 4_000]) {
      let held = 0
      const runs = decisions === 400 ? 60 : 40
      for (let i = 0; i < runs; i++) {
        const told = evaluate(simulated(`coverage ${decisions} ${i}`, decisions), suited, { seed: String(i), outcome: armRidge() })
        assert.equal(told.estimates.dr.method, decisions === 400 ? 'bootstrap_t' : 'normal')
        if (told.estimates.dr.low! <= wanted && wanted <= told.estimates.dr.high!) held++
      }
      assert.ok(held >= 0.9 * runs && held <= runs, `${held} of ${runs} at ${decisions} decisions`)
    }
  })

  test('all estimators agree on plenty of data, and the doubly robust is the surest of the unbiased ones', () => {
    const told = evaluate(simulated('plenty', 60_000), suited, { seed: 'a' })
    const wanted = 0.2 + GAIN_OVER_MAIL
    for (const [name, { value, se }] of Object.entries(told.estimates)) near(value, wanted, [4 * se + (name === 'dm' ? 0.01 : 0), name])
    assert.ok(told.estimates.dr.se < told.estimates.ips.se)
    assert.equal(told.verdict, 'better')
    assert.match(
      told.sentence,
      /would have earned 0\.0\d+ more per decision, 95 % interval 0\.\d+ to 0\.\d+; this rests on \d+ effective decisions of 60000 people\./,
    )
    assert.match(told.sentence, /It also earns/)
  })

  test('what was done is worth what it earned, exactly, whatever the prediction', () => {
    const log = simulated('same', 3_000)
    const told = evaluate(log, asLogged, { seed: 'a' })
    near(told.estimates.ips.value, told.logged.value, [1e-12, 'ips'])
    assert.deepEqual([told.gain.value < 1e-2, told.verdict], [true, 'not_shown'])
    near(told.support.effective, 3_000, [1e-6, 'every decision counts'])
  })

  test('a person of many decisions counts as one person: errors do not shrink by repeating', () => {
    const once = simulated('repeat', 2_000)
    const often = once.flatMap((each) => Array.from({ length: 5 }, (_, k) => ({ ...each, id: `${each.id}.${k}` })))
    const [one, five] = [evaluate(once, uniform, { seed: 'a' }), evaluate(often, uniform, { seed: 'a' })]
    near(five.estimates.ips.se, one.estimates.ips.se, [1e-9, 'the same standard error'])
    assert.equal(five.support.people, 2_000)
  })

  test('the same log and seed give the same words and numbers', () => {
    const log = simulated('again', 500)
    assert.deepEqual(evaluate(log, suited, { seed: 's' }), evaluate(log, suited, { seed: 's' }))
  })

  test('the best single arm is learned on other people, and is not lured by an arm of few decisions', () => {
    const log = simulated('best', 5_000)
    const policy = bestSingleArm.learn(log)
    assert.equal(policy(log[0]!)[2], 0)
    const lucky: LoggedDecision = {
      ...log[0]!,
      id: 'x',
      arms: [
        { arm: 'new', propensity: 0.01 },
        { arm: 'mail', propensity: 0.99 },
      ],
      chosen: 0,
      reward: 1,
    }
    assert.deepEqual(bestSingleArm.learn([...log, lucky])(lucky), [0, 1])
  })
})

describe('when no headline is made', () => {
  test('an empty log', () => {
    const told = evaluate([], uniform, { seed: 'a' })
    assert.deepEqual([told.verdict, told.refusal?.code], ['refused', 'evaluation.no_log'])
  })

  test('fewer than 100 effective decisions', () => {
    const told = evaluate(simulated('thin', 300), fixedArm('push'), { seed: 'a' })
    assert.deepEqual([told.verdict, told.refusal?.code], ['refused', 'evaluation.thin'])
    assert.match(told.sentence, /^Nothing can be said of “always push”: too few logged decisions/)
  })

  test('probabilities that were not those that drew', () => {
    const lying = simulated('lie', 5_000).map((each) => ({
      ...each,
      arms: each.arms.map(({ arm }, k) => ({ arm, propensity: [0.34, 0.33, 0.33][k]! })),
    }))
    assert.equal(evaluate(lying, fixedArm('mail'), { seed: 'a' }).refusal?.code, 'evaluation.weights')
  })

  test('an arm that was never possible', () => {
    const log = simulated('never', 5_000, { behaviour: [0.7, 0.3, 0] })
    const told = evaluate(log, fixedArm('push'), { seed: 'a' })
    assert.equal(told.refusal?.code, 'evaluation.unsupported')
    assert.equal(told.support.unsupported, 1)
    assert.equal(evaluate(log, fixedArm('sms'), { seed: 'a' }).refusal, null)
  })

  test('the refusal of ZOZO’s logs: none, 2,471 effective decisions are enough', () => {
    const w = new Float64Array(1_000).fill(1)
    const columns: Columns = { w, r: w, q: w, v: w }
    assert.equal(refusalOf(supportOf(columns, { clusters: apart(1_000) })), null)
  })
})

test('a record is used when the model drew, and not when it is of the control group, held out, or its probabilities are broken', () => {
  const arm = (name: string, propensity: number, excluded = ''): Arm => ({ arm: name, propensity, excluded })
  const record = {
    id: 'd',
    by: 'model' as DecidedBy,
    chosen: 'b',
    features: { x: 1 },
    candidates: [arm('a', 0.25), arm('no', 0, 'consent_missing'), arm('b', 0.75)],
  }
  const outcome = { unit: 'p', at: 1, reward: 2 }
  const used = loggedOf(record, outcome)
  assert.ok(typeof used !== 'string')
  assert.deepEqual([used.arms.map((each) => each.arm), used.chosen, used.reward], [['a', 'b'], 1, 2])
  assert.equal(loggedOf({ ...record, by: 'control' }, outcome), 'not_drawn')
  assert.equal(loggedOf({ ...record, by: 'held_out' }, outcome), 'not_drawn')
  assert.equal(loggedOf({ ...record, by: 'fallback' }, outcome), 'not_drawn')
  assert.equal(loggedOf({ ...record, chosen: 'no' }, outcome), 'propensities_broken')
  assert.equal(loggedOf({ ...record, candidates: [arm('a', 0.2), arm('b', 0.2)] }, outcome), 'propensities_broken')
  assert.equal(loggedOf(record, { ...outcome, reward: Number.NaN }), 'reward_not_finite')
})

test('numbers never come out as NaN or Infinity, whatever is logged', () => {
  const decision = fc.record({
    unit: fc.constantFrom('a', 'b', 'c', 'd'),
    p: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    chosen: fc.constantFrom(0, 1),
    reward: fc.oneof(fc.constant(0), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
    x: fc.oneof(fc.constant(Number.NaN), fc.double({ min: -1e9, max: 1e9, noNaN: true })),
  })
  fc.assert(
    fc.property(
      fc.array(decision, { maxLength: 30 }),
      fc.constantFrom(uniform, bestSingleArm, fixedArm('one'), greedy('g', armRidge())),
      (drawn, policy) => {
        const log = drawn.map(({ unit, p, chosen, reward, x }, i) => ({
          id: `d${i}`,
          unit,
          at: i,
          arms: [
            { arm: 'one', propensity: p },
            { arm: 'two', propensity: 1 - p },
          ],
          chosen,
          reward,
          features: { x },
        }))
        const told = evaluate(log, policy, { seed: 's', outcome: armMeans(10) })
        const text = JSON.stringify(told, (_, value) =>
          typeof value === 'number' && !Number.isFinite(value) ? assert.fail(String(value)) : value,
        )
        assert.ok(text.length > 0)
      },
    ),
    { numRuns: 60 },
  )
})

test('a difference of two policies has the error of the difference, not the sum of both errors', () => {
  const log = simulated('paired', 3_000)
  const r = Float64Array.from(log, ({ reward }) => reward)
  const told = { clusters: clustersOf(log.map(({ unit }) => unit)), effective: 1e9, seed: '' }
  assert.equal(estimate(less(doneOf(r), doneOf(r)), told)!.method, 'none')
})

test('amounts have four significant digits and no exponent', () => {
  assert.deepEqual([0, 0.012345, 12.3456, 1234567, -0.5, 1e-12].map(amount), ['0', '0.01235', '12.35', '1234567', '-0.5000', '0'])
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dataFile, without } from '../../../test/fixtures/data.ts'
import { belief, inUnits, type Prior } from './bayes.ts'
import { cuped } from './cuped.ts'
import { sequence } from './sequential.ts'
import { sampleRatio } from './srm.ts'
import { type ArmStatistics, type Moments, momentsOf } from './statistics.ts'
import { effectOf, fixedHorizon, type Scale } from './welch.ts'

const FILE = 'gbstats-cases/cases.json'
const skip = without(FILE)

interface Sums {
  n: number
  sum: number
  sum_squares?: number
  pre_sum?: number
  pre_sum_squares?: number
  post_pre_sum_of_products?: number
}
interface Case {
  kind: 'proportion' | 'mean' | 'cuped'
  difference_type: Scale
  alpha: number
  sequential_tuning_parameter: number
  prior: { proper: boolean; mean: number; variance: number }
  a: Sums
  b: Sums
  ttest: { expected: number; ci: [number, number]; pValue: number; se: number }
  sequential: { ci: [number, number]; pValue: number }
  bayes: { expected: number; ci: [number, number]; chanceToWin: number; risk: [number, number] }
}
interface Mismatch {
  users: number[]
  weights: number[]
  p: number
}
const read = (): { cases: Case[]; srm: Mismatch[] } =>
  JSON.parse(readFileSync(dataFile(FILE)!, 'utf8')) as { cases: Case[]; srm: Mismatch[] }

const armOf = ({ kind }: Case, of: Sums): Moments => {
  const { n, sum } = of
  if (kind === 'proportion') return momentsOf({ kind, n, sum })!
  const pre = { sum: of.pre_sum!, sumSquares: of.pre_sum_squares!, cross: of.post_pre_sum_of_products! }
  const arm: ArmStatistics = { kind: 'mean', n, sum, sumSquares: of.sum_squares!, ...(kind === 'cuped' && { pre }) }
  return momentsOf(arm)!
}

function near(found: number, wanted: number, { relative, what }: { relative: number; what: string }): void {
  assert.ok(Math.abs(found - wanted) <= relative * Math.abs(wanted) + 1e-12, `${what}: ${found} is not ${wanted}`)
}

test('T6 Welch, CUPED, confidence sequence and Bayes: 36 cases of gbstats', { skip }, () => {
  const { cases } = read()
  assert.equal(cases.length, 36)
  for (const [i, each] of cases.entries()) {
    const is = (name: string, found: number, wanted: number) =>
      near(found, wanted, {
        relative: name.startsWith('risk') ? 1e-5 : 1e-6,
        what: `case ${i} ${each.kind} ${each.difference_type} ${name}`,
      })
    const arms = { control: armOf(each, each.a), treated: armOf(each, each.b) }
    const { control, treated } = each.kind === 'cuped' ? cuped(arms.control, arms.treated)! : arms
    const effect = effectOf(control, treated, each.difference_type)!
    const fixed = fixedHorizon(effect, each.alpha)
    is('expected', effect.estimate, each.ttest.expected)
    is('se', effect.se, each.ttest.se)
    is('low', fixed.low, each.ttest.ci[0])
    is('high', fixed.high, each.ttest.ci[1])
    is('p', fixed.p, each.ttest.pValue)
    const always = sequence(effect, { alpha: each.alpha, narrowestAt: each.sequential_tuning_parameter })
    is('always low', always.low, each.sequential.ci[0])
    is('always high', always.high, each.sequential.ci[1])
    is('always p', always.p, each.sequential.pValue)
    const prior: Prior | null = each.prior.proper ? each.prior : null
    const bayes = belief(effect, prior && each.difference_type === 'absolute' ? inUnits(prior, control.base) : prior, each.alpha)
    is('bayes expected', bayes.expected, each.bayes.expected)
    is('bayes low', bayes.low, each.bayes.ci[0])
    is('bayes high', bayes.high, each.bayes.ci[1])
    is('chance', bayes.chance, each.bayes.chanceToWin)
    is('risk of staying', bayes.risk.stay, each.bayes.risk[0])
    is('risk of changing', bayes.risk.change, each.bayes.risk[1])
  }
})

test('T6 sample-ratio mismatch: 10 cases of gbstats', { skip }, () => {
  const { srm } = read()
  assert.equal(srm.length, 10)
  for (const { users, weights, p } of srm) {
    const found = sampleRatio(users.map((n, i) => ({ arm: String(i), n, share: weights[i]! })))
    near(found.p, p, { relative: 1e-6, what: 'p' })
    assert.equal(found.alarm, false)
  }
})

const five = (found: number, wanted: number): void => assert.ok(Math.abs(found - wanted) <= 5.1e-6, `${found} is not ${wanted}`)
const sample = (mean: number, variance: number, n: number): Moments => ({ n, mean, base: mean, variance })

test('T6 the named cases of gbstats, to five decimals', () => {
  const [a, b] = [sample(1396.87 / 3407, 0, 3407), sample(2422.7 / 3461, 0, 3461)]
  const mean = (sum: number, sumSquares: number, n: number) => momentsOf({ kind: 'mean', n, sum, sumSquares })!
  const [control, treated] = [mean(1396.87, 52377.9767, 3407), mean(2422.7, 134698.29, 3461)]
  assert.deepEqual([control.mean, treated.mean], [a.mean, b.mean])
  const relative = effectOf(control, treated, 'relative')!
  five(relative.estimate, 0.70732)
  five(fixedHorizon(relative, 0.05).low, -0.03526)
  five(fixedHorizon(relative, 0.05).high, 1.44989)
  five(fixedHorizon(relative, 0.05).p, 0.06191)
  const absolute = effectOf(control, treated, 'absolute')!
  five(absolute.estimate, 0.29)
  five(fixedHorizon(absolute, 0.05).low, 0.04538)
  five(fixedHorizon(absolute, 0.05).high, 0.53462)
  five(fixedHorizon(absolute, 0.05).p, 0.02016)
  const share = (sum: number, n: number) => momentsOf({ kind: 'proportion', n, sum })!
  const small = fixedHorizon(effectOf(share(14, 28), share(16, 30), 'relative')!, 0.05)
  five(small.low, -0.47767)
  five(small.high, 0.61101)
  five(small.p, 0.80707)
  const large = effectOf(share(1396, 3000), share(2422, 3461), 'relative')!
  five(large.estimate, 0.50386)
  five(sequence(large, { alpha: 0.05, narrowestAt: 5_000 }).low, 0.40098)
  five(sequence(large, { alpha: 0.05, narrowestAt: 5_000 }).high, 0.60675)
  const bayes = belief(effectOf(share(49, 100), share(51, 100), 'relative')!, null, 0.05)
  five(bayes.expected, 0.04082)
  five(bayes.low, -0.24779)
  five(bayes.high, 0.32943)
  five(bayes.chance, 0.60918)
  five(bayes.risk.stay, 0.0814)
  five(bayes.risk.change, 0.04058)
})

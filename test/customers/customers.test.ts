import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recompute } from '#decisions/choice/decide.ts'
import { bestPath } from './paths.ts'
import { reportedLift, trial, trueLift } from './trial.ts'
import { expected, type Scenario } from './truth.ts'

test('on abandoned carts of a quarter the choice earns more than the best deterministic path, and no more people leave', () => {
  const { seen, truth, leaving, told, intelligence } = trial({ seed: 'quarter', scenario: 'heterogeneous', customers: 25_000 })
  assert.ok(told.length > 90_000)
  assert.ok(seen && seen.low > 0, JSON.stringify({ seen, truth }))
  assert.ok(truth > seen.low && truth < seen.high)
  assert.ok(leaving.model <= leaving.path * 1.02, JSON.stringify(leaving))
  assert.equal((intelligence.report['personal'] as { verdict: string }).verdict, 'shown')
})

test('the lift that is reported covers the true one in at least 93 of 100 quarters', () => {
  const scenarios: readonly Scenario[] = ['heterogeneous', 'flat', 'drift']
  const paths = new Map(scenarios.map((scenario) => [scenario, bestPath(scenario)]))
  let covered = 0
  for (let seed = 0; seed < 100; seed++) {
    const scenario = scenarios[seed % scenarios.length]!
    const played = trial({ seed: `cover ${seed}`, scenario, customers: 250, path: paths.get(scenario)!, control: 0.3, alsoAsk: true })
    const reported = reportedLift(played)
    assert.ok(reported)
    const truth = trueLift(played, scenario)
    if (truth >= reported.low && truth <= reported.high) covered++
  }
  assert.ok(covered >= 93, `${covered} of 100`)
})

test('where nothing is to be gained by telling people apart it says so, and comes to the best arm for all', () => {
  const scenario = 'flat'
  const { intelligence, told, path } = trial({ seed: 'flat', scenario, customers: 20_000 })
  const { verdict } = intelligence.report['personal'] as { verdict: string }
  assert.notEqual(verdict, 'shown')
  assert.doesNotMatch((intelligence.report['sentences'] as string[]).join(' '), /It tells people apart, because/)
  const late = told.filter(({ cart, group }) => cart.day >= 60 && group === 'model')
  const regret =
    late.reduce((sum, { cart, arm }) => sum + expected(path.arm(cart), cart, scenario) - expected(arm, cart, scenario), 0) / late.length
  const best = late.reduce((sum, { cart }) => sum + expected(path.arm(cart), cart, scenario), 0) / late.length
  assert.ok(regret < 0.04 * best, `${regret} of ${best}`)
})

test('every decision of a quarter is recomputed from its record and its snapshot, bit for bit', () => {
  const { intelligence } = trial({ seed: 'replay', scenario: 'drift', customers: 1_500 })
  assert.ok(intelligence.records.length > 5_000)
  for (const { record, snapshot } of intelligence.records) {
    const read = JSON.parse(JSON.stringify(record)) as typeof record
    assert.deepEqual(recompute(read, snapshot), read)
  }
})

test('a learner that is away for a month, snapshots that are broken on the way, features that are no numbers: carts are written to all the same', () => {
  const customers = 3_000
  const path = bestPath('heterogeneous')
  const mishaps = {
    away: { away: [30, 60] as const },
    broken: { carried: (body: string, serial: number) => (serial % 2 === 0 ? body.slice(0, -7) : body) },
    'not a number': { seen: () => ({ coupon_share: Number.NaN, cart_value: Number.POSITIVE_INFINITY }) },
  }
  const silences = Object.entries(mishaps).map(([name, mishap]) => {
    const { told, intelligence } = trial({ seed: name, scenario: 'heterogeneous', customers, path, ...mishap })
    const silent = intelligence.records.filter(({ record }) => record.silence !== undefined && record.silence !== 'model_cold')
    for (const { record } of silent) assert.ok(record.by === 'fallback' || record.by === 'cold_start' || record.by === 'control')
    const paid = (group: string): number => {
      const list = told.filter((each) => each.group === group)
      return list.reduce((sum, { arm, cart }) => sum + expected(arm, cart, 'heterogeneous'), 0) / list.length
    }
    // Worse choices cost something; messages that do not go would cost more.
    assert.ok(paid('model') > 0.9 * paid('control'), `${name}: ${paid('model')} ${paid('control')}`)
    return new Set(silent.map(({ record }) => record.silence))
  })
  assert.ok(silences[0]!.has('model_stale'))
  assert.ok(silences[1]!.has('model_broken'))
})

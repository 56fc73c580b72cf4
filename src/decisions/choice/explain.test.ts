import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DecisionRecord } from '../record.ts'
import type { Snapshot } from '../snapshot.ts'
import { type ChoiceBody, emptyBody } from './body.ts'
import { recompute } from './decide.ts'
import { explainChoice } from './explain.ts'

/** People who order much are moved by a, others by b. */
const body: ChoiceBody = {
  ...emptyBody(0),
  names: ['orders.30d', 'recency.order'],
  means: [Math.log1p(2), Math.log1p(30)],
  scales: [0.5, 1],
  centre: [0, 0],
  regression: {
    blocks: {
      '': { w: [-1, 0.2, 0], v: [0.01, 0.01, 0.01] },
      'arm:a': { w: [0, 1, 0], v: [0.01, 0.01, 0.01] },
      'arm:b': { w: [0, -1, 0], v: [0.01, 0.01, 0.01] },
      'arm:c': { w: [3, 0, 0], v: [0.01, 0.01, 0.01] },
    },
    bins: [],
    calibration: { intercept: 0, slope: 1 },
    spread: 0.005,
  },
  share: 1,
  n: 5_000,
}
const snapshot: Snapshot<ChoiceBody> = { serial: 3, trainedTo: 1, examples: 5_000, body, report: {} }

const asked: DecisionRecord = {
  id: 'run:nudge',
  kind: 'choose',
  model: 'cart',
  modelVersion: 1,
  snapshot: 3,
  by: 'model',
  candidates: [
    { arm: 'a', excluded: '', propensity: 0 },
    { arm: 'b', excluded: '', propensity: 0 },
    { arm: 'c', excluded: 'condition', propensity: 0 },
  ],
  chosen: '',
  propensity: 0,
  seed: 'run:nudge',
  features: { 'orders.30d': 12, 'recency.order': 3 },
  rule: { policy: 'squarecb', floor: 0.01, margin: 0.3, unsubscribeCost: 0 },
}
const record = recompute(asked, snapshot)

test('what speaks for an option rather than its rival is told by feature, the weightiest first', () => {
  assert.equal(record.chosen, 'a')
  const { rival, features } = explainChoice(record, snapshot)
  assert.equal(rival, 'b')
  const [orders, ...others] = features
  assert.equal(orders!.name, 'orders.30d')
  const z = (Math.log1p(12) - Math.log1p(2)) / 0.5
  assert.ok(Math.abs(orders!.adds - 1.2 * z) < 1e-9)
  assert.ok(Math.abs(orders!.favours - 2 * z) < 1e-9)
  assert.deepEqual(others, [], 'what moves nothing is left out')
})

test('what would have been is reckoned with the same snapshot and the same lot', () => {
  const { would } = explainChoice(record, snapshot)
  const usual = would.find(({ kind }) => kind === 'feature')!
  assert.equal(usual.name, 'orders.30d')
  const again = recompute({ ...record, features: { ...record.features, 'orders.30d': 2 } }, snapshot)
  assert.equal(usual.drawn, again.chosen)
  assert.equal(usual.chance, Math.max(...again.candidates.map(({ propensity }) => propensity)))
  const possible = would.find(({ kind }) => kind === 'possible')!
  assert.deepEqual([possible.name, possible.was, possible.likeliest, possible.before], ['c', 'condition', 'c', 0])
  const open = recompute({ ...record, candidates: record.candidates.map((each) => ({ ...each, excluded: '' })) }, snapshot)
  assert.deepEqual([possible.chance, possible.drawn], [open.candidates[2]!.propensity, open.chosen])
})

test('who is in the comparison group is not told what would have been: no lot was drawn', () => {
  const control = recompute({ ...asked, by: 'control' }, snapshot)
  assert.deepEqual(explainChoice(control, snapshot), { rival: 'a', features: [], would: [] })
})

test('before anything is learned there are no features, and an option that was not possible would have shared the lot', () => {
  const cold = recompute({ ...asked, by: 'cold_start', snapshot: 0, silence: 'model_cold' }, null)
  const { features, would } = explainChoice(cold, null)
  assert.deepEqual(features, [])
  assert.deepEqual(
    would.map(({ kind, name, chance }) => [kind, name, chance]),
    [['possible', 'c', 1 / 3]],
  )
})

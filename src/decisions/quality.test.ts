import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qualityOf } from './quality.ts'

test('the quality of a model is its own figure with its interval, and none where nothing can be held against anything', () => {
  assert.deepEqual(qualityOf('propensity', { progressive: { auc: 0.7, aucInterval: [0.6, 0.8] } }), {
    kind: 'auc',
    value: 0.7,
    low: 0.6,
    high: 0.8,
  })
  assert.deepEqual(qualityOf('choice', { lift: { reward: 1.5, low: -0.5, high: 3.5 } }), { kind: 'lift', value: 1.5, low: -0.5, high: 3.5 })
  assert.equal(qualityOf('choice', { lift: null }), null, 'never without the comparison group')
  assert.deepEqual(qualityOf('pattern', { serves: 'baseline', network: { auc: 0.9 }, baseline: { auc: 0.8 } }), {
    kind: 'auc',
    value: 0.8,
    low: null,
    high: null,
  })
  assert.equal(qualityOf('pressure', { acts: true }), null)
})

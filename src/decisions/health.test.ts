import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HealthFacts, healthOf } from './health.ts'
import { Model } from './schema.ts'

const DAY = 86_400_000
const facts = (more: Partial<HealthFacts> = {}): HealthFacts => ({
  model: Model.parse({ kind: 'model', id: 'cart', type: 'choice', freshFor: '7d' }),
  snapshot: { trainedTo: 100 * DAY, examples: 1_234, broken: null },
  training: { outcome: 'installed', reason: '', failures: 0, running: false },
  trial: null,
  now: 101 * DAY,
  ...more,
})

test('a model that is well says what it has learned from, and leaves nothing to do', () => {
  assert.deepEqual(healthOf(facts()), { state: 'learning', sentence: 'It has learned from 1,234 examples.', todo: '' })
})

test('each trouble says what happens meanwhile, and what to do', () => {
  const cold = healthOf(facts({ snapshot: null }))
  assert.equal(cold.state, 'cold')
  assert.match(cold.sentence, /fallback|each option/i)
  const broken = healthOf(facts({ snapshot: { trainedTo: 0, examples: 1, broken: 'its checksum does not fit' } }))
  assert.equal(broken.state, 'broken')
  assert.match(broken.sentence, /checksum does not fit.*fallback/)
  const stale = healthOf(facts({ now: 108 * DAY }))
  assert.equal(stale.state, 'stale')
  assert.match(stale.sentence, /older than 7d/)
  assert.equal(healthOf(facts({ now: 107 * DAY })).state, 'learning')
})

test('a candidate watches or decides for its share', () => {
  assert.equal(healthOf(facts({ trial: 'shadow' })).state, 'shadow')
  assert.match(healthOf(facts({ trial: 'share' })).sentence, /decides for 10% of people/)
})

test('training that fails is said in words, also while what was learned is good', () => {
  const failing = healthOf(facts({ training: { outcome: 'failed', reason: 'gather_failed', failures: 3, running: false } }))
  assert.equal(failing.state, 'learning')
  assert.equal(failing.todo, 'The last 3 trainings failed: its data could not be read (is ClickHouse there?).')
})

test('a model that was brought is not taken for one that has learned nothing', () => {
  const onnx = { file: 'AAAA', input: { kind: 'features', names: ['activity.7d'] } }
  const model = Model.parse({ kind: 'model', id: 'own', type: 'pattern', target: { event: 'Order Completed' }, onnx })
  assert.match(healthOf(facts({ model, snapshot: null, training: null })).sentence, /^It was brought/)
})

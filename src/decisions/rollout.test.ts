import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { deciderOf, type ModelVersion, standingOf, taskOf } from './rollout.ts'
import { Model } from './schema.ts'
import { askable, type ModelInForce, modelsOf } from './snapshot.ts'

const document = (more: Record<string, unknown> = {}) => ({
  kind: 'model',
  id: 'opens',
  type: 'propensity',
  outcome: { kind: 'opened' },
  ...more,
})
const version = (number: number, stage: string, share = '10%'): ModelVersion => {
  const body = document({ rollout: { stage, share } })
  return { version: number, model: Model.parse(body), task: taskOf(body) }
}
const learned = (made: ModelVersion, more: Partial<ModelInForce> = {}): ModelInForce => ({
  model: made.model,
  version: made.version,
  snapshot: { serial: made.version, trainedTo: 0, examples: 1, body: {}, report: {} },
  ...more,
})

test('what is learned does not hang on name, stage or freshness, nor on the order of fields', () => {
  const task = taskOf(document())
  assert.equal(taskOf(document({ name: 'Opens', freshFor: '1d', rollout: { stage: 'shadow' } })), task)
  assert.equal(taskOf({ outcome: { kind: 'opened' }, type: 'propensity', id: 'opens', kind: 'model' }), task)
  assert.notEqual(taskOf(document({ outcome: { kind: 'clicked' } })), task)
})

test('a version in shadow leaves the last full one in force; after an archive it begins anew', () => {
  const [one, two, three] = [version(1, 'full'), version(2, 'shadow'), version(3, 'share')]
  assert.deepEqual(standingOf([three, two, one]), { full: one, candidate: three })
  assert.deepEqual(standingOf([version(4, 'full'), three, two, one])?.candidate, null)
  assert.deepEqual(standingOf([two, null, one]), { full: null, candidate: two })
  assert.equal(standingOf([null, one]), undefined)
  assert.equal(standingOf([]), undefined)
})

test('in shadow nobody is decided for by the candidate; with a share those of the hash are, and a larger share keeps them', () => {
  const full = version(1, 'full')
  const at = (share: string) => modelsOf([learned(full, { candidate: learned(version(2, 'share', share)) })])
  const tried = (share: string, unit: string): boolean => deciderOf(at(share), 'opens', unit).decides?.version === 2
  const shadow = modelsOf([learned(full, { candidate: learned(version(2, 'shadow')) })])
  fc.assert(
    fc.property(fc.uuid(), (unit) => {
      const { decides, shadow: watching } = deciderOf(shadow, 'opens', unit)
      assert.deepEqual([decides?.version, watching?.version], [1, 2])
      if (tried('10%', unit)) assert.ok(tried('35%', unit))
      assert.ok(tried('100%', unit))
      assert.ok(!tried('0%', unit))
    }),
  )
  const people = Array.from({ length: 10_000 }, (_, i) => `person-${i}`)
  const share = people.filter((unit) => tried('35%', unit)).length / people.length
  // Six standard errors of a share of 10,000.
  assert.ok(Math.abs(share - 0.35) < 0.029, `${share}`)
})

test('where no version was let act in full, nothing decides, and that has a reason of its own', () => {
  const candidate = learned(version(1, 'share', '50%'))
  const top: ModelInForce = { model: candidate.model, version: 1, snapshot: null, inShadow: true, candidate }
  const models = modelsOf([top])
  const units = Array.from({ length: 200 }, (_, i) => `p${i}`)
  const answers = units.map((unit) => askable(deciderOf(models, 'opens', unit).decides, 0, 1))
  assert.deepEqual(
    new Set(answers.map((answer) => (typeof answer === 'string' ? answer : 'snapshot'))),
    new Set(['model_in_shadow', 'snapshot']),
  )
  assert.equal(deciderOf(modelsOf([]), 'opens', 'p').decides, undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRefusal, type Outcome, refuse } from './problem.ts'

const problem = { code: 'journey.step.unknown', status: 400, title: 'There is no such step' }

test('a refusal is told apart from every success', () => {
  assert.ok(isRefusal(refuse(problem)))
  for (const success of [undefined, null, 0, '', 'refused', [], { ok: true }, problem]) assert.equal(isRefusal(success), false)
})

test('a refusal carries its problem', () => {
  const outcome: Outcome<number> = refuse(problem)
  assert.deepEqual(isRefusal(outcome) && outcome.refused, problem)
})

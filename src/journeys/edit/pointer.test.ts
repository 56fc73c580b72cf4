import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JourneyBody } from './body.ts'
import { pointedAt, pointerOf } from './pointer.ts'

const body = {
  kind: 'journey',
  id: 'j',
  steps: [
    { kind: 'wait', id: 'w', for: '1d' },
    { kind: 'branch', id: 'b', branches: [{ id: 'yes', when: 'x', steps: [{ kind: 'email', id: 'mail', template: 't' }] }], otherwise: [] },
  ],
} as unknown as JourneyBody

test('a problem’s place is told as a step and its field', () => {
  assert.deepEqual(pointedAt(body, '/steps/0/for'), { step: 'w', field: 'for' })
  assert.deepEqual(pointedAt(body, '/steps/1/branches/0/when'), { step: 'b', field: 'branches/0/when' })
  assert.deepEqual(pointedAt(body, '/steps/1/branches/0/steps/0/template'), { step: 'mail', field: 'template' })
  assert.deepEqual(pointedAt(body, '/goal/within'), { step: '@entry', field: 'goal/within' })
  assert.deepEqual(pointedAt(body, ''), { step: '@entry', field: '' })
})

test('the place of a step leads to the step again', () => {
  for (const id of ['w', 'b', 'mail']) assert.deepEqual(pointedAt(body, pointerOf(body, id)), { step: id, field: '' })
  assert.equal(pointerOf(body, 'gone'), '')
})

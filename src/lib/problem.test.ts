import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isRefusal, refuse } from './problem.ts'

const PROBLEM = { code: 'journey.step.unknown', status: 422, title: 'There is no such step.' }

test('a refusal is told by exactly what `refuse` makes', () => {
  assert.ok(isRefusal(refuse(PROBLEM)))
  for (const answer of [
    { refused: 3 },
    { refused: null },
    { refused: ['ada@shop.example'] },
    { refused: {} },
    { refused: { code: 'x' } },
    { refused: { code: 1, status: 2 } },
    { refused: PROBLEM, accepted: 2 },
    {},
    [],
    null,
    undefined,
    'refused',
  ])
    assert.ok(!isRefusal(answer), JSON.stringify(answer))
})

test('whatever an import says about rows that it refused is an answer, not a refusal', () => {
  fc.assert(fc.property(fc.anything(), fc.anything(), (refused, accepted) => assert.ok(!isRefusal({ refused, accepted }))))
  fc.assert(
    fc.property(fc.oneof(fc.nat(), fc.string(), fc.array(fc.string()), fc.boolean()), (refused) => assert.ok(!isRefusal({ refused }))),
  )
})

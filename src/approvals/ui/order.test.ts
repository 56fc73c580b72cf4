import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ApprovalLine } from '../api.ts'
import { GRADES } from '../grade.ts'
import { inOrder, neighbour } from './order.ts'

const lines: fc.Arbitrary<ApprovalLine[]> = fc
  .array(fc.record({ due: fc.option(fc.nat(5)), grade: fc.constantFrom(...GRADES), requestedAt: fc.nat(5), mine: fc.boolean() }))
  .map((rows) => rows.map((row, i) => ({ ...row, id: `ap_${i}` }) as ApprovalLine))

test('what is due comes before what is not, and in the order of risk nothing riskier comes after; nothing is lost', () => {
  fc.assert(
    fc.property(lines, (given) => {
      const due = inOrder(given, {}).map((line) => line.due ?? Infinity)
      assert.ok(due.every((each, i) => i === 0 || due[i - 1]! <= each))
      const risk = inOrder(given, { sort: 'risk' }).map(({ grade }) => GRADES.indexOf(grade))
      assert.ok(risk.every((each, i) => i === 0 || risk[i - 1]! >= each))
      assert.deepEqual(new Set(inOrder(given, {}).map(({ id }) => id)), new Set(given.map(({ id }) => id)))
      assert.ok(inOrder(given, { show: 'mine', risk: 'high' }).every((line) => line.mine && line.grade === 'high'))
    }),
  )
})

test('keys move from where one is, stay at the ends, and begin at the top', () => {
  assert.equal(neighbour(['a', 'b', 'c'], 'b', 1), 'c')
  assert.equal(neighbour(['a', 'b', 'c'], 'c', 1), 'c')
  assert.equal(neighbour(['a', 'b'], 'a', -1), 'a')
  assert.equal(neighbour(['a', 'b'], 'gone', 1), 'a')
  assert.equal(neighbour([], undefined, 1), undefined)
})

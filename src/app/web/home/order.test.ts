import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Need } from '#workspaces/home-api.ts'
import { inOrder, orderOf, partOfDay, sparkOf } from './order.ts'

const NEEDS: Need[] = [
  { kind: 'journey-issues', id: 'cart', name: 'Cart', count: 2 },
  { kind: 'approval', id: 'a1', title: 'Mine', due: null, mine: true },
  { kind: 'dead', count: 1 },
  { kind: 'approval', id: 'a2', title: 'Theirs', due: 5, mine: false },
]

test('an approver sees approvals first, a developer what is broken, and nobody their own requests first', () => {
  const kinds = (role: string | null) => inOrder(NEEDS, role).map((need) => (need.kind === 'approval' ? need.id : need.kind))
  assert.deepEqual(kinds('approver'), ['a2', 'journey-issues', 'dead', 'a1'])
  assert.deepEqual(kinds('developer'), ['dead', 'journey-issues', 'a2', 'a1'])
  assert.deepEqual(kinds('admin'), ['journey-issues', 'dead', 'a2', 'a1'])
})

test('whoever analyses sees numbers first, all others what waits for them, and nobody misses a part', () => {
  assert.equal(orderOf('analyst')[0], 'numbers')
  for (const role of ['marketer', 'approver', 'developer', 'admin', null]) assert.equal(orderOf(role)[0], 'needs')
  for (const role of ['analyst', 'viewer', 'admin']) assert.deepEqual([...orderOf(role)].sort(), ['changes', 'needs', 'numbers', 'running'])
})

test('the day has three parts', () => {
  assert.deepEqual([6, 10, 11, 17, 18, 23].map(partOfDay), ['morning', 'morning', 'day', 'day', 'evening', 'evening'])
})

test('a line of numbers stays in its box, whatever the numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 90 }), (values) => {
      const numbers = sparkOf(values, { width: 96, height: 24 })
        .match(/-?[\d.]+/g)!
        .map(Number)
      assert.equal(numbers.length, 2 * values.length)
      for (const [i, value] of numbers.entries()) assert.ok(value >= 0 && value <= (i % 2 === 0 ? 96 : 24), `${value}`)
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Column, Table } from '../reports/told.ts'
import { fieldsOf } from './asking.ts'
import { changeOf, rowsBefore, stretchBefore } from './compare.ts'
import { inOrder, pressed, sortingIn, sortingOut } from './sorting.ts'

const cell = fc.oneof(fc.constant(null), fc.integer({ min: -5, max: 5 }), fc.constantFrom('', 'Ada', 'bob', 'Émile', 'item 10', 'item 9'))

test('an order keeps every row, puts what is not known last, and turned about is the other way', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ a: fc.oneof(fc.constant(null), fc.integer()), n: fc.nat() })), (rows) => {
      const up = inOrder(rows, { column: 'a', to: 'up' })
      assert.deepEqual(new Set(up), new Set(rows))
      const known = up.map(({ a }) => a).filter((a) => a !== null)
      assert.deepEqual(
        up.map(({ a }) => a).slice(0, known.length),
        known.toSorted((x, y) => Number(x) - Number(y)),
      )
      const down = inOrder(rows, { column: 'a', to: 'down' }).map(({ a }) => a)
      assert.deepEqual(
        down.filter((a) => a !== null),
        known.toReversed(),
      )
    }),
  )
})

test('words and numbers in one column do not stop the order, and numbers within words count', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ a: cell })), (rows) => {
      assert.equal(inOrder(rows, { column: 'a', to: 'down' }).length, rows.length)
    }),
  )
  const rows = [{ a: 'item 10' }, { a: 'item 9' }]
  assert.deepEqual(inOrder(rows, { column: 'a', to: 'up' }), rows.toReversed())
})

test('pressing a column: its own order, the other way, as told; the address says the same', () => {
  const count = { id: 'people', type: 'count' } as const
  const first = pressed(undefined, 'arms', count)!
  assert.equal(sortingOut(first), 'arms:people:down')
  assert.deepEqual(sortingIn(sortingOut(first)), first)
  const second = pressed(first, 'arms', count)!
  assert.equal(second.to, 'up')
  assert.equal(pressed(second, 'arms', count), undefined)
  assert.equal(pressed(undefined, 'arms', { id: 'name', type: 'text' })!.to, 'up')
  assert.equal(pressed(first, 'other', count)!.to, 'down', 'another table begins anew')
  assert.equal(sortingIn('nonsense'), undefined)
})

const FIELDS = fieldsOf('channels', {
  properties: {
    days: { type: 'integer', default: 28, minimum: 1, maximum: 800 },
    from: { type: 'integer' },
    to: { type: 'integer' },
  },
})

test('the stretch before is as long and ends where this one begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 800 }), fc.integer({ min: 1.6e12, max: 2e12 }), (days, asOf) => {
      const before = stretchBefore(FIELDS, { days }, asOf)!
      assert.equal(before.to - before.from, days * 86_400_000)
      assert.equal(before.to, asOf + 1 - days * 86_400_000)
      assert.deepEqual(stretchBefore(FIELDS, { from: before.from, to: before.to }, asOf)!.to, before.from)
    }),
  )
  assert.equal(stretchBefore(FIELDS, {}, 1e12)!.to, 1e12 + 1 - 28 * 86_400_000, 'as usual')
  assert.equal(stretchBefore([], { days: 7 }, 1e12), undefined, 'a report that takes no stretch')
})

test('rows are found again by what they are about, and told how they changed', () => {
  const columns: Column[] = [
    { id: 'channel', title: 'Channel', type: 'text' },
    { id: 'messages', title: 'Messages', type: 'count' },
    { id: 'sentence', title: 'In words', type: 'text' },
  ]
  const table = (messages: number): Table => ({
    id: 't',
    title: 't',
    columns,
    cut: false,
    rows: [{ channel: 'email', messages, sentence: `${messages} went` }],
  })
  const was = rowsBefore(table(12), table(8))(table(12).rows[0]!)
  assert.equal(was?.['messages'], 8)
  assert.equal(rowsBefore(table(12), undefined)(table(12).rows[0]!), undefined)
  assert.equal(changeOf(12, 8, 'count'), '+50 %')
  assert.equal(changeOf(8, 12, 'money'), '−33 %')
  assert.equal(changeOf(0.12, 0.1, 'share'), '+2 points')
  assert.equal(changeOf(5, 0, 'count'), '', 'of nothing there is no percentage')
  assert.equal(changeOf(5, 5, 'count'), '±0')
})

import assert from 'node:assert/strict'
import test from 'node:test'
import { budgetsIn } from './budgets.ts'

const budget = (id: string, amount: number) => ({ kind: 'budget', id, body: { kind: 'budget', id, currency: 'EUR', amount }, hash: '' })

test('who approves sees what budgets had and would have: new ones, raised ones, those that go', () => {
  const before = [budget('texts', 500), budget('letters', 50), budget('same', 1)]
  const after = [budget('texts', 800), budget('calls', 20), budget('same', 1)]
  const touched = ['texts', 'letters', 'calls'].map((id) => ({ kind: 'budget', id }))
  assert.deepEqual(
    budgetsIn({ before, after, touched: [...touched, { kind: 'journey', id: 'same' }] }).map(({ budget: id, from, to }) => [id, from, to]),
    [
      ['texts', 500, 800],
      ['letters', 50, null],
      ['calls', null, 20],
    ],
  )
})

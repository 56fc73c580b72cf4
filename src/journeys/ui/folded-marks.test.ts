import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Step } from '../steps.ts'
import { foldedMarks } from './folded-marks.ts'

const wait = (id: string, stage?: string) => ({ kind: 'wait', id, for: '1d', ...(stage && { stage }) }) as unknown as Step
const split = {
  kind: 'split',
  id: 'half',
  arms: [
    { id: 'a', weight: 1, steps: [wait('a1', 'Inner'), wait('a2', 'Inner')] },
    { id: 'b', weight: 1, steps: [wait('b1')] },
  ],
} as unknown as Step
const steps = [wait('one', 'Welcome'), wait('two', 'Welcome'), split]
const marks = {
  one: { errors: 1, who: 'Ada', change: 'added' as const },
  two: { errors: 2, warnings: 1, who: 'Ada', change: 'removed' as const },
  a1: { comments: 2 },
  a2: { comments: 1, lit: true },
  b1: { warnings: 4 },
}

test('nothing folded: every step has its own marks', () => assert.equal(foldedMarks(marks, steps, new Set()), marks))

test('a folded stage shows the sum of its steps, at its own row and at the step that is drawn for it', () => {
  const shown = foldedMarks(marks, steps, new Set(['stage:one', 'stage:a1']))
  const sum = { errors: 3, warnings: 1, comments: 0, who: 'Ada', change: 'changed', lit: false }
  assert.deepEqual([shown['stage:one'], shown['one']], [sum, sum])
  assert.equal(shown['stage:a1']?.comments, 3)
  assert.equal(shown['b1'], marks.b1)
})

test('a folded step shows what its branches say', () => {
  const shown = foldedMarks(marks, steps, new Set(['half']))
  assert.deepEqual([shown['half']?.comments, shown['half']?.warnings, shown['half']?.lit], [3, 4, true])
})

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inOrder, LONGEST } from './order.ts'

test('what takes longest starts first, what starts servers next, and no file is lost', () => {
  const [longest = '', next = ''] = LONGEST
  const files = ['src/a.test.ts', next, 'test/roads/a.test.ts', longest, 'src/b.test.ts']
  assert.deepEqual(inOrder(files), [longest, next, 'test/roads/a.test.ts', 'src/a.test.ts', 'src/b.test.ts'])
})

test('every file that is named among the longest is there', () => {
  const gone = LONGEST.filter((file) => !existsSync(join(import.meta.dirname, '..', file)))
  assert.deepEqual(gone, [], 'take it out of LONGEST, or write its new name')
})

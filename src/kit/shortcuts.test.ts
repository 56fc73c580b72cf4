import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meaning } from './shortcuts.ts'

const nothing = () => {}
const shortcuts = { 'g j': nothing, 'g p': nothing, '?': nothing }

test('two keys in a row are one shortcut, and the first of them only waits', () => {
  assert.equal(meaning('g', shortcuts), 'wait')
  assert.equal(meaning('g j', shortcuts), 'run')
  assert.equal(meaning('?', shortcuts), 'run')
  assert.equal(meaning('g x', shortcuts), 'none')
  assert.equal(meaning('x', shortcuts), 'none')
})

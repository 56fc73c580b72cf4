import assert from 'node:assert/strict'
import { test } from 'node:test'
import { studioKey } from './studio-keys.ts'

const press = (key: string, held: { ctrl?: true; shift?: true; alt?: true; code?: string } = {}, letters = true) =>
  studioKey(
    { key, code: held.code ?? '', ctrlKey: held.ctrl ?? false, metaKey: false, shiftKey: held.shift ?? false, altKey: held.alt ?? false },
    letters,
  )

test('the same letter is one thing alone and another with Ctrl', () => {
  assert.equal(press('c'), 'comment')
  assert.equal(press('c', { ctrl: true }), 'copy')
  assert.equal(press('z', { ctrl: true }), 'undo')
  assert.equal(press('Z', { ctrl: true, shift: true }), 'redo')
  assert.equal(press('f', { ctrl: true }), 'find')
})

test('single letters can be turned off; arrows, Enter and Delete stay', () => {
  assert.equal(press('m', {}, false), undefined)
  assert.equal(press('Delete', {}, false), 'delete')
  assert.equal(press('ArrowDown', {}, false), 'down')
})

test('Shift and a digit zoom on every keyboard, whatever sign it writes there', () => {
  assert.equal(press('!', { shift: true, code: 'Digit1' }), 'fit')
  assert.equal(press('"', { shift: true, code: 'Digit2' }), 'toSelection')
  assert.equal(press('+', { shift: true, code: 'Equal' }), 'zoomIn')
  assert.equal(press('/', { shift: true, code: 'Digit7' }), 'add')
})

test('what is held with Alt belongs to the browser', () => {
  assert.equal(press('ArrowLeft', { alt: true }), undefined)
})

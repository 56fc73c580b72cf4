import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cellText } from './cells.ts'
import { Codes } from './column.ts'
import { written } from './written.ts'

test('codes of a column are put into words, in each language; names that people gave stay', () => {
  assert.equal(cellText('early', { type: 'text', codes: 'measured' }), 'Too early')
  assert.equal(cellText('not', { type: 'text', codes: 'measured' }, 'de'), 'Nicht gemessen')
  assert.equal(cellText('open', { type: 'text', codes: 'verdict' }, 'de'), 'Nicht entschieden')
  assert.equal(cellText('open', { type: 'text', codes: 'period' }, 'de'), 'noch offen')
  assert.equal(cellText('Our own channel', { type: 'text', codes: 'channel' }, 'de'), 'Our own channel')
  assert.equal(cellText('early', { type: 'text' }, 'de'), 'early')
  for (const codes of Codes.options) assert.equal(cellText('constructor', { type: 'text', codes }, 'de'), 'constructor')
})

test('touches of a run are told one by one, with their step', () => {
  const path = 'entered → sent:nudge → left:exit_condition:bought'
  assert.equal(cellText(path, { type: 'text', codes: 'touch' }), 'Entered → Was sent: nudge → Left: by an exit condition (bought)')
  assert.equal(
    cellText(path, { type: 'text', codes: 'touch' }, 'de'),
    'Eingetreten → Gesendet: nudge → Verlassen: durch eine Ausstiegsbedingung (bought)',
  )
})

test('numbers are written as the reader writes them', () => {
  assert.equal(written(12_345.6, 'money', 'de'), '12.345,60')
  assert.equal(written(0.1234, 'share', 'de'), '12,34 %')
  assert.equal(written(-0.1203, 'points', 'de'), '−12,03 Pp.')
  assert.equal(written(5_400_000, 'duration', 'de'), '1,5 Std.')
  assert.equal(written(-1_234.5, 'number'), '−1,234.5')
})

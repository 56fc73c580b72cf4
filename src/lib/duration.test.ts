import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationText, milliseconds } from './duration.ts'

test('durations are read as people write them', () => {
  assert.equal(milliseconds('5m'), 300_000)
  assert.equal(milliseconds('1d'), 86_400_000)
  assert.equal(milliseconds('2h30m'), 9_000_000)
  assert.equal(milliseconds('250ms'), 250)
  assert.equal(milliseconds('1w'), 7 * 86_400_000)
  assert.equal(milliseconds('0s'), 0)
})

test('what is no duration is not guessed at', () => {
  for (const text of ['', '5', 'm', '5 m', '-5m', '1.5h', '5min', '5M', ' 5m', '5m\n', '1y'])
    assert.equal(milliseconds(text), undefined, JSON.stringify(text))
})

test('a duration that numbers cannot hold is refused', () => {
  assert.equal(milliseconds('99999999999999w'), undefined)
})

test('every duration is read back as it was written', () => {
  fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (ms) => assert.equal(milliseconds(durationText(ms)), ms)))
  assert.equal(durationText(5_400_000), '1h30m')
})

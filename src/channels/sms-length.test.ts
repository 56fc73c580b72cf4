import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { smsLength, smsParts } from './sms-length.ts'

test('160 septets are one segment, 161 are two of 153', () => {
  assert.deepEqual(smsLength('a'.repeat(160)), { encoding: 'gsm-7', units: 160, segments: 1 })
  assert.deepEqual(smsLength('a'.repeat(161)), { encoding: 'gsm-7', units: 161, segments: 2 })
  assert.deepEqual(smsLength('a'.repeat(306)), { encoding: 'gsm-7', units: 306, segments: 2 })
  assert.equal(smsLength('a'.repeat(307)).segments, 3)
})

test('€ takes two septets, and is not cut in two at the end of a part', () => {
  assert.deepEqual(smsLength('€'), { encoding: 'gsm-7', units: 2, segments: 1 })
  // 152 + € would be 154: the € goes into the next part, and each part of the rest holds 76 of them.
  const { parts } = smsParts(`${'a'.repeat(152)}${'€'.repeat(77)}`)
  assert.deepEqual(
    parts.map((part) => part.length),
    [152, 152, 2],
  )
})

test('one character outside the alphabet makes the whole text UCS-2: 70, or 67 a part', () => {
  assert.deepEqual(smsLength('ç'), { encoding: 'ucs-2', units: 1, segments: 1 })
  assert.deepEqual(smsLength(`${'a'.repeat(69)}ą`), { encoding: 'ucs-2', units: 70, segments: 1 })
  assert.deepEqual(smsLength(`${'a'.repeat(70)}ą`), { encoding: 'ucs-2', units: 71, segments: 2 })
  assert.deepEqual(smsLength('👍'), { encoding: 'ucs-2', units: 2, segments: 1 })
  // 67 is odd: an emoji of two code units is not divided.
  assert.deepEqual(
    smsParts('👍'.repeat(40)).parts.map((part) => part.length),
    [66, 14],
  )
})

test('nothing is lost, and no part is longer than it may be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
      const { encoding, parts } = smsParts(text)
      const { units, segments } = smsLength(text)
      assert.equal(parts.length, segments)
      assert.equal(parts.flat().length, units)
      const most = encoding === 'gsm-7' ? (segments === 1 ? 160 : 153) : segments === 1 ? 70 : 67
      assert.ok(parts.every((part) => part.length <= most))
      if (encoding === 'ucs-2') assert.equal(String.fromCharCode(...parts.flat()), text)
    }),
    { numRuns: 500 },
  )
})

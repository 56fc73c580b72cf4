import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CannotOpen, deriveKey, secretBox } from './secrets.ts'

const KEY = 'a secret key of at least thirty-two characters'
const place = { workspace: 'acme', table: 'senders', id: 'dkim' }

test('what is sealed opens in its own place, and nowhere else', () => {
  const box = secretBox(KEY)
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.record({ workspace: fc.string(), table: fc.string(), id: fc.string() }),
      (secret, other) => {
        const plain = secret.toWellFormed()
        const sealed = box.seal(plain, place)
        assert.equal(box.open(sealed, place), plain)
        if (JSON.stringify(other) !== JSON.stringify(place)) assert.throws(() => box.open(sealed, other), CannotOpen)
      },
    ),
    { numRuns: 100 },
  )
})

test('two places never look alike, however their names are cut', () => {
  const box = secretBox(KEY)
  const sealed = box.seal('s', { workspace: 'a', table: 'b|1:c', id: '' })
  assert.throws(() => box.open(sealed, { workspace: 'a', table: 'b', id: '1:c|' }), CannotOpen)
})

test('a seal shows nothing of the secret, differs each time, and breaks when any character is changed', () => {
  const box = secretBox(KEY)
  const sealed = box.seal('smtp-password', place)
  assert.ok(!Buffer.from(sealed.split('.').at(-1)!, 'base64url').includes('smtp'))
  assert.notEqual(box.seal('smtp-password', place), sealed)
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1)
    // The last characters of base64url may carry bits that mean nothing.
    const same =
      changed
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString('hex'))
        .join() ===
      sealed
        .split('.')
        .map((part) => Buffer.from(part, 'base64url').toString('hex'))
        .join()
    if (!same) assert.throws(() => box.open(changed, place), CannotOpen, `character ${i}`)
  }
})

test('after a change of the key, old seals open with the old key given, and are rewrapped for the new one', () => {
  const sealed = secretBox(KEY).seal('dkim', place)
  const renewed = 'another secret key, just as long as the first'
  assert.throws(() => secretBox(renewed).open(sealed, place), CannotOpen)
  const rewrapped = secretBox(renewed, [KEY]).rewrap(sealed, place)
  assert.equal(secretBox(renewed).open(rewrapped, place), 'dkim')
  assert.throws(() => secretBox(KEY).open(rewrapped, place), CannotOpen)
})

test('each purpose has a key of its own', () => {
  assert.equal(deriveKey(KEY, 'links').length, 32)
  assert.notDeepEqual(deriveKey(KEY, 'links'), deriveKey(KEY, 'sessions'))
  assert.deepEqual(deriveKey(KEY, 'links'), deriveKey(KEY, 'links'))
})

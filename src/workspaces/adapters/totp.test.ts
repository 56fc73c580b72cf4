import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { codeAt, newRecoveryCodes, newTotpSecret, qrOf, recoveryHash, stepAt, stepOf } from './totp.ts'

/** The secret of RFC 6238, appendix B: the ASCII text 12345678901234567890. */
const RFC = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test('the codes are those of RFC 6238, appendix B', () => {
  const vectors: readonly (readonly [seconds: number, code: string])[] = [
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ]
  for (const [seconds, code] of vectors) assert.equal(codeAt(RFC, stepAt(seconds * 1_000)), code)
})

test('clocks may differ by half a minute either way, and by no more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000_000_000_000, max: 4_000_000_000_000 }), (now) => {
      const secret = newTotpSecret()
      const step = stepAt(now)
      for (const skew of [-1, 0, 1]) assert.ok(stepOf(secret, codeAt(secret, step + skew), now) !== undefined)
      const near = new Set([-1, 0, 1].map((skew) => codeAt(secret, step + skew)))
      for (const far of [-3, -2, 2, 3]) {
        const code = codeAt(secret, step + far)
        // One in 300,000 codes is also the code of a near step.
        if (!near.has(code)) assert.equal(stepOf(secret, code, now), undefined)
      }
    }),
    { numRuns: 50 },
  )
})

test('recovery codes are ten different ones, taken however they are typed, and bound to the person', () => {
  const codes = newRecoveryCodes()
  assert.equal(new Set(codes).size, 10)
  for (const code of codes) {
    assert.match(code, /^[a-z2-9]{5}-[a-z2-9]{5}$/)
    assert.equal(recoveryHash('ada', ` ${code.toUpperCase().replace('-', ' ')}`), recoveryHash('ada', code))
    assert.notEqual(recoveryHash('bob', code), recoveryHash('ada', code))
  }
})

test('a QR code has its three finders, and the path names each dark square once', () => {
  const { size, path } = qrOf('otpauth://totp/x')
  const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x},${y}`))
  assert.equal(dark.size * 'M'.length, path.split('M').length - 1)
  for (const [x, y] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ])
    assert.ok(dark.has(`${x},${y}`), 'the middle of a finder is dark')
  assert.ok(!dark.has(`${size - 1},${size - 1}`) || dark.size > 100)
})

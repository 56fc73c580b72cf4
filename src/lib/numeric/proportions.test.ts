import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wilson, Z95 } from './proportions.ts'

test('the score interval is that of Wilson, holds the rate, and narrows with more of the same', () => {
  // Brown, Cai, DasGupta 2001: 10 of 100 → 0.0552; nothing of 20 → 0 to 0.1611; all of 3 is far from certain.
  assert.ok(Math.abs(wilson({ x: 10, n: 100 }, Z95)[0] - 0.0552) < 0.0002)
  assert.ok(Math.abs(wilson({ x: 0, n: 20 }, Z95)[1] - 0.1611) < 0.0002)
  assert.ok(wilson({ x: 3, n: 3 }, Z95)[0] < 0.44)
  assert.deepEqual(wilson({ x: 0, n: 0 }, Z95), [0, 1])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
      const x = Math.floor(n * share)
      const [low, high] = wilson({ x, n }, Z95)
      const [lower, upper] = wilson({ x: x * 10, n: n * 10 }, Z95)
      assert.ok(low >= 0 && low <= x / n + 1e-12 && high >= x / n - 1e-12 && high <= 1)
      assert.ok(lower >= low - 1e-12 && upper <= high + 1e-12)
    }),
  )
})

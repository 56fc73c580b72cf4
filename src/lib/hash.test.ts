import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chance, digest, murmur32 } from './hash.ts'

test('murmur32 gives the published values', () => {
  const published: readonly (readonly [text: string, seed: number, hash: number])[] = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0, 0xba6bd213],
    ['a', 0x9747b28c, 0x7fa09ea6],
    ['aa', 0x9747b28c, 0x5d211726],
    ['aaa', 0x9747b28c, 0x283e0130],
    ['aaaa', 0x9747b28c, 0x5a97808a],
    ['abcd', 0x9747b28c, 0xf0478627],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['ππππππππ', 0x9747b28c, 0xd58063c1],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ]
  for (const [text, seed, hash] of published) assert.equal(murmur32(text, seed), hash, `${text} with seed ${seed}`)
})

test('texts of every length hash as their UTF-8 bytes do, ASCII or not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer(), (text, seed) => {
      assert.equal(murmur32(text, seed), murmurOfBytes(text, seed))
    }),
  )
})

/** As Appleby wrote it, over bytes. */
function murmurOfBytes(text: string, seed: number): number {
  const bytes = new TextEncoder().encode(text)
  const rotate = (x: number, r: number) => (x << r) | (x >>> (32 - r))
  let h = seed | 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks = Math.floor(bytes.length / 4)
  for (let i = 0; i < blocks; i++) {
    const k = Math.imul(rotate(Math.imul(view.getUint32(i * 4, true), 0xcc9e2d51), 15), 0x1b873593)
    h = (Math.imul(rotate(h ^ k, 13), 5) + 0xe6546b64) | 0
  }
  let k = 0
  for (let i = bytes.length - 1; i >= blocks * 4; i--) k = (k << 8) | bytes[i]!
  if (bytes.length % 4) h ^= Math.imul(rotate(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593)
  h ^= bytes.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

test('the same person gets the same chance, and another salt gives another one', () => {
  assert.equal(chance('welcome', 'ada'), chance('welcome', 'ada'))
  assert.notEqual(chance('welcome', 'ada'), chance('goodbye', 'ada'))
  assert.notEqual(chance('a', 'bc'), chance('ab', 'c'))
})

test('chances lie in [0, 1) and fall evenly', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (salt, key) => {
      const drawn = chance(salt, key)
      assert.ok(drawn >= 0 && drawn < 1)
    }),
  )
  const tenths = new Array<number>(10).fill(0)
  for (let i = 0; i < 100_000; i++) tenths[Math.floor(chance('holdout', `profile-${i}`) * 10)]!++
  // 10,000 are expected in each tenth, with a standard deviation of 95: five of them apart would be no chance.
  for (const count of tenths) assert.ok(Math.abs(count - 10_000) < 475, `a tenth holds ${count}`)
})

test('a digest is 24 hexadecimal characters, and no two of 200,000 keys share one', () => {
  assert.match(digest('ada'), /^[0-9a-f]{24}$/)
  const seen = new Set<string>()
  for (let i = 0; i < 200_000; i++) seen.add(digest(`profile-${i}`))
  assert.equal(seen.size, 200_000)
})

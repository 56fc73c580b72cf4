const encoder = new TextEncoder()

/** MurmurHash3 x86 32-bit (Appleby 2011) of the UTF-8 bytes; equals ClickHouse's `murmurHash3_32` at seed 0. */
export function murmur32(text: string, seed = 0): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return murmurOf(encoder.encode(text), seed)
  return murmurOfAscii(text, seed)
}

function murmurOf(bytes: Uint8Array, seed: number): number {
  const blocks = bytes.length >>> 2
  let hash = seed | 0
  for (let i = 0; i < blocks * 4; i += 4) {
    hash ^= scramble(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24) | 0)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = (bytes.length & 3) - 1; i >= 0; i--) tail = (tail << 8) | bytes[blocks * 4 + i]!
  if (bytes.length & 3) hash ^= scramble(tail)
  return finish(hash ^ bytes.length)
}

/** The same over the characters themselves, which are the bytes then: nearly every id is ASCII, and encoding costs more than hashing. */
function murmurOfAscii(text: string, seed: number): number {
  const { length } = text
  const even = length & ~3
  let hash = seed | 0
  for (let i = 0; i < even; i += 4) {
    const block = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 8) | (text.charCodeAt(i + 2) << 16) | (text.charCodeAt(i + 3) << 24)
    hash ^= scramble(block)
    hash = (hash << 13) | (hash >>> 19)
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0
  }
  let tail = 0
  for (let i = length - 1; i >= even; i--) tail = (tail << 8) | text.charCodeAt(i)
  if (length & 3) hash ^= scramble(tail)
  return finish(hash ^ length)
}

function scramble(block: number): number {
  const mixed = Math.imul(block, 0xcc9e2d51)
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
}

function finish(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** A number in [0, 1) that depends only on salt and key: the same person gets the same arm everywhere, always. */
export const chance = (salt: string, key: string): number => murmur32(`${salt}\u0000${key}`) / 2 ** 32

/** 24 hexadecimal characters (96 bits) that name the key; for ids, not for secrets. */
export function digest(key: string): string {
  return [0x9747b28c, 0x1b873593, 0x85ebca6b].map((seed) => murmur32(key, seed).toString(16).padStart(8, '0')).join('')
}

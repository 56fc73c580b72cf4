import { murmur32 } from '../hash.ts'

/** A stream of numbers that is a function of its seed alone. */
export interface Random {
  /** In [0, 1), 53 bits. */
  uniform(): number
}

const M0 = 0xd2511f53
const M1 = 0xcd9e8d57
const W0 = 0x9e3779b9
const W1 = 0xbb67ae85
const ROUNDS = 10

/** The high 32 bits of the product of two 32-bit numbers. */
function high(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = Math.imul(a1, b0) >>> 0
  const carry = (Math.imul(a0, b0) >>> 16) + (middle & 0xffff) + (Math.imul(a0, b1) >>> 0)
  return (Math.imul(a1, b1) + (middle >>> 16) + Math.floor(carry / 0x10000)) | 0
}

/** Philox4x32-10 (Salmon et al. 2011), in place: four words of a counter become four random words under the key. */
export function philox(words: Int32Array, key0: number, key1: number): void {
  let [a, b, c, d] = [words[0]!, words[1]!, words[2]!, words[3]!]
  let k0 = key0 | 0
  let k1 = key1 | 0
  for (let round = 0; round < ROUNDS; round++) {
    const fromA = high(M0, a)
    const fromC = high(M1, c)
    const lowA = Math.imul(M0, a)
    const lowC = Math.imul(M1, c)
    a = fromC ^ b ^ k0
    b = lowC
    c = fromA ^ d ^ k1
    d = lowA
    k0 = (k0 + W0) | 0
    k1 = (k1 + W1) | 0
  }
  words[0] = a
  words[1] = b
  words[2] = c
  words[3] = d
}

const unit = (upper: number, lower: number): number => ((upper >>> 5) * 67108864 + (lower >>> 6)) / 9007199254740992

/** The stream of a seed: Philox keyed and offset by 128 bits of hash, so that streams of different seeds do not overlap in practice. */
export function random(seed: string): Random {
  const key0 = murmur32(seed, 0x243f6a88)
  const key1 = murmur32(seed, 0x85a308d3)
  const nonce0 = murmur32(seed, 0x13198a2e)
  const nonce1 = murmur32(seed, 0x03707344)
  const words = new Int32Array(4)
  let block = 0
  let kept = -1
  return {
    uniform() {
      if (kept >= 0) {
        const value = kept
        kept = -1
        return value
      }
      words[0] = block | 0
      words[1] = Math.floor(block / 0x100000000) | 0
      words[2] = nonce0
      words[3] = nonce1
      block++
      philox(words, key0, key1)
      kept = unit(words[2]!, words[3]!)
      return unit(words[0]!, words[1]!)
    },
  }
}

/** Standard normal (Box and Muller 1958; two uniforms each, so that no state is kept between calls). */
export function normal(r: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - r.uniform()))
  return radius * Math.cos(2 * Math.PI * r.uniform())
}

/** The logarithm of a Gamma(shape, 1) variate (Marsaglia and Tsang 2000); in logs, because small shapes underflow. */
function logGamma(r: Random, shape: number): number {
  if (!(shape > 0) || shape === Number.POSITIVE_INFINITY) throw new RangeError(`a gamma variate needs a shape above 0, not ${shape}`)
  if (shape < 1) return logGamma(r, shape + 1) + Math.log(1 - r.uniform()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(r)
    const root = 1 + c * x
    if (root <= 0) continue
    const v = root * root * root
    if (Math.log(1 - r.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return Math.log(d) + Math.log(v)
  }
}

/** Gamma with this shape and scale 1. */
export const gamma = (r: Random, shape: number): number => Math.exp(logGamma(r, shape))

/** Beta(a, b) in [0, 1]. */
export function beta(r: Random, a: number, b: number): number {
  const difference = logGamma(r, b) - logGamma(r, a)
  return 1 / (1 + Math.exp(difference))
}

/** Dirichlet(alpha): non-negative numbers that sum to 1. */
export function dirichlet(r: Random, alpha: readonly number[]): number[] {
  const logs = alpha.map((shape) => logGamma(r, shape))
  const most = Math.max(...logs)
  const weights = logs.map((each) => Math.exp(each - most))
  const sum = weights.reduce((total, each) => total + each, 0)
  return weights.map((each) => each / sum)
}

/** Index by probabilities that sum to 1; never one with probability 0. */
export function draw(r: Random, probabilities: ArrayLike<number>): number {
  let left = r.uniform()
  let last = -1
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!
    if (!(p > 0)) continue
    last = i
    left -= p
    if (left < 0) return i
  }
  if (last < 0) throw new RangeError('nothing to draw from: no probability is above 0')
  return last
}

/** A random order of the items (Fisher and Yates); the given array stays as it is. */
export function shuffled<T>(r: Random, items: readonly T[]): T[] {
  const all = [...items]
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(r.uniform() * (i + 1))
    const held = all[i]!
    all[i] = all[j]!
    all[j] = held
  }
  return all
}

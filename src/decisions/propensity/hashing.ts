import { murmur32 } from '#lib/hash.ts'

/** Slots that names are hashed into (2^18): with 500 names one in 500 shares its slot, and signs let such pairs cancel on average. */
export const SLOTS = 2 ** 18

export interface Slot {
  readonly slot: number
  readonly sign: 1 | -1
}

/** Where a name's weight lies, and with which sign it counts there (Weinberger et al. 2009, signed feature hashing). */
export function slotOf(name: string): Slot {
  const hash = murmur32(name, 0x5bd1e995)
  return { slot: hash % SLOTS, sign: hash >= 2 ** 31 ? -1 : 1 }
}

/** Values by slot; the same slot may come twice. */
export interface Sparse {
  readonly slots: Int32Array
  readonly values: Float64Array
  readonly size: number
}

/** Values by name, for whoever has features that need no scale. */
export function hashed(features: Readonly<Record<string, number>>): Sparse {
  const names = Object.keys(features)
  const slots = new Int32Array(names.length)
  const values = new Float64Array(names.length)
  for (const [i, name] of names.entries()) {
    const { slot, sign } = slotOf(name)
    slots[i] = slot
    values[i] = sign * features[name]!
  }
  return { slots, values, size: names.length }
}

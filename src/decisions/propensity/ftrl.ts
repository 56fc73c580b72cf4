import { sigmoid } from '#lib/numeric/sums.ts'
import { SLOTS, type Sparse } from './hashing.ts'

export interface FtrlSettings {
  readonly alpha: number
  readonly beta: number
  readonly l1: number
  readonly l2: number
}

export const FTRL_SETTINGS: FtrlSettings = { alpha: 0.1, beta: 1, l1: 0, l2: 1 }

/**
 * FTRL-Proximal logistic regression (McMahan et al. 2013). Only slots that were ever used take room: 20 bytes each in an open-addressed
 * table, whose layout has no influence on any answer.
 */
export interface Ftrl {
  readonly settings: FtrlSettings
  /** The logit before any feature: of the base rate that the model began with. */
  readonly offset: number
  used: number
  /** Slots; -1: free. The length is a power of two. */
  keys: Int32Array
  z: Float64Array
  n: Float64Array
}

const FREE = -1
const LEAST = 64

function table(size: number): Pick<Ftrl, 'keys' | 'z' | 'n'> {
  return { keys: new Int32Array(size).fill(FREE), z: new Float64Array(size), n: new Float64Array(size) }
}

export const newFtrl = (settings: FtrlSettings = FTRL_SETTINGS, offset = 0): Ftrl => ({ settings, offset, used: 0, ...table(LEAST) })

/** One that learns on, while the first one stays as it is. */
export const copied = (model: Ftrl): Ftrl => ({ ...model, keys: model.keys.slice(), z: model.z.slice(), n: model.n.slice() })

/** Where a slot lies in the table, or where it would. */
function placeOf(keys: Int32Array, slot: number): number {
  const mask = keys.length - 1
  let at = (Math.imul(slot, 0x9e3779b1) >>> 7) & mask
  while (keys[at] !== FREE && keys[at] !== slot) at = (at + 1) & mask
  return at
}

function weightAt({ settings: { alpha, beta, l1, l2 }, z, n }: Ftrl, at: number): number {
  const zi = z[at]!
  if (Math.abs(zi) <= l1) return 0
  return -(zi - Math.sign(zi) * l1) / ((beta + Math.sqrt(n[at]!)) / alpha + l2)
}

/** The weight of a slot; 0 where nothing was learned. */
export function weightOf(model: Ftrl, slot: number): number {
  const at = placeOf(model.keys, slot)
  return model.keys[at] === FREE ? 0 : weightAt(model, at)
}

/** The logit, O(size of x). */
export function logitOf(model: Ftrl, x: Sparse): number {
  let sum = model.offset
  for (let i = 0; i < x.size; i++) {
    const at = placeOf(model.keys, x.slots[i]!)
    if (model.keys[at] !== FREE) sum += weightAt(model, at) * x.values[i]!
  }
  return sum
}

function grown(model: Ftrl): void {
  const { keys, z, n } = model
  const next = table(keys.length * 2)
  for (let from = 0; from < keys.length; from++) {
    if (keys[from] === FREE) continue
    const to = placeOf(next.keys, keys[from]!)
    next.keys[to] = keys[from]!
    next.z[to] = z[from]!
    next.n[to] = n[from]!
  }
  Object.assign(model, next)
}

/** Learns one example, O(size of x): label 0 or 1; weight 1/q where such examples were kept with chance q. Gives the logit from before. */
export function learn(model: Ftrl, x: Sparse, { label, weight = 1 }: { readonly label: number; readonly weight?: number }): number {
  while ((model.used + x.size) * 2 > model.keys.length) grown(model)
  const before = logitOf(model, x)
  const gradient = weight * (sigmoid(before) - label)
  const { keys, z, n, settings } = model
  const { alpha, beta, l1, l2 } = settings
  for (let i = 0; i < x.size; i++) {
    const at = placeOf(keys, x.slots[i]!)
    if (keys[at] === FREE) {
      keys[at] = x.slots[i]!
      model.used++
    }
    const g = gradient * x.values[i]!
    const root = Math.sqrt(n[at]!)
    n[at]! += g * g
    const zi = z[at]!
    const w = Math.abs(zi) <= l1 ? 0 : -(zi - Math.sign(zi) * l1) / ((beta + root) / alpha + l2)
    z[at] = zi + g - ((Math.sqrt(n[at]!) - root) / alpha) * w
  }
  return before
}

const BYTES = 20

/** Used slots, ascending: slot (int32), z and n (float64) of each, little-endian, in base64. */
export function packedSlots({ keys, z, n, used }: Ftrl): string {
  const order = Uint32Array.from({ length: keys.length }, (_, at) => at)
    .filter((at) => keys[at] !== FREE)
    .sort((a, b) => keys[a]! - keys[b]!)
  const view = new DataView(new ArrayBuffer(BYTES * used))
  for (const [i, at] of order.entries()) {
    view.setInt32(BYTES * i, keys[at]!, true)
    view.setFloat64(BYTES * i + 4, z[at]!, true)
    view.setFloat64(BYTES * i + 12, n[at]!, true)
  }
  return new Uint8Array(view.buffer).toBase64()
}

/** The model again, bit for bit in every answer; throws a sentence where the text is something else. */
export function unpackedSlots(text: string, settings: FtrlSettings, offset: number): Ftrl {
  const bytes = Uint8Array.fromBase64(text)
  if (bytes.length % BYTES !== 0) throw new Error(`${bytes.length} bytes are no list of slots of ${BYTES}`)
  const used = bytes.length / BYTES
  let size = LEAST
  while (size < used * 2) size *= 2
  const made: Ftrl = { settings, offset, used, ...table(size) }
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  for (let i = 0, last = -1; i < used; i++) {
    const slot = view.getInt32(BYTES * i, true)
    const [z, n] = [view.getFloat64(BYTES * i + 4, true), view.getFloat64(BYTES * i + 12, true)]
    if (slot <= last || slot >= SLOTS) throw new Error(`slot ${slot} does not come after ${last} and below ${SLOTS}`)
    if (!Number.isFinite(z) || !(n >= 0) || !Number.isFinite(n)) throw new Error(`slot ${slot} holds what is no finite number`)
    last = slot
    const at = placeOf(made.keys, slot)
    made.keys[at] = slot
    made.z[at] = z
    made.n[at] = n
  }
  return made
}

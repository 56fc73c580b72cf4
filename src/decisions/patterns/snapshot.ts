import { z } from 'zod'
import { columnsFor } from './baseline.ts'
import { layoutOf, type Network, network, shapeFor } from './gru.ts'
import { HORIZON_NAMES } from './heads.ts'
import { MOST_TYPES, nameCode, OTHER } from './sequence.ts'

const Calibration = z.strictObject({ add: z.number(), stretch: z.number() })
const Scale = z.strictObject({
  median: z.number(),
  spread: z.number().positive(),
  smoothMedian: z.number(),
  smoothSpread: z.number().positive(),
})

/** What is written down of a trained model: the network beside its baseline, and which of them answers. */
export const PatternSnapshot = z.strictObject({
  format: z.literal(1),
  /** By type index; the first two names are not read. */
  vocabulary: z.array(z.string()).min(3).max(MOST_TYPES),
  target: z.int().min(2),
  horizon: z.enum(HORIZON_NAMES),
  /** Weights as little-endian float32 in base64; the order is that of `layoutOf`. */
  theta: z.base64(),
  calibration: Calibration,
  baseline: z.strictObject({ weights: z.array(z.number()), calibration: Calibration }),
  serves: z.enum(['network', 'baseline']),
  /** Null: too few events to say what is usual. */
  surprise: Scale.nullable(),
})
export type PatternSnapshot = z.output<typeof PatternSnapshot>

/** A snapshot ready to answer. */
export interface PatternBody extends Omit<PatternSnapshot, 'theta' | 'vocabulary'> {
  readonly vocabulary: readonly string[]
  readonly net: Network
  /** Type index by the code of a name. */
  readonly typeByCode: ReadonlyMap<number, number>
}

/** Little-endian float32 in base64. */
export const packed = (values: ArrayLike<number>): string => {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true)
  return new Uint8Array(view.buffer).toBase64()
}

/** Writes what `packed` made to `out`. */
export function unpack(text: string, out: Float64Array): void {
  const bytes = Uint8Array.fromBase64(text)
  if (bytes.length !== out.length * 4) throw new RangeError(`${bytes.length} bytes where ${out.length * 4} belong`)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < out.length; i++) out[i] = view.getFloat32(i * 4, true)
}

/** Reads the body of a snapshot; throws with a sentence where it cannot be relied upon. */
export function decodePattern(text: string): PatternBody {
  const { theta: packedTheta, ...snapshot } = PatternSnapshot.parse(JSON.parse(text))
  const shape = shapeFor(snapshot.vocabulary.length)
  const theta = new Float64Array(layoutOf(shape).size)
  unpack(packedTheta, theta)
  if (!theta.every(Number.isFinite)) throw new RangeError('weights that are no numbers')
  if (snapshot.baseline.weights.length !== columnsFor(shape.types)) {
    throw new RangeError(`${snapshot.baseline.weights.length} weights of the baseline where ${columnsFor(shape.types)} belong`)
  }
  if (snapshot.target >= shape.types) throw new RangeError('a target that is not in the vocabulary')
  const typeByCode = new Map(snapshot.vocabulary.map((name, type) => [nameCode(name), type] as const).filter(([, type]) => type > OTHER))
  return { ...snapshot, net: network(shape, theta), typeByCode }
}

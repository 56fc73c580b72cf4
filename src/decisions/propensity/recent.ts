import type { Judgeable } from './judging.ts'
import type { Example } from './labels.ts'

/** The last predictions of one model that have matured, each made before its outcome was learned, oldest first. */
export interface Recent {
  /** Logits in 1/2048 from -16. */
  readonly logits: Uint16Array
  /** 2·halvings + label. */
  readonly marks: Uint8Array
}

export const MOST_RECENT = 20_000
export const NOTHING_RECENT: Recent = { logits: new Uint16Array(0), marks: new Uint8Array(0) }

const STEPS = 2048
const quantised = (logit: number): number => Math.min(65_535, Math.max(0, Math.round((logit + 16) * STEPS)))

/** With what was told of more examples behind it, the oldest left out. */
export function recentWith(recent: Recent, examples: readonly Pick<Example, 'label' | 'halvings'>[], logits: ArrayLike<number>): Recent {
  const size = Math.min(MOST_RECENT, recent.marks.length + examples.length)
  const added = Math.min(size, examples.length)
  const made = { logits: new Uint16Array(size), marks: new Uint8Array(size) }
  const kept = size - added
  made.logits.set(recent.logits.subarray(recent.logits.length - kept))
  made.marks.set(recent.marks.subarray(recent.marks.length - kept))
  for (let to = kept, from = examples.length - added; to < size; to++, from++) {
    made.logits[to] = quantised(logits[from]!)
    made.marks[to] = examples[from]!.halvings * 2 + examples[from]!.label
  }
  return made
}

/** To be judged or calibrated by, from one place in the list to another. */
export function judgeable({ logits, marks }: Recent, [from, to]: readonly [number, number] = [0, marks.length]): Judgeable {
  return {
    logits: Float64Array.from(logits.subarray(from, to), (kept) => kept / STEPS - 16),
    labels: Uint8Array.from(marks.subarray(from, to), (mark) => mark & 1),
    weights: Float64Array.from(marks.subarray(from, to), (mark) => 2 ** (mark >> 1)),
  }
}

/** Logits (uint16, little-endian), then marks, in base64. */
export function packedRecent({ logits, marks }: Recent): string {
  const view = new DataView(new ArrayBuffer(3 * marks.length))
  for (let i = 0; i < marks.length; i++) {
    view.setUint16(2 * i, logits[i]!, true)
    view.setUint8(2 * marks.length + i, marks[i]!)
  }
  return new Uint8Array(view.buffer).toBase64()
}

export function unpackedRecent(text: string): Recent {
  const bytes = Uint8Array.fromBase64(text)
  if (bytes.length % 3 !== 0 || bytes.length > 3 * MOST_RECENT) throw new Error(`${bytes.length} bytes are no list of predictions`)
  const size = bytes.length / 3
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return {
    logits: Uint16Array.from({ length: size }, (_, i) => view.getUint16(2 * i, true)),
    marks: Uint8Array.from(bytes.subarray(2 * size)),
  }
}

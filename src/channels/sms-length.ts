/** GSM 03.38 default alphabet in order (3GPP TS 23.038 §6.2.1); the escape at 0x1B stands for nothing itself. */
const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
/** Extension table (§6.2.1.1): each takes two septets. */
const EXTENDED: Readonly<Record<string, number>> = {
  '\f': 0x0a,
  '^': 0x14,
  '{': 0x28,
  '}': 0x29,
  '\\': 0x2f,
  '[': 0x3c,
  '~': 0x3d,
  ']': 0x3e,
  '|': 0x40,
  '€': 0x65,
}
const ESCAPE = 0x1b
const CODES: ReadonlyMap<string, readonly number[]> = new Map([
  ...[...BASIC].flatMap((character, code): [string, readonly number[]][] => (code === ESCAPE ? [] : [[character, [code]]])),
  ...Object.entries(EXTENDED).map(([character, code]): [string, readonly number[]] => [character, [ESCAPE, code]]),
])

export interface SmsLength {
  readonly encoding: 'gsm-7' | 'ucs-2'
  /** Septets (GSM-7) or UTF-16 code units (UCS-2). */
  readonly units: number
  /** What is charged for: parts of 160 or 153 septets, of 70 or 67 code units. */
  readonly segments: number
}

/** A whole message fits without a header; parts of a longer one carry six octets that say which they are (3GPP TS 23.040 §9.2.3.24.1). */
const ROOM = { 'gsm-7': { whole: 160, part: 153 }, 'ucs-2': { whole: 70, part: 67 } } as const

/** How a text travels, and how many parts are charged. A character is never cut in two, so parts may hold less than they could. */
export function smsLength(text: string): SmsLength {
  const { encoding, pieces } = encoded(text)
  const units = pieces.reduce((sum, piece) => sum + piece.length, 0)
  return { encoding, units, segments: cut(pieces, ROOM[encoding]).length }
}

/** The parts that go over the air, each as numbers: septets one by one, or the code units of UTF-16. */
export function smsParts(text: string): { readonly encoding: SmsLength['encoding']; readonly parts: readonly (readonly number[])[] } {
  const { encoding, pieces } = encoded(text)
  return { encoding, parts: cut(pieces, ROOM[encoding]) }
}

/** One piece for each character: the numbers that stand for it. */
function encoded(text: string): { encoding: SmsLength['encoding']; pieces: readonly (readonly number[])[] } {
  const characters = [...text]
  const septets = characters.map((character) => CODES.get(character))
  if (septets.every((each) => each !== undefined)) return { encoding: 'gsm-7', pieces: septets }
  const units = characters.map((character) => Array.from({ length: character.length }, (_, i) => character.charCodeAt(i)))
  return { encoding: 'ucs-2', pieces: units }
}

function cut(pieces: readonly (readonly number[])[], { whole, part }: { whole: number; part: number }): readonly (readonly number[])[] {
  const all = pieces.flat()
  if (all.length <= whole) return [all]
  const parts: number[][] = [[]]
  for (const piece of pieces) {
    if (parts.at(-1)!.length + piece.length > part) parts.push([])
    parts.at(-1)!.push(...piece)
  }
  return parts
}

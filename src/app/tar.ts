/** One file of a folder that is sent as a whole. */
export interface PackedFile {
  /** Path below the folder, with slashes. */
  readonly name: string
  readonly content: Buffer
}

const BLOCK = 512
/** Letters, digits and `._-/` only, at most 100 octets (POSIX ustar), and never upwards. */
const NAME = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w.-]+(?:\/[\w.-]+)*$/

/** A header and the content of one file, filled up to whole blocks (POSIX.1-1988 ustar). `at`: seconds since 1970. */
export function tarEntry({ name, content }: PackedFile, at: number): Buffer {
  if (!NAME.test(name) || name.length > 100) throw new Error(`A file of a pack cannot be called ${JSON.stringify(name)}`)
  const header = Buffer.alloc(BLOCK)
  const put = (text: string, offset: number): void => void header.write(text, offset, 'ascii')
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0')
  put(name, 0)
  put(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100)
  put(`${octal(content.length, 11)}\0${octal(Math.max(0, Math.trunc(at)), 11)}\0`, 124)
  put('        0', 148)
  put('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  put(`${octal(sum, 6)}\0 `, 148)
  return Buffer.concat([header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)])
}

/** Two empty blocks end a tar. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

/** The files of a tar as it comes. Throws when it is cut short or holds what `tarEntry` does not write. */
export async function* filesIn(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<PackedFile> {
  let waiting = Buffer.alloc(0)
  let ended = false
  for await (const chunk of chunks) {
    waiting = Buffer.concat([waiting, chunk])
    for (;;) {
      if (waiting.length < BLOCK) break
      if (waiting[0] === 0) {
        ended = true
        break
      }
      const { name, size } = headerOf(waiting)
      const whole = BLOCK + Math.ceil(size / BLOCK) * BLOCK
      if (waiting.length < whole) break
      yield { name, content: Buffer.from(waiting.subarray(BLOCK, BLOCK + size)) }
      waiting = waiting.subarray(whole)
    }
  }
  if (!ended) throw new Error('The pack is cut short')
}

function headerOf(block: Buffer): { name: string; size: number } {
  const text = (from: number, to: number): string => block.toString('latin1', from, to).replace(/\0.*$/s, '')
  const name = text(0, 100)
  const size = Number.parseInt(text(124, 136), 8)
  if (!NAME.test(name) || !Number.isSafeInteger(size) || text(257, 262) !== 'ustar')
    throw new Error('The pack holds something else than files')
  return { name, size }
}

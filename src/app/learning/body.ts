import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'

/** Characters that a snapshot may have: about 2 million numbers. */
export const LARGEST_BODY = 32 * 1_048_576

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export const checksumOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** A snapshot's text as it is kept. */
export async function packed(text: string): Promise<{ readonly body: Buffer; readonly checksum: string; readonly size: number }> {
  return { body: await compress(text), checksum: checksumOf(text), size: text.length }
}

/** The text again; throws with a sentence when it is not what was kept. */
export async function unpacked(body: Buffer | null, checksum: string): Promise<string> {
  if (body === null) throw new Error('its body was removed when it was older than snapshots are kept')
  const text = await opened(body)
  if (checksumOf(text) !== checksum) throw new Error('its checksum does not fit: the bytes were changed')
  return text
}

async function opened(body: Buffer): Promise<string> {
  try {
    return (await decompress(body, { maxOutputLength: 4 * LARGEST_BODY })).toString('utf8')
  } catch (error) {
    throw new Error('its bytes cannot be read', { cause: error })
  }
}

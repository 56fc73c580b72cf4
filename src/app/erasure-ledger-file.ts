import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'

/** One erasure that has been done, in a file beside the database: a database that is set back to before does not know of it. */
export const LedgerLine = z.object({
  erasure: z.string(),
  workspace: z.string(),
  pseudonyms: z.array(z.string()),
  /** Hashes of addresses that stay suppressed. */
  hashed: z.array(z.string()).optional(),
  doneAt: z.int(),
})
export type LedgerLine = z.output<typeof LedgerLine>

/** Adds a line; it is on disk when this resolves. */
export async function noteInLedger(path: string, line: LedgerLine): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'a', 0o600)
  try {
    await file.write(`${JSON.stringify(line)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Throws on a line that cannot be read, unless it is the last one and was cut off: nobody may come back because of a damaged file. */
export async function readLedger(path: string): Promise<LedgerLine[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const lines = text.split('\n')
  const cutOff = lines.pop()
  if (cutOff) lines.push(...(isWhole(cutOff) ? [cutOff] : []))
  return lines.filter((line) => line !== '').map((line) => LedgerLine.parse(JSON.parse(line)))
}

function isWhole(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

import { createReadStream } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { RingLine } from '#platform/subject-keys.ts'
import { LedgerLine } from './erasure-ledger-file.ts'

const Line = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('workspace'), ws: z.string(), sealed: z.string() }),
  z.object({ kind: z.literal('subject'), ws: z.string(), profile: z.string(), keyId: z.string(), wrapped: z.string() }),
  z.object({ kind: z.literal('erased'), line: LedgerLine }),
])

/** A key, or an erasure that goes along in a copy of the ring. */
export type KeyRingLine = RingLine | { readonly kind: 'erased'; readonly line: LedgerLine }

/** The keys that open back-ups, apart from them: without its key a person's rows are unreadable in each copy. */
export const keyRingOf = (dataDir: string): string => join(dataDir, 'keyring', 'keys.jsonl')

/** Puts a ring in the place of the one that is there; on disk when it resolves. A crash leaves the old one. Resolves with how many lines. */
export async function writeKeyRing(path: string, pages: AsyncIterable<readonly KeyRingLine[]>): Promise<number> {
  const fresh = `${path}.new`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const file = await open(fresh, 'w', 0o600)
  let count = 0
  try {
    for await (const lines of pages) {
      count += lines.length
      await file.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
    }
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(fresh, path)
  await syncFolder(dirname(path))
  return count
}

/** A rename is on disk when its folder is. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Undefined when there is no ring. Throws on a line that is none: nobody's key may be lost in silence. */
export async function readKeyRing(path: string): Promise<KeyRingLine[] | undefined> {
  const found: KeyRingLine[] = []
  try {
    for await (const lines of pagesOf(path)) for (const line of lines) found.push(line)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return found
}

async function* pagesOf(path: string): AsyncGenerator<KeyRingLine[]> {
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = (rest + (chunk as string)).split('\n')
    rest = lines.pop()!
    yield lines.map((line) => Line.parse(JSON.parse(line)) as KeyRingLine)
  }
  if (rest !== '') throw new Error(`The key ring ${path} is cut short`)
}

/** Takes keys off the ring, if there is one. Resolves with how many; a repeat does no harm. */
export async function dropFromKeyRing(path: string, { ws, profiles }: { ws: string; profiles: readonly string[] }): Promise<number> {
  const gone = new Set(profiles)
  const hit = (line: KeyRingLine): boolean => line.kind === 'subject' && line.ws === ws && gone.has(line.profile)
  let dropped = 0
  try {
    for await (const lines of pagesOf(path)) dropped += lines.filter(hit).length
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
  if (dropped > 0) await writeKeyRing(path, without(path, hit))
  return dropped
}

async function* without(path: string, hit: (line: KeyRingLine) => boolean): AsyncGenerator<KeyRingLine[]> {
  for await (const lines of pagesOf(path)) yield lines.filter((line) => !hit(line))
}

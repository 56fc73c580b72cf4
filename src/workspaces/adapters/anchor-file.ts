import { mkdir, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Anchored, PREFIX } from '../audit.ts'
import { sha256 } from '../audit-store.ts'
import { type AnchorFault, AuditAnchor } from '../schema.ts'
import { signedBy } from './anchor-keys.ts'

/** Anchors of one workspace that hold, and what is wrong with those of the file. */
export interface AnchorsRead {
  readonly anchored: Anchored
  readonly faults: readonly AnchorFault[]
  /** The last one that holds. */
  readonly last: { readonly seq: number; readonly head: string; readonly hash: string } | undefined
  /** Public keys that signed. */
  readonly keys: readonly string[]
}

/** The text of a file of anchors without a last line that was being written when the power went; '' when there is no file. */
export async function readAnchorText(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8')
    return text.slice(0, text.lastIndexOf('\n') + 1)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** What the file vouches for. Anchors of a key that is not among `trusted` are told as a fault, and vouch for nothing. */
export function anchorsIn(text: string, { workspace, trusted }: { workspace: string; trusted: readonly string[] }): AnchorsRead {
  const faults: AnchorFault[] = []
  const held: AuditAnchor[] = []
  const keys = new Set<string>()
  let previous = ''
  let seq = 0
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '') continue
    const anchor = parsed(line)
    if (!anchor) {
      faults.push({ line: i + 1, kind: 'unreadable' })
      continue
    }
    if (anchor.workspace !== workspace) continue
    const fault = faultOf(anchor, { trusted, previous, seq })
    if (fault) faults.push({ line: i + 1, kind: fault })
    keys.add(anchor.key)
    previous = sha256(line)
    if (fault === 'signature' || fault === 'key') continue
    held.push(anchor)
    seq = anchor.seq
  }
  const last = held.at(-1)
  return {
    anchored: anchoredBy(held),
    faults,
    last: last && { seq: last.seq, head: last.head, hash: previous },
    keys: [...keys],
  }
}

function parsed(line: string): AuditAnchor | undefined {
  try {
    return AuditAnchor.safeParse(JSON.parse(line)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

interface Expected {
  readonly trusted: readonly string[]
  readonly previous: string
  readonly seq: number
}

function faultOf({ signature, ...anchor }: AuditAnchor, { trusted, previous, seq }: Expected): AnchorFault['kind'] | undefined {
  if (!signedBy(anchor.key, anchor, signature)) return 'signature'
  if (!trusted.includes(anchor.key)) return 'key'
  // Between two anchors one was taken out or put in. A copy may begin later than the file that it is a copy of.
  if (seq > 0 && (anchor.previous !== previous || anchor.from !== seq + 1)) return 'order'
  return undefined
}

function anchoredBy(anchors: readonly AuditAnchor[]): Anchored {
  const upTo = Math.max(0, ...anchors.map(({ seq }) => seq))
  const prefixes = new Uint32Array(upTo + 1)
  const told = new Uint8Array(upTo + 1)
  const heads = new Map(anchors.map(({ seq, head }) => [seq, head]))
  for (const { from, lines } of anchors) {
    const bytes = Buffer.from(lines, 'base64url')
    for (let i = 0; i + 4 <= bytes.length; i += 4) {
      const seq = from + i / 4
      if (seq > upTo || told[seq] === 1) continue
      prefixes[seq] = bytes.readUInt32BE(i)
      told[seq] = 1
    }
  }
  return {
    upTo,
    prefix: (seq) => (told[seq] === 1 ? prefixes[seq]!.toString(16).padStart(PREFIX, '0') : undefined),
    head: (seq) => heads.get(seq),
  }
}

/** First octets of lines' hashes, as an anchor keeps them. */
export const prefixesOf = (hashes: readonly string[]): string =>
  Buffer.from(hashes.map((hash) => hash.slice(0, PREFIX)).join(''), 'hex').toString('base64url')

/** Adds whole lines to the file and makes them durable. A line that was torn by a crash before is cut off: it was never promised. */
export async function appendAnchors(path: string, lines: readonly string[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const whole = Buffer.byteLength(await readAnchorText(path))
  const file = await open(path, 'a')
  try {
    const { size } = await file.stat()
    if (size > whole) await file.truncate(whole)
    await file.appendFile(lines.map((line) => `${line}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

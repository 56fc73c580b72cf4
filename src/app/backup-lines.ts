import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Queryable } from '#platform/log.ts'
import { keyIdOf, type Subject, type SubjectKeys } from '#platform/subject-keys.ts'
import type { AddressHash } from '#platform/suppressions.ts'
import { addressSubject, MENTIONS, type Owner } from './backup-rules.ts'
import type { SourceRow } from './backup-store.ts'
import { elementsOf } from './json-parts.ts'

/** A text that only its owner's key opens (base64). */
interface Sealed {
  readonly of: Owner
  readonly sealed: string
}

/** One line of a back-up's file; rows are JSON texts. */
export type Line =
  | { readonly row: string }
  /** `erased`: what stays of the row without its person. */
  | (Sealed & { readonly erased?: string })
  /** A row with a column of records, each as it is or sealed. */
  | { readonly row: string; readonly parts: readonly (string | Sealed)[] }

/** Something to be written: in the open, or for somebody. */
interface Item {
  readonly text: string
  readonly owner: (Subject & { readonly of: Owner }) | undefined
}

export interface Sealing {
  readonly db: Queryable
  readonly keys: SubjectKeys
  readonly hash: AddressHash
}

async function sealItems({ db, keys }: Sealing, items: readonly Item[]): Promise<(string | Sealed)[]> {
  const owned = items.flatMap(({ text, owner }) => (owner ? [{ ...owner, plain: deflateRawSync(text) }] : []))
  const sealed = owned.length === 0 ? [] : await keys.sealAll(db, owned)
  let next = 0
  return items.map(({ text, owner }) => (owner ? { of: owner.of, sealed: sealed[next++]!.toString('base64') } : text))
}

/** Rows of people as lines: what has been erased already, and what is about nobody, stays in the open. */
export async function sealRows(sealing: Sealing, rows: readonly SourceRow[]): Promise<Line[]> {
  const items = rows.map((row): Item => ({ text: row.row, owner: row.erased === row.row ? undefined : ownerOf(row, sealing.hash) }))
  const sealed = await sealItems(sealing, items)
  return sealed.map((item, i) => {
    const { row, erased } = rows[i]!
    if (typeof item === 'string') return { row }
    return erased === null ? item : { ...item, erased }
  })
}

function ownerOf({ ws, profile, identifier, mentions }: SourceRow & { readonly mentions?: boolean }, hash: AddressHash): Item['owner'] {
  if (profile !== '') return { of: 'person', ws, profile }
  if (identifier !== '') return { of: 'address', ws, profile: addressSubject(hash(ws, identifier)) }
  return mentions ? { of: 'mentions', ws, profile: MENTIONS } : undefined
}

/** As `sealRows`, of tables in which people are mentioned in the midst of texts. */
export const sealMentions = (sealing: Sealing, rows: readonly SourceRow[]): Promise<Line[]> =>
  sealRows(
    sealing,
    rows.map((row) => ({ ...row, mentions: true })),
  )

/** How records lie in a column, by table. */
const PARTS = {
  log: {
    split: elementsOf,
    join: (parts: readonly string[]) => `[${parts.join(',')}]`,
    owner: (part: { key?: string }, ws: string) => ({ ws, profile: part.key ?? '' }),
    gone: '{"kind":"erased"}',
    column: 'records',
  },
  fact_blocks: {
    split: (text: string) => text.split('\n'),
    join: (parts: readonly string[]) => parts.join('\n'),
    owner: ({ r = {} }: { r?: { workspace_id?: string; profile_id?: string } }) => ({
      ws: r.workspace_id ?? '',
      profile: r.profile_id ?? '',
    }),
    gone: null,
    column: 'facts',
  },
} as const

const formOf = (table: string) => {
  if (table === 'log' || table === 'fact_blocks') return PARTS[table]
  throw new Error(`${table} has no records of people`)
}

/** Rows that hold records of many people: each record sealed for its own. */
export async function sealParts(sealing: Sealing, table: string, rows: readonly SourceRow[]): Promise<Line[]> {
  const form = formOf(table)
  const split = rows.map(({ parts }) => form.split(parts!))
  const items = split.flatMap((parts, i) =>
    parts.map((text): Item => {
      const subject = form.owner(JSON.parse(text), rows[i]!.ws)
      return { text, owner: subject.profile === '' ? undefined : { of: 'person', ...subject } }
    }),
  )
  const sealed = await sealItems(sealing, items)
  let next = 0
  return rows.map(({ row }, i) => ({ row, parts: split[i]!.map(() => sealed[next++]!) }))
}

export const sealedIn = (line: Line): number =>
  'parts' in line ? line.parts.filter((part) => typeof part !== 'string').length : 'sealed' in line ? 1 : 0

/** Opens lines, and counts what no key opens. */
export class Opening {
  /** By owner: the rows and records that could not be opened, and how many keys that were. */
  readonly #lost: Record<Owner, { count: number; readonly keys: Set<string> }> = {
    person: { count: 0, keys: new Set() },
    address: { count: 0, keys: new Set() },
    mentions: { count: 0, keys: new Set() },
  }
  readonly #open: (sealed: Buffer) => Buffer | null

  constructor(open: (sealed: Buffer) => Buffer | null) {
    this.#open = open
  }

  get lost(): Readonly<Record<Owner, { readonly rows: number; readonly keys: number }>> {
    const of = (owner: Owner) => ({ rows: this.#lost[owner].count, keys: this.#lost[owner].keys.size })
    return { person: of('person'), address: of('address'), mentions: of('mentions') }
  }

  /** The row as it was; without its person what stays of it, or undefined. */
  row(table: string, line: Line): string | undefined {
    if ('parts' in line) return this.#joined(table, line)
    if ('row' in line) return line.row
    return this.#text(line) ?? line.erased
  }

  #joined(table: string, { row, parts }: Extract<Line, { parts: unknown }>): string | undefined {
    const { gone, join, column } = formOf(table)
    const kept = parts.flatMap((part) => {
      const text = typeof part === 'string' ? part : (this.#text(part) ?? gone)
      return text === null ? [] : [text]
    })
    if (kept.length === 0) return undefined
    return `${row.slice(0, -1)},${JSON.stringify(column)}:${JSON.stringify(join(kept))}}`
  }

  #text({ of, sealed }: Sealed): string | undefined {
    const bytes = Buffer.from(sealed, 'base64')
    const plain = this.#open(bytes)
    if (plain) return inflateRawSync(plain).toString()
    this.#lost[of].count++
    this.#lost[of].keys.add(keyIdOf(bytes).toString('base64'))
    return undefined
  }
}

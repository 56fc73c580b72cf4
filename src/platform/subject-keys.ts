import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Queryable } from './log.ts'
import { CannotOpen, type SecretBox } from './secrets.ts'

/** A person of a workspace. */
export interface Subject {
  readonly ws: string
  readonly profile: string
}

/** The key of one person, in memory for the moment. */
export interface SubjectKey {
  /** Another text at each call. */
  seal(plain: Uint8Array): Buffer
  /** Null when it was sealed with a key of this person that has been destroyed. Throws `CannotOpen` when it was changed or belongs to somebody else. */
  open(sealed: Uint8Array): Buffer | null
}

/**
 * Envelope encryption for each person (crypto-shredding): destroying the key makes everything that it sealed unreadable, wherever copies lie.
 * Keys are looked up at each call and never kept: what one process destroys no other can use any more.
 */
export interface SubjectKeys {
  /** The keys of these people, made where there is none; in their order. */
  keysOf(db: Queryable, subjects: readonly Subject[]): Promise<SubjectKey[]>
  /** The keys of these people; undefined where there is none (any more). */
  findKeys(db: Queryable, subjects: readonly Subject[]): Promise<(SubjectKey | undefined)[]>
  seal(db: Queryable, subject: Subject, plain: Uint8Array): Promise<Buffer>
  /** Null when the key was destroyed: the person was erased. Throws `CannotOpen` when the text was changed. */
  open(db: Queryable, subject: Subject, sealed: Uint8Array): Promise<Buffer | null>
  /** Many at once, in one round trip; in their order. */
  sealAll(db: Queryable, items: readonly (Subject & { readonly plain: Uint8Array })[]): Promise<Buffer[]>
  openAll(db: Queryable, items: readonly (Subject & { readonly sealed: Uint8Array })[]): Promise<(Buffer | null)[]>
  /** Resolves with how many keys there were. What they sealed stays where it is, and nobody can read it. */
  destroy(tx: Queryable, workspace: string, profiles: readonly string[]): Promise<number>
}

const VERSION = 1
const KEY_ID = 8
const NONCE = 12
const TAG = 16
const SHORTEST = 1 + KEY_ID + NONCE + TAG

export function subjectKeys(box: SecretBox): SubjectKeys {
  const workspaceKeys = new Map<string, Buffer>()
  const wrapping = async (db: Queryable, workspace: string): Promise<Buffer> => {
    const known = workspaceKeys.get(workspace)
    if (known) return known
    const key = await workspaceKey(db, box, workspace)
    workspaceKeys.set(workspace, key)
    return key
  }
  const unwrapped = async (db: Queryable, rows: readonly KeyRow[]): Promise<Map<string, SubjectKey>> => {
    const found = new Map<string, SubjectKey>()
    for (const row of rows) {
      const key = decrypt(await wrapping(db, row.ws), row.wrapped, aad('subject key', row))
      found.set(nameOf(row), subjectKey(row, { id: row.keyId, key }))
    }
    return found
  }
  const findKeys: SubjectKeys['findKeys'] = async (db, subjects) => {
    const found = await unwrapped(db, await readKeys(db, subjects))
    return subjects.map((subject) => found.get(nameOf(subject)))
  }
  const keysOf: SubjectKeys['keysOf'] = async (db, subjects) => {
    const found = await findKeys(db, subjects)
    const missing = new Map(subjects.flatMap((subject, i) => (found[i] ? [] : [[nameOf(subject), subject] as const])))
    if (missing.size === 0) return found as SubjectKey[]
    const fresh: KeyRow[] = []
    for (const { ws, profile } of missing.values()) {
      const wrapped = encrypt(await wrapping(db, ws), randomBytes(32), aad('subject key', { ws, profile }))
      fresh.push({ ws, profile, keyId: randomBytes(KEY_ID), wrapped })
    }
    await insertKeys(db, fresh)
    // Read again: another process may have been first.
    const made = await findKeys(db, subjects)
    if (made.some((key) => !key)) throw new Error('A person was erased while something of theirs was being sealed: try again')
    return made as SubjectKey[]
  }
  return {
    keysOf,
    findKeys,
    seal: async (db, subject, plain) => (await keysOf(db, [subject]))[0]!.seal(plain),
    open: async (db, subject, sealed) => (await findKeys(db, [subject]))[0]?.open(sealed) ?? null,
    sealAll: async (db, items) => (await keysOf(db, items)).map((key, i) => key.seal(items[i]!.plain)),
    openAll: async (db, items) => (await findKeys(db, items)).map((key, i) => key?.open(items[i]!.sealed) ?? null),
    destroy: destroyKeys,
  }
}

interface KeyRow extends Subject {
  readonly keyId: Buffer
  readonly wrapped: Buffer
}

/** A line of a key ring: a key as it lies in the database, wrapped. Useless without SECRET_KEY. */
export type RingLine =
  | { readonly kind: 'workspace'; readonly ws: string; readonly sealed: string }
  /** `keyId` and `wrapped` are base64. */
  | { readonly kind: 'subject'; readonly ws: string; readonly profile: string; readonly keyId: string; readonly wrapped: string }

const RING_PAGE = 5_000

/** All keys, those of workspaces first. */
export async function* exportKeys(db: Queryable): AsyncGenerator<RingLine[]> {
  const workspaces = await db.query<{ ws: string; sealed: string }>('select workspace_id as ws, sealed from workspace_keys order by 1')
  yield workspaces.rows.map((row) => ({ kind: 'workspace' as const, ...row }))
  for (let after: Subject = { ws: '', profile: '' }; ; ) {
    const { rows } = await db.query<KeyRow>(
      `select workspace_id as ws, profile_id as profile, key_id as "keyId", wrapped from subject_keys
       where (workspace_id, profile_id) > ($1, $2) order by workspace_id, profile_id limit $3`,
      [after.ws, after.profile, RING_PAGE],
    )
    yield rows.map(({ ws, profile, keyId, wrapped }) => ({
      kind: 'subject' as const,
      ws,
      profile,
      keyId: keyId.toString('base64'),
      wrapped: wrapped.toString('base64'),
    }))
    if (rows.length < RING_PAGE) return
    after = rows.at(-1)!
  }
}

/** Puts keys of a ring into a database that has none. */
export async function importKeys(tx: Queryable, lines: readonly RingLine[]): Promise<void> {
  for (const line of lines)
    if (line.kind === 'workspace')
      await tx.query('insert into workspace_keys (workspace_id, sealed) values ($1, $2)', [line.ws, line.sealed])
  const rows = lines.flatMap((line) =>
    line.kind === 'subject' ? [{ ...line, keyId: Buffer.from(line.keyId, 'base64'), wrapped: Buffer.from(line.wrapped, 'base64') }] : [],
  )
  for (let i = 0; i < rows.length; i += RING_PAGE) await insertKeys(tx, rows.slice(i, i + RING_PAGE))
}

/** Opens what the keys of a ring sealed, whoever it belongs to: null when the key is not on the ring. Throws `CannotOpen` when it was changed. */
export function ringOpener(box: SecretBox, lines: readonly RingLine[]): (sealed: Buffer) => Buffer | null {
  const workspaces = new Map<string, Buffer>()
  const byId = new Map<string, Subject & { readonly wrapped: string }>()
  for (const line of lines) {
    if (line.kind === 'subject') byId.set(line.keyId, line)
    else workspaces.set(line.ws, Buffer.from(box.open(line.sealed, { workspace: line.ws, table: 'workspace_keys', id: '' }), 'base64url'))
  }
  return (sealed) => {
    const id = keyIdOf(sealed)
    const row = byId.get(id.toString('base64'))
    const outer = row && workspaces.get(row.ws)
    if (!outer) return null
    const key = decrypt(outer, Buffer.from(row.wrapped, 'base64'), aad('subject key', row))
    return subjectKey(row, { id, key }).open(sealed)
  }
}

/** Which key sealed this; tells nothing about whose it is. */
export const keyIdOf = (sealed: Buffer): Buffer => sealed.subarray(1, 1 + KEY_ID)

/** The key that wraps the keys of a workspace's people; made at its first use. */
async function workspaceKey(db: Queryable, box: SecretBox, workspace: string): Promise<Buffer> {
  const place = { workspace, table: 'workspace_keys', id: '' }
  const read = async (): Promise<string | undefined> => {
    const { rows } = await db.query<{ sealed: string }>('select sealed from workspace_keys where workspace_id = $1', [workspace])
    return rows[0]?.sealed
  }
  const there = await read()
  if (there !== undefined) return Buffer.from(box.open(there, place), 'base64url')
  const sealed = box.seal(randomBytes(32).toString('base64url'), place)
  await db.query('insert into workspace_keys (workspace_id, sealed) values ($1, $2) on conflict do nothing', [workspace, sealed])
  return Buffer.from(box.open((await read())!, place), 'base64url')
}

async function readKeys(db: Queryable, subjects: readonly Subject[]): Promise<KeyRow[]> {
  if (subjects.length === 0) return []
  const { rows } = await db.query<KeyRow>(
    `select k.workspace_id as ws, k.profile_id as profile, k.key_id as "keyId", k.wrapped
     from (select distinct ws, profile from unnest($1::text[], $2::text[]) s(ws, profile)) s
     join subject_keys k on k.workspace_id = s.ws and k.profile_id = s.profile`,
    [subjects.map(({ ws }) => ws), subjects.map(({ profile }) => profile)],
  )
  return rows
}

async function insertKeys(db: Queryable, rows: readonly KeyRow[]): Promise<void> {
  // In one order everywhere, so that two processes never wait for each other.
  const sorted = rows.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
  await db.query(
    `insert into subject_keys (workspace_id, profile_id, key_id, wrapped)
     select * from unnest($1::text[], $2::text[], $3::bytea[], $4::bytea[]) on conflict (workspace_id, profile_id) do nothing`,
    [
      sorted.map(({ ws }) => ws),
      sorted.map(({ profile }) => profile),
      sorted.map(({ keyId }) => keyId),
      sorted.map(({ wrapped }) => wrapped),
    ],
  )
}

async function destroyKeys(tx: Queryable, workspace: string, profiles: readonly string[]): Promise<number> {
  const { rowCount } = await tx.query('delete from subject_keys where workspace_id = $1 and profile_id = any($2)', [workspace, profiles])
  return rowCount ?? 0
}

function subjectKey(subject: Subject, { id, key }: { id: Buffer; key: Buffer }): SubjectKey {
  const about = aad('subject data', subject)
  return {
    seal: (plain) => Buffer.concat([Buffer.of(VERSION), id, encrypt(key, plain, about)]),
    open: (sealed) => {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      if (bytes.length < SHORTEST || bytes[0] !== VERSION)
        throw new CannotOpen('What was sealed for a person is cut short or of another version')
      if (!bytes.subarray(1, 1 + KEY_ID).equals(id)) return null
      return decrypt(key, bytes.subarray(1 + KEY_ID), about)
    },
  }
}

const nameOf = ({ ws, profile }: Subject): string => `${ws} ${profile}`

/** Lengths first, so that no two people give one text. */
const aad = (use: string, { ws, profile }: Subject): Buffer =>
  Buffer.from([use, ws, profile].map((part) => `${Buffer.byteLength(part)}:${part}`).join('|'))

function encrypt(key: Buffer, plain: Uint8Array, about: Buffer): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(about)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, about: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(about)
    .setAuthTag(sealed.subarray(sealed.length - TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()])
  } catch (error) {
    throw new CannotOpen('What was sealed for a person was changed, or belongs to somebody else', { cause: error })
  }
}

import type { JsonObject } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'

/** A message of the archive. Times are epoch ms. */
export interface ArchiveRow {
  readonly ws: string
  readonly effect: string
  readonly attempt: number
  readonly profile: string
  readonly journey: string
  readonly channel: string
  readonly lane: string
  readonly topic: string
  readonly category: string
  readonly status: string
  readonly at: number
  readonly addressHash: string
  readonly contentHash: string
  readonly skeleton: string
  readonly about: JsonObject
  readonly sealed: Buffer
}

/** Adds messages in one statement; an attempt that is there already stays as it is. */
export async function insertArchive(tx: Queryable, rows: readonly ArchiveRow[]): Promise<void> {
  const plain = rows.map(({ sealed: _sealed, ...row }, n) => ({ ...row, n }))
  await tx.query(
    `insert into archive (workspace_id, effect_id, attempt, profile_id, journey_id, channel, lane, topic, category, status, at,
       address_hash, content_hash, skeleton, about, sealed)
     select ws, effect, attempt, profile, journey, channel, lane, topic, category, status, at, "addressHash", "contentHash", skeleton, about, ($2::bytea[])[n + 1]
     from jsonb_to_recordset($1::jsonb) r(n int, ws text, effect text, attempt int, profile text, journey text, channel text, lane text, topic text,
       category text, status text, at bigint, "addressHash" text, "contentHash" text, skeleton text, about jsonb)
     on conflict (workspace_id, effect_id, attempt) do nothing`,
    [JSON.stringify(plain), rows.map(({ sealed }) => sealed)],
  )
}

export async function insertSkeleton(db: Queryable, { ws, hash, body }: { ws: string; hash: string; body: Buffer }): Promise<void> {
  await db.query('insert into archive_skeletons (workspace_id, hash, body) values ($1, $2, $3) on conflict do nothing', [ws, hash, body])
}

export async function findSkeletons(db: Queryable, ws: string, hashes: readonly string[]): Promise<Map<string, Buffer>> {
  const { rows } = await db.query<{ hash: string; body: Buffer }>(
    'select hash, body from archive_skeletons where workspace_id = $1 and hash = any($2)',
    [ws, [...new Set(hashes)]],
  )
  return new Map(rows.map(({ hash, body }) => [hash, body]))
}

const ROW = `workspace_id as ws, effect_id as effect, attempt, profile_id as profile, journey_id as journey, channel, lane, topic, category, status, at,
  address_hash as "addressHash", content_hash as "contentHash", skeleton, about, sealed`

/** The last attempt of a message that may have arrived. */
export async function findArchived(db: Queryable, ws: string, effect: string): Promise<ArchiveRow | undefined> {
  const { rows } = await db.query<ArchiveRow>(
    `select ${ROW} from archive where workspace_id = $1 and effect_id = $2 order by (status = 'sent') desc, attempt desc limit 1`,
    [ws, effect],
  )
  return rows[0]
}

export interface ArchivePage {
  readonly profiles?: readonly string[]
  readonly journey?: string
  /** The last row of the page before. */
  readonly after?: Pick<ArchiveRow, 'at' | 'effect' | 'attempt'> | undefined
  readonly limit: number
}

/** What was sent to a person (under any of their profile ids) or by a journey, oldest first. */
export async function listArchived(db: Queryable, ws: string, { profiles, journey, after, limit }: ArchivePage): Promise<ArchiveRow[]> {
  const { rows } = await db.query<ArchiveRow>(
    `select ${ROW} from archive where workspace_id = $1 and ($2::text[] is null or profile_id = any($2)) and ($3::text is null or journey_id = $3)
       and ($4::bigint is null or (at, effect_id, attempt) > ($4, $5, $6)) order by at, effect_id, attempt limit $7`,
    [ws, profiles ?? null, journey ?? null, after?.at ?? null, after?.effect ?? '', after?.attempt ?? 0, limit],
  )
  return rows
}

export interface ArchiveKind {
  readonly ws: string
  readonly category: string
  readonly topic: string
  readonly lane: string
}

/** Every kind of message that the archive holds, of all workspaces. */
export async function archivedKinds(db: Queryable): Promise<ArchiveKind[]> {
  const { rows } = await db.query<ArchiveKind>('select distinct workspace_id as ws, category, topic, lane from archive')
  return rows
}

/** Deletes at most `limit` messages of this kind from before a moment; resolves with how many there were. */
export async function forgetArchived(
  db: Queryable,
  { ws, category, topic, lane }: ArchiveKind,
  { before, limit }: { before: number; limit: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `delete from archive where (workspace_id, effect_id, attempt) in (
       select workspace_id, effect_id, attempt from archive
       where workspace_id = $1 and category = $2 and topic = $3 and lane = $4 and at < $5 order by at limit $6)`,
    [ws, category, topic, lane, before, limit],
  )
  return rowCount ?? 0
}

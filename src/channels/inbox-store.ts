import type { Queryable } from '#platform/log.ts'
import type { PreparedInapp } from './channel.ts'

/** A message as its reader sees it. Times are epoch ms. */
export interface InboxItem {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly url: string
  readonly image: string
  readonly at: number
  readonly seen: boolean
  readonly read: boolean
}

export const MARKS = ['seen', 'read', 'clicked', 'dismissed'] as const
export type Mark = (typeof MARKS)[number]

/** Puts a message there; one that is there already stays as it is. */
export async function putInInbox(
  db: Queryable,
  { workspace, id, profile, title, body, url, image, ttl }: PreparedInapp,
  now: number,
): Promise<void> {
  await db.query(
    `insert into inbox (workspace_id, id, profile_id, title, body, url, image, at, expires) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, id) do nothing`,
    [workspace, id, profile, title, body, url, image, now, now + ttl * 1_000],
  )
}

interface Reader {
  readonly workspace: string
  /** The person, and the profiles that became this one. */
  readonly profiles: readonly string[]
  readonly now: number
}

const OPEN = `workspace_id = $1 and profile_id = any($2) and expires > $3 and dismissed_at is null`

/** Newest first; `before` is the time of the last one of the page before. */
export async function listInbox(
  db: Queryable,
  { workspace, profiles, now }: Reader,
  { before, limit }: { before: number | null; limit: number },
): Promise<InboxItem[]> {
  const { rows } = await db.query<InboxItem>(
    `select id, title, body, url, image, at, seen_at is not null as seen, read_at is not null as read
     from inbox where ${OPEN} and ($4::bigint is null or at < $4) order by at desc, id desc limit $5`,
    [workspace, profiles, now, before, limit],
  )
  return rows
}

export async function countUnseen(db: Queryable, { workspace, profiles, now }: Reader): Promise<number> {
  const { rows } = await db.query<{ count: number }>(`select count(*)::int as count from inbox where ${OPEN} and seen_at is null`, [
    workspace,
    profiles,
    now,
  ])
  return rows[0]!.count
}

/** Notes what a reader did, each once; resolves with the ids for which it is news. Who reads has seen, who clicks has read. */
export async function markInbox(
  tx: Queryable,
  { workspace, profiles, now }: Reader,
  { ids, mark }: { ids: readonly string[]; mark: Mark },
): Promise<string[]> {
  const level = MARKS.indexOf(mark)
  const { rows } = await tx.query<{ id: string }>(
    `update inbox set seen_at = coalesce(seen_at, $3::bigint), read_at = case when $5::int between 1 and 2 then coalesce(read_at, $3::bigint) else read_at end,
       clicked_at = case when $5::int = 2 then coalesce(clicked_at, $3::bigint) else clicked_at end,
       dismissed_at = case when $5::int = 3 then coalesce(dismissed_at, $3::bigint) else dismissed_at end
     where ${OPEN} and id = any($4) and
       case $5::int when 0 then seen_at when 1 then read_at when 2 then clicked_at else dismissed_at end is null
     returning id`,
    [workspace, profiles, now, ids, level],
  )
  return rows.map(({ id }) => id)
}

/** Takes out what has expired, so many at a time; resolves with how many. */
export async function clearInbox(db: Queryable, now: number): Promise<number> {
  const { rowCount } = await db.query(
    'delete from inbox where (workspace_id, id) in (select workspace_id, id from inbox where expires <= $1 limit 5000)',
    [now],
  )
  return rowCount ?? 0
}

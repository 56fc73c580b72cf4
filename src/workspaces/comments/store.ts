import type { Queryable } from '#platform/log.ts'
import type { Comment, Notification, NotificationKind, Thread } from './api.ts'

type Document = { readonly workspace: string; readonly kind: string; readonly id: string }

interface CommentRow {
  readonly id: string
  readonly part: string
  readonly thread: string
  readonly text: string
  readonly by: string
  readonly at: number
  readonly resolved_by: string | null
  readonly resolved_at: number | null
}

/** Names by actor; see `actorNames`. */
type Names = ReadonlyMap<string, string>
const person = (id: string, names: Names) => ({ id, name: names.get(id) ?? id })

/** Threads of a document, the newest first, answers in the order in which they were written. */
export async function threadsOf(
  db: Queryable,
  { workspace, kind, id }: Document,
  { part, resolved, names }: { part: string | undefined; resolved: boolean; names: Names },
): Promise<Thread[]> {
  const { rows } = await db.query<CommentRow>(
    `select c.id, c.part, c.thread, c.text, c.by, c.at, c.resolved_by, c.resolved_at
     from comments c where c.workspace_id = $1 and c.kind = $2 and c.document = $3 and c.deleted_at is null
     order by c.at, c.id limit 2000`,
    [workspace, kind, id],
  )
  const firsts = rows.filter(
    (row) => row.thread === row.id && (part === undefined || row.part === part) && (resolved || row.resolved_at === null),
  )
  return firsts.reverse().map((first) => ({
    ...shown(first, names),
    answers: rows.filter((row) => row.thread === first.id && row.id !== first.id).map((row) => shown(row, names)),
    resolved: first.resolved_at === null ? null : { by: person(first.resolved_by!, names), at: Number(first.resolved_at) },
  }))
}

const shown = ({ id, part, text, by, at }: CommentRow, names: Names): Comment => ({ id, part, text, by: person(by, names), at: Number(at) })

export async function insertComment(
  tx: Queryable,
  { workspace, kind, id }: Document,
  comment: { id: string; part: string; thread: string; text: string; by: string; at: number },
): Promise<void> {
  await tx.query(
    'insert into comments (workspace_id, id, kind, document, part, thread, text, by, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [workspace, comment.id, kind, id, comment.part, comment.thread, comment.text, comment.by, comment.at],
  )
}

/** Those who wrote in a thread, and its part; undefined: there is no such thread. */
export async function threadNow(
  db: Queryable,
  { workspace, kind, id }: Document,
  thread: string,
): Promise<{ part: string; actors: readonly string[] } | undefined> {
  const { rows } = await db.query<{ part: string; actors: string[] }>(
    `select f.part, (select array_agg(distinct c.by) from comments c where c.workspace_id = $1 and c.thread = f.id and c.deleted_at is null) as actors
     from comments f where f.workspace_id = $1 and f.kind = $2 and f.document = $3 and f.id = $4 and f.thread = f.id and f.deleted_at is null`,
    [workspace, kind, id, thread],
  )
  return rows[0]
}

export async function resolveThread(
  tx: Queryable,
  { workspace, kind, id }: Document,
  { thread, by, at }: { thread: string; by: string | null; at: number | null },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update comments set resolved_by = $5, resolved_at = $6
     where workspace_id = $1 and kind = $2 and document = $3 and id = $4 and thread = id and deleted_at is null`,
    [workspace, kind, id, thread, by, at],
  )
  return rowCount === 1
}

/** Takes a comment back, the first of a thread with its answers. Who wrote it; undefined: it is not there. */
export async function commentAuthor(db: Queryable, { workspace, kind, id }: Document, comment: string): Promise<string | undefined> {
  const { rows } = await db.query<{ by: string }>(
    'select by from comments where workspace_id = $1 and kind = $2 and document = $3 and id = $4 and deleted_at is null',
    [workspace, kind, id, comment],
  )
  return rows[0]?.by
}
export async function deleteComment(tx: Queryable, workspace: string, { comment, at }: { comment: string; at: number }): Promise<void> {
  await tx.query(`update comments set deleted_at = $3, text = '' where workspace_id = $1 and (id = $2 or thread = $2)`, [
    workspace,
    comment,
    at,
  ])
}

/** When a comment beside a document was last written, settled or taken back; null: never. */
export async function commentsChanged(db: Queryable, { workspace, kind, id }: Document): Promise<number | null> {
  const { rows } = await db.query<{ at: number | null }>(
    `select max(greatest(at, coalesce(resolved_at, 0), coalesce(deleted_at, 0))) as at from comments
     where workspace_id = $1 and kind = $2 and document = $3`,
    [workspace, kind, id],
  )
  return rows[0]!.at === null ? null : Number(rows[0]!.at)
}

export interface Told {
  readonly workspace: string
  /** Person id. */
  readonly person: string
  readonly kind: NotificationKind
  readonly title: string
  readonly detail?: string
  readonly about: { readonly kind: string; readonly id: string; readonly part?: string }
  /** Actor who did it; left out: the system. */
  readonly by?: string
  readonly at: number
}

/** How long (ms) what somebody was told is kept. */
const KEPT_MS = 90 * 86_400_000

/**
 * Tells a member something, in the caller's transaction. `id` makes it once: telling it again changes nothing.
 * Nobody is told what they did themselves.
 */
export async function notifyPerson(
  tx: Queryable,
  id: string,
  { workspace, person: to, kind, title, detail = '', about, by = '', at }: Told,
): Promise<void> {
  if (by === `person:${to}`) return
  await tx.query(
    `insert into notifications (workspace_id, id, person_id, kind, title, detail, about_kind, about_id, about_part, by, at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 where exists (select from members where workspace_id = $1 and person_id = $3)
     on conflict (workspace_id, id) do nothing`,
    [
      workspace,
      `${id} ${to}`.slice(0, 200),
      to,
      kind,
      title.slice(0, 300),
      detail.slice(0, 1_000),
      about.kind,
      about.id,
      about.part ?? '',
      by,
      at,
    ],
  )
  await tx.query('delete from notifications where workspace_id = $1 and at < $2', [workspace, at - KEPT_MS])
}

interface NotificationRow {
  readonly id: string
  readonly kind: NotificationKind
  readonly title: string
  readonly detail: string
  readonly about_kind: string
  readonly about_id: string
  readonly about_part: string
  readonly by: string
  readonly at: number
  readonly read_at: number | null
}

export async function notificationsOf(
  db: Queryable,
  {
    workspace,
    person: to,
    before,
    unread,
    limit,
    names,
  }: { workspace: string; person: string; before: string | undefined; unread: boolean; limit: number; names: Names },
): Promise<{ notifications: Notification[]; next: string | null }> {
  const [at, id] =
    before === undefined ? [null, null] : [Number(before.slice(0, before.indexOf(' '))), before.slice(before.indexOf(' ') + 1)]
  const { rows } = await db.query<NotificationRow>(
    `select n.id, n.kind, n.title, n.detail, n.about_kind, n.about_id, n.about_part, n.by, n.at, n.read_at
     from notifications n where n.workspace_id = $1 and n.person_id = $2 and ($3::bigint is null or (n.at, n.id) < ($3, $4)) and (not $5 or n.read_at is null)
     order by n.at desc, n.id desc limit $6`,
    [workspace, to, at, id, unread, limit + 1],
  )
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    notifications: page.map((row) => ({
      id: row.id,
      kind: row.kind,
      title: row.title,
      detail: row.detail,
      about: { kind: row.about_kind, id: row.about_id, part: row.about_part },
      by: row.by === '' ? null : person(row.by, names),
      at: Number(row.at),
      read: row.read_at !== null,
    })),
    next: last ? `${last.at} ${last.id}` : null,
  }
}

export async function unreadCount(db: Queryable, workspace: string, to: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from notifications where workspace_id = $1 and person_id = $2 and read_at is null',
    [workspace, to],
  )
  return rows[0]!.count
}

/** `ids` null: all. */
export async function readNotifications(
  tx: Queryable,
  { workspace, person: to, ids, at }: { workspace: string; person: string; ids: readonly string[] | null; at: number },
): Promise<void> {
  await tx.query(
    'update notifications set read_at = $4 where workspace_id = $1 and person_id = $2 and read_at is null and ($3::text[] is null or id = any($3))',
    [workspace, to, ids, at],
  )
}

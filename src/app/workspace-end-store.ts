import { type Analytics, quoted } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'

/** What stays of a deleted workspace: that there was one, and who did what in it. Revisions are only ever added to, and hold no text. */
const STAYS = ['workspaces', 'audit_lines', 'audit_intents', 'document_revisions', 'log']
const AT_ONCE = 5_000

/** Tables with rows of workspaces, without those that stay: proofs, which are only ever added to, refuse every deletion (bit 8 of a trigger). */
export async function tablesOfWorkspaces(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(
    `select c.relname as name from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition and c.relname <> all($1)
       and not exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgtype & 8 <> 0)
     order by 1`,
    [STAYS],
  )
  return rows.map(({ name }) => name)
}

/** Takes rows of one workspace away, a batch at a time; resolves with how many there were. */
export async function emptyTable(db: Queryable, table: string, workspace: string): Promise<number> {
  let gone = 0
  for (;;) {
    const { rowCount } = await db.query(
      `delete from "${table}" where (tableoid, ctid) in (select tableoid, ctid from "${table}" where workspace_id = $1 limit ${AT_ONCE})`,
      [workspace],
    )
    gone += rowCount ?? 0
    if ((rowCount ?? 0) < AT_ONCE) return gone
  }
}

/** The workspace's blocks of the log that every reader has behind it. */
export async function emptyLog(db: Queryable, workspace: string): Promise<number> {
  const { rowCount } = await db.query(
    'delete from log l using leases p where p.partition = l.partition and l.last_seq <= p.done_seq and l.workspace_id = $1',
    [workspace],
  )
  return rowCount ?? 0
}

export async function logLeft(db: Queryable, workspace: string): Promise<boolean> {
  const { rows } = await db.query<{ any: boolean }>('select exists (select from log where workspace_id = $1) as any', [workspace])
  return rows[0]!.any
}

/** Nothing that waits leaves any more. */
export async function dropWaiting(tx: Queryable, workspace: string): Promise<void> {
  await tx.query('delete from outbox where workspace_id = $1', [workspace])
}

export interface Effect {
  readonly profiles: number
  readonly documents: number
  readonly waiting: number
}

export async function endingOf(db: Queryable, workspace: string): Promise<Effect> {
  const { rows } = await db.query<Effect>(
    `select (select count(*)::int from keyed_state where workspace_id = $1 and kind = 'profile') as profiles,
       (select count(*)::int from documents where workspace_id = $1 and status = 'published') as documents,
       (select count(*)::int from outbox where workspace_id = $1) as waiting`,
    [workspace],
  )
  return rows[0]!
}

/** Tables of facts that hold rows of workspaces. */
export const factTables = async (analytics: Analytics): Promise<string[]> =>
  (
    await analytics.query<{ table: string }>(
      `SELECT c.table AS table FROM system.columns c JOIN system.tables t ON t.database = c.database AND t.name = c.table
       WHERE c.database = currentDatabase() AND c.name = 'workspace_id' AND t.engine LIKE '%MergeTree%' ORDER BY 1`,
    )
  ).map(({ table }) => table)

/** Takes the facts of one workspace away; resolves with how many there were. */
export async function emptyFacts(analytics: Analytics, table: string, workspace: string): Promise<number> {
  const [found] = await analytics.query<{ rows: number }>(`SELECT count() AS rows FROM ${table} WHERE workspace_id = ${quoted(workspace)}`)
  const rows = Number(found!.rows)
  if (rows > 0) await analytics.purge(table, `workspace_id = ${quoted(workspace)}`)
  return rows
}

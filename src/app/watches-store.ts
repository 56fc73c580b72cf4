import type { Queryable } from '#platform/log.ts'

/** Workspaces in which a revision changed what may be watched. */
export async function workspacesOf(tx: Queryable, revision: number, kinds: readonly string[]): Promise<string[]> {
  const { rows } = await tx.query<{ ws: string }>(
    'select distinct workspace_id as ws from document_revisions where revision = $1 and kind = any($2) order by 1',
    [revision, kinds],
  )
  return rows.map(({ ws }) => ws)
}

/** Published bodies of a kind in a workspace, by id and falling version; `live`: the one in force. */
export async function versionsIn(
  tx: Queryable,
  { workspace, kind }: { workspace: string; kind: string },
): Promise<{ id: string; version: number; live: boolean; body: unknown }[]> {
  const { rows } = await tx.query<{ id: string; version: number; live: boolean; body: unknown }>(
    `select id, version, status = 'published' as live, body from documents
     where workspace_id = $1 and kind = $2 and status <> 'draft' order by id, version desc`,
    [workspace, kind],
  )
  return rows
}

/** Notes where the records that this transaction put last on each partition stand. Its appends hold the heads locked. */
export async function notePlaces(tx: Queryable, revision: number): Promise<void> {
  await tx.query('insert into definition_places (revision, partition, seq) select $1, partition, seq from log_heads', [revision])
}

/** Place of a revision on each partition, in the order of the partitions. */
export async function placesOf(db: Queryable, revision: number): Promise<{ partition: number; seq: number }[]> {
  const { rows } = await db.query<{ partition: number; seq: number }>(
    'select partition, seq from definition_places where revision = $1 order by partition',
    [revision],
  )
  return rows
}

/** Whether everything up to the places of a revision has been handled. */
export async function isPast(db: Queryable, revision: number): Promise<boolean> {
  const { rows } = await db.query<{ behind: boolean }>(
    `select exists (select from definition_places d join leases l using (partition) where d.revision = $1 and l.done_seq < d.seq) as behind`,
    [revision],
  )
  return !rows[0]!.behind
}

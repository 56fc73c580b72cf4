import type { Queryable } from '#platform/log.ts'

export interface Authored {
  readonly kind: string
  readonly id: string
  readonly by: string
  readonly at: number
}

/** Who published each version of these documents, and who saved their drafts last. */
export async function versionAuthors(
  db: Queryable,
  workspace: string,
  names: readonly { readonly kind: string; readonly id: string }[],
): Promise<Authored[]> {
  const { rows } = await db.query<Authored>(
    `select d.kind, d.id, d.by, max(d.at) as at from documents d
     join jsonb_to_recordset($2) as n(kind text, id text) on d.kind = n.kind and d.id = n.id
     where d.workspace_id = $1 group by 1, 2, 3`,
    [workspace, JSON.stringify(names.map(({ kind, id }) => ({ kind, id })))],
  )
  return rows
}

/** Nothing of a workspace is published, and no request for it is judged, before this transaction ends. */
export async function lockDocuments(tx: Queryable, workspace: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('documents ' || $1, 0))`, [workspace])
}

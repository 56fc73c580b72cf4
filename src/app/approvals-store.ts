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

export interface PublishedVersion {
  readonly ws: string
  readonly id: string
  readonly version: number
  readonly hash: string
  /** Revision that published it. */
  readonly born: number
}

/** Versions of a kind in these workspaces, all or one, with the revisions that published them. */
export async function versionsIn(
  db: Queryable,
  { workspaces, kind, only }: { workspaces: readonly string[]; kind: string; only?: { readonly id: string; readonly version: number } },
): Promise<PublishedVersion[]> {
  const { rows } = await db.query<PublishedVersion>(
    `select d.workspace_id as ws, d.id, d.version, d.hash, min(r.revision) as born from documents d
     join document_revisions r using (workspace_id, kind, id, version)
     where d.workspace_id = any($1) and d.kind = $2 and d.status <> 'draft' and ($3::text is null or (d.id = $3 and d.version = $4))
     group by 1, 2, 3, 4`,
    [workspaces, kind, only?.id ?? null, only?.version ?? null],
  )
  return rows
}

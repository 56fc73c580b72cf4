import type { Definition } from './documents.ts'
import type { Queryable } from './log.ts'

/** Every published version of a kind, everywhere: somebody may still stand in an old one. */
export async function everyVersion(db: Queryable, kind: string): Promise<Definition[]> {
  const { rows } = await db.query<Definition>(
    `select workspace_id as ws, kind, id, version, body, hash from documents where kind = $1 and status <> 'draft' order by workspace_id, id, version`,
    [kind],
  )
  return rows
}

/** The same of one workspace, or of one document in it. */
export async function publishedVersions(
  db: Queryable,
  workspace: string,
  { kind, id }: { kind: string; id?: string },
): Promise<Definition[]> {
  const { rows } = await db.query<Definition>(
    `select workspace_id as ws, kind, id, version, body, hash from documents
     where workspace_id = $1 and kind = $2 and ($3::text is null or id = $3) and status <> 'draft' order by id, version`,
    [workspace, kind, id ?? null],
  )
  return rows
}

/** When what is live of a kind was published (epoch ms), by `workspace id`. */
export async function publishedTimes(db: Queryable, kind: string): Promise<Map<string, number>> {
  const { rows } = await db.query<{ ws: string; id: string; at: number }>(
    `select workspace_id as ws, id, at from documents where kind = $1 and status = 'published'`,
    [kind],
  )
  return new Map(rows.map(({ ws, id, at }) => [`${ws} ${id}`, at]))
}

import type { Queryable } from '#platform/log.ts'

/** Ids of the messages of these workspaces that were decided at one moment (epoch ms): as many as one batch holds. */
export async function messagesOf(
  db: Queryable,
  workspaces: readonly string[],
  at: number,
): Promise<{ readonly ws: string; readonly id: string }[]> {
  const { rows } = await db.query<{ ws: string; id: string }>(
    `select workspace_id as ws, id from outbox where workspace_id = any($1) and created_at = $2 and channel = 'email'`,
    [workspaces, at],
  )
  return rows
}

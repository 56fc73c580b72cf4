import type { Queryable } from '#platform/log.ts'

/** Closes a workspace: members, invitations, keys, secrets and settings of the way in are gone, and its name with them. */
export async function closeWorkspace(tx: Queryable, { workspace, at, by }: { workspace: string; at: number; by: string }): Promise<void> {
  for (const table of ['members', 'invitations', 'keys', 'secrets', 'sign_in_settings'])
    await tx.query(`delete from ${table} where workspace_id = $1`, [workspace])
  await tx.query(
    `update workspaces set deleted_at = $2, deleted_by = $3, name = 'Deleted workspace', postal_address = '' where workspace_id = $1`,
    [workspace, at, by],
  )
}

/** For so long (ms) after its end something may still come into a workspace: other processes of the server know its keys for ten seconds. */
const TRAILING_MS = 60_000

/** Workspaces that were deleted and may still hold something, the longest waiting first; one that was empty at once is looked at again later. */
export async function deletedWorkspaces(db: Queryable, now: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select workspace_id as id from workspaces
     where deleted_at is not null and (emptied_at is null or (emptied_at < deleted_at + $2 and $1 >= deleted_at + $2))
     order by deleted_at, workspace_id`,
    [now, TRAILING_MS],
  )
  return rows.map(({ id }) => id)
}

export async function noteEmptied(db: Queryable, workspace: string, at: number): Promise<void> {
  await db.query('update workspaces set emptied_at = $2 where workspace_id = $1', [workspace, at])
}

export async function lockWorkspace(tx: Queryable, workspace: string): Promise<string | undefined> {
  const { rows } = await tx.query<{ name: string }>(
    'select name from workspaces where workspace_id = $1 and deleted_at is null for update',
    [workspace],
  )
  return rows[0]?.name
}

import type { Queryable } from '#platform/log.ts'

export interface SecretLine {
  readonly name: string
  /** Epoch ms. */
  readonly at: number
  readonly by: string
}

export async function putSecret(
  tx: Queryable,
  workspace: string,
  { name, at, by, sealed }: SecretLine & { readonly sealed: string },
): Promise<void> {
  await tx.query(
    `insert into secrets (workspace_id, name, sealed, at, by) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, name) do update set sealed = excluded.sealed, at = excluded.at, by = excluded.by`,
    [workspace, name, sealed, at, by],
  )
}

export async function findSecret(db: Queryable, workspace: string, name: string): Promise<string | undefined> {
  const { rows } = await db.query<{ sealed: string }>('select sealed from secrets where workspace_id = $1 and name = $2', [workspace, name])
  return rows[0]?.sealed
}

export async function listSecrets(db: Queryable, workspace: string): Promise<SecretLine[]> {
  const { rows } = await db.query<SecretLine>('select name, at, by from secrets where workspace_id = $1 order by name', [workspace])
  return rows
}

export async function deleteSecret(tx: Queryable, workspace: string, name: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from secrets where workspace_id = $1 and name = $2', [workspace, name])
  return rowCount === 1
}

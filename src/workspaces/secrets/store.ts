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
     on conflict (workspace_id, name) do update set sealed = excluded.sealed, at = excluded.at, by = excluded.by, target = null`,
    [workspace, name, sealed, at, by],
  )
}

export async function findSecret(db: Queryable, workspace: string, name: string): Promise<string | undefined> {
  const { rows } = await db.query<{ sealed: string }>('select sealed from secrets where workspace_id = $1 and name = $2', [workspace, name])
  return rows[0]?.sealed
}

/** As `findSecret`, for one target: the first one binds it. `elsewhere`: it is bound to another. */
export async function findBound(
  db: Queryable,
  { workspace, name, target }: { workspace: string; name: string; target: string },
): Promise<{ sealed: string } | 'elsewhere' | undefined> {
  const find = () =>
    db.query<{ sealed: string; target: string | null }>('select sealed, target from secrets where workspace_id = $1 and name = $2', [
      workspace,
      name,
    ])
  const found = (await find()).rows[0]
  if (found?.target !== null) return found && (found.target === target ? found : 'elsewhere')
  await bindSecret(db, { workspace, name, target })
  const bound = (await find()).rows[0]
  return bound && (bound.target === target ? bound : 'elsewhere')
}

/** Binds a secret that is not bound yet. */
export async function bindSecret(
  db: Queryable,
  { workspace, name, target }: { workspace: string; name: string; target: string },
): Promise<void> {
  await db.query('update secrets set target = $3 where workspace_id = $1 and name = $2 and target is null', [workspace, name, target])
}

/** Where a secret is bound to; undefined or null: nowhere yet. */
export async function boundTarget(
  db: Queryable,
  { workspace, name }: { workspace: string; name: string },
): Promise<string | null | undefined> {
  const { rows } = await db.query<{ target: string | null }>('select target from secrets where workspace_id = $1 and name = $2', [
    workspace,
    name,
  ])
  return rows[0]?.target
}

export async function listSecrets(db: Queryable, workspace: string): Promise<SecretLine[]> {
  const { rows } = await db.query<SecretLine>('select name, at, by from secrets where workspace_id = $1 order by name', [workspace])
  return rows
}

export async function deleteSecret(tx: Queryable, workspace: string, name: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from secrets where workspace_id = $1 and name = $2', [workspace, name])
  return rowCount === 1
}

import type { Queryable } from './log.ts'

/** What a process does for the others; the roles of the configuration. */
export type WorkerRole = 'ingest' | 'engine' | 'delivery' | 'web' | 'jobs'

/** Says that this process is alive, for so many seconds, and what it does. Resolves with how many living processes do each of these. */
export async function beat(
  db: Queryable,
  { owner, seconds, roles }: { owner: string; seconds: number; roles: readonly WorkerRole[] },
): Promise<ReadonlyMap<WorkerRole, number>> {
  await db.query(
    `insert into workers (owner, until, roles) values ($1, now() + make_interval(secs => $2), $3)
     on conflict (owner) do update set until = excluded.until, roles = excluded.roles`,
    [owner, seconds, roles],
  )
  const { rows } = await db.query<{ role: WorkerRole; count: number }>(
    'select role, count(*)::int as count from workers, unnest(roles) role where until > now() group by role',
  )
  return new Map(rows.map(({ role, count }) => [role, count]))
}

export async function livingWorkers(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ owner: string }>('select owner from workers where until > now()')
  return rows.map((row) => row.owner)
}

/** Leaves, and clears away those that died long ago. */
export async function leave(db: Queryable, owner: string): Promise<void> {
  await db.query(`delete from workers where owner = $1 or until < now() - interval '1 day'`, [owner])
}

/** The oldest schema (number of a migration) that a process must know to write to this database. */
export async function schemaFloor(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ least: number }>('select least from schema_floor')
  return rows[0]!.least
}

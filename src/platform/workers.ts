import type { Queryable } from './log.ts'

/** Says that this process is alive, for so many seconds. */
export async function beat(db: Queryable, owner: string, seconds: number): Promise<void> {
  await db.query(
    `insert into workers (owner, until) values ($1, now() + make_interval(secs => $2))
     on conflict (owner) do update set until = excluded.until`,
    [owner, seconds],
  )
}

export async function livingWorkers(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ owner: string }>('select owner from workers where until > now()')
  return rows.map((row) => row.owner)
}

/** Leaves, and clears away those that died long ago. */
export async function leave(db: Queryable, owner: string): Promise<void> {
  await db.query(`delete from workers where owner = $1 or until < now() - interval '1 day'`, [owner])
}

import type { Queryable } from '#platform/log.ts'
import { readStored, type StoredFit } from './stored.ts'

export async function noteFit(
  db: Queryable,
  { workspace, id, stored }: { workspace: string; id: string; stored: StoredFit },
): Promise<void> {
  await db.query(
    `insert into value_fits (workspace_id, id, at, fit) values ($1, $2, $3, $4) on conflict (workspace_id, id, at) do update set fit = excluded.fit`,
    [workspace, id, stored.at, JSON.stringify(stored)],
  )
}

/** What was learned last. */
export async function readFit(db: Queryable, workspace: string, id: string): Promise<StoredFit | undefined> {
  const { rows } = await db.query<{ fit: unknown }>(
    'select fit from value_fits where workspace_id = $1 and id = $2 order by at desc limit 1',
    [workspace, id],
  )
  return readStored(rows[0]?.fit)
}

/** Of before this moment (epoch ms), but never the newest. */
export async function forgetFits(db: Queryable, before: number): Promise<void> {
  await db.query(
    `delete from value_fits as old where at < $1
       and exists (select from value_fits as newer where newer.workspace_id = old.workspace_id and newer.id = old.id and newer.at > old.at)`,
    [before],
  )
}

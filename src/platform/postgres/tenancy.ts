import type { Queryable } from '../log.ts'
import { type Pool, type Tx, transaction } from './pool.ts'

/** The role that requests step down to: it sees the rows of one workspace only. Made by migration 0000. */
export const REQUEST_ROLE = 'cadenza_app'

/**
 * From here to the end of the transaction only the rows of this workspace exist.
 * A guard against a forgotten WHERE; SQL that somebody else may write could step up again.
 */
export async function withWorkspace(tx: Tx, workspace: string): Promise<void> {
  await tx.query(`select set_config('app.workspace', $1, true), set_config('role', $2, true)`, [workspace, REQUEST_ROLE])
}

/** From here to the end of the transaction every row exists again: for what the system itself has to write. */
export async function beyondWorkspace(tx: Queryable): Promise<void> {
  await tx.query(`select set_config('role', 'none', true)`)
}

/** A transaction that sees one workspace only. */
export function inWorkspace<T>(pool: Pool, workspace: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(pool, async (tx) => {
    await withWorkspace(tx, workspace)
    return work(tx)
  })
}

/** Tables of tenants that row-level security does not guard: must be empty. */
export async function unguardedTables(db: Pick<Pool, 'query'>): Promise<string[]> {
  const { rows } = await db.query<{ name: string }>(`
    select c.oid::regclass::text as name
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and not (
        c.relrowsecurity and c.relforcerowsecurity
        and exists (
          select from pg_policy p
          where p.polrelid = c.oid and p.polroles = array['${REQUEST_ROLE}'::regrole::oid]
            and pg_get_expr(p.polqual, p.polrelid) like '%workspace_id%app.workspace%'
        )
      )
    order by 1`)
  return rows.map((row) => row.name)
}

import type { Queryable } from '#platform/log.ts'

/** Whether an hour of work has a price in a workspace: only then is work timed. */
export async function isWorkPriced(db: Queryable, workspace: string): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    `select exists (select from documents where workspace_id = $1 and kind = 'cost-rate' and status = 'published'
       and body -> 'charge' ->> 'per' = 'hour') as found`,
    [workspace],
  )
  return rows[0]!.found
}

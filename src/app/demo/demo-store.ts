import type { Queryable } from '#platform/log.ts'

/** Reminders that were handed over, with the cart that they are about and when they were claimed (epoch ms). */
export async function remindersSent(db: Queryable, workspace: string): Promise<{ cart: string; claimedAt: number }[]> {
  const { rows } = await db.query<{ cart: string; claimedAt: number }>(
    `select payload #>> '{data,entry,key}' as cart, claimed_at as "claimedAt" from outbox
     where workspace_id = $1 and status = 'sent' and payload ->> 'journey_id' = 'abandoned-cart'`,
    [workspace],
  )
  return rows
}

export async function countProfiles(db: Queryable, workspace: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from keyed_state where workspace_id = $1 and kind = 'profile' and not (state::jsonb -> 'profile' ? 'mergedInto')`,
    [workspace],
  )
  return rows[0]!.count
}

export async function messagesByStatus(db: Queryable, workspace: string): Promise<Record<string, number>> {
  const { rows } = await db.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from outbox where workspace_id = $1 group by 1',
    [workspace],
  )
  return Object.fromEntries(rows.map((row) => [row.status, row.count]))
}

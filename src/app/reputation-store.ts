import type { Queryable } from '#platform/log.ts'

/** What waits for paused domains may be looked at again at once, spread over a time (ms); what still may not go waits on. */
export async function releasePaused(db: Queryable, { ws, now, spread }: { ws: string; now: number; spread: number }): Promise<number> {
  const { rowCount } = await db.query(
    `update outbox set due = least(due, $2::bigint + (random() * $3)::bigint), reason = ''
     where workspace_id = $1 and channel = 'email' and lane = 'marketing' and status = 'ready' and reason = 'identity_paused'`,
    [ws, now, spread],
  )
  return rowCount ?? 0
}

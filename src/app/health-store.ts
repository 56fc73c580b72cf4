import type { Queryable } from '#platform/log.ts'

export interface Queue {
  readonly channel: string
  readonly waiting: number
  readonly oldest: number | null
  readonly dead: number
}

/** What of a workspace waits to be handed over, by channel. */
export async function queuesOf(db: Queryable, workspace: string, now: number): Promise<Queue[]> {
  const { rows } = await db.query<Queue>(
    `select channel, count(*) filter (where status in ('ready', 'sending') and due <= $2)::int as waiting,
       min(due) filter (where status in ('ready', 'sending') and due <= $2) as oldest, count(*) filter (where status = 'dead')::int as dead
     from outbox where workspace_id = $1 and status in ('ready', 'sending', 'dead') group by channel order by channel`,
    [workspace, now],
  )
  return rows
}

/** How many living processes do what. */
export async function livingRoles(db: Queryable): Promise<{ role: string; count: number }[]> {
  const { rows } = await db.query<{ role: string; count: number }>(
    'select role, count(*)::int as count from workers, unnest(roles) role where until > now() group by role order by role',
  )
  return rows
}

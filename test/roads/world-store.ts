import type { Queryable } from '#platform/log.ts'

/** The next moment (epoch ms, after `now`, at most `until`) at which the clock makes something happen. */
export async function nextMoment(db: Queryable, now: number, until: number): Promise<number | null> {
  const { rows } = await db.query<{ at: number | null }>(
    `select min(at)::bigint as at from (
       select next_due as at from keyed_state where next_due > $1
       union all select due from outbox where status in ('ready', 'ambiguous') and due > $1
     ) moments where at <= $2`,
    [now, until],
  )
  return rows[0]!.at
}

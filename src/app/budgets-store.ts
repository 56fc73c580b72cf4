import type { Closing, Reserved } from '#decisions/budgets/store.ts'
import type { Queryable } from '#platform/log.ts'

/**
 * Those of these messages that have ended without saying so: taken back while they waited, taken for sent after no answer, or gone from the
 * outbox. What is on its way, waits or is in doubt is left out.
 */
export async function endedAmong(db: Queryable, reserved: readonly Reserved[]): Promise<Closing[]> {
  const { rows } = await db.query<Closing>(
    `select r.ws, r.effect, case when o.id is null or o.status = 'sent' then 'confirmed' else 'released' end as state
     from jsonb_to_recordset($1::jsonb) r(ws text, effect text) left join outbox o on o.workspace_id = r.ws and o.id = r.effect
     where o.id is null or o.status in ('sent', 'failed', 'skipped', 'cancelled', 'dead')`,
    [JSON.stringify(reserved)],
  )
  return rows
}

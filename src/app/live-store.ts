import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'

export interface MessageName {
  readonly ws: string
  readonly effect: string
}

/** What has become of messages for good: those that may still go out are left out. One that is gone (a person was erased) counts as sent. */
export async function endedMessages(
  db: Queryable,
  names: readonly MessageName[],
  now: number,
): Promise<(MessageName & { readonly sent: boolean })[]> {
  const { rows } = await db.query<MessageName & { sent: boolean }>(
    `select n.ws, n.effect, coalesce(o.status = 'sent', true) as sent
     from jsonb_to_recordset($1::jsonb) n(ws text, effect text) left join outbox o on o.workspace_id = n.ws and o.id = n.effect
     where o.id is null or o.status in ('sent', 'failed', 'skipped', 'cancelled') or (o.status = 'dead' and o.expires < $2)`,
    [JSON.stringify(names), now],
  )
  return rows
}

/** Orders with a coupon that ClickHouse has been told of since a moment (epoch ms). */
export async function couponOrders(analytics: Analytics, since: number): Promise<{ ws: string; code: string; at: number }[]> {
  return analytics.query<{ ws: string; code: string; at: number }>(
    `SELECT workspace_id AS ws, JSONExtractString(properties, 'coupon') AS code, toUnixTimestamp64Milli(min(at)) AS at FROM events
     WHERE name = 'Order Completed' AND verdict = 'accepted' AND received >= fromUnixTimestamp64Milli(toInt64({since:Float64}))
       AND code != '' GROUP BY ws, code`,
    { since },
  )
}

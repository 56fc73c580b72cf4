import type { UsedCode } from '#content/coupons-store.ts'
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

/** Orders with a coupon that ClickHouse has been told of since a moment (epoch ms), with the discount (millionths) where they say one. */
export async function couponOrders(analytics: Analytics, since: number): Promise<UsedCode[]> {
  const rows = await analytics.query<{ ws: string; code: string; at: number; first: [discount: number | null, currency: string] }>(
    `SELECT workspace_id AS ws, JSONExtractString(properties, 'coupon') AS code, toUnixTimestamp64Milli(min(events.at)) AS at,
       argMin(tuple(JSONExtract(properties, 'discount', 'Nullable(Float64)'), JSONExtractString(properties, 'currency')), (events.at, seq, ix)) AS first
     FROM events
     WHERE name = 'Order Completed' AND verdict = 'accepted' AND received >= fromUnixTimestamp64Milli(toInt64({since:Float64}))
       AND code != '' GROUP BY ws, code`,
    { since },
  )
  return rows.map(({ first: [discount, currency], ...row }) => {
    const isSaid = discount !== null && Number.isFinite(discount) && discount >= 0 && discount <= 1_000_000_000
    return { ...row, gave: isSaid ? Math.round(discount * 1_000_000) : null, currency: isSaid ? currency : '' }
  })
}

/** By which journey, step and channel messages went out, and whether the run's choice says what its conversions give away. */
export async function messagePlaces(
  analytics: Analytics,
  ws: string,
  effects: readonly string[],
): Promise<Map<string, { journey: string; step: string; channel: string; told: boolean }>> {
  const rows = await analytics.query<{ effect: string; journey: string; step: string; channel: string; told: number }>(
    `SELECT effect_id AS effect, any(journey_id) AS journey, any(step_id) AS step, any(channel) AS channel,
       any(enrollment_id) IN (SELECT enrollment_id FROM decisions WHERE workspace_id = {ws:String} AND kind = 'choose'
         AND enrollment_id IN (SELECT enrollment_id FROM deliveries WHERE workspace_id = {ws:String} AND effect_id IN {effects:Array(String)})
         AND JSONExtractFloat(arrayFirst(each -> JSONExtractString(each, 'arm') = arm, JSONExtractArrayRaw(record, 'candidates')), 'about', 'gives') > 0) AS told
     FROM deliveries WHERE workspace_id = {ws:String} AND effect_id IN {effects:Array(String)} GROUP BY effect`,
    { ws, effects },
  )
  return new Map(rows.map(({ effect, told, ...row }) => [effect, { ...row, told: told === 1 }]))
}

import type { Outcome } from '#content/reached-api.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'

export interface TemplateCounts {
  readonly template: string
  readonly sent: number
  readonly opened: number
  readonly clicked: number
  /** Epoch ms; 0: none in that time. */
  readonly last: number
}

/** What became of the messages of each template since then (epoch ms); an opening by a machine counts for nothing. */
export async function templateCounts(analytics: Analytics, workspace: string, since: number): Promise<Map<string, TemplateCounts>> {
  const rows = await analytics.query<TemplateCounts>(
    `SELECT template, countIf(sent > 0) AS sent, countIf(opened > 0) AS opened, countIf(clicked > 0) AS clicked, toFloat64(max(last)) AS last
     FROM (
       SELECT effect_id, max(deliveries.template) AS template,
         countIf(status = 'sent') AS sent,
         countIf(status = 'opened' AND fetcher != 'machine') AS opened,
         countIf(status = 'clicked' AND fetcher != 'machine') AS clicked,
         maxIf(toUnixTimestamp64Milli(at), status = 'sent') AS last
       FROM deliveries
       WHERE workspace_id = {workspace:String} AND at >= fromUnixTimestamp64Milli({since:Int64})
       GROUP BY effect_id
     ) WHERE template != '' GROUP BY template`,
    { workspace, since },
  )
  return new Map(rows.map((row) => [row.template, row]))
}

interface OfTemplate {
  readonly workspace: string
  readonly template: string
  /** Epoch ms. */
  readonly since: number
}
/** Only what a message was decided with says its template; what became of it later names the message. */
const OF_TEMPLATE = `workspace_id = {workspace:String} AND at >= fromUnixTimestamp64Milli({since:Int64}) AND effect_id IN (
  SELECT effect_id FROM deliveries WHERE workspace_id = {workspace:String} AND template = {template:String} AND at >= fromUnixTimestamp64Milli({since:Int64}))`
const NO_MACHINE = `NOT (status IN ('opened', 'clicked') AND fetcher = 'machine')`

/** Messages of a template by what became of them. */
export async function reachedBy(analytics: Analytics, { workspace, template, since }: OfTemplate): Promise<Map<string, number>> {
  const rows = await analytics.query<{ status: string; messages: number }>(
    `SELECT status, toUInt32(uniqExact(effect_id)) AS messages FROM deliveries WHERE ${OF_TEMPLATE} AND ${NO_MACHINE} GROUP BY status`,
    { workspace, template, since },
  )
  return new Map(rows.map(({ status, messages }) => [status, messages]))
}

export interface MessageLine {
  readonly id: string
  readonly profile: string
  readonly journey: string
  readonly step: string
  /** Epoch ms. */
  readonly happened: number
}

/** Messages of a template of which that became, by when it first did, the newest first. `before`: where a page ended. */
export function messagesOf(
  analytics: Analytics,
  of: OfTemplate,
  { outcome, before, limit }: { outcome: Outcome; before: { readonly at: number; readonly id: string } | undefined; limit: number },
): Promise<MessageLine[]> {
  return analytics.query<MessageLine>(
    `SELECT effect_id AS id, any(profile_id) AS profile, any(journey_id) AS journey, any(step_id) AS step, toFloat64(toUnixTimestamp64Milli(min(at))) AS happened
     FROM deliveries WHERE ${OF_TEMPLATE} AND status = {outcome:String} AND ${NO_MACHINE}
     GROUP BY effect_id HAVING {first:Bool} OR (happened, id) < ({beforeAt:Float64}, {beforeId:String})
     ORDER BY happened DESC, id DESC LIMIT ${Math.trunc(limit)}`,
    { ...of, outcome, first: before === undefined, beforeAt: before?.at ?? 0, beforeId: before?.id ?? '' },
  )
}

/** So many events are looked at for their properties. */
const LOOKED_AT = 20_000

/** Names of events since then with the properties that they had, the most frequent first. */
export async function eventNames(
  analytics: Analytics,
  workspace: string,
  since: number,
): Promise<{ name: string; properties: readonly string[] }[]> {
  return analytics.query<{ name: string; properties: string[] }>(
    `SELECT name, arraySort(groupUniqArrayArray(100)(JSONExtractKeys(properties))) AS properties
     FROM (
       SELECT name, properties FROM events
       WHERE workspace_id = {workspace:String} AND type = 'track' AND at >= fromUnixTimestamp64Milli({since:Int64})
       LIMIT ${LOOKED_AT}
     ) GROUP BY name ORDER BY count() DESC, name LIMIT 100`,
    { workspace, since },
  )
}

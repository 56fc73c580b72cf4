import type { Analytics } from '#platform/analytics/analytics.ts'

export interface CampaignCounts {
  readonly journey: string
  readonly entered: number
  readonly heldOut: number
  readonly sent: number
  readonly delivered: number
  readonly opened: number
  readonly clicked: number
  readonly converted: number
}

/** What journeys did, each message and each person once; what machines opened and clicked counts for nothing. */
export async function campaignCounts(
  analytics: Analytics,
  workspace: string,
  journeys: readonly string[],
): Promise<Map<string, CampaignCounts>> {
  if (journeys.length === 0) return new Map()
  const rows = await analytics.query<CampaignCounts>(
    `SELECT journey, sum(e) AS entered, sum(h) AS heldOut, sum(s) AS sent, sum(d) AS delivered, sum(o) AS opened, sum(c) AS clicked, sum(g) AS converted
     FROM (
       SELECT journey_id AS journey, uniqExactIf(enrollment_id, kind = 'entered') AS e,
         uniqExactIf(enrollment_id, kind = 'entered' AND arm = 'held_out') AS h, 0 AS s, 0 AS d, 0 AS o, 0 AS c,
         uniqExactIf(profile_id, kind = 'converted' AND arm = 'treated') AS g
       FROM transitions WHERE workspace_id = {workspace:String} AND has({journeys:Array(String)}, journey_id) GROUP BY journey_id
       UNION ALL
       SELECT journey_id, 0, 0, uniqExactIf(effect_id, status = 'sent'), uniqExactIf(effect_id, status = 'delivered'),
         uniqExactIf(effect_id, status = 'opened' AND fetcher != 'machine'), uniqExactIf(effect_id, status = 'clicked' AND fetcher != 'machine'), 0
       FROM deliveries WHERE workspace_id = {workspace:String} AND has({journeys:Array(String)}, journey_id) GROUP BY journey_id
     ) GROUP BY journey`,
    { workspace, journeys },
  )
  return new Map(rows.map((row) => [row.journey, row]))
}

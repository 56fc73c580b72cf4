import type { Analytics } from '#platform/analytics/analytics.ts'

export interface JourneyCounts {
  readonly journey: string
  readonly inNow: number
  readonly entered7d: number
  readonly treated: number
  readonly converted: number
  readonly failed7d: number
}

const WEEK = 7 * 86_400_000

/** The counts of all journeys of a workspace. */
export async function journeyCounts(analytics: Analytics, workspace: string, now: number): Promise<Map<string, JourneyCounts>> {
  const rows = await analytics.query<JourneyCounts>(
    `SELECT journey, sum(in_now) AS inNow, sum(entered) AS entered7d, sum(treated_runs) AS treated, sum(converted_runs) AS converted, sum(failed) AS failed7d
     FROM (
       SELECT journey_id AS journey,
         toInt64(countIf(kind = 'entered')) - toInt64(countIf(kind = 'exited')) AS in_now,
         countIf(kind = 'entered' AND at >= fromUnixTimestamp64Milli({since:Int64})) AS entered,
         uniqExactIf(enrollment_id, kind = 'entered' AND arm = 'treated') AS treated_runs,
         uniqExactIf(enrollment_id, kind = 'converted' AND arm = 'treated') AS converted_runs,
         0 AS failed
       FROM transitions WHERE workspace_id = {workspace:String} GROUP BY journey_id
       UNION ALL
       SELECT journey_id, 0, 0, 0, 0, uniqExact(effect_id)
       FROM deliveries WHERE workspace_id = {workspace:String} AND status = 'failed' AND at >= fromUnixTimestamp64Milli({since:Int64})
       GROUP BY journey_id
     ) GROUP BY journey`,
    { workspace, since: now - WEEK },
  )
  return new Map(rows.map((row) => [row.journey, row]))
}

export interface LiveRow {
  readonly step: string
  readonly arrived: number
  readonly passed: number
  readonly left: number
}

/** How often runs came to each step of a journey, moved on from it and left from it; the step '' stands for entry and end. */
export async function stepFlow(analytics: Analytics, workspace: string, journey: string): Promise<LiveRow[]> {
  return analytics.query<LiveRow>(
    // Who goes over to the same step of another version has neither come nor passed: only the difference counts.
    `SELECT step, sum(a) + greatest(sum(m), 0) AS arrived, sum(p) + greatest(-sum(m), 0) AS passed, sum(l) AS left FROM (
       SELECT to_step AS step, toInt64(countIf(kind != 'migrated')) AS a, toInt64(0) AS p, toInt64(0) AS l, toInt64(countIf(kind = 'migrated')) AS m
       FROM transitions
       WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind IN ('entered', 'moved', 'migrated') GROUP BY to_step
       UNION ALL
       SELECT from_step, 0, toInt64(countIf(kind = 'moved')), toInt64(countIf(kind = 'exited')), -toInt64(countIf(kind = 'migrated')) FROM transitions
       WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind IN ('moved', 'migrated', 'exited') GROUP BY from_step
     ) GROUP BY step`,
    { workspace, journey },
  )
}

export async function runTotals(
  analytics: Analytics,
  workspace: string,
  journey: string,
): Promise<{ entered: number; exited: number; converted: number }> {
  const rows = await analytics.query<{ entered: number; exited: number; converted: number }>(
    `SELECT countIf(kind = 'entered') AS entered, countIf(kind = 'exited') AS exited, countIf(kind = 'converted') AS converted
     FROM transitions WHERE workspace_id = {workspace:String} AND journey_id = {journey:String}`,
    { workspace, journey },
  )
  return rows[0]!
}

/** Profiles by their last event, newest first. The cursor is the time and id of the last one shown. */
export async function recentProfiles(
  analytics: Analytics,
  workspace: string,
  { before, limit }: { before: string | undefined; limit: number },
): Promise<{ ids: string[]; next: string | null }> {
  const [at = '9000000000000', id = ''] = (before ?? '').split('~')
  const rows = await analytics.query<{ id: string; last: number }>(
    `SELECT profile_id AS id, toUnixTimestamp64Milli(max(received)) AS last FROM events
     WHERE workspace_id = {workspace:String} AND type != 'system'
     GROUP BY profile_id HAVING (last, id) < ({at:Int64}, {id:String})
     ORDER BY last DESC, id DESC LIMIT {limit:UInt32}`,
    { workspace, at: Number(at) || 9e12, id, limit },
  )
  const end = rows.at(-1)
  return { ids: rows.map((row) => row.id), next: end && rows.length === limit ? `${end.last}~${end.id}` : null }
}

/** What happened to one message, oldest first. */
export async function deliveriesOf(
  analytics: Analytics,
  workspace: string,
  effect: string,
): Promise<{ status: string; reason: string; at: number }[]> {
  return analytics.query(
    `SELECT status, reason, toUnixTimestamp64Milli(at) AS at FROM deliveries
     WHERE workspace_id = {workspace:String} AND effect_id = {effect:String} ORDER BY deliveries.at, seq, ix`,
    { workspace, effect },
  )
}

/** Runs that stand on one of these steps, as far as facts have been projected; the longest there first. */
export async function standingOn(
  analytics: Analytics,
  workspace: string,
  { places, limit }: { places: readonly { readonly journey: string; readonly step: { readonly id: string } }[]; limit: number },
): Promise<{ profile: string; enrollment: string }[]> {
  if (places.length === 0) return []
  return analytics.query<{ profile: string; enrollment: string }>(
    `SELECT argMax(profile_id, (at, seq, ix)) AS profile, enrollment_id AS enrollment,
       sumMap([to_step, from_step], [toInt32(1), toInt32(-1)]) AS net, arrayFilter((name, n) -> n > 0 AND name != '', net.1, net.2)[1] AS place
     FROM transitions
     WHERE workspace_id = {workspace:String} AND has({journeys:Array(String)}, journey_id) AND kind IN ('entered', 'moved', 'migrated', 'exited')
     GROUP BY enrollment_id, journey_id
     HAVING countIf(kind = 'entered') > countIf(kind = 'exited') AND has({places:Array(String)}, concat(journey_id, ' ', place))
     ORDER BY max(at) LIMIT {limit:UInt32}`,
    {
      workspace,
      journeys: [...new Set(places.map(({ journey }) => journey))],
      places: places.map(({ journey, step }) => `${journey} ${step.id}`),
      limit,
    },
  )
}

/** The newest events of some names. */
export async function lastEvents(analytics: Analytics, workspace: string, names: readonly string[]) {
  if (names.length === 0) return []
  const rows = await analytics.query<{ at: number; name: string; messageId: string; profile: string; properties: string }>(
    `SELECT toUnixTimestamp64Milli(received) AS at, name, message_id AS messageId, profile_id AS profile, properties FROM events
     WHERE workspace_id = {workspace:String} AND name IN {names:Array(String)} ORDER BY received DESC LIMIT 10`,
    { workspace, names: [...names] },
  )
  return rows.map(({ properties, ...row }) => ({ ...row, properties: JSON.parse(properties) as Record<string, never> }))
}

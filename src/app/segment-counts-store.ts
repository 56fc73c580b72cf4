import type { Analytics } from '#platform/analytics/analytics.ts'

export interface SegmentCount {
  readonly segment: string
  readonly count: number
  readonly entered7d: number
  readonly left7d: number
}

const DAY = 86_400_000
const CHANGE = `toInt64(countIf(kind = 'entered')) - toInt64(countIf(kind = 'left'))`

/** People in each segment of a workspace now, and how many came and went in a week. */
export async function segmentCounts(analytics: Analytics, workspace: string, now: number): Promise<Map<string, SegmentCount>> {
  const rows = await analytics.query<SegmentCount>(
    `SELECT segment_id AS segment, ${CHANGE} AS count, countIf(kind = 'entered' AND at >= fromUnixTimestamp64Milli({since:Int64})) AS entered7d,
       countIf(kind = 'left' AND at >= fromUnixTimestamp64Milli({since:Int64})) AS left7d
     FROM memberships WHERE workspace_id = {workspace:String} GROUP BY segment_id`,
    { workspace, since: now - 7 * DAY },
  )
  return new Map(rows.map((row) => [row.segment, { ...row, count: Math.max(0, row.count) }]))
}

/** Days (UTC) on which somebody came or went, oldest first. */
export function segmentGrowth(
  analytics: Analytics,
  { workspace, segment, from }: { workspace: string; segment: string; from: number },
): Promise<{ day: string; entered: number; left: number }[]> {
  return analytics.query(
    `SELECT toString(toDate(at)) AS day, countIf(kind = 'entered') AS entered, countIf(kind = 'left') AS left FROM memberships
     WHERE workspace_id = {workspace:String} AND segment_id = {segment:String} AND at >= fromUnixTimestamp64Milli({from:Int64})
     GROUP BY day ORDER BY day`,
    { workspace, segment, from },
  )
}

/** People who are in a segment, in the order of their ids. */
export function segmentMembers(
  analytics: Analytics,
  { workspace, segment, after, limit }: { workspace: string; segment: string; after: string; limit: number },
): Promise<{ id: string; since: number }[]> {
  return analytics.query(
    `SELECT profile_id AS id, toUnixTimestamp64Milli(maxIf(at, kind = 'entered')) AS since FROM memberships
     WHERE workspace_id = {workspace:String} AND segment_id = {segment:String} AND profile_id > {after:String}
     GROUP BY profile_id HAVING ${CHANGE} > 0 ORDER BY profile_id LIMIT {limit:UInt32}`,
    { workspace, segment, after, limit },
  )
}

/** People on each list. */
export async function listCounts(analytics: Analytics, workspace: string): Promise<Map<string, number>> {
  const rows = await analytics.query<{ list: string; count: number }>(
    `SELECT arrayJoin(JSONExtractKeys(lists)) AS list, count() AS count FROM people FINAL
     WHERE workspace_id = {workspace:String} AND merged_into = '' AND lists != '{}' GROUP BY list`,
    { workspace },
  )
  return new Map(rows.map((row) => [row.list, row.count]))
}

import type { Analytics } from '#platform/analytics/analytics.ts'

export interface HeldRow {
  readonly at: number
  readonly channel: string
  readonly journey: string
  readonly version: number
  readonly step: string
  readonly reason: string
}

/** The last times that a message for one of these profiles had to wait or could not go, newest first. */
export const heldMessages = (
  analytics: Analytics,
  workspace: string,
  { profiles, limit }: { profiles: readonly string[]; limit: number },
): Promise<HeldRow[]> =>
  analytics.query<HeldRow>(
    `SELECT toUnixTimestamp64Milli(deliveries.at) AS at, channel, journey_id AS journey, version, step_id AS step, reason FROM deliveries
     WHERE workspace_id = {workspace:String} AND status = 'held' AND has({profiles:Array(String)}, profile_id)
     ORDER BY deliveries.at DESC, seq DESC, ix DESC LIMIT {limit:UInt32}`,
    { workspace, profiles, limit },
  )

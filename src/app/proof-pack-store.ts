import type { Analytics } from '#platform/analytics/analytics.ts'

export interface PathRow {
  readonly at: number
  readonly profile: string
  readonly journey: string
  readonly version: number
  readonly enrollment: string
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly arm: string
}

interface About {
  readonly workspace: string
  /** None: everybody. */
  readonly profiles: readonly string[]
  /** '': every journey. */
  readonly journey: string
  readonly limit: number
}

/** What happened to these people in journeys, or to everybody in this one; oldest first. */
export function pathOf(analytics: Analytics, about: About): Promise<PathRow[]> {
  return analytics.query<PathRow>(
    `SELECT toUnixTimestamp64Milli(at) AS at, profile_id AS profile, journey_id AS journey, version, enrollment_id AS enrollment, kind,
       from_step AS \`from\`, to_step AS \`to\`, reason, arm
     FROM transitions WHERE workspace_id = {workspace:String}
       AND (empty({profiles:Array(String)}) OR has({profiles:Array(String)}, profile_id)) AND ({journey:String} = '' OR journey_id = {journey:String})
     ORDER BY transitions.at, partition, seq, ix LIMIT {limit:UInt32}`,
    { ...about },
  )
}

export interface DeliveryRow {
  readonly at: number
  readonly profile: string
  readonly message: string
  readonly journey: string
  readonly version: number
  readonly step: string
  readonly channel: string
  readonly status: string
  readonly reason: string
}

/** What became of messages, oldest first. */
export function deliveriesAbout(analytics: Analytics, about: About): Promise<DeliveryRow[]> {
  return analytics.query<DeliveryRow>(
    `SELECT toUnixTimestamp64Milli(at) AS at, profile_id AS profile, effect_id AS message, journey_id AS journey, version, step_id AS step, channel, status, reason
     FROM deliveries WHERE workspace_id = {workspace:String}
       AND (empty({profiles:Array(String)}) OR has({profiles:Array(String)}, profile_id)) AND ({journey:String} = '' OR journey_id = {journey:String})
     ORDER BY deliveries.at, partition, seq, ix LIMIT {limit:UInt32}`,
    { ...about },
  )
}

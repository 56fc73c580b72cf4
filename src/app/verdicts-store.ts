import type { Analytics } from '#platform/analytics/analytics.ts'

export interface VerdictRow {
  readonly at: number
  readonly stage: 'decision' | 'dispatch'
  readonly outcome: 'pass' | 'refuse' | 'defer'
  readonly profile: string
  readonly message: string
  readonly journey: string
  readonly version: number
  readonly step: string
  readonly channel: string
  readonly category: string
  readonly policy: string
  readonly policyVersion: number
  readonly gate: string
  readonly jurisdiction: string
  readonly citation: string
  readonly reason: string
  /** JSON text. */
  readonly evidence: string
  readonly policies: string
  readonly until: number
}

export interface VerdictQuery {
  readonly workspace: string
  /** All profiles that are one person; none: everybody. */
  readonly profiles: readonly string[]
  readonly message: string
  readonly journey: string
  readonly outcome: string
  readonly policy: string
  readonly limit: number
}

/** Verdicts, newest first; '' asks for any. */
export function verdictsOf(analytics: Analytics, query: VerdictQuery): Promise<VerdictRow[]> {
  return analytics.query<VerdictRow>(
    `SELECT toUnixTimestamp64Milli(at) AS at, stage, outcome, profile_id AS profile, effect_id AS message, journey_id AS journey, version,
       step_id AS step, channel, category, policy, policy_version AS policyVersion, gate, jurisdiction, citation, reason, evidence, policies, until
     FROM verdicts
     WHERE workspace_id = {workspace:String}
       AND (empty({profiles:Array(String)}) OR has({profiles:Array(String)}, profile_id))
       AND ({message:String} = '' OR effect_id = {message:String})
       AND ({journey:String} = '' OR journey_id = {journey:String})
       AND ({outcome:String} = '' OR outcome = {outcome:String})
       AND ({policy:String} = '' OR policy = {policy:String})
     ORDER BY verdicts.at DESC, seq DESC, ix DESC LIMIT {limit:UInt32}`,
    { ...query },
  )
}

import type { Analytics } from '#platform/analytics/analytics.ts'

export interface DecisionRow {
  readonly id: string
  readonly kind: string
  /** Epoch ms. */
  readonly at: number
  readonly profile: string
  readonly journey: string
  readonly version: number
  readonly enrollment: string
  readonly step: string
  /** JSON text. */
  readonly record: string
}

const COLUMNS = `decision_id AS id, kind, toFloat64(toUnixTimestamp64Milli(decisions.at)) AS at, profile_id AS profile, journey_id AS journey,
  version, enrollment_id AS enrollment, step_id AS step, record`

export async function decisionById(analytics: Analytics, workspace: string, id: string): Promise<DecisionRow | undefined> {
  const rows = await analytics.query<DecisionRow>(
    `SELECT ${COLUMNS} FROM decisions WHERE workspace_id = {workspace:String} AND decision_id = {id:String} ORDER BY decisions.at, seq, ix LIMIT 1`,
    { workspace, id },
  )
  return rows[0]
}

export interface RunDecision {
  readonly id: string
  readonly kind: string
  readonly step: string
  readonly chosen: string
  readonly at: number
}

/** The explained decisions of one run up to a moment, oldest first; of a step that it came to again the last of each kind. */
export async function decisionsOfRun(
  analytics: Analytics,
  { workspace, enrollment, until }: { readonly workspace: string; readonly enrollment: string; readonly until: number },
): Promise<RunDecision[]> {
  if (enrollment === '') return []
  return analytics.query<RunDecision>(
    `SELECT argMax(decision_id, (d.at, seq, ix)) AS id, kind, step_id AS step, argMax(arm, (d.at, seq, ix)) AS chosen, toFloat64(toUnixTimestamp64Milli(max(d.at))) AS at
     FROM decisions AS d
     WHERE workspace_id = {workspace:String} AND enrollment_id = {enrollment:String} AND decision_id != '' AND d.at <= fromUnixTimestamp64Milli({until:Int64})
     GROUP BY kind, step_id ORDER BY at, id`,
    { workspace, enrollment, until },
  )
}

export interface DecisionsAsked {
  readonly workspace: string
  /** Of these profiles; none: of everybody. */
  readonly profiles: readonly string[]
  /** '': of any model. */
  readonly model: string
  /** Only those before this time and id. */
  readonly before: { readonly at: number; readonly id: string }
  readonly limit: number
  /** How it was decided, what was chosen, in which journey; '': any. */
  readonly by: string
  readonly chosen: string
  readonly journey: string
}

/** Decisions that have a record, newest first. */
export const decisionsBefore = (analytics: Analytics, { before, ...asked }: DecisionsAsked): Promise<DecisionRow[]> =>
  analytics.query<DecisionRow>(
    `SELECT ${COLUMNS} FROM decisions
     WHERE workspace_id = {workspace:String} AND decision_id != ''
       AND (empty({profiles:Array(String)}) OR has({profiles:Array(String)}, profile_id))
       AND ({model:String} = '' OR model = {model:String})
       AND ({by:String} = '' OR decided_by = {by:String})
       AND ({chosen:String} = '' OR arm = {chosen:String})
       AND ({journey:String} = '' OR journey_id = {journey:String})
       AND (toUnixTimestamp64Milli(decisions.at), decision_id) < ({beforeAt:Int64}, {beforeId:String})
     ORDER BY decisions.at DESC, decision_id DESC LIMIT 1 BY decision_id LIMIT {limit:UInt32}`,
    { ...asked, beforeAt: before.at, beforeId: before.id },
  )

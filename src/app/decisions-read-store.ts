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

export interface DecisionsAsked {
  readonly workspace: string
  /** Of these profiles; none: of everybody. */
  readonly profiles: readonly string[]
  /** '': of any model. */
  readonly model: string
  /** Only those before this time and id. */
  readonly before: { readonly at: number; readonly id: string }
  readonly limit: number
}

/** Decisions that have a record, newest first. */
export const decisionsBefore = (analytics: Analytics, { before, ...asked }: DecisionsAsked): Promise<DecisionRow[]> =>
  analytics.query<DecisionRow>(
    `SELECT ${COLUMNS} FROM decisions
     WHERE workspace_id = {workspace:String} AND decision_id != ''
       AND (empty({profiles:Array(String)}) OR has({profiles:Array(String)}, profile_id))
       AND ({model:String} = '' OR model = {model:String})
       AND (toUnixTimestamp64Milli(decisions.at), decision_id) < ({beforeAt:Int64}, {beforeId:String})
     ORDER BY decisions.at DESC, decision_id DESC LIMIT 1 BY decision_id LIMIT {limit:UInt32}`,
    { ...asked, beforeAt: before.at, beforeId: before.id },
  )

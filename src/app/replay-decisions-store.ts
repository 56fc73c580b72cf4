import type { Analytics } from '#platform/analytics/analytics.ts'

export interface LoggedDecision {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  /** JSON text. */
  readonly record: string
}

export interface Stretch {
  readonly workspace: string
  readonly from: number
  readonly to: number
  /** '' : of any model. */
  readonly model: string
  readonly after: { readonly at: number; readonly id: string }
  readonly limit: number
}

/** Decisions with a record in a stretch of time [from, to), oldest first. */
export const decisionsIn = (analytics: Analytics, { after, ...asked }: Stretch): Promise<LoggedDecision[]> =>
  analytics.query<LoggedDecision>(
    `SELECT decision_id AS id, toFloat64(toUnixTimestamp64Milli(decisions.at)) AS at, record FROM decisions
     WHERE workspace_id = {workspace:String} AND decision_id != '' AND record != '' AND ({model:String} = '' OR model = {model:String})
       AND decisions.at >= fromUnixTimestamp64Milli({from:Int64}) AND decisions.at < fromUnixTimestamp64Milli({to:Int64})
       AND (toUnixTimestamp64Milli(decisions.at), decision_id) > ({afterAt:Int64}, {afterId:String})
     ORDER BY decisions.at, decision_id LIMIT 1 BY decision_id LIMIT {limit:UInt32}`,
    { ...asked, afterAt: after.at, afterId: after.id },
  )

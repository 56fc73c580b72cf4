import type { Analytics } from '#platform/analytics/analytics.ts'

export interface ActivityRow {
  readonly model: string
  readonly by: string
  readonly decisions: number
  /** Epoch ms. */
  readonly last: number
}

/** Decisions by model and by how each was made, since a time. */
export const activitySince = (
  analytics: Analytics,
  asked: { readonly workspace: string; readonly since: number },
): Promise<ActivityRow[]> =>
  analytics.query<ActivityRow>(
    `SELECT model, decided_by AS by, toFloat64(uniqExact(decision_id)) AS decisions, toFloat64(max(toUnixTimestamp64Milli(at))) AS last
     FROM decisions WHERE workspace_id = {workspace:String} AND model != '' AND decision_id != '' AND toUnixTimestamp64Milli(at) >= {since:Int64}
     GROUP BY model, decided_by ORDER BY model, decided_by`,
    { ...asked },
  )

export interface AllocationRow {
  /** Epoch ms of a UTC midnight. */
  readonly day: number
  readonly arm: string
  readonly decisions: number
}

interface Asked {
  readonly workspace: string
  readonly model: string
  readonly since: number
}

/** What a model drew, by day. */
export const allocationOf = (analytics: Analytics, asked: Asked): Promise<AllocationRow[]> =>
  analytics.query<AllocationRow>(
    `SELECT toFloat64(toUnixTimestamp(toStartOfDay(at))) * 1000 AS day, arm, toFloat64(uniqExact(decision_id)) AS decisions FROM decisions
     WHERE workspace_id = {workspace:String} AND model = {model:String} AND decided_by IN ('model', 'cold_start')
       AND toUnixTimestamp64Milli(at) >= {since:Int64} GROUP BY day, arm ORDER BY day, arm`,
    { ...asked },
  )

export interface MaturedRow {
  readonly unit: string
  readonly at: number
  readonly enrollment: string
  /** JSON text. */
  readonly record: string
}

const MATURED = `workspace_id = {workspace:String} AND model = {model:String} AND kind = 'choose' AND decided_by IN ('model', 'cold_start', 'control')
  AND toUnixTimestamp64Milli(d.at) >= {since:Int64} AND toUnixTimestamp64Milli(d.at) <= {until:Int64}`

/** Choices whose time for outcomes is over, the newest first, and how many there are. */
export async function maturedChoices(
  analytics: Analytics,
  asked: Asked & { readonly until: number; readonly limit: number },
): Promise<{ rows: MaturedRow[]; all: number }> {
  const [count] = await analytics.query<{ n: number }>(
    `SELECT toFloat64(uniqExact(decision_id)) AS n FROM decisions AS d WHERE ${MATURED}`,
    { ...asked },
  )
  const rows = await analytics.query<MaturedRow>(
    `SELECT profile_id AS unit, toFloat64(toUnixTimestamp64Milli(d.at)) AS at, enrollment_id AS enrollment, record FROM decisions AS d
     WHERE ${MATURED} ORDER BY d.at DESC, decision_id DESC LIMIT 1 BY decision_id LIMIT {limit:UInt32}`,
    { ...asked },
  )
  return { rows, all: count?.n ?? 0 }
}

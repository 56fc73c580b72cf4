import type { PolicyWanted } from '#decisions/evaluation/choice.ts'
import type { Json } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'

export interface EvaluationRequest {
  readonly policy: PolicyWanted
  /** Of the model, as authored. */
  readonly document: Json
  readonly from: number
  readonly to: number
  readonly currency: string
}

export interface EvaluationRow {
  readonly id: string
  readonly model: string
  readonly task: string
  readonly request: EvaluationRequest
  readonly status: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly done: number
  readonly total: number
  readonly result: unknown
  readonly error: string
  readonly beganAt: number
  readonly endedAt: number | null
}

/** Evaluations that a workspace keeps of each model. */
const KEPT = 50
const COLUMNS = `id, model, task, request, status, done::float8 as done, total::float8 as total, result, error,
  began_at::float8 as "beganAt", ended_at::float8 as "endedAt"`

export async function createEvaluation(
  tx: Queryable,
  evaluation: Pick<EvaluationRow, 'id' | 'model' | 'task' | 'request'> & {
    readonly workspace: string
    readonly by: string
    readonly now: number
  },
): Promise<void> {
  const { workspace, id, model, task, request, by, now } = evaluation
  await tx.query(
    'insert into policy_evaluations (workspace_id, id, model, task, request, by, began_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [workspace, id, model, task, JSON.stringify(request), by, now],
  )
  await tx.query(
    `delete from policy_evaluations where workspace_id = $1 and model = $2 and id in (
       select id from policy_evaluations where workspace_id = $1 and model = $2 order by began_at desc offset $3)`,
    [workspace, model, KEPT],
  )
}

export async function readEvaluation(db: Queryable, workspace: string, id: string): Promise<EvaluationRow | undefined> {
  const { rows } = await db.query<EvaluationRow>(`select ${COLUMNS} from policy_evaluations where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ])
  return rows[0]
}

export async function evaluationsOf(
  db: Queryable,
  { workspace, model, limit }: { workspace: string; model: string; limit: number },
): Promise<EvaluationRow[]> {
  const { rows } = await db.query<EvaluationRow>(
    `select ${COLUMNS} from policy_evaluations where workspace_id = $1 and model = $2 order by began_at desc, id limit $3`,
    [workspace, model, limit],
  )
  return rows
}

/** The newest one that is done, of a task. */
export async function evaluationOfTask(
  db: Queryable,
  { workspace, model, task }: { workspace: string; model: string; task: string },
): Promise<EvaluationRow | undefined> {
  const { rows } = await db.query<EvaluationRow>(
    `select ${COLUMNS} from policy_evaluations where workspace_id = $1 and model = $2 and task = $3 and status = 'done'
     order by began_at desc, id limit 1`,
    [workspace, model, task],
  )
  return rows[0]
}

type Progress = Partial<Pick<EvaluationRow, 'done' | 'total' | 'error' | 'result'>> & Pick<EvaluationRow, 'status'>

/** Notes how far it is; false: it was cancelled meanwhile. */
export async function noteEvaluation(
  db: Queryable,
  { workspace, id, now }: { workspace: string; id: string; now: number },
  { status, done, total, error, result }: Progress,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update policy_evaluations set status = $3, done = coalesce($4, done), total = coalesce($5, total), error = coalesce($6, error),
       result = coalesce($7::jsonb, result), ended_at = $8
     where workspace_id = $1 and id = $2 and status in ('waiting', 'running')`,
    [
      workspace,
      id,
      status,
      done ?? null,
      total ?? null,
      error ?? null,
      result === undefined ? null : JSON.stringify(result),
      status === 'running' ? null : now,
    ],
  )
  return rowCount === 1
}

/** Which decisions are read. Times are epoch ms. */
export interface Decided {
  readonly workspace: string
  readonly model: string
  readonly from: number
  /** Decisions before this: their outcomes are all in. */
  readonly to: number
}

const DECIDED = `workspace_id = {workspace:String} AND model = {model:String} AND kind = 'choose' AND decided_by IN ('model', 'cold_start')
  AND toUnixTimestamp64Milli(at) >= {from:Int64} AND toUnixTimestamp64Milli(at) < {to:Int64}`

export async function decisionsCount(analytics: Analytics, decided: Decided): Promise<number> {
  const [row] = await analytics.query<{ n: number }>(`SELECT uniqExact(decision_id) AS n FROM decisions WHERE ${DECIDED}`, { ...decided })
  return row?.n ?? 0
}

export interface DecisionRow {
  readonly id: string
  readonly unit: string
  readonly enrollment: string
  readonly at: number
  /** JSON text of a `DecisionRecord`. */
  readonly record: string
}

/** The newest decisions that a model drew, before a place in them (time and id). */
export function drawnDecisions(
  analytics: Analytics,
  decided: Decided,
  { before, limit }: { before: { at: number; id: string }; limit: number },
): Promise<DecisionRow[]> {
  return analytics.query<DecisionRow>(
    `SELECT decision_id AS id, profile_id AS unit, enrollment_id AS enrollment, toUnixTimestamp64Milli(d.at) AS at, record
     FROM decisions AS d WHERE ${DECIDED.replaceAll('(at)', '(d.at)')} AND (toUnixTimestamp64Milli(d.at), decision_id) < ({beforeAt:Int64}, {beforeId:String})
     ORDER BY d.at DESC, decision_id DESC LIMIT 1 BY decision_id LIMIT {limit:UInt32}`,
    { ...decided, beforeAt: before.at, beforeId: before.id, limit },
  )
}

export async function enqueueEvaluation(db: Queryable, input: { workspace: string; id: string }): Promise<void> {
  await db.query(`select graphile_worker.add_job('evaluate-policy', $1::json, max_attempts => 3)`, [JSON.stringify(input)])
}

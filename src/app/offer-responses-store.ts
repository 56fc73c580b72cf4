import type { ResponseReport } from '#decisions/evaluation/api.ts'
import type { Queryable } from '#platform/log.ts'

export interface ResponsesRow {
  readonly model: string
  readonly report: unknown
  readonly at: number
}

export async function noteResponses(
  db: Queryable,
  { workspace, model, report, at }: { workspace: string; model: string; report: ResponseReport; at: number },
): Promise<void> {
  await db.query(
    `insert into offer_responses (workspace_id, model, report, at) values ($1, $2, $3, $4)
     on conflict (workspace_id, model) do update set report = excluded.report, at = excluded.at`,
    [workspace, model, JSON.stringify(report), at],
  )
}

export async function responsesNoted(db: Queryable, workspace: string): Promise<ResponsesRow[]> {
  const { rows } = await db.query<ResponsesRow>(
    'select model, report, at::float8 as at from offer_responses where workspace_id = $1 order by model',
    [workspace],
  )
  return rows
}

/** Of one workspace, soon. One that waits already is enough. */
export async function enqueueResponses(db: Queryable, workspace: string): Promise<void> {
  await db.query(`select graphile_worker.add_job('learn-responses', $1::json, max_attempts => 3, job_key => $2)`, [
    JSON.stringify({ workspace }),
    `learn-responses ${workspace}`,
  ])
}

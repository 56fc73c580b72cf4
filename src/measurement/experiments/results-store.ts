import type { Queryable } from '#platform/log.ts'
import type { PastEffect } from '../inference/shrinkage.ts'

/** One comparison of a primary metric, as it was read last. */
export interface Result {
  readonly experiment: string
  readonly metric: string
  readonly arm: string
  readonly control: string
  /** Epoch ms. */
  readonly at: number
  readonly verdict: string
  readonly sentence: string
  /** As a share of control's mean. */
  readonly effect: number | null
  readonly se: number | null
}

export async function noteResults(tx: Queryable, workspace: string, results: readonly Result[]): Promise<void> {
  await tx.query(
    `insert into experiment_results (workspace_id, experiment, metric, arm, control, at, verdict, sentence, effect, se)
     select $1, experiment, metric, arm, control, at, verdict, sentence, effect, se
     from jsonb_to_recordset($2::jsonb) r(experiment text, metric text, arm text, control text, at bigint, verdict text, sentence text,
       effect float8, se float8)
     on conflict (workspace_id, experiment, metric, arm, control) do update set at = excluded.at, ended = false, verdict = excluded.verdict,
       sentence = excluded.sentence, effect = excluded.effect, se = excluded.se`,
    [workspace, JSON.stringify(results)],
  )
}

/** Whatever is not drawn any more has ended. */
export async function endResults(tx: Queryable, workspace: string, live: readonly string[]): Promise<void> {
  await tx.query('update experiment_results set ended = true where workspace_id = $1 and not ended and not experiment = any($2)', [
    workspace,
    live,
  ])
}

export async function resultsOf(tx: Queryable, workspace: string): Promise<(Result & { readonly ended: boolean })[]> {
  const { rows } = await tx.query<Result & { ended: boolean }>(
    `select experiment, metric, arm, control, at, ended, verdict, sentence, effect, se from experiment_results
     where workspace_id = $1 order by at desc, experiment, metric, arm, control`,
    [workspace],
  )
  return rows.map((row) => ({ ...row, at: Number(row.at) }))
}

/** Effects of all experiments that have ended, winners and losers alike; without the one that is looked at. */
export async function pastEffects(tx: Queryable, workspace: string, besides: string): Promise<PastEffect[]> {
  const { rows } = await tx.query<{ effect: number; se: number }>(
    `select effect, se from experiment_results
     where workspace_id = $1 and ended and experiment <> $2 and effect is not null and se > 0 order by experiment, metric, arm, control`,
    [workspace, besides],
  )
  return rows.map(({ effect, se }) => ({ estimate: effect, se }))
}

export interface Crossing {
  readonly experiment: string
  readonly metric: string
  readonly arm: string
  /** Of the document that was live. */
  readonly version: number
  /** Epoch ms. */
  readonly at: number
  readonly did: 'paused' | 'replaced' | 'told'
  readonly sentence: string
}

/** False: it has been acted upon before. */
export async function noteCrossing(tx: Queryable, workspace: string, crossing: Crossing): Promise<boolean> {
  const { experiment, metric, arm, version, at, did, sentence } = crossing
  const { rowCount } = await tx.query(
    `insert into guardrail_crossings (workspace_id, experiment, metric, arm, version, at, did, sentence) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict do nothing`,
    [workspace, experiment, metric, arm, version, at, did, sentence],
  )
  return rowCount === 1
}

export async function crossingsOf(tx: Queryable, workspace: string): Promise<Crossing[]> {
  const { rows } = await tx.query<Crossing>(
    `select experiment, metric, arm, version, at, did, sentence from guardrail_crossings where workspace_id = $1
     order by at desc, experiment, metric, arm`,
    [workspace],
  )
  return rows.map((row) => ({ ...row, at: Number(row.at) }))
}

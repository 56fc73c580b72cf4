import type { Queryable } from '#platform/log.ts'
import type { TaskName } from './store.ts'

/** The most that failures put a training off, ms, where it is not due more rarely anyway. */
export const LONGEST_WAIT = 6 * 3_600_000

/** How the training of a task goes. Times are epoch ms by the application's clock. */
export interface TrainingLine extends TaskName {
  readonly version: number
  readonly every: number
  readonly due: number
  readonly asked: boolean
  /** What is done at this moment; '' when nothing is, or whoever did it has died. */
  readonly phase: '' | 'gathering' | 'fitting' | 'installing'
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly outcome: '' | 'installed' | 'nothing_new' | 'failed'
  readonly reason: string
  readonly detail: string
  readonly failures: number
  readonly tookMs: number
}

/** A task that this process trains. */
export interface Claim extends TrainingLine {
  readonly owner: string
  readonly epoch: number
}

/** Something that is to be learned. */
export interface Target extends TaskName {
  readonly version: number
  readonly every: number
}

const COLUMNS = `t.workspace_id as ws, t.model, t.task, t.version, t.every, t.due, t.asked, case when t.until > now() then t.phase else '' end as phase,
  t.started_at as "startedAt", t.ended_at as "endedAt", t.outcome, t.reason, t.detail, t.failures, t.took_ms as "tookMs"`

/** Makes the tasks those that are wanted; new ones are due at once. */
export async function setTargets(tx: Queryable, targets: readonly Target[], now: number): Promise<void> {
  const columns = [
    targets.map(({ ws }) => ws),
    targets.map(({ model }) => model),
    targets.map(({ task }) => task),
    targets.map(({ version }) => version),
    targets.map(({ every }) => every),
  ]
  await tx.query(
    `insert into model_training as t (workspace_id, model, task, version, every, due)
     select *, $6 from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[])
     on conflict (workspace_id, model, task) do update set version = excluded.version, every = excluded.every
     where (t.version, t.every) is distinct from (excluded.version, excluded.every)`,
    [...columns, now],
  )
  await tx.query(
    `delete from model_training t where until < now() and not exists (
       select from unnest($1::text[], $2::text[], $3::text[]) w(ws, model, task)
       where w.ws = t.workspace_id and w.model = t.model and w.task = t.task)`,
    columns.slice(0, 3),
  )
}

/**
 * Takes the task that is most due and that nobody trains: what people ask for first, then the workspace that was served longest ago.
 * A due time further off than any wait was written by a clock that was wrong.
 */
export async function claimTraining(
  db: Queryable,
  { owner, seconds, now }: { owner: string; seconds: number; now: number },
): Promise<Claim | undefined> {
  const { rows } = await db.query<Claim>(
    `update model_training t set owner = $1, until = now() + make_interval(secs => $2), epoch = t.epoch + 1, phase = 'gathering', started_at = $3, asked = false
     from (
       select workspace_id, model, task from model_training m
       where (asked or due <= $3 or due > $3 + 2 * greatest(every, $4)) and until < now()
       order by asked desc, (select max(o.started_at) from model_training o where o.workspace_id = m.workspace_id) nulls first, due, workspace_id, model
       limit 1 for update skip locked
     ) c
     where t.workspace_id = c.workspace_id and t.model = c.model and t.task = c.task
     returning ${COLUMNS}, t.owner, t.epoch`,
    [owner, seconds, now, LONGEST_WAIT],
  )
  return rows[0]
}

const ours = ({ ws, model, task, owner, epoch }: Claim): unknown[] => [ws, model, task, owner, epoch]
const IS_OURS = 'workspace_id = $1 and model = $2 and task = $3 and owner = $4 and epoch = $5 and until > now()'

/** Keeps a claim, and says what is done; false when it is not ours any more. */
export async function keepClaim(
  db: Queryable,
  claim: Claim,
  { seconds, phase }: { seconds: number; phase: TrainingLine['phase'] },
): Promise<boolean> {
  const { rowCount } = await db.query(`update model_training set until = now() + make_interval(secs => $6), phase = $7 where ${IS_OURS}`, [
    ...ours(claim),
    seconds,
    phase,
  ])
  return rowCount === 1
}

export interface Ended {
  readonly outcome: 'installed' | 'nothing_new' | 'failed'
  readonly reason: string
  readonly detail: string
  readonly failures: number
  readonly due: number
  readonly endedAt: number
  readonly tookMs: number
}

/** Ends a claim; false when it was not ours any more. How long it took is added up by the hour, for the ledger of costs. */
export async function endTraining(tx: Queryable, claim: Claim, ended: Ended): Promise<boolean> {
  const { rows } = await tx.query<{ ended: boolean }>(
    `with ended as (
       update model_training set owner = null, until = 'epoch', phase = '', outcome = $6, reason = $7, detail = $8, failures = $9, due = $10,
         ended_at = $11, took_ms = $12 where ${IS_OURS} returning workspace_id, model, ended_at / 3600000 as hour, took_ms
     ), added as (
       insert into learning_hours as h (workspace_id, model, hour, ms) select workspace_id, model, hour, took_ms from ended
       on conflict (workspace_id, model, hour) do update set ms = h.ms + excluded.ms
     ) select exists (select from ended) as ended`,
    [...ours(claim), ended.outcome, ended.reason, ended.detail, ended.failures, ended.due, ended.endedAt, ended.tookMs],
  )
  return rows[0]!.ended
}

/** How long models of a workspace learned, by the hour in which a training ended; times are epoch ms, the end not included. */
export async function learningTimes(
  db: Queryable,
  { ws, from, until }: { readonly ws: string; readonly from: number; readonly until: number },
): Promise<{ model: string; at: number; ms: number }[]> {
  const { rows } = await db.query<{ model: string; at: number; ms: number }>(
    `select model, hour * 3600000::float8 as at, ms::float8 as ms from learning_hours
     where workspace_id = $1 and hour >= $2::bigint / 3600000 and hour * 3600000::bigint < $3 order by hour, model`,
    [ws, from, until],
  )
  return rows
}

/** Gives up what this process holds, to be taken by others at once. */
export async function dropClaims(db: Queryable, owner: string): Promise<void> {
  await db.query(`update model_training set owner = null, until = 'epoch', phase = '', due = least(due, started_at) where owner = $1`, [
    owner,
  ])
}

/** Asks for training now; false when there is nothing of that model to train. */
export async function askTraining(tx: Queryable, ws: string, model: string): Promise<boolean> {
  const { rowCount } = await tx.query('update model_training set asked = true where workspace_id = $1 and model = $2', [ws, model])
  return (rowCount ?? 0) > 0
}

/** Of one workspace, or of one model of it. */
export async function trainingLines(db: Queryable, ws: string, model?: string): Promise<TrainingLine[]> {
  const { rows } = await db.query<TrainingLine>(
    `select ${COLUMNS} from model_training t where workspace_id = $1 and ($2::text is null or model = $2) order by model, version`,
    [ws, model ?? null],
  )
  return rows
}

/** Tasks by how their last training ended. */
export async function trainingCounts(db: Queryable): Promise<{ outcome: TrainingLine['outcome']; count: number }[]> {
  const { rows } = await db.query<{ outcome: TrainingLine['outcome']; count: number }>(
    'select outcome, count(*)::int as count from model_training group by outcome',
  )
  return rows
}

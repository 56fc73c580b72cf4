import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'

export interface BacktestRow {
  readonly id: string
  readonly journey: string
  readonly status: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly done: number
  readonly total: number
  readonly error: string
  readonly result: unknown
  readonly request: { readonly definition: unknown; readonly from: number; readonly to: number }
}

/** Backtests that a workspace keeps. */
const KEPT = 50

export async function createBacktest(
  db: Queryable,
  {
    workspace,
    id,
    journey,
    request,
    by,
    now,
  }: { workspace: string; id: string; journey: string; request: object; by: string; now: number },
): Promise<void> {
  await db.query('insert into backtests (workspace_id, id, journey_id, request, by, began_at) values ($1, $2, $3, $4, $5, $6)', [
    workspace,
    id,
    journey,
    JSON.stringify(request),
    by,
    now,
  ])
  await db.query(
    'delete from backtests where workspace_id = $1 and id in (select id from backtests where workspace_id = $1 order by began_at desc offset $2)',
    [workspace, KEPT],
  )
}

export async function readBacktest(db: Queryable, workspace: string, id: string): Promise<BacktestRow | undefined> {
  const { rows } = await db.query<BacktestRow>(
    `select id, journey_id as journey, status, done::float8 as done, total::float8 as total, error, result, request
     from backtests where workspace_id = $1 and id = $2`,
    [workspace, id],
  )
  return rows[0]
}

type Progress = Partial<Pick<BacktestRow, 'done' | 'total' | 'error' | 'result'>> & Pick<BacktestRow, 'status'>

/** Notes how far it is; false: it was cancelled meanwhile. */
export async function noteBacktest(
  db: Queryable,
  { workspace, id, now }: { workspace: string; id: string; now: number },
  { status, done, total, error, result }: Progress,
): Promise<boolean> {
  const ended = status === 'running' ? null : now
  const { rowCount } = await db.query(
    `update backtests set status = $3, done = coalesce($4, done), total = coalesce($5, total), error = coalesce($6, error),
       result = coalesce($7::jsonb, result), ended_at = $8
     where workspace_id = $1 and id = $2 and status in ('waiting', 'running')`,
    [workspace, id, status, done ?? null, total ?? null, error ?? null, result === undefined ? null : JSON.stringify(result), ended],
  )
  return rowCount === 1
}

/** Which people a backtest concerns. Times are epoch ms. */
export interface Concerned {
  readonly workspace: string
  readonly journey: string
  /** Names of events that may begin a run; null: anybody may enter. */
  readonly events: readonly string[] | null
  readonly from: number
  readonly to: number
}

const params = ({ workspace, journey, events, from, to }: Concerned) => ({
  workspace,
  journey,
  from,
  to,
  all: events === null,
  names: events ?? [''],
})
const BEFORE = "workspace_id = {workspace:String} AND verdict = 'accepted' AND toUnixTimestamp64Milli(received) < {to:Int64}"
const ENTERING = '({all:Bool} OR (name IN {names:Array(String)} AND toUnixTimestamp64Milli(received) >= {from:Int64}))'
const RUNS =
  'workspace_id = {workspace:String} AND journey_id = {journey:String} AND toUnixTimestamp64Milli(at) >= {from:Int64} AND toUnixTimestamp64Milli(at) < {to:Int64}'

/** How many people, and how many events they may have at most. */
export async function sizeOf(analytics: Analytics, concerned: Concerned): Promise<{ people: number; events: number }> {
  const [row] = await analytics.query<{ people: number; events: number }>(
    `SELECT uniqIf(profile_id, ${ENTERING}) AS people, count() AS events FROM events WHERE ${BEFORE}`,
    params(concerned),
  )
  return row ?? { people: 0, events: 0 }
}

/** The people of one slice: those who could enter, and those who did. */
export async function peopleIn(analytics: Analytics, concerned: Concerned, slice: { of: number; at: number }): Promise<string[]> {
  const here = 'cityHash64(profile_id) % {of:UInt32} = {at:UInt32}'
  const rows = await analytics.query<{ id: string }>(
    `SELECT DISTINCT id FROM (
       SELECT profile_id AS id FROM events WHERE ${BEFORE} AND ${here} AND ${ENTERING}
       UNION ALL SELECT profile_id AS id FROM transitions WHERE ${RUNS} AND ${here} AND kind = 'entered'
     ) ORDER BY id`,
    { ...params(concerned), ...slice },
  )
  return rows.map(({ id }) => id)
}

export interface PastEvent {
  readonly profile: string
  readonly id: string
  readonly type: string
  readonly name: string
  readonly at: number
  readonly received: number
  /** JSON text. */
  readonly properties: string
  readonly partition: number
}

/** All that people did before the end, in the order of the log within each partition. */
export function pastOf(analytics: Analytics, { workspace, to }: Concerned, ids: readonly string[]): Promise<PastEvent[]> {
  return analytics.query<PastEvent>(
    `SELECT profile_id AS profile, message_id AS id, type, name, toUnixTimestamp64Milli(e.at) AS at,
       toUnixTimestamp64Milli(e.received) AS received, properties, partition
     FROM events AS e WHERE ${BEFORE.replace('received', 'e.received')} AND profile_id IN {ids:Array(String)} ORDER BY profile_id, partition, seq, ix`,
    { workspace, to, ids },
  )
}

export interface PastMove {
  readonly profile: string
  readonly enrollment: string
  readonly kind: 'entered' | 'refused' | 'moved' | 'exited' | 'converted'
  readonly from: string
  readonly to: string
  readonly reason: string
  readonly cause: string
  readonly at: number
}

/** What really happened in the journey. */
export function movesOf(analytics: Analytics, concerned: Concerned, ids: readonly string[]): Promise<PastMove[]> {
  return analytics.query<PastMove>(
    `SELECT profile_id AS profile, enrollment_id AS enrollment, kind, from_step AS \`from\`, to_step AS \`to\`, reason, cause,
       toUnixTimestamp64Milli(t.at) AS at
     FROM transitions AS t WHERE ${RUNS.replaceAll('(at)', '(t.at)').replaceAll('{from:Int64}', '{begin:Int64}').replaceAll('{to:Int64}', '{end:Int64}')}
       AND profile_id IN {ids:Array(String)} ORDER BY t.at, seq, ix`,
    { workspace: concerned.workspace, journey: concerned.journey, begin: concerned.from, end: concerned.to, ids },
  )
}

export interface PastMessage {
  readonly profile: string
  readonly effect: string
  readonly step: string
  readonly channel: string
  readonly at: number
}

/** Messages of the journey that were really sent, each once. */
export function sentOf(analytics: Analytics, concerned: Concerned, ids: readonly string[]): Promise<PastMessage[]> {
  return analytics.query<PastMessage>(
    `SELECT any(profile_id) AS profile, effect_id AS effect, any(step_id) AS step, any(channel) AS channel, min(toUnixTimestamp64Milli(d.at)) AS at
     FROM deliveries AS d WHERE ${RUNS.replaceAll('(at)', '(d.at)')} AND status = 'sent' AND profile_id IN {ids:Array(String)}
     GROUP BY effect_id ORDER BY at, effect`,
    { ...params(concerned), ids },
  )
}

/** As a background job, which one of the processes that do such work takes up. */
export async function enqueueBacktest(db: Queryable, input: { workspace: string; id: string }): Promise<void> {
  await db.query(`select graphile_worker.add_job('backtest', $1::json, max_attempts => 3)`, [JSON.stringify(input)])
}

import type { Queryable } from '#platform/log.ts'
import type { Destination } from './saved.ts'

export type RunState = 'open' | 'done' | 'partly' | 'failed'

export interface RunRow {
  readonly ws: string
  readonly id: string
  readonly report: string
  readonly version: number
  /** Epoch ms. */
  readonly due: number
  /** '' by schedule. */
  readonly by: string
  readonly state: RunState
  readonly missed: number
  readonly attempts: number
  readonly detail: string
  readonly startedAt: number | null
  readonly endedAt: number | null
}
const RUN = `workspace_id as ws, id, report, version, due::float8 as due, by, state, missed, attempts, detail, started_at::float8 as "startedAt", ended_at::float8 as "endedAt"`

export interface NewRun extends Pick<RunRow, 'ws' | 'id' | 'report' | 'version' | 'due' | 'by' | 'missed'> {
  readonly destinations: readonly Destination[]
}

/** Opens a run with its places to go. False when the moment has its run already. */
export async function openRun(
  tx: Queryable,
  { ws, id, report, version, due, by, missed, destinations }: NewRun,
  now: number,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into report_runs (workspace_id, id, report, version, due, by, state, missed, next_at)
     values ($1, $2, $3, $4, $5, $6, 'open', $7, $8) on conflict do nothing`,
    [ws, id, report, version, due, by, missed, now],
  )
  if (rowCount !== 1) return false
  await tx.query(
    `insert into report_deliveries (workspace_id, run_id, ix, destination, state, next_at)
     select $1, $2, (d.ix - 1)::int, d.destination, 'open', $4 from jsonb_array_elements($3::jsonb) with ordinality d(destination, ix)`,
    [ws, id, JSON.stringify(destinations), now],
  )
  return true
}

/** The newest moment of a report that has a run by schedule; null before the first. */
export async function lastRun(db: Queryable, ws: string, report: string): Promise<number | null> {
  const { rows } = await db.query<{ due: number | null }>(
    `select max(due)::float8 as due from report_runs where workspace_id = $1 and report = $2 and by = ''`,
    [ws, report],
  )
  return rows[0]?.due ?? null
}

/** Takes the open runs whose time has come, each for one process and for `leaseMs`: whoever dies over one leaves it to the next. */
export async function claimRuns(tx: Queryable, { now, leaseMs, most }: { now: number; leaseMs: number; most: number }): Promise<RunRow[]> {
  const { rows } = await tx.query<RunRow>(
    `update report_runs set attempts = attempts + 1, next_at = $1::bigint + $2::bigint, started_at = coalesce(started_at, $1)
     where (workspace_id, id) in (
       select workspace_id, id from report_runs where state = 'open' and next_at <= $1 order by next_at limit $3 for update skip locked)
     returning ${RUN}`,
    [now, leaseMs, most],
  )
  return rows
}

export interface Noted {
  readonly state: RunState
  readonly detail: string
  /** Epoch ms. */
  readonly at: number
  /** Of an open one: when it is tried again. */
  readonly next?: number
}
export async function noteRun(db: Queryable, { ws, id }: Pick<RunRow, 'ws' | 'id'>, { state, detail, at, next }: Noted): Promise<void> {
  await db.query(
    `update report_runs set state = $3, detail = $4, next_at = coalesce($5, next_at), ended_at = case when $3 = 'open' then null else $6::bigint end
     where workspace_id = $1 and id = $2`,
    [ws, id, state, detail, next ?? null, at],
  )
}

export interface DeliveryRow {
  readonly ix: number
  readonly destination: Destination
  readonly state: 'open' | 'done' | 'failed'
  readonly attempts: number
  readonly next: number
  readonly detail: string
}
export async function deliveriesOf(db: Queryable, ws: string, run: string): Promise<DeliveryRow[]> {
  const { rows } = await db.query<DeliveryRow>(
    `select ix, destination, state, attempts, next_at::float8 as next, detail from report_deliveries where workspace_id = $1 and run_id = $2 order by ix`,
    [ws, run],
  )
  return rows
}

export async function noteDelivery(
  db: Queryable,
  { ws, run, ix }: { ws: string; run: string; ix: number },
  { state, detail, next }: { state: DeliveryRow['state']; detail: string; next: number },
): Promise<void> {
  await db.query(
    `update report_deliveries set state = $4, detail = $5, next_at = $6, attempts = attempts + 1 where workspace_id = $1 and run_id = $2 and ix = $3`,
    [ws, run, ix, state, detail, next],
  )
}

export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}
/** Keeps files of a run; one that is there already stays as it is, so that every place gets the same. */
export async function keepFiles(
  tx: Queryable,
  { ws, run, at }: { ws: string; run: string; at: number },
  files: readonly StoredFile[],
): Promise<void> {
  for (const { id, name, type, bytes } of files)
    await tx.query(
      `insert into report_files (workspace_id, id, run_id, name, type, bytes, made_at) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [ws, id, run, name, type, Buffer.from(bytes), at],
    )
}

export async function filesOf(db: Queryable, ws: string, run: string): Promise<StoredFile[]> {
  const { rows } = await db.query<StoredFile>(
    `select id, name, type, bytes from report_files where workspace_id = $1 and run_id = $2 order by id`,
    [ws, run],
  )
  return rows
}

export async function fileById(db: Queryable, ws: string, id: string): Promise<StoredFile | undefined> {
  const { rows } = await db.query<StoredFile>('select id, name, type, bytes from report_files where workspace_id = $1 and id = $2', [
    ws,
    id,
  ])
  return rows[0]
}

export interface RunLine extends Omit<RunRow, 'ws' | 'attempts'> {
  readonly deliveries: readonly Pick<DeliveryRow, 'destination' | 'state' | 'detail' | 'attempts'>[]
  readonly files: readonly { readonly id: string; readonly name: string; readonly type: string; readonly bytes: number }[]
}
export async function listRuns(
  db: Queryable,
  { ws, report, most }: { ws: string; report: string | undefined; most: number },
): Promise<RunLine[]> {
  const { rows } = await db.query<RunLine>(
    `select ${RUN},
       coalesce((select jsonb_agg(jsonb_build_object('destination', d.destination, 'state', d.state, 'detail', d.detail, 'attempts', d.attempts) order by d.ix)
         from report_deliveries d where d.workspace_id = r.workspace_id and d.run_id = r.id), '[]') as deliveries,
       coalesce((select jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name, 'type', f.type, 'bytes', length(f.bytes)) order by f.id)
         from report_files f where f.workspace_id = r.workspace_id and f.run_id = r.id), '[]') as files
     from report_runs r where workspace_id = $1 and ($2::text is null or report = $2) order by due desc, id limit $3`,
    [ws, report ?? null, most],
  )
  return rows
}

/** Old runs with their files. */
export async function forgetRuns(db: Queryable, before: number): Promise<number> {
  const { rowCount } = await db.query(`delete from report_runs where state <> 'open' and due < $1`, [before])
  return rowCount ?? 0
}

import type { Broadcast } from '#journeys/entries/selection.ts'
import type { Queryable } from '#platform/log.ts'
import type { BroadcastCut } from './broadcast-cut.ts'

export type BroadcastStatus = 'running' | 'paused' | 'done' | 'cancelled' | 'missed'

export interface BroadcastRow extends Broadcast {
  readonly ws: string
  readonly journey: string
  readonly version: number
  readonly status: BroadcastStatus
  /** Epoch ms. */
  readonly due: number
  readonly beganAt: number
  readonly endedAt: number | null
  readonly after: string
  readonly people: number
  readonly looked: number
  readonly reached: number
  readonly reason: string
  /** Null: nobody has looked yet whether budgets reach for all. */
  readonly cut: BroadcastCut | null
}

const ROW = `workspace_id as ws, journey_id as journey, occurrence, kind, version, status, due, began_at as "beganAt", ended_at as "endedAt",
  after, people, looked, reached, reason, cut`

export type NewBroadcast = Pick<BroadcastRow, 'ws' | 'journey' | 'occurrence' | 'kind' | 'version' | 'status' | 'due' | 'beganAt'> & {
  /** Why it does not begin; '' or left out when it does. */
  readonly reason?: string
}

/** Reason of a row that only keeps a version from going out at a time that it was taken back from; a later version takes its place. */
export const TAKEN_BACK = 'taken_back'

/** Makes the row of an occurrence; false when it was made before, by whatever process. */
export async function beginBroadcast(db: Queryable, row: NewBroadcast): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into broadcasts (workspace_id, journey_id, occurrence, kind, version, status, due, began_at, ended_at, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, case when $6 in ('running', 'paused') then null else $8::bigint end, $9)
     on conflict (workspace_id, journey_id, occurrence) do update set version = excluded.version, status = excluded.status, due = excluded.due,
       began_at = excluded.began_at, ended_at = excluded.ended_at, reason = excluded.reason
     where broadcasts.reason = '${TAKEN_BACK}' and broadcasts.version < excluded.version`,
    [row.ws, row.journey, row.occurrence, row.kind, row.version, row.status, row.due, row.beganAt, row.reason ?? ''],
  )
  return rowCount === 1
}

/** Whether the row of an occurrence is there. */
export async function isBegun(db: Queryable, { ws, journey, occurrence }: Name): Promise<boolean> {
  const { rowCount } = await db.query(
    'select from broadcasts where workspace_id = $1 and journey_id = $2 and occurrence = $3 and reason <> $4',
    [ws, journey, occurrence, TAKEN_BACK],
  )
  return rowCount === 1
}

/** Local time of the last occurrence of each journey's schedule, by `workspace journey`. */
export async function lastOccurrences(db: Queryable): Promise<Map<string, string>> {
  const { rows } = await db.query<{ ws: string; journey: string; last: string }>(
    `select workspace_id as ws, journey_id as journey, max(occurrence) as last from broadcasts where kind = 'scheduled' and reason <> '${TAKEN_BACK}' group by 1, 2`,
  )
  return new Map(rows.map(({ ws, journey, last }) => [`${ws} ${journey}`, last]))
}

/** Whose turn it is, locked until the transaction ends; another process takes the next one. */
export async function lockTurn(tx: Queryable): Promise<BroadcastRow | undefined> {
  const { rows } = await tx.query<BroadcastRow>(
    `select ${ROW} from broadcasts where status = 'running' order by turn, began_at limit 1 for update skip locked`,
  )
  return rows[0]
}

/** How many people there are to look at. */
export async function notePeople(db: Queryable, { ws, journey, occurrence }: Name, people: number): Promise<void> {
  await db.query('update broadcasts set people = $4 where workspace_id = $1 and journey_id = $2 and occurrence = $3', [
    ws,
    journey,
    occurrence,
    people,
  ])
}

type Name = Pick<BroadcastRow, 'ws' | 'journey' | 'occurrence'>

export async function noteTurn(
  tx: Queryable,
  { ws, journey, occurrence }: Name,
  { after, looked, reached }: { after: string; looked: number; reached: number },
): Promise<void> {
  await tx.query(
    `update broadcasts set after = $4, looked = looked + $5, reached = reached + $6, turn = turn + 1
     where workspace_id = $1 and journey_id = $2 and occurrence = $3`,
    [ws, journey, occurrence, after, looked, reached],
  )
}

/** Notes whom the money of budgets reaches for. */
export async function noteCut(tx: Queryable, { ws, journey, occurrence }: Name, cut: BroadcastCut): Promise<void> {
  await tx.query('update broadcasts set cut = $4 where workspace_id = $1 and journey_id = $2 and occurrence = $3', [
    ws,
    journey,
    occurrence,
    JSON.stringify(cut),
  ])
}

export async function endBroadcast(
  tx: Queryable,
  { ws, journey, occurrence }: Name,
  { status, reason, at }: { status: BroadcastStatus; reason: string; at: number },
): Promise<void> {
  await tx.query(
    'update broadcasts set status = $4, reason = $5, ended_at = $6 where workspace_id = $1 and journey_id = $2 and occurrence = $3',
    [ws, journey, occurrence, status, reason, at],
  )
}

/** Broadcasts of a journey, newest first. */
export async function broadcastsOf(
  db: Queryable,
  workspace: string,
  { journey, limit }: { journey: string; limit: number },
): Promise<BroadcastRow[]> {
  const { rows } = await db.query<BroadcastRow>(
    `select ${ROW} from broadcasts where workspace_id = $1 and journey_id = $2 and reason <> $4 order by began_at desc, occurrence desc limit $3`,
    [workspace, journey, limit, TAKEN_BACK],
  )
  return rows
}

/** Changes the status if it is one of those; the row as it is then, or undefined. */
export async function changeBroadcast(
  tx: Queryable,
  { ws, journey, occurrence }: Name,
  { from, to, at }: { from: readonly BroadcastStatus[]; to: BroadcastStatus; at: number },
): Promise<BroadcastRow | undefined> {
  const { rows } = await tx.query<BroadcastRow>(
    `update broadcasts set status = $5, reason = case when $5 = 'running' then '' else reason end, ended_at = case when $5 = 'cancelled' then $6::bigint end
     where workspace_id = $1 and journey_id = $2 and occurrence = $3 and status = any($4) returning ${ROW}`,
    [ws, journey, occurrence, from, to, at],
  )
  return rows[0]
}

export async function isAnyRunning(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ any: boolean }>(`select exists (select from broadcasts where status = 'running') as any`)
  return rows[0]!.any
}

/** Broadcasts of all schedules of a workspace, newest first. */
export async function scheduledOf(db: Queryable, workspace: string, since: number): Promise<BroadcastRow[]> {
  const { rows } = await db.query<BroadcastRow>(
    `select ${ROW} from broadcasts b where workspace_id = $1 and kind = 'scheduled' and reason <> $2
       and (began_at >= $3 or occurrence = (select max(occurrence) from broadcasts o
         where o.workspace_id = $1 and o.journey_id = b.journey_id and o.kind = 'scheduled' and o.reason <> $2))
     order by began_at desc, occurrence desc`,
    [workspace, TAKEN_BACK, since],
  )
  return rows
}

/** Gives a time free again that a version was taken back from. */
export async function giveBack(db: Queryable, { ws, journey, occurrence }: Name): Promise<void> {
  await db.query('delete from broadcasts where workspace_id = $1 and journey_id = $2 and occurrence = $3 and reason = $4', [
    ws,
    journey,
    occurrence,
    TAKEN_BACK,
  ])
}

import type { JsonObject } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'

/** A snapshot as it is listed, without what it holds. Times are epoch ms. */
export interface SnapshotLine {
  readonly ws: string
  readonly model: string
  readonly serial: number
  readonly version: number
  /** '' of a reset. */
  readonly task: string
  readonly revision: number
  readonly madeAt: number
  readonly trainedTo: number
  readonly examples: number
  readonly checksum: string
  readonly size: number
  readonly report: JsonObject
  /** Its body was removed after the time that snapshots are kept. */
  readonly removed: boolean
}

/** What is learned for one document's task. */
export interface TaskName {
  readonly ws: string
  readonly model: string
  readonly task: string
}

const COLUMNS = `s.workspace_id as ws, s.model, s.serial, s.version, s.task, s.revision, s.made_at as "madeAt", s.trained_to as "trainedTo",
  s.examples, s.checksum, s.size, s.report, s.body is null as removed`

const names = (tasks: readonly TaskName[]): string[][] => [
  tasks.map(({ ws }) => ws),
  tasks.map(({ model }) => model),
  tasks.map(({ task }) => task),
]

/** The newest snapshot of each task at a revision that no reset has forgotten. Infinity: now. */
export async function snapshotsAt(db: Queryable, revision: number, tasks: readonly TaskName[]): Promise<SnapshotLine[]> {
  if (tasks.length === 0) return []
  const { rows } = await db.query<SnapshotLine>(
    `select ${COLUMNS} from unnest($2::text[], $3::text[], $4::text[]) w(ws, model, task)
     cross join lateral (
       select * from model_snapshots n where n.workspace_id = w.ws and n.model = w.model and n.task = w.task and n.revision <= $1
         and n.serial > coalesce((select max(f.serial) from model_snapshots f
           where f.workspace_id = w.ws and f.model = w.model and f.task = '' and f.revision <= $1), 0)
       order by n.serial desc limit 1) s`,
    [Number.isFinite(revision) ? revision : Number.MAX_SAFE_INTEGER, ...names(tasks)],
  )
  return rows
}

/** Bodies as they lie, in the order asked for; null where one was removed. */
export async function bodiesOf(
  db: Queryable,
  wanted: readonly { readonly ws: string; readonly model: string; readonly serial: number }[],
): Promise<(Buffer | null)[]> {
  if (wanted.length === 0) return []
  const { rows } = await db.query<{ body: Buffer | null }>(
    `select s.body from unnest($1::text[], $2::text[], $3::int[]) with ordinality w(ws, model, serial, place)
     left join model_snapshots s on s.workspace_id = w.ws and s.model = w.model and s.serial = w.serial order by w.place`,
    [wanted.map(({ ws }) => ws), wanted.map(({ model }) => model), wanted.map(({ serial }) => serial)],
  )
  return rows.map(({ body }) => body)
}

/** Revisions in (from, to] that brought snapshots or resets, and whose. Nothing else is in such a revision. */
export async function snapshotRevisions(db: Queryable, from: number, to: number): Promise<{ ws: string; revision: number }[]> {
  const { rows } = await db.query<{ ws: string; revision: number }>(
    'select distinct workspace_id as ws, revision from model_snapshots where revision > $1 and revision <= $2',
    [from, to],
  )
  return rows
}

/** Snapshots and resets of a model, newest first, before a serial. */
export async function snapshotLines(
  db: Queryable,
  { ws, model, before, limit }: { ws: string; model: string; before: number; limit: number },
): Promise<SnapshotLine[]> {
  const { rows } = await db.query<SnapshotLine>(
    `select ${COLUMNS} from model_snapshots s where workspace_id = $1 and model = $2 and serial < $3 order by serial desc limit $4`,
    [ws, model, before, limit],
  )
  return rows
}

/** The newest snapshots of a task that no reset has forgotten, newest first. */
export async function newestOfTask(db: Queryable, { ws, model, task }: TaskName, limit: number): Promise<SnapshotLine[]> {
  const { rows } = await db.query<SnapshotLine>(
    `select ${COLUMNS} from model_snapshots s where workspace_id = $1 and model = $2 and task = $3 and body is not null
       and serial > coalesce((select max(serial) from model_snapshots where workspace_id = $1 and model = $2 and task = ''), 0)
     order by serial desc limit $4`,
    [ws, model, task, limit],
  )
  return rows
}

/** These snapshots of models of a workspace, as far as there are any. */
export async function snapshotsNamed(
  db: Queryable,
  ws: string,
  wanted: readonly { readonly model: string; readonly serial: number }[],
): Promise<SnapshotLine[]> {
  const { rows } = await db.query<SnapshotLine>(
    `select ${COLUMNS} from unnest($2::text[], $3::int[]) w(model, serial)
     join model_snapshots s on s.workspace_id = $1 and s.model = w.model and s.serial = w.serial and s.task <> ''`,
    [ws, wanted.map(({ model }) => model), wanted.map(({ serial }) => serial)],
  )
  return rows
}

/** The last number given to a snapshot or reset of a model; 0: none yet. */
export async function lastSerial(db: Queryable, ws: string, model: string): Promise<number> {
  const { rows } = await db.query<{ serial: number }>(
    'select coalesce(max(serial), 0) as serial from model_snapshots where workspace_id = $1 and model = $2',
    [ws, model],
  )
  return rows[0]!.serial
}

/** Whether everything learned before was forgotten after a number. */
export async function wasReset(tx: Queryable, { ws, model, after }: { ws: string; model: string; after: number }): Promise<boolean> {
  const { rows } = await tx.query<{ reset: boolean }>(
    `select exists (select from model_snapshots where workspace_id = $1 and model = $2 and task = '' and serial > $3) as reset`,
    [ws, model, after],
  )
  return rows[0]!.reset
}

export interface NewSnapshot extends TaskName {
  readonly version: number
  readonly madeAt: number
  readonly trainedTo: number
  readonly examples: number
  readonly checksum: string
  readonly size: number
  readonly report: JsonObject
  readonly body: Buffer | null
}

/** Nobody else adds to a model until the transaction ends. */
export async function holdModel(tx: Queryable, ws: string, model: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('model ' || $1 || ' ' || $2, 0))`, [ws, model])
}

/** Adds a snapshot to a held model, in force from no revision yet (`dateSnapshots`); resolves with its serial. */
export async function addSnapshot(tx: Queryable, snapshot: NewSnapshot): Promise<number> {
  const { ws, model, task, version, madeAt, trainedTo, examples, checksum, size, report, body } = snapshot
  const { rows } = await tx.query<{ serial: number }>(
    `insert into model_snapshots
       (workspace_id, model, serial, version, task, revision, made_at, trained_to, examples, checksum, size, report, body)
     select $1, $2, coalesce(max(serial), 0) + 1, $3, $4, 0, $5, $6, $7, $8, $9, $10, $11
     from model_snapshots where workspace_id = $1 and model = $2 returning serial`,
    [ws, model, version, task, madeAt, trainedTo, examples, checksum, size, JSON.stringify(report), body],
  )
  return rows[0]!.serial
}

/** Puts what this transaction added in force from a revision on. Bodies went in before, so that nobody waits for them while the counter is held. */
export async function dateSnapshots(tx: Queryable, revision: number): Promise<void> {
  // Those of other transactions have theirs before they can be seen.
  await tx.query('update model_snapshots set revision = $1 where revision = 0', [revision])
}

/** Removes bodies that were made before a time and are not the newest of their task; checksum and report stay. Resolves with their number. */
export async function removeOldBodies(db: Queryable, before: number, limit: number): Promise<number> {
  const { rowCount } = await db.query(
    `update model_snapshots set body = null where (workspace_id, model, serial) in (
       select s.workspace_id, s.model, s.serial from model_snapshots s where s.body is not null and s.made_at < $1 and exists (
         select from model_snapshots n where n.workspace_id = s.workspace_id and n.model = s.model and n.task = s.task and n.serial > s.serial)
       order by s.made_at limit $2)`,
    [before, limit],
  )
  return rowCount ?? 0
}

import type { Queryable } from '#platform/log.ts'

export type WatchKind = 'condition' | 'aggregate' | 'models'

/** Something that is held against every event from a revision on. */
export interface WatchRow {
  readonly ws: string
  readonly kind: WatchKind
  readonly id: string
  readonly since: number
  /** The revision from which its past is complete; null while it is being brought in. */
  readonly built: number | null
}

/** What is watched at a revision, everywhere: a function of the revision alone. */
export async function watchesAt(db: Queryable, revision: number): Promise<WatchRow[]> {
  const { rows } = await db.query<WatchRow>(
    `select workspace_id as ws, kind, id, since, case when built <= $1 then built end as built from segment_watches
     where since <= $1 and (until is null or until > $1) order by workspace_id, kind, id, since`,
    [revision],
  )
  return rows
}

/** Watches of a workspace that nobody has ended. */
export async function openWatches(db: Queryable, workspace: string): Promise<WatchRow[]> {
  const { rows } = await db.query<WatchRow>(
    `select workspace_id as ws, kind, id, since, built from segment_watches where workspace_id = $1 and until is null`,
    [workspace],
  )
  return rows
}

export interface WatchName {
  readonly kind: WatchKind
  readonly id: string
}

export async function beginWatches(
  tx: Queryable,
  { workspace, revision, names, at }: { workspace: string; revision: number; names: readonly WatchName[]; at: number },
): Promise<void> {
  if (names.length === 0) return
  await tx.query(
    `insert into segment_watches (workspace_id, kind, id, since) select $1, kind, id, $2 from unnest($3::text[], $4::text[]) w(kind, id)`,
    [workspace, revision, names.map(({ kind }) => kind), names.map(({ id }) => id)],
  )
  await tx.query('insert into segment_builds (workspace_id, since, began_at) values ($1, $2, $3)', [workspace, revision, at])
}

export async function endWatches(
  tx: Queryable,
  { workspace, revision, watches }: { workspace: string; revision: number; watches: readonly (WatchName & { since: number })[] },
): Promise<void> {
  if (watches.length === 0) return
  await tx.query(
    `update segment_watches s set until = $2 from unnest($3::text[], $4::text[], $5::bigint[]) w(kind, id, since)
     where s.workspace_id = $1 and s.kind = w.kind and s.id = w.id and s.since = w.since and s.until is null`,
    [workspace, revision, watches.map(({ kind }) => kind), watches.map(({ id }) => id), watches.map(({ since }) => since)],
  )
}

export interface Build {
  readonly ws: string
  readonly since: number
  readonly status: 'waiting' | 'running' | 'built'
  /** The revision from which its past is complete; those who waited for it are looked at until it is built. */
  readonly finished: number | null
  readonly slices: number
  readonly slice: number
  readonly after: string
  readonly reviews: number
  /** Epoch ms. */
  readonly beganAt: number
  readonly endedAt: number | null
  readonly error: string
}

const BUILD = `workspace_id as ws, since, status, finished, slices, slice, after, reviews, began_at as "beganAt", ended_at as "endedAt", error`

/** The oldest build that is not done, of any workspace. */
export async function nextBuild(db: Queryable): Promise<Build | undefined> {
  const { rows } = await db.query<Build>(`select ${BUILD} from segment_builds where status <> 'built' order by since, workspace_id limit 1`)
  return rows[0]
}

/** Builds of a workspace, newest first. */
export async function buildsOf(db: Queryable, workspace: string, limit: number): Promise<Build[]> {
  const { rows } = await db.query<Build>(`select ${BUILD} from segment_builds where workspace_id = $1 order by since desc limit $2`, [
    workspace,
    limit,
  ])
  return rows
}

/** What a build has to bring in: ended watches are not wanted any more. */
export async function watchesSince(db: Queryable, { ws, since }: Pick<Build, 'ws' | 'since'>): Promise<WatchRow[]> {
  const { rows } = await db.query<WatchRow>(
    `select workspace_id as ws, kind, id, since, built from segment_watches
     where workspace_id = $1 and since = $2 and until is null and built is null order by kind, id`,
    [ws, since],
  )
  return rows
}

/** Says in how many slices a build is done. Throws when somebody else has said so already: another number would leave people out. */
export async function startBuild(tx: Queryable, { ws, since }: Pick<Build, 'ws' | 'since'>, slices: number): Promise<void> {
  const { rowCount } = await tx.query(
    `update segment_builds set status = 'running', slices = $3, error = '' where workspace_id = $1 and since = $2 and slices = 0`,
    [ws, since, slices],
  )
  if (rowCount === 0) throw new Error('Somebody else has begun this build')
}

/** How far a build has come, in the transaction that puts its records on the log. Throws when it has come further already: somebody else builds. */
export async function noteProgress(
  tx: Queryable,
  { ws, since }: Pick<Build, 'ws' | 'since'>,
  { slice, after, reviews }: { slice: number; after: string; reviews: number },
): Promise<void> {
  const { rowCount } = await tx.query(
    `update segment_builds set slice = $3, after = $4, reviews = reviews + $5, error = ''
     where workspace_id = $1 and since = $2 and status = 'running' and (slice < $3 or (slice = $3 and after < $4 collate "C"))`,
    [ws, since, slice, after, reviews],
  )
  if (rowCount !== 1) throw new Error(`The build of ${ws} at revision ${since} has come further than slice ${slice}`)
}

export async function noteBuildError(db: Queryable, { ws, since }: Pick<Build, 'ws' | 'since'>, error: string): Promise<void> {
  await db.query('update segment_builds set error = $3 where workspace_id = $1 and since = $2', [ws, since, error.slice(0, 1_000)])
}

/** From `revision` on the past of all that the build brought in is complete; `endBuild` follows when whoever waited for it has been looked at. */
export async function finishBuild(tx: Queryable, { ws, since }: Pick<Build, 'ws' | 'since'>, revision: number): Promise<void> {
  await tx.query('update segment_watches set built = $3 where workspace_id = $1 and since = $2 and until is null and built is null', [
    ws,
    since,
    revision,
  ])
  await tx.query(`update segment_builds set finished = $3, after = '', error = '' where workspace_id = $1 and since = $2`, [
    ws,
    since,
    revision,
  ])
}

/** Up to whom those who waited for a finished build have been looked at; throws when somebody else has come further. */
export async function noteLook(tx: Queryable, { ws, since }: Pick<Build, 'ws' | 'since'>, after: string): Promise<void> {
  const { rowCount } = await tx.query(
    `update segment_builds set after = $3 where workspace_id = $1 and since = $2 and finished is not null and status <> 'built' and after < $3`,
    [ws, since, after],
  )
  if (rowCount !== 1) throw new Error(`The build of ${ws} at revision ${since} has looked further than ${after}`)
}

export async function endBuild(db: Queryable, { ws, since }: Pick<Build, 'ws' | 'since'>, at: number): Promise<void> {
  await db.query(`update segment_builds set status = 'built', ended_at = $3, error = '' where workspace_id = $1 and since = $2`, [
    ws,
    since,
    at,
  ])
}

/** All processes together run one at a time. False when another process builds. */
export async function holdBuilds(client: Queryable): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK_KEY])
  return rows[0]!.held
}
/** Any number that nobody else uses for an advisory lock. */
const LOCK_KEY = 7_236_101_455

/** A workspace some of whose people ClickHouse has not been told about. */
export async function nextUntold(db: Queryable): Promise<{ ws: string; after: string } | undefined> {
  const { rows } = await db.query<{ ws: string; after: string }>(
    'select workspace_id as ws, after from people_told where not done order by workspace_id limit 1',
  )
  return rows[0]
}

export async function noteTold(db: Queryable, { ws, after, done }: { ws: string; after: string; done: boolean }): Promise<void> {
  await db.query('update people_told set after = $2, done = $3 where workspace_id = $1', [ws, after, done])
}

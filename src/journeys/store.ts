import type { Queryable } from '#platform/log.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import type { Impact } from './impact.ts'
import type { Edit } from './in-flight.ts'
import type { ModeChange, Timers } from './modes.ts'

type Placed<T> = T & { readonly ws: string; readonly journey: string }

/** Versions that take people along, of all workspaces at a revision. */
export async function editsAt(db: Queryable, revision: number): Promise<Placed<Edit>[]> {
  const { rows } = await db.query<Placed<Edit>>(
    'select workspace_id as ws, journey_id as journey, version, in_flight as "inFlight" from journey_edits where revision <= $1',
    [revision],
  )
  return rows
}

/** Changes of modes, of all workspaces at a revision. */
export async function modesAt(db: Queryable, revision: number): Promise<Placed<ModeChange>[]> {
  const { rows } = await db.query<Placed<Omit<ModeChange, 'timers'>> & { timers: Timers | null }>(
    'select workspace_id as ws, journey_id as journey, mode as kind, revision, at, timers from journey_modes where revision <= $1',
    [revision],
  )
  return rows.map(({ timers, ...row }) => ({ ...row, ...(timers ? { timers } : {}) }))
}

export async function addEdit(
  tx: Queryable,
  workspace: string,
  { journey, version, revision, inFlight }: { journey: string; version: number; revision: number; inFlight: InFlight },
): Promise<void> {
  await tx.query('insert into journey_edits (workspace_id, journey_id, version, revision, in_flight) values ($1, $2, $3, $4, $5)', [
    workspace,
    journey,
    version,
    revision,
    JSON.stringify(inFlight),
  ])
}

export async function addMode(
  tx: Queryable,
  workspace: string,
  { journey, kind, revision, at, timers, by }: { journey: string; by: string } & ModeChange,
): Promise<void> {
  await tx.query(
    'insert into journey_modes (workspace_id, journey_id, revision, mode, timers, at, by) values ($1, $2, $3, $4, $5, $6, $7)',
    [workspace, journey, revision, kind, timers ?? null, at, by],
  )
}

/** One change of a journey's mode at a time. */
export async function lockMode(tx: Queryable, workspace: string, journey: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('journey mode ' || $1 || ' ' || $2, 0))`, [workspace, journey])
}

/** The mode that each journey of a workspace is in; those that never changed it are missing. */
export async function modesOf(db: Queryable, workspace: string): Promise<Map<string, Pick<ModeChange, 'kind' | 'at'> & { by: string }>> {
  const { rows } = await db.query<{ journey: string; kind: ModeChange['kind']; at: number; by: string }>(
    `select distinct on (journey_id) journey_id as journey, mode as kind, at, by from journey_modes
     where workspace_id = $1 order by journey_id, revision desc`,
    [workspace],
  )
  return new Map(rows.map(({ journey, ...mode }) => [journey, mode]))
}

/**
 * Which of these messages must not leave now: their journey is paused, or was stopped after they were decided. Answers as of the newest
 * commit, so that what is asked after a pause was accepted is held back.
 */
export async function heldBackAmong(
  db: Queryable,
  entries: readonly { readonly ws: string; readonly journey: string; readonly createdAt: number }[],
): Promise<readonly boolean[]> {
  if (entries.length === 0) return []
  const { rows } = await db.query<{ n: number }>(
    `select e.n::int as n from unnest($1::text[], $2::text[], $3::bigint[]) with ordinality e(ws, journey, created, n)
     cross join lateral (
       select mode, max(at) filter (where mode = 'stop') over () as stopped from journey_modes m
       where m.workspace_id = e.ws and m.journey_id = e.journey order by revision desc limit 1) last
     where last.mode = 'pause' or last.stopped >= e.created`,
    [entries.map(({ ws }) => ws), entries.map(({ journey }) => journey), entries.map(({ createdAt }) => createdAt)],
  )
  const held = new Set(rows.map(({ n }) => n))
  return entries.map((_, i) => held.has(i + 1))
}

/** Journeys whose pause has ended within this many real seconds. */
export async function resumedLately(db: Queryable, seconds: number): Promise<{ ws: string; journey: string }[]> {
  const { rows } = await db.query<{ ws: string; journey: string }>(
    `select ws, journey from (
       select distinct on (workspace_id, journey_id) workspace_id as ws, journey_id as journey, mode, made_at
       from journey_modes order by workspace_id, journey_id, revision desc) last
     where mode in ('run', 'drain') and made_at > now() - make_interval(secs => $1)`,
    [seconds],
  )
  return rows
}

export interface StoredImpact extends Pick<Impact, 'hash' | 'live' | 'inFlight' | 'people' | 'at'> {
  readonly journey: string
}

/** Keeps a preview under its token; those that were made before `forget` (epoch ms) go. */
export async function keepImpact(
  tx: Queryable,
  workspace: string,
  { token, forget, impact: { journey, hash, live, inFlight, people, at } }: { token: string; forget: number; impact: StoredImpact },
): Promise<void> {
  await tx.query('delete from journey_impacts where workspace_id = $1 and at < $2', [workspace, forget])
  await tx.query(
    'insert into journey_impacts (workspace_id, token, journey_id, hash, live, in_flight, people, at) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [workspace, token, journey, hash, live, JSON.stringify(inFlight), JSON.stringify(people), at],
  )
}

export async function impactsNamed(tx: Queryable, workspace: string, tokens: readonly string[]): Promise<StoredImpact[]> {
  const { rows } = await tx.query<StoredImpact>(
    `select journey_id as journey, hash, live, in_flight as "inFlight", people, at from journey_impacts
     where workspace_id = $1 and token = any($2)`,
    [workspace, tokens],
  )
  return rows
}

export interface Sweep {
  readonly ws: string
  readonly journey: string
  readonly revision: number
  readonly factsTo: number | null
  readonly after: string
  readonly people: number
}

export async function addSweep(
  tx: Queryable,
  workspace: string,
  { journey, revision }: { journey: string; revision: number },
): Promise<void> {
  await tx.query('insert into journey_sweeps (workspace_id, journey_id, revision) values ($1, $2, $3)', [workspace, journey, revision])
}

/** Sweeps that are not done, oldest first. */
export async function openSweeps(db: Queryable): Promise<Sweep[]> {
  const { rows } = await db.query<Sweep>(
    `select workspace_id as ws, journey_id as journey, revision, facts_to as "factsTo", after_profile as after, people
     from journey_sweeps where not done order by revision`,
  )
  return rows
}

/** The sweep for this transaction alone; undefined when another process works on it, or it is done. */
export async function takeSweep(tx: Queryable, { ws, journey, revision }: Sweep): Promise<Sweep | undefined> {
  const { rows } = await tx.query<Sweep>(
    `select workspace_id as ws, journey_id as journey, revision, facts_to as "factsTo", after_profile as after, people
     from journey_sweeps where workspace_id = $1 and journey_id = $2 and revision = $3 and not done for update skip locked`,
    [ws, journey, revision],
  )
  return rows[0]
}

export async function moveSweep(
  tx: Queryable,
  { ws, journey, revision, factsTo, after, people, done }: Sweep & { readonly done: boolean },
): Promise<void> {
  await tx.query(
    `update journey_sweeps set facts_to = $4, after_profile = $5, people = $6, done = $7
     where workspace_id = $1 and journey_id = $2 and revision = $3`,
    [ws, journey, revision, factsTo, after, people, done],
  )
}

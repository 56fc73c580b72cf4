import type { Queryable } from '#platform/log.ts'
import type { Industry } from '#workspaces/samples-api.ts'

export interface SampleRow {
  readonly ws: string
  readonly industry: Industry
  readonly seed: number
  readonly people: number
  /** Epoch ms. */
  readonly from: number
  readonly days: number
  readonly status: 'making' | 'ready' | 'failed' | 'leaving'
  readonly phase: string
  readonly share: number
  readonly problem: string
  readonly at: number
  readonly movedAt: number
  readonly lookedAt: number
}

const SAMPLE = `workspace_id as ws, industry, seed, people, from_at as "from", days, status, phase, share, problem, at,
  moved_at as "movedAt", looked_at as "lookedAt"`

export async function insertSample(
  tx: Queryable,
  sample: Omit<SampleRow, 'phase' | 'share' | 'problem'> & { by: string; maker: string; askedIn: string },
): Promise<void> {
  const { ws, industry, seed, people, from, days, status, by, maker, askedIn, at, movedAt, lookedAt } = sample
  await tx.query(
    `insert into samples (workspace_id, industry, seed, people, from_at, days, status, by, maker, asked_in, at, moved_at, looked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [ws, industry, seed, people, from, days, status, by, maker, askedIn, at, movedAt, lookedAt],
  )
}

export async function allSamples(db: Queryable): Promise<SampleRow[]> {
  return (await db.query<SampleRow>(`select ${SAMPLE} from samples order by at, workspace_id`)).rows
}

/** Those of these workspaces, or that were asked for in one; oldest first. */
export async function samplesAmong(
  db: Queryable,
  { workspaces, askedIn }: { readonly workspaces: readonly string[]; readonly askedIn: string },
): Promise<SampleRow[]> {
  const { rows } = await db.query<SampleRow>(
    `select ${SAMPLE} from samples where status <> 'leaving' and (workspace_id = any($1) or asked_in = $2) order by at, workspace_id`,
    [workspaces, askedIn],
  )
  return rows
}

export async function sampleOf(db: Queryable, ws: string): Promise<SampleRow | undefined> {
  return (await db.query<SampleRow>(`select ${SAMPLE} from samples where workspace_id = $1`, [ws])).rows[0]
}

export const noteSample = async (
  db: Queryable,
  ws: string,
  { status, phase, share, problem }: Pick<SampleRow, 'status' | 'phase' | 'share' | 'problem'>,
): Promise<void> =>
  void (await db.query('update samples set status = $2, phase = $3, share = $4, problem = $5 where workspace_id = $1', [
    ws,
    status,
    phase,
    share,
    problem,
  ]))

/** Says how far its making is; nothing when it is being deleted. Tells whether it still is to be made. */
export async function noteShare(db: Queryable, ws: string, { phase, share }: { phase: string; share: number }): Promise<boolean> {
  const { rowCount } = await db.query(`update samples set phase = $2, share = $3 where workspace_id = $1 and status = 'making'`, [
    ws,
    phase,
    share,
  ])
  return rowCount === 1
}

/** What a process that is gone was making will not be made any more. */
export const giveUpMaking = async (db: Queryable, { living, problem }: { living: readonly string[]; problem: string }): Promise<void> =>
  void (await db.query(`update samples set status = 'failed', problem = $1 where status = 'making' and not (maker = any($2))`, [
    problem,
    living,
  ]))

/** Somebody looks; at most once a minute it is written down. */
export const noteLook = async (db: Queryable, ws: string, now: number): Promise<void> =>
  void (await db.query('update samples set looked_at = $2::bigint where workspace_id = $1 and looked_at < $2::bigint - 60000', [ws, now]))

/** Takes the time since the last move, for one mover only. */
export async function claimMove(db: Queryable, { ws, after, now }: { ws: string; after: number; now: number }): Promise<boolean> {
  const { rowCount } = await db.query(
    `update samples set moved_at = $3::bigint where workspace_id = $1 and moved_at = $2 and status = 'ready' and looked_at > $3::bigint - 86400000`,
    [ws, after, now],
  )
  return rowCount === 1
}

/** Entries that were handed over between two moments. */
export async function sentBetween(db: Queryable, ws: string, { after, upTo }: { after: number; upTo: number }): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from outbox where workspace_id = $1 and status = 'sent' and created_at > $2::bigint - 604800000 and settled_at > $2::bigint and settled_at <= $3`,
    [ws, after, upTo],
  )
  return rows.map(({ id }) => id)
}

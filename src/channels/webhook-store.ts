import type { Queryable } from '#platform/log.ts'

export interface AttemptRow {
  readonly id: number
  readonly message: string
  readonly profile: string
  readonly url: string
  readonly method: string
  readonly at: number
  readonly status: number
  readonly ms: number
  readonly reason: string
  readonly excerpt: string
}

const COLUMNS = `id, effect_id as message, profile_id as profile, url, method, at, status, ms, reason, excerpt`

export async function addAttempts(db: Queryable, attempts: readonly (Omit<AttemptRow, 'id'> & { readonly ws: string })[]): Promise<void> {
  await db.query(
    `insert into webhook_attempts (workspace_id, effect_id, profile_id, url, method, at, status, ms, reason, excerpt)
     select a->>'ws', a->>'message', a->>'profile', a->>'url', a->>'method', (a->>'at')::bigint, (a->>'status')::int, (a->>'ms')::int,
       a->>'reason', a->>'excerpt'
     from jsonb_array_elements($1::jsonb) a`,
    [JSON.stringify(attempts)],
  )
}

export interface AttemptQuery {
  readonly ws: string
  readonly url?: string | undefined
  readonly message?: string | undefined
  readonly outcome?: 'ok' | 'failed' | undefined
  readonly before?: number | undefined
  readonly limit: number
}

/** Newest first. */
export async function listAttempts(db: Queryable, { ws, url, message, outcome, before, limit }: AttemptQuery): Promise<AttemptRow[]> {
  const { rows } = await db.query<AttemptRow>(
    `select ${COLUMNS} from webhook_attempts
     where workspace_id = $1 and ($2::text is null or url = $2) and ($3::text is null or effect_id = $3)
       and ($4::text is null or ($4 = 'ok') = (status between 200 and 299)) and ($5::bigint is null or id < $5)
     order by id desc limit $6`,
    [ws, url ?? null, message ?? null, outcome ?? null, before ?? null, limit],
  )
  return rows
}

export interface UrlCount {
  readonly url: string
  readonly calls: number
  readonly failed: number
  readonly medianMs: number | null
  readonly last: number
  readonly lastStatus: number
}

export async function countAttempts(db: Queryable, ws: string, since: number): Promise<UrlCount[]> {
  const { rows } = await db.query<UrlCount>(
    `select url, count(*)::int as calls, count(*) filter (where status not between 200 and 299)::int as failed,
       (percentile_disc(0.5) within group (order by ms) filter (where status > 0)) as "medianMs",
       max(at) as last, (array_agg(status order by id desc))[1] as "lastStatus"
     from webhook_attempts where workspace_id = $1 and at >= $2 group by url order by 2 desc limit 200`,
    [ws, since],
  )
  return rows
}

export async function forgetAttempts(db: Queryable, before: number): Promise<void> {
  await db.query('delete from webhook_attempts where at < $1', [before])
}

export interface SecretRow {
  readonly generation: number
  readonly beforeUntil: number
}

export async function secretOf(db: Queryable, ws: string): Promise<SecretRow> {
  const { rows } = await db.query<SecretRow>(
    `select generation, before_until as "beforeUntil" from webhook_secrets where workspace_id = $1`,
    [ws],
  )
  return rows[0] ?? { generation: 0, beforeUntil: 0 }
}

export async function nextSecret(
  tx: Queryable,
  ws: string,
  { now, beforeUntil }: { now: number; beforeUntil: number },
): Promise<SecretRow> {
  const { rows } = await tx.query<SecretRow>(
    `insert into webhook_secrets (workspace_id, generation, before_until, changed_at) values ($1, 1, $2, $3)
     on conflict (workspace_id) do update set generation = webhook_secrets.generation + 1, before_until = $2, changed_at = $3
     returning generation, before_until as "beforeUntil"`,
    [ws, beforeUntil, now],
  )
  return rows[0]!
}

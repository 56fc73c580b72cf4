import type { Queryable } from '#platform/log.ts'

export interface FactorRow {
  readonly sealed: string
  readonly confirmedAt: number | null
  readonly lastStep: number
  readonly recovery: readonly string[]
  readonly wrong: number
  readonly wrongSince: number
}

/** A person's second factor, locked, so that one code cannot count twice. */
export async function lockFactor(tx: Queryable, person: string): Promise<FactorRow | undefined> {
  const { rows } = await tx.query<FactorRow>(
    `select sealed, confirmed_at as "confirmedAt", last_step as "lastStep", recovery, wrong, wrong_since as "wrongSince"
     from auth_second_factors where person_id = $1 for update`,
    [person],
  )
  return rows[0]
}

/** When it was confirmed, and how many recovery codes are left; undefined when there is none that works. */
export async function factorOf(db: Queryable, person: string): Promise<{ since: number; recoveryLeft: number } | undefined> {
  const { rows } = await db.query<{ since: number; recoveryLeft: number }>(
    `select confirmed_at as since, cardinality(recovery) as "recoveryLeft" from auth_second_factors where person_id = $1 and confirmed_at is not null`,
    [person],
  )
  return rows[0]
}

/** Puts a secret that is not confirmed yet; false when one works already. */
export async function putFactor(tx: Queryable, person: string, sealed: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into auth_second_factors (person_id, sealed) values ($1, $2)
     on conflict (person_id) do update set sealed = excluded.sealed, last_step = 0, wrong = 0 where auth_second_factors.confirmed_at is null`,
    [person, sealed],
  )
  return rowCount === 1
}

export async function confirmFactor(tx: Queryable, person: string, at: number): Promise<void> {
  await tx.query('update auth_second_factors set confirmed_at = coalesce(confirmed_at, $2) where person_id = $1', [person, at])
}

export async function setRecovery(tx: Queryable, person: string, hashes: readonly string[]): Promise<void> {
  await tx.query('update auth_second_factors set recovery = $2 where person_id = $1', [person, hashes])
}

export async function noteRight(tx: Queryable, person: string, { step, used }: { step?: number; used?: string }): Promise<void> {
  await tx.query(
    `update auth_second_factors set last_step = coalesce($2, last_step), recovery = array_remove(recovery, $3), wrong = 0 where person_id = $1`,
    [person, step ?? null, used ?? null],
  )
}

export async function noteWrong(tx: Queryable, person: string, { wrong, since }: { wrong: number; since: number }): Promise<void> {
  await tx.query('update auth_second_factors set wrong = $2, wrong_since = $3 where person_id = $1', [person, wrong, since])
}

export async function deleteFactor(tx: Queryable, person: string): Promise<boolean> {
  return (await tx.query('delete from auth_second_factors where person_id = $1 and confirmed_at is not null', [person])).rowCount === 1
}

// Passwords

export async function passwordOf(db: Queryable, person: string): Promise<string | undefined> {
  const { rows } = await db.query<{ password: string | null }>(
    `select password from auth_accounts where person_id = $1 and provider_id = 'credential'`,
    [person],
  )
  return rows[0]?.password ?? undefined
}

/** Also for somebody who had none and came by a provider. */
export async function setPassword(tx: Queryable, person: string, hash: string): Promise<void> {
  await tx.query(
    `insert into auth_accounts (id, account_id, provider_id, person_id, password) values ($1, $1, 'credential', $1, $2)
     on conflict (provider_id, account_id) do update set password = excluded.password, updated_at = now()`,
    [person, hash],
  )
}

export async function setName(tx: Queryable, person: string, name: string): Promise<void> {
  await tx.query('update auth_people set name = $2, updated_at = now() where id = $1', [person, name])
}

// Sessions

export interface SessionRow {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly seenAt: number
  readonly ip: string
  readonly agent: string
  readonly via: string | null
}

const WHOLE_MS = 12 * 3_600_000

/** Sessions that are still good, newest first. */
export async function listSessions(db: Queryable, person: string): Promise<SessionRow[]> {
  const { rows } = await db.query<SessionRow>(
    `select id, (extract(epoch from created_at) * 1000)::bigint as at, (extract(epoch from updated_at) * 1000)::bigint as "seenAt",
       coalesce(ip_address, '') as ip, coalesce(user_agent, '') as agent, via
     from auth_sessions where person_id = $1 and expires_at > now() and created_at > now() - $2 * interval '1 millisecond' order by created_at desc, id`,
    [person, WHOLE_MS],
  )
  return rows
}

/** Ends one session, or (without an id) all but the one that is kept; gives how many. */
export async function endSessionsOf(tx: Queryable, person: string, which: { id: string } | { but: string }): Promise<number> {
  const { rowCount } =
    'id' in which
      ? await tx.query('delete from auth_sessions where person_id = $1 and id = $2', [person, which.id])
      : await tx.query('delete from auth_sessions where person_id = $1 and id <> $2', [person, which.but])
  return rowCount ?? 0
}

/** Says whose provider vouched for a session. */
export async function boundTo(tx: Queryable, session: string, workspace: string): Promise<void> {
  await tx.query('update auth_sessions set via = $2 where id = $1', [session, workspace])
}

export async function dropSession(tx: Queryable, token: string): Promise<void> {
  await tx.query('delete from auth_sessions where token = $1', [token])
}

// Links for a new password

export async function insertReset(
  tx: Queryable,
  { tokenHash, person, expiresAt, by }: { tokenHash: string; person: string; expiresAt: number; by: string },
): Promise<void> {
  await tx.query('update auth_resets set used_at = 0 where person_id = $1 and used_at is null', [person])
  await tx.query('insert into auth_resets (token_hash, person_id, expires_at, made_by) values ($1, $2, $3, $4)', [
    tokenHash,
    person,
    expiresAt,
    by,
  ])
}

/** Uses a link up: it can be taken once. Gives whose it is. */
export async function takeReset(tx: Queryable, tokenHash: string, now: number): Promise<string | undefined> {
  const { rows } = await tx.query<{ person: string }>(
    'update auth_resets set used_at = $2 where token_hash = $1 and used_at is null and expires_at > $2 returning person_id as person',
    [tokenHash, now],
  )
  return rows[0]?.person
}

/** Whether every workspace of the person is one that the other administers: only then may they hand out the key to the account. */
export async function administersAll(db: Queryable, person: string, admin: string): Promise<boolean> {
  const { rows } = await db.query<{ foreign: boolean }>(
    `select exists (select from members m where m.person_id = $1 and not exists (
       select from members a where a.workspace_id = m.workspace_id and a.person_id = $2 and a.role = 'admin')) as foreign`,
    [person, admin],
  )
  return !rows[0]!.foreign
}

export async function worksOnlyIn(db: Queryable, person: string, workspace: string): Promise<boolean> {
  const { rows } = await db.query<{ only: boolean }>(
    'select not exists (select from members where person_id = $1 and workspace_id <> $2) as only',
    [person, workspace],
  )
  return rows[0]!.only
}

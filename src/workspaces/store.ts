import type { Language } from '#lib/language.ts'
import type { Queryable } from '#platform/log.ts'
import type { Invitation, Key, Member, Role, Scope, Workspace } from './schema.ts'

const WORKSPACE = `workspace_id as id, name, timezone, currency, consent_mode as "consentMode", postal_address as "postalAddress", created_at as "createdAt", sample`
const KEY = `id, kind, name, last_four as "lastFour", scopes, created_at as "createdAt", created_by as "createdBy",
  expires_at as "expiresAt", revoked_at as "revokedAt", used_at as "usedAt"`

export interface PersonRow {
  readonly id: string
  readonly name: string
  readonly email: string
}
export interface Membership {
  readonly id: string
  readonly name: string
  readonly role: Role
}
export interface KeyOwner {
  readonly workspace: string
  readonly id: string
  readonly kind: Key['kind']
  readonly scopes: readonly Scope[]
  readonly expiresAt: number | null
}

// Workspaces

/** One setup at a time; tells whether there is a workspace already. */
export async function lockSetup(tx: Queryable): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('setup', 0))`)
  return anyWorkspace(tx)
}

export async function anyWorkspace(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ any: boolean }>('select exists (select from workspaces) as any')
  return rows[0]!.any
}

export async function insertWorkspace(tx: Queryable, workspace: Workspace): Promise<void> {
  await tx.query(
    'insert into workspaces (workspace_id, name, timezone, currency, consent_mode, postal_address, created_at, sample) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [
      workspace.id,
      workspace.name,
      workspace.timezone,
      workspace.currency,
      workspace.consentMode,
      workspace.postalAddress,
      workspace.createdAt,
      workspace.sample ?? null,
    ],
  )
}

export async function workspaceIds(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>('select workspace_id as id from workspaces where deleted_at is null')
  return rows.map(({ id }) => id)
}

export async function findWorkspace(db: Queryable, id: string): Promise<Workspace | undefined> {
  const { rows } = await db.query<Workspace>(`select ${WORKSPACE} from workspaces where workspace_id = $1`, [id])
  return rows[0]
}

/** ISO 4217: what sums of money are in. */
export async function currencyOf(db: Queryable, id: string): Promise<string> {
  const found = await findWorkspace(db, id)
  if (!found) throw new Error(`there is no workspace ${id}`)
  return found.currency
}

export async function updateWorkspace(tx: Queryable, workspace: Workspace): Promise<void> {
  await tx.query(
    'update workspaces set name = $2, timezone = $3, currency = $4, consent_mode = $5, postal_address = $6 where workspace_id = $1',
    [workspace.id, workspace.name, workspace.timezone, workspace.currency, workspace.consentMode, workspace.postalAddress],
  )
}

// People and members. People belong to no workspace, so these run as the owner and name the workspace themselves.

export async function findPerson(db: Queryable, by: { readonly email: string } | { readonly id: string }): Promise<PersonRow | undefined> {
  const [column, value] = 'email' in by ? ['email', by.email] : ['id', by.id]
  const { rows } = await db.query<PersonRow>(`select id, name, email from auth_people where ${column} = $1`, [value])
  return rows[0]
}

/** A person who signs in with a password. The e-mail address counts as proven by the token that made the account. */
export async function insertPerson(
  tx: Queryable,
  { id, name, email, passwordHash }: PersonRow & { readonly passwordHash: string },
): Promise<void> {
  await tx.query('insert into auth_people (id, name, email, email_verified) values ($1, $2, $3, true)', [id, name, email])
  await tx.query(`insert into auth_accounts (id, account_id, provider_id, person_id, password) values ($1, $1, 'credential', $1, $2)`, [
    id,
    passwordHash,
  ])
}

export async function endSessions(tx: Queryable, person: string): Promise<void> {
  await tx.query('delete from auth_sessions where person_id = $1', [person])
}

export async function memberships(db: Queryable, person: string): Promise<Membership[]> {
  const { rows } = await db.query<Membership>(
    'select w.workspace_id as id, w.name, m.role from members m join workspaces w using (workspace_id) where m.person_id = $1 and w.deleted_at is null order by m.added_at, w.workspace_id',
    [person],
  )
  return rows
}

export interface Standing extends Membership {
  /** Everybody needs a second factor there. */
  readonly secondFactor: boolean
  readonly onlyProvider: boolean
}

/** All that decides what a session may open, in one question. */
export async function standings(
  db: Queryable,
  { person, session }: { person: string; session: string },
): Promise<{ via: string | null; factor: boolean; places: readonly Standing[] }> {
  const { rows } = await db.query<{ via: string | null; factor: boolean; places: Standing[] | null }>(
    `select (select via from auth_sessions where id = $2) as via,
       exists (select from auth_second_factors f where f.person_id = $1 and f.confirmed_at is not null) as factor,
       (select json_agg(json_build_object('id', w.workspace_id, 'name', w.name, 'role', m.role,
          'secondFactor', coalesce(s.second_factor, false), 'onlyProvider', coalesce(s.only_provider, false)) order by m.added_at, w.workspace_id)
        from members m join workspaces w using (workspace_id) left join sign_in_settings s using (workspace_id)
        where m.person_id = $1 and w.deleted_at is null) as places`,
    [person, session],
  )
  const found = rows[0]!
  return { ...found, places: found.places ?? [] }
}

/** Somebody who looks at screens in this language. */
export async function noteLanguage(db: Queryable, { person, language }: { person: string; language: Language }): Promise<void> {
  await db.query('update auth_people set language = $2 where id = $1 and language is distinct from $2', [person, language])
}

/** With the language for letters. */
type MemberRow = Member & { readonly language: Language }

/** Members of one workspace by name; with `person` only that one. */
export async function listMembers(db: Queryable, workspace: string, person?: string): Promise<MemberRow[]> {
  const { rows } = await db.query<MemberRow>(
    `select p.id, p.name, p.email, coalesce(p.language, 'en') as language, m.role, m.added_at as "addedAt",
       exists (select from auth_second_factors f where f.person_id = p.id and f.confirmed_at is not null) as "secondFactor",
       (select (extract(epoch from max(s.updated_at)) * 1000)::bigint from auth_sessions s where s.person_id = p.id) as "seenAt"
     from members m join auth_people p on p.id = m.person_id
     where m.workspace_id = $1 and ($2::text is null or p.id = $2) order by p.name, p.id`,
    [workspace, person ?? null],
  )
  return rows
}

/** Names of members by actor (`person:…`); who has left is missing. */
export async function actorNames(db: Queryable, workspace: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ id: string; name: string }>(
    'select p.id, p.name from members m join auth_people p on p.id = m.person_id where m.workspace_id = $1',
    [workspace],
  )
  return new Map(rows.map(({ id, name }) => [`person:${id}`, name]))
}

/** Roles of members by person, without who they are. */
export async function memberRoles(db: Queryable, workspace: string): Promise<Map<string, string>> {
  const { rows } = await db.query<{ person: string; role: string }>(
    'select person_id as person, role from members where workspace_id = $1',
    [workspace],
  )
  return new Map(rows.map(({ person, role }) => [person, role]))
}

/** Adds a member; one that is there already keeps the new role. */
export async function putMember(
  tx: Queryable,
  workspace: string,
  { person, role, at }: { person: string; role: Role; at: number },
): Promise<void> {
  await tx.query(
    `insert into members (workspace_id, person_id, role, added_at) values ($1, $2, $3, $4)
     on conflict (workspace_id, person_id) do update set role = excluded.role`,
    [workspace, person, role, at],
  )
}

export async function deleteMember(tx: Queryable, workspace: string, person: string): Promise<void> {
  await tx.query('delete from members where workspace_id = $1 and person_id = $2', [workspace, person])
}

/** Administrators of the workspace, locked, so that two of them cannot remove each other at once. */
export async function lockAdmins(tx: Queryable, workspace: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select person_id as id from members where workspace_id = $1 and role = 'admin' order by 1 for update`,
    [workspace],
  )
  return rows.map((row) => row.id)
}

// Invitations

export async function insertInvitation(
  tx: Queryable,
  workspace: string,
  { tokenHash, ...invitation }: Invitation & { readonly tokenHash: string },
): Promise<void> {
  await tx.query(
    'insert into invitations (workspace_id, id, email, role, token_hash, expires_at, invited_by) values ($1, $2, $3, $4, $5, $6, $7)',
    [workspace, invitation.id, invitation.email, invitation.role, tokenHash, invitation.expiresAt, invitation.invitedBy],
  )
}

export async function openInvitations(db: Queryable, workspace: string, now: number): Promise<Invitation[]> {
  const { rows } = await db.query<Invitation>(
    `select id, email, role, expires_at as "expiresAt", invited_by as "invitedBy" from invitations
     where workspace_id = $1 and accepted_at is null and expires_at > $2 order by expires_at, id`,
    [workspace, now],
  )
  return rows
}

export async function deleteInvitation(tx: Queryable, workspace: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from invitations where workspace_id = $1 and id = $2 and accepted_at is null', [
    workspace,
    id,
  ])
  return rowCount === 1
}

/** Uses an invitation up: it can be taken once. */
export async function takeInvitation(
  tx: Queryable,
  tokenHash: string,
  now: number,
): Promise<{ workspace: string; email: string; role: Role } | undefined> {
  const { rows } = await tx.query<{ workspace: string; email: string; role: Role }>(
    'update invitations set accepted_at = $2 where token_hash = $1 and accepted_at is null and expires_at > $2 returning workspace_id as workspace, email, role',
    [tokenHash, now],
  )
  return rows[0]
}

/** An invitation that is open, by its token. */
export async function invitationBy(
  db: Queryable,
  tokenHash: string,
  now: number,
): Promise<{ email: string; workspace: string; role: Role; expiresAt: number; known: boolean } | undefined> {
  const { rows } = await db.query<{ email: string; workspace: string; role: Role; expiresAt: number; known: boolean }>(
    `select i.email, w.name as workspace, i.role, i.expires_at as "expiresAt", exists (select from auth_people p where p.email = i.email) as known
     from invitations i join workspaces w using (workspace_id)
     where i.token_hash = $1 and i.accepted_at is null and i.expires_at > $2 and w.deleted_at is null`,
    [tokenHash, now],
  )
  return rows[0]
}

/** One at a time for one address, so that two that come at once are one person. */
export async function lockAddress(tx: Queryable, email: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('person ' || $1, 0))`, [email])
}

// Keys

export async function insertKey(tx: Queryable, workspace: string, { hash, ...key }: Key & { readonly hash: string }): Promise<void> {
  await tx.query(
    'insert into keys (workspace_id, id, kind, name, hash, last_four, scopes, created_at, created_by, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    [workspace, key.id, key.kind, key.name, hash, key.lastFour, key.scopes, key.createdAt, key.createdBy, key.expiresAt],
  )
}

export async function listKeys(db: Queryable, workspace: string): Promise<Key[]> {
  const { rows } = await db.query<Key>(`select ${KEY} from keys where workspace_id = $1 order by created_at, id`, [workspace])
  return rows
}

/** A key that is in use, locked; undefined when there is none. */
export async function lockKey(tx: Queryable, workspace: string, id: string): Promise<Key | undefined> {
  const { rows } = await tx.query<Key>(`select ${KEY} from keys where workspace_id = $1 and id = $2 and revoked_at is null for update`, [
    workspace,
    id,
  ])
  return rows[0]
}

/** From then on it no longer counts; gives its hash, to forget it in time. */
export async function endKeyAt(tx: Queryable, workspace: string, { id, at }: { id: string; at: number }): Promise<string | undefined> {
  const { rows } = await tx.query<{ hash: string }>(
    'update keys set expires_at = least(coalesce(expires_at, $3), $3) where workspace_id = $1 and id = $2 returning hash',
    [workspace, id, at],
  )
  return rows[0]?.hash
}

/** The hash of the revoked key, to forget it at once; undefined when there is no such key in use. */
export async function revokeKey(tx: Queryable, workspace: string, { id, at }: { id: string; at: number }): Promise<string | undefined> {
  const { rows } = await tx.query<{ hash: string }>(
    'update keys set revoked_at = $3 where workspace_id = $1 and id = $2 and revoked_at is null returning hash',
    [workspace, id, at],
  )
  return rows[0]?.hash
}

/** Whose key this is, over all workspaces; marks it as used, at most once an hour. */
export async function findKey(db: Queryable, hash: string, now: number): Promise<KeyOwner | undefined> {
  const { rows } = await db.query<KeyOwner>(
    `with used as (
       update keys set used_at = $2 where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2) and (used_at is null or used_at < $2 - 3600000)
     )
     select workspace_id as workspace, id, kind, scopes, expires_at as "expiresAt" from keys
     where hash = $1 and revoked_at is null and (expires_at is null or expires_at > $2)`,
    [hash, now],
  )
  return rows[0]
}

// Idempotency keys

export interface IdempotencyRow {
  readonly action: string
  readonly fingerprint: string
  /** 0 while the first request runs. */
  readonly status: number
  readonly body: string
}

/** Claims the key, also from a request that began before `abandoned` and never ended; else gives the row that is there. */
export async function claimIdempotencyKey(
  db: Queryable,
  {
    workspace,
    key,
    action,
    fingerprint,
    now,
    abandoned,
  }: { workspace: string; key: string; action: string; fingerprint: string; now: number; abandoned: number },
): Promise<IdempotencyRow | undefined> {
  const { rowCount } = await db.query(
    `insert into idempotency_keys as k (workspace_id, key, action, fingerprint, at) values ($1, $2, $3, $4, $5)
     on conflict (workspace_id, key) do update set at = excluded.at
     where k.status = 0 and k.at < $6 and k.action = excluded.action and k.fingerprint = excluded.fingerprint`,
    [workspace, key, action, fingerprint, now, abandoned],
  )
  if (rowCount === 1) return undefined
  const { rows } = await db.query<IdempotencyRow>(
    'select action, fingerprint, status, body from idempotency_keys where workspace_id = $1 and key = $2',
    [workspace, key],
  )
  return rows[0]
}

export async function keepAnswer(
  db: Queryable,
  { workspace, key, status, body }: { workspace: string; key: string; status: number; body: string },
): Promise<void> {
  await db.query('update idempotency_keys set status = $3, body = $4 where workspace_id = $1 and key = $2', [workspace, key, status, body])
}

export async function freeIdempotencyKey(db: Queryable, { workspace, key }: { workspace: string; key: string }): Promise<void> {
  await db.query('delete from idempotency_keys where workspace_id = $1 and key = $2', [workspace, key])
}

/** Housekeeping: answers, rate limits and sessions that are over. Times in epoch ms. */
export async function forgetOld(db: Queryable, { now, answersBefore }: { now: number; answersBefore: number }): Promise<void> {
  await db.query('delete from idempotency_keys where at < $1', [answersBefore])
  await db.query('delete from auth_rate_limits where last_request < $1', [now - 86_400_000])
  await db.query('delete from auth_sessions where expires_at < to_timestamp($1 / 1000.0)', [now])
}

/** From this revision of the definitions on, marketing in the workspace needs this. */
export async function setConsentMode(
  tx: Queryable,
  workspace: string,
  { revision, mode }: { revision: number; mode: Workspace['consentMode'] },
): Promise<void> {
  await tx.query('insert into consent_modes (workspace_id, revision, mode) values ($1, $2, $3)', [workspace, revision, mode])
}

/** What marketing needs in each workspace at a revision; `opt-in` until somebody says otherwise. */
export async function consentModesAt(db: Queryable, revision: number): Promise<Map<string, Workspace['consentMode']>> {
  const { rows } = await db.query<{ id: string; mode: Workspace['consentMode'] }>(
    `select w.workspace_id as id, coalesce(
       (select mode from consent_modes c where c.workspace_id = w.workspace_id and c.revision <= $1 order by c.revision desc limit 1), 'opt-in') as mode
     from workspaces w`,
    [revision],
  )
  return new Map(rows.map((row) => [row.id, row.mode]))
}

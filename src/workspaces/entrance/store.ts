import type { Queryable } from '#platform/log.ts'
import type { Role } from '../schema.ts'
import type { Provider } from './api.ts'

export interface SettingsRow {
  readonly secondFactor: boolean
  readonly provider: Provider | null
  readonly clientSecret: string | null
  readonly onlyProvider: boolean
}

export async function readSettings(db: Queryable, workspace: string): Promise<SettingsRow | undefined> {
  const { rows } = await db.query<SettingsRow>(
    `select s.second_factor as "secondFactor", s.provider, s.client_secret as "clientSecret", s.only_provider as "onlyProvider"
     from sign_in_settings s join workspaces w using (workspace_id) where workspace_id = $1 and w.deleted_at is null`,
    [workspace],
  )
  return rows[0]
}

export async function putSettings(
  tx: Queryable,
  workspace: string,
  { secondFactor, provider, clientSecret, onlyProvider, at, by }: SettingsRow & { readonly at: number; readonly by: string },
): Promise<void> {
  await tx.query(
    `insert into sign_in_settings (workspace_id, second_factor, provider, client_secret, only_provider, at, by) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id) do update set second_factor = excluded.second_factor, provider = excluded.provider,
       client_secret = excluded.client_secret, only_provider = excluded.only_provider, at = excluded.at, by = excluded.by`,
    [workspace, secondFactor, provider === null ? null : JSON.stringify(provider), clientSecret, onlyProvider, at, by],
  )
}

export async function listProviders(db: Queryable): Promise<{ workspace: string; name: string }[]> {
  const { rows } = await db.query<{ workspace: string; name: string }>(
    `select s.workspace_id as workspace, s.provider ->> 'name' as name from sign_in_settings s join workspaces w using (workspace_id)
     where s.provider is not null and w.deleted_at is null order by 2, 1`,
  )
  return rows
}

export async function withoutFactor(db: Queryable, workspace: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from members m where m.workspace_id = $1
       and not exists (select from auth_second_factors f where f.person_id = m.person_id and f.confirmed_at is not null)
       and not exists (select from auth_accounts a where a.person_id = m.person_id and a.provider_id = 'oidc:' || m.workspace_id)`,
    [workspace],
  )
  return rows[0]!.n
}

/** Whom a provider knows by this name; undefined when nobody came with it before. */
export async function linkedPerson(
  db: Queryable,
  { workspace, subject }: { workspace: string; subject: string },
): Promise<string | undefined> {
  const { rows } = await db.query<{ person: string }>(
    'select person_id as person from auth_accounts where provider_id = $1 and account_id = $2',
    [`oidc:${workspace}`, subject],
  )
  return rows[0]?.person
}

export async function link(
  tx: Queryable,
  { id, workspace, subject, person }: { id: string; workspace: string; subject: string; person: string },
): Promise<void> {
  await tx.query(
    'insert into auth_accounts (id, account_id, provider_id, person_id) values ($1, $2, $3, $4) on conflict (provider_id, account_id) do nothing',
    [id, subject, `oidc:${workspace}`, person],
  )
}

/** Somebody without a password: they come by a provider. */
export async function insertVouched(tx: Queryable, { id, name, email }: { id: string; name: string; email: string }): Promise<void> {
  await tx.query('insert into auth_people (id, name, email, email_verified) values ($1, $2, $3, true)', [id, name, email])
}

/** Uses an open invitation of the address up; gives its role. */
export async function takeInvitationOf(
  tx: Queryable,
  { workspace, email, now }: { workspace: string; email: string; now: number },
): Promise<Role | undefined> {
  const { rows } = await tx.query<{ role: Role }>(
    'update invitations set accepted_at = $3 where workspace_id = $1 and email = $2 and accepted_at is null and expires_at > $3 returning role',
    [workspace, email, now],
  )
  return rows[0]?.role
}

import type { Identifier } from '#events/schema.ts'
import type { Queryable } from '#platform/log.ts'
import type { Known } from './resolve.ts'

export interface OwnedIdentifier extends Identifier {
  readonly ws: string
}

/** Who owns these identifiers. */
export async function owners(db: Queryable, ids: readonly OwnedIdentifier[]): Promise<(OwnedIdentifier & Known)[]> {
  const { rows } = await db.query<OwnedIdentifier & Known>(
    `select i.workspace_id as ws, i.kind, i.value, i.profile_id as profile,
       exists (select from identities u where u.workspace_id = i.workspace_id and u.profile_id = i.profile_id and u.kind = 'user_id') as user
     from unnest($1::text[], $2::text[], $3::text[]) k(ws, kind, value)
     join identities i on i.workspace_id = k.ws and i.kind = k.kind and i.value = k.value`,
    [ids.map((id) => id.ws), ids.map((id) => id.kind), ids.map((id) => id.value)],
  )
  return rows
}

/** Identities of a workspace change one transaction at a time, so that two workers cannot merge in a circle. */
export async function lockIdentities(tx: Queryable, workspaces: readonly string[]): Promise<void> {
  await tx.query(
    `select pg_advisory_xact_lock(hashtextextended('identities ' || ws, 0)) from (select ws from unnest($1::text[]) ws order by ws) w`,
    [workspaces],
  )
}

/** Gives identifiers to profiles; one that belonged to another moves. The same claim may come more than once. */
export async function claimIdentities(tx: Queryable, claims: readonly (OwnedIdentifier & { readonly profile: string })[]): Promise<void> {
  if (claims.length === 0) return
  await tx.query(
    `insert into identities (workspace_id, kind, value, profile_id)
     select distinct * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
     on conflict (workspace_id, kind, value) do update set profile_id = excluded.profile_id`,
    [
      claims.map((claim) => claim.ws),
      claims.map((claim) => claim.kind),
      claims.map((claim) => claim.value),
      claims.map((claim) => claim.profile),
    ],
  )
}

/** All identifiers of `from` belong to `into` from now on. */
export async function moveIdentities(
  tx: Queryable,
  merges: readonly { readonly ws: string; readonly from: string; readonly into: string }[],
): Promise<void> {
  for (const { ws, from, into } of merges) {
    await tx.query(
      `with moved as (update identities set profile_id = $3 where workspace_id = $1 and profile_id = $2)
       insert into merged_profiles (workspace_id, profile_id, into_id) values ($1, $2, $3)
       on conflict (workspace_id, profile_id) do update set into_id = excluded.into_id`,
      [ws, from, into],
    )
  }
}

/** A profile and all that became it, directly or through others. */
export async function sameAs(db: Queryable, workspace: string, profile: string): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `with recursive same as (
       select $2::text as id union select m.profile_id from merged_profiles m join same on m.workspace_id = $1 and m.into_id = same.id
     ) select id from same`,
    [workspace, profile],
  )
  return rows.map((row) => row.id)
}

/** A family of profiles that are one person: the survivor, and those that became it. */
export async function familiesOf(
  db: Queryable,
  workspace: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await db.query<{ survivor: string; members: string[] }>(
    `with recursive up as (
       select id as start, id from unnest($2::text[]) id
       union select up.start, m.into_id from up join merged_profiles m on m.workspace_id = $1 and m.profile_id = up.id
     ), survivors as (
       select distinct up.id from up where not exists (select from merged_profiles m where m.workspace_id = $1 and m.profile_id = up.id)
     ), down as (
       select id as survivor, id from survivors
       union select down.survivor, m.profile_id from down join merged_profiles m on m.workspace_id = $1 and m.into_id = down.id
     )
     select survivor, array_agg(id order by id) as members from down group by survivor order by survivor`,
    [workspace, [...ids]],
  )
  return new Map(rows.map(({ survivor, members }) => [survivor, members]))
}

/** Identifiers that start with a text, in order; addresses are kept in lower case, other ids as they came. */
export async function findByIdentifier(
  db: Queryable,
  workspace: string,
  { start, exact, after, limit }: { start: string; exact: string; after: string; limit: number },
): Promise<{ value: string; profile: string }[]> {
  const { rows } = await db.query<{ value: string; profile: string }>(
    `select value, profile_id as profile from identities
     where workspace_id = $1 and (starts_with(value, $2) or starts_with(value, $3)) and value > $4
     order by value limit $5`,
    [workspace, start, exact, after, limit],
  )
  return rows
}

/** Forgets who these profiles were: their identifiers, and that they were one person. Resolves with how many of each there were. */
export async function forgetIdentities(
  tx: Queryable,
  workspace: string,
  profiles: readonly string[],
): Promise<{ identifiers: number; merges: number }> {
  const identities = await tx.query('delete from identities where workspace_id = $1 and profile_id = any($2)', [workspace, profiles])
  const merges = await tx.query('delete from merged_profiles where workspace_id = $1 and (profile_id = any($2) or into_id = any($2))', [
    workspace,
    profiles,
  ])
  return { identifiers: identities.rowCount ?? 0, merges: merges.rowCount ?? 0 }
}

/** All identifiers of these profiles. */
export async function identifiersOfProfiles(db: Queryable, workspace: string, profiles: readonly string[]): Promise<Identifier[]> {
  const { rows } = await db.query<Identifier>(
    'select kind, value from identities where workspace_id = $1 and profile_id = any($2) order by kind, value',
    [workspace, profiles],
  )
  return rows
}

import { createHmac } from 'node:crypto'
import type { Queryable } from './log.ts'
import type { Claimed } from './outbox.ts'
import { deriveKey } from './secrets.ts'

/** All but `unsubscribed` stop transactional messages too. */
export const SUPPRESSION_REASONS = ['unsubscribed', 'bounced', 'complained', 'manual', 'imported', 'erased'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** An address that must not be written to about a topic; '' is everything that is marketing. */
export interface Suppression {
  readonly ws: string
  readonly address: string
  readonly topic: string
  readonly reason: SuppressionReason
  /** Left out: every channel that uses the address. */
  readonly channel?: string
  /** The address is its hash (see `addressHash`). */
  readonly hashed?: boolean
  /** Why, in somebody's words, and who they are. */
  readonly note?: string
  readonly by?: string
}

/** Where a person left: what is taken back and waited for. */
export interface Left {
  readonly ws: string
  readonly address: string
  readonly topic: string
  readonly channel?: string
}

/** The address as hashed entries hold it: nobody can read it back, and only this installation can make it. */
export type AddressHash = (ws: string, address: string) => string

/** HMAC-SHA-256 with a pepper from SECRET_KEY, in hexadecimal: a table of all telephone numbers does not open it. */
export function addressHash(secretKey: string): AddressHash {
  const pepper = deriveKey(secretKey, 'suppressions')
  return (ws, address) => createHmac('sha256', pepper).update(`${ws}\u0000${address.trim().toLowerCase()}`).digest('hex')
}

/** Remembers; what is stronger than an unsubscribe stays. Resolves with how many entries are new or stronger now. */
export async function suppress(tx: Queryable, entries: readonly Suppression[], now: number): Promise<number> {
  if (entries.length === 0) return 0
  const { rowCount } = await tx.query(
    `insert into suppressions as s (workspace_id, address, channel, topic, reason, at, hashed, note, by)
     select distinct on (ws, address, channel, topic) ws, lower(address), coalesce(channel, ''), topic, reason, $2::bigint,
       coalesce(hashed, false), coalesce(note, ''), coalesce(by, '')
     from jsonb_to_recordset($1::jsonb) e(ws text, address text, channel text, topic text, reason text, hashed boolean, note text, by text)
     order by ws, address, channel, topic
     on conflict (workspace_id, address, channel, topic) do update set reason = excluded.reason, at = excluded.at, note = excluded.note, by = excluded.by
       where s.reason = 'unsubscribed' and excluded.reason <> 'unsubscribed'`,
    [JSON.stringify(entries), now],
  )
  return rowCount ?? 0
}

/** Keeps that erased people are not written to, without their addresses: who imports them again writes to nobody. */
export const suppressHashed = (
  tx: Queryable,
  { ws, addresses, hash, by }: { ws: string; addresses: readonly string[]; hash: AddressHash; by: string },
  now: number,
): Promise<number> =>
  suppress(
    tx,
    addresses.map((address) => ({ ws, address: hash(ws, address), topic: '', reason: 'erased' as const, hashed: true, by })),
    now,
  )

/** Takes an unsubscribe back; a bounced or complaining address stays blocked. */
export async function unsuppress(tx: Queryable, { ws, address, topic, channel = '' }: Left): Promise<void> {
  await tx.query(
    `delete from suppressions where workspace_id = $1 and address = lower($2) and topic in ($3, '') and ($4 = '' or channel in ($4, ''))
       and reason = 'unsubscribed'`,
    [ws, address, topic, channel],
  )
}

/**
 * Which of these claimed entries must not be handed over. Read after the claim has committed: an opt-out that this does not see yet
 * sees the entry as `sending`, and waits for it.
 */
export async function suppressedAmong(db: Queryable, entries: readonly Claimed[], hash?: AddressHash): Promise<Set<string>> {
  const asked = entries.filter((entry) => entry.address !== '')
  if (asked.length === 0) return new Set()
  const { rows } = await db.query<{ ws: string; id: string }>(
    `select e.ws, e.id from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) e(ws, id, address, topic, lane, channel, hash)
     where exists (select from suppressions s where s.workspace_id = e.ws and s.address in (e.address, e.hash) and s.topic in (e.topic, '')
       and s.channel in (e.channel, '') and (e.lane = 'marketing' or s.reason <> 'unsubscribed'))`,
    [
      asked.map((entry) => entry.ws),
      asked.map((entry) => entry.id),
      asked.map((entry) => entry.address.toLowerCase()),
      asked.map((entry) => entry.topic),
      asked.map((entry) => entry.lane),
      asked.map((entry) => entry.channel),
      asked.map((entry) => (hash ? hash(entry.ws, entry.address) : entry.address.toLowerCase())),
    ],
  )
  return new Set(rows.map(({ ws, id }) => keyOf(ws, id)))
}

export const keyOf = (ws: string, id: string): string => `${ws}\u0000${id}`

/** What the list says of an address that somebody has just been found to have. */
export interface Listed {
  readonly ws: string
  readonly address: string
  readonly channel: string
  readonly topic: string
  readonly reason: SuppressionReason
  readonly at: number
}

/** What is on the list of these addresses, hashed entries included, under the addresses as they were asked for. */
export async function listedAmong(db: Queryable, asked: readonly { ws: string; address: string }[], hash: AddressHash): Promise<Listed[]> {
  if (asked.length === 0) return []
  const { rows } = await db.query<Listed>(
    `select e.ws, e.address, s.channel, s.topic, s.reason, s.at from unnest($1::text[], $2::text[], $3::text[]) e(ws, address, hash)
     join suppressions s on s.workspace_id = e.ws and s.address in (e.address, e.hash) order by e.ws, e.address, s.channel, s.topic`,
    [asked.map(({ ws }) => ws), asked.map(({ address }) => address.toLowerCase()), asked.map(({ ws, address }) => hash(ws, address))],
  )
  return rows
}

/** An entry as people see it. */
export interface SuppressionRow {
  /** Of a hashed entry the start of its hash. */
  readonly address: string
  readonly hashed: boolean
  readonly channel: string
  readonly topic: string
  readonly reason: SuppressionReason
  readonly at: number
  readonly note: string
  readonly by: string
}

/** Entries whose address begins so, in the order of addresses; `after` is the cursor. */
export async function pageSuppressions(
  db: Queryable,
  { ws, start, reason, after, limit }: { ws: string; start: string; reason: string; after: string; limit: number },
): Promise<{ rows: SuppressionRow[]; next: string | null }> {
  const { rows } = await db.query<SuppressionRow & { place: string }>(
    `select address, hashed, channel, topic, reason, at, note, by, address || chr(1) || channel || chr(1) || topic as place from suppressions
     where workspace_id = $1 and starts_with(address, $2) and ($3 = '' or reason = $3) and (address, channel, topic) > (
       split_part($4, chr(1), 1), split_part($4, chr(1), 2), split_part($4, chr(1), 3))
     order by address, channel, topic limit $5`,
    [ws, start.toLowerCase(), reason, after, limit],
  )
  const next = rows.length === limit ? rows.at(-1)!.place : null
  return { rows: rows.map(({ place: _place, ...row }) => row), next }
}

/** Takes an address off the list, as far as somebody of the workspace may; resolves with the reasons that it was there for. */
export async function removeSuppression(
  tx: Queryable,
  { ws, address, channel, removable }: { ws: string; address: string; channel: string; removable: readonly SuppressionReason[] },
): Promise<{ removed: SuppressionReason[]; kept: SuppressionReason[] }> {
  const { rows } = await tx.query<{ reason: SuppressionReason; gone: boolean }>(
    `with gone as (
       delete from suppressions where workspace_id = $1 and address = lower($2) and ($3 = '' or channel in ($3, '')) and reason = any($4) returning reason)
     select reason, true as gone from gone union all
     select reason, false from suppressions where workspace_id = $1 and address = lower($2) and ($3 = '' or channel in ($3, '')) and reason <> all($4)`,
    [ws, address, channel, removable],
  )
  return {
    removed: rows.filter(({ gone }) => gone).map(({ reason }) => reason),
    kept: rows.filter(({ gone }) => !gone).map(({ reason }) => reason),
  }
}

/** Takes back what waits for this address and topic ('' for all marketing). */
export async function cancelFor(
  tx: Queryable,
  { ws, address, topic, channel = '' }: Left,
  { now, reason, all = false }: { now: number; reason: string; all?: boolean },
): Promise<{ id: string; key: string; channel: string; payload: Readonly<Record<string, unknown>> }[]> {
  const { rows } = await tx.query<{ id: string; key: string; channel: string; payload: Readonly<Record<string, unknown>> }>(
    `update outbox set status = 'cancelled', settled_at = $4, reason = $5
     where workspace_id = $1 and address = lower($2) and status = 'ready' and ($7 or lane = 'marketing') and ($3 = '' or topic = $3) and ($6 = '' or channel = $6)
     returning id, profile_id as key, channel, payload`,
    [ws, address, topic, now, reason, channel, all],
  )
  return rows
}

/** How many marketing messages to this address and topic are on their way out at this moment. */
export async function inFlightTo(db: Queryable, { ws, address, topic, channel = '' }: Left): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from outbox
     where workspace_id = $1 and address = lower($2) and status = 'sending' and lane = 'marketing' and ($3 = '' or topic = $3) and ($4 = '' or channel = $4)`,
    [ws, address, topic, channel],
  )
  return rows[0]!.count
}

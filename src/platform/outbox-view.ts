import type { Queryable } from './log.ts'
import type { Claimed, OutboxEntry, OutboxStatus } from './outbox.ts'

/** An outbox entry with all that happened to it. Times are epoch ms. */
export interface OutboxRow extends OutboxEntry {
  readonly status: OutboxStatus
  readonly attempt: number
  readonly claimedAt: number | null
  readonly settledAt: number | null
  readonly reason: string
  readonly providerId: string
  readonly contentHash: string
  readonly createdAt: number
}

const COLUMNS = `id, workspace_id as ws, profile_id as key, channel, address, topic, lane, due, expires, payload, status, attempt,
  claimed_at as "claimedAt", settled_at as "settledAt", reason, provider_id as "providerId", content_hash as "contentHash", created_at as "createdAt"`

export interface OutboxQuery {
  readonly ws: string
  readonly profile?: string | undefined
  readonly journey?: string | undefined
  readonly status?: OutboxStatus | undefined
  /** The last row of the page before. */
  readonly after?: { readonly createdAt: number; readonly id: string } | undefined
  readonly limit: number
}

/** Newest first. */
export async function listOutbox(db: Queryable, { ws, profile, journey, status, after, limit }: OutboxQuery): Promise<OutboxRow[]> {
  const values: unknown[] = [ws]
  const where = ['workspace_id = $1']
  const also = (condition: (n: number) => string, ...more: unknown[]): void => {
    where.push(condition(values.length + 1))
    values.push(...more)
  }
  if (profile !== undefined) also((n) => `profile_id = $${n}`, profile)
  if (journey !== undefined) also((n) => `payload->>'journey_id' = $${n}`, journey)
  if (status !== undefined) also((n) => `status = $${n}`, status)
  if (after) also((n) => `(created_at, id) < ($${n}::bigint, $${n + 1})`, after.createdAt, after.id)
  const { rows } = await db.query<OutboxRow>(
    `select ${COLUMNS} from outbox where ${where.join(' and ')} order by created_at desc, id desc limit ${Math.trunc(limit)}`,
    values,
  )
  return rows
}

export async function getOutbox(db: Queryable, ws: string, id: string): Promise<OutboxRow | undefined> {
  const { rows } = await db.query<OutboxRow>(`select ${COLUMNS} from outbox where workspace_id = $1 and id = $2`, [ws, id])
  return rows[0]
}

/** Entries of a workspace that left by a provider, by our ids or by the provider's. */
export async function outboxOfProvider(
  db: Queryable,
  { ws, provider, ids, providerIds }: { ws: string; provider: string; ids: readonly string[]; providerIds: readonly string[] },
): Promise<OutboxRow[]> {
  const { rows } = await db.query<OutboxRow>(
    `select ${COLUMNS} from outbox where workspace_id = $1 and id = any($2)
     union select ${COLUMNS} from outbox where workspace_id = $1 and route = $3 and route <> '' and provider_id <> '' and provider_id = any($4)`,
    [ws, ids, provider, providerIds],
  )
  return rows
}

/** Whom a workspace last wrote to at an address by a provider of its own. */
export async function lastWrittenTo(db: Queryable, ws: string, address: string): Promise<string | undefined> {
  const { rows } = await db.query<{ key: string }>(
    `select profile_id as key from outbox where workspace_id = $1 and address = $2 and route <> '' and address <> '' order by created_at desc limit 1`,
    [ws, address],
  )
  return rows[0]?.key
}

/** Whose these entries are, by id; those of nobody are missing. */
export async function profilesOfEntries(
  db: Queryable,
  entries: readonly { readonly ws: string; readonly id: string }[],
): Promise<Map<string, string>> {
  const { rows } = await db.query<{ ws: string; id: string; profile: string }>(
    `select o.workspace_id as ws, o.id, o.profile_id as profile from unnest($1::text[], $2::text[]) e(ws, id)
     join outbox o on o.workspace_id = e.ws and o.id = e.id`,
    [entries.map(({ ws }) => ws), entries.map(({ id }) => id)],
  )
  return new Map(rows.map(({ ws, id, profile }) => [`${ws} ${id}`, profile]))
}

/** How many entries were given up, and how many of them are webhooks. */
export async function countDead(db: Queryable, ws: string): Promise<{ messages: number; webhooks: number }> {
  const { rows } = await db.query<{ messages: number; webhooks: number }>(
    `select count(*) filter (where channel <> 'webhook')::int as messages, count(*) filter (where channel = 'webhook')::int as webhooks
     from outbox where workspace_id = $1 and status = 'dead'`,
    [ws],
  )
  return rows[0]!
}

/** A dead entry becomes ready again, under the same id; undefined when it is not dead. */
export async function reviveOutbox(
  db: Queryable,
  { ws, id, now, expires }: { ws: string; id: string; now: number; expires: number },
): Promise<OutboxRow | undefined> {
  const { rows } = await db.query<OutboxRow>(
    `update outbox set status = 'ready', attempt = 0, deferred = 0, route = case route when '' then '' else '?' end, due = $3, expires = $4, reason = 'replayed', settled_at = null
     where workspace_id = $1 and id = $2 and status = 'dead' returning ${COLUMNS}`,
    [ws, id, now, expires],
  )
  return rows[0]
}

/** Entries whose wait for a sign is over count as sent now. */
export async function assumeSent(tx: Queryable, { now, limit }: { now: number; limit: number }): Promise<OutboxRow[]> {
  const { rows } = await tx.query<OutboxRow>(
    `update outbox set status = 'sent', reason = 'assumed_sent', settled_at = $1
     where (workspace_id, id) in (select workspace_id, id from outbox where status = 'ambiguous' and due <= $1 order by due limit $2 for update skip locked)
     returning ${COLUMNS}`,
    [now, limit],
  )
  return rows
}

/** A sign that it arrived: an entry without an answer was sent after all. */
export async function confirmSent(
  tx: Queryable,
  { ws, id, now, reason }: { ws: string; id: string; now: number; reason: string },
): Promise<OutboxRow | undefined> {
  const { rows } = await tx.query<OutboxRow>(
    `update outbox set status = 'sent', reason = $4, settled_at = $3 where workspace_id = $1 and id = $2 and status = 'ambiguous' returning ${COLUMNS}`,
    [ws, id, now, reason],
  )
  return rows[0]
}

/**
 * A claim may have been committed although its answer was lost: what is `sending` for this owner, but not known to it, is ready again.
 * `channel` null: of the queues of providers.
 */
export async function releaseUnknown(
  db: Queryable,
  { owner, channel, known, now }: { owner: string; channel: string | null; known: readonly string[]; now: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `update outbox set status = 'ready', reason = 'recovered', due = least(due, $3)
     where status = 'sending' and owner = $1 and (case when $4::text is null then route <> '' else route = '' and channel = $4 end) and not (workspace_id || chr(1) || id || chr(1) || attempt = any($2))`,
    [owner, known, now, channel],
  )
  return rowCount ?? 0
}

/** An entry whose fate is known already. */
export interface SettledEntry extends Claimed {
  readonly status: OutboxStatus
  readonly reason: string
  readonly claimedAt: number | null
  readonly settledAt: number | null
  readonly providerId: string
  readonly contentHash: string
}

/** Puts entries as they are into the outbox: those of a past that was handled elsewhere, with what still waits of it. */
export async function insertEntries(tx: Queryable, entries: readonly SettledEntry[]): Promise<void> {
  if (entries.length === 0) return
  await tx.query(
    `insert into outbox (workspace_id, id, profile_id, channel, address, topic, lane, due, expires, payload, status, attempt, deferred, claimed_at,
       settled_at, reason, provider_id, content_hash, created_at, route)
     select ws, id, key, channel, address, topic, lane, due, expires, payload, status, attempt, deferred, "claimedAt", "settledAt", reason,
       "providerId", "contentHash", "createdAt", route
     from jsonb_to_recordset($1::jsonb) e(ws text, id text, key text, channel text, address text, topic text, lane text, due bigint, expires bigint,
       payload jsonb, status text, attempt int, deferred int, "claimedAt" bigint, "settledAt" bigint, reason text, "providerId" text,
       "contentHash" text, "createdAt" bigint, route text)`,
    [JSON.stringify(entries)],
  )
}

import type { Queryable } from './log.ts'
import { keyOf } from './suppressions.ts'

/** An effect as it waits in the outbox. Times are epoch ms. */
export interface OutboxEntry {
  readonly id: string
  readonly ws: string
  readonly key: string
  readonly channel: string
  readonly address: string
  readonly topic: string
  readonly lane: 'transactional' | 'marketing'
  readonly due: number
  readonly expires: number
  readonly payload: Readonly<Record<string, unknown>>
}

export type OutboxStatus = 'ready' | 'sending' | 'sent' | 'failed' | 'skipped' | 'cancelled' | 'ambiguous' | 'dead'

/** A claimed entry: marked `sending`, committed, before anything leaves. */
export interface Claimed extends OutboxEntry {
  readonly attempt: number
  /** When it was decided (epoch ms). */
  readonly createdAt: number
  /** '': the server's own way. '?': nobody has said yet by which provider. Else the provider in whose queue it waited. */
  readonly route: string
  /** Claims before this one that were no attempt. */
  readonly deferred: number
}

/** Nobody has said yet by which provider it goes. */
export const UNROUTED = '?'

/** How one attempt ended. `ready` means: try again at `due`. */
export interface Settlement {
  readonly ws: string
  readonly id: string
  readonly attempt: number
  readonly status: Exclude<OutboxStatus, 'sending' | 'cancelled'>
  readonly due: number
  readonly reason: string
  readonly providerId: string
  readonly contentHash: string
  /** The queue that it waits in from now on, or the provider that it left by; left out: as before. */
  readonly route?: string
  /** The claim was no attempt: nothing was tried. */
  readonly untried?: true
}

/** Puts effects into the outbox; one that is there already stays as it is. Mail and webhooks go the server's own way where a workspace has no providers for them. */
export async function enqueue(tx: Queryable, entries: readonly OutboxEntry[], now: number): Promise<void> {
  if (entries.length === 0) return
  await tx.query(
    `insert into outbox (workspace_id, id, profile_id, channel, address, topic, lane, due, expires, payload, created_at, route)
     select ws, id, key, channel, address, topic, lane, due, expires, payload, $2::bigint,
       case when channel in ('email', 'webhook') and not exists (
         select from documents d where d.kind = 'provider' and d.status = 'published' and d.workspace_id = e.ws and d.body->>'channel' = e.channel
       ) then '' else '${UNROUTED}' end
     from jsonb_to_recordset($1::jsonb) e(ws text, id text, key text, channel text, address text, topic text, lane text, due bigint, expires bigint, payload jsonb)
     on conflict (workspace_id, id) do nothing`,
    [JSON.stringify(entries), now],
  )
}

export interface Cancelled {
  readonly ws: string
  readonly id: string
  readonly key: string
  readonly channel: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** Takes back what has not been claimed yet; resolves with what was taken back. What is on its way expires, by whatever clock: if it does not arrive it is not tried again. */
export async function cancel(
  tx: Queryable,
  effects: readonly { readonly ws: string; readonly id: string }[],
  { now, reason }: { now: number; reason: string },
): Promise<Cancelled[]> {
  if (effects.length === 0) return []
  const effectsInOrder = inOrder(effects)
  const { rows } = await tx.query<Cancelled>(
    // One update for both: an entry that is being claimed at this moment is looked at again when its claim has committed.
    `with taken as (
       update outbox o set status = case o.status when 'ready' then 'cancelled' else o.status end,
         settled_at = case o.status when 'ready' then $3::bigint else o.settled_at end,
         reason = case o.status when 'ready' then $4 else o.reason end,
         expires = case o.status when 'sending' then least(o.expires, 0) else o.expires end
       from unnest($1::text[], $2::text[]) e(ws, id)
       where o.workspace_id = e.ws and o.id = e.id and o.status in ('ready', 'sending')
       returning o.workspace_id as ws, o.id, o.profile_id as key, o.channel, o.payload, o.status
     ) select ws, id, key, channel, payload from taken where status = 'cancelled'`,
    [effectsInOrder.map(({ ws }) => ws), effectsInOrder.map(({ id }) => id), now, reason],
  )
  return rows
}

/** Rows are locked in one order everywhere, or taking back and settling many at a time would wait for each other in a circle. */
const inOrder = <T extends { readonly ws: string; readonly id: string }>(entries: readonly T[]): T[] =>
  [...entries].sort((a, b) => (a.ws === b.ws ? (a.id < b.id ? -1 : 1) : a.ws < b.ws ? -1 : 1))

/** Which of these claimed entries have been taken back since the claim, or are another attempt's now; named as `keyOf` of suppressions names them. */
export async function takenBackAmong(db: Queryable, entries: readonly Claimed[]): Promise<Set<string>> {
  const { rows } = await db.query<{ ws: string; id: string }>(
    `select o.workspace_id as ws, o.id from unnest($1::text[], $2::text[], $3::bigint[], $4::int[]) e(ws, id, expires, attempt)
     join outbox o on o.workspace_id = e.ws and o.id = e.id
     where o.expires < e.expires or o.status <> 'sending' or o.attempt <> e.attempt`,
    [
      entries.map((entry) => entry.ws),
      entries.map((entry) => entry.id),
      entries.map((entry) => entry.expires),
      entries.map((entry) => entry.attempt),
    ],
  )
  return new Set(rows.map(({ ws, id }) => keyOf(ws, id)))
}

/** Claims due entries of a channel, transactional first, and at most `bulk` of marketing. One statement, so it is committed when it returns outside a transaction. */
export async function claim(
  db: Queryable,
  { owner, channel, limit, bulk = limit, now }: { owner: string; channel: string; limit: number; bulk?: number; now: number },
): Promise<Claimed[]> {
  const { rows } = await db.query<Claimed>(
    `with urgent as (
       select workspace_id, id from outbox where channel = $4 and status = 'ready' and route = '' and lane = 'transactional' and due <= $3
       order by due limit $2 for update skip locked
     ), others as (
       select workspace_id, id from outbox where channel = $4 and status = 'ready' and route = '' and lane = 'marketing' and due <= $3
       order by due limit greatest(0, least($5::bigint, $2 - (select count(*) from urgent))) for update skip locked
     ), next as (select * from urgent union all select * from others)
     update outbox o set status = 'sending', attempt = o.attempt + 1, owner = $1, claimed_at = $3
     from next where o.workspace_id = next.workspace_id and o.id = next.id
     returning ${CLAIMED}`,
    [owner, limit, now, channel, bulk],
  )
  return rows
}

const CLAIMED = `o.id, o.workspace_id as ws, o.profile_id as key, o.channel, o.address, o.topic, o.lane, o.due, o.expires, o.payload, o.attempt,
       o.created_at as "createdAt", o.route, o.deferred`

/** A provider's queue: how many of it may be claimed, transactional first, and at most `bulk` of marketing. */
export interface Queue {
  readonly ws: string
  readonly route: string
  readonly limit: number
  readonly bulk: number
}

/** As `claim`, from the queues of providers. */
export async function claimRouted(
  db: Queryable,
  { owner, queues, now }: { owner: string; queues: readonly Queue[]; now: number },
): Promise<Claimed[]> {
  if (queues.length === 0) return []
  const { rows } = await db.query<Claimed>(
    `with wanted as (
       select * from unnest($3::text[], $4::text[], $5::int[], $6::int[]) q(ws, route, most, bulk)
     ), urgent as (
       select c.* from wanted q cross join lateral (
         select workspace_id, id, route from outbox where workspace_id = q.ws and route = q.route and route <> '' and status = 'ready'
           and lane = 'transactional' and due <= $2 order by due limit q.most for update skip locked) c
     ), others as (
       select c.* from wanted q cross join lateral (
         select workspace_id, id, route from outbox where workspace_id = q.ws and route = q.route and route <> '' and status = 'ready'
           and lane = 'marketing' and due <= $2 order by due
         limit greatest(0, least(q.bulk::bigint, q.most - (select count(*) from urgent u where u.workspace_id = q.ws and u.route = q.route)))
         for update skip locked) c
     ), next as (select * from urgent union all select * from others)
     update outbox o set status = 'sending', attempt = o.attempt + 1, owner = $1, claimed_at = $2
     from next where o.workspace_id = next.workspace_id and o.id = next.id
     returning ${CLAIMED}`,
    [
      owner,
      now,
      queues.map((queue) => queue.ws),
      queues.map((queue) => queue.route),
      queues.map((queue) => queue.limit),
      queues.map((queue) => queue.bulk),
    ],
  )
  return rows
}

/** The queues of providers in which something waits, due or not; one look into the index for each. */
export async function waitingQueues(db: Queryable): Promise<{ ws: string; route: string }[]> {
  const { rows } = await db.query<{ ws: string; route: string }>(
    `with recursive queue as (
       (select workspace_id, route from outbox where status = 'ready' and route <> '' order by workspace_id, route limit 1)
       union all
       select n.workspace_id, n.route from queue q cross join lateral (
         select workspace_id, route from outbox where status = 'ready' and route <> '' and (workspace_id, route) > (q.workspace_id, q.route)
         order by workspace_id, route limit 1) n
     ) select workspace_id as ws, route from queue`,
  )
  return rows
}

/** Lets up to `limit` due messages of marketing in a provider's queue wait; resolves with how many. */
export async function postpone(
  db: Queryable,
  { ws, route, until, reason, now, limit }: { ws: string; route: string; until: number; reason: string; now: number; limit: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `update outbox set due = least($3::bigint, expires + 1), reason = $6 where (workspace_id, id) in (
       select workspace_id, id from outbox where workspace_id = $1 and route = $2 and route <> '' and status = 'ready' and lane = 'marketing' and due <= $4
         and due <= expires
       order by due limit $5 for update skip locked)`,
    [ws, route, until, now, limit, reason],
  )
  return rowCount ?? 0
}

/**
 * Moves up to `limit` due messages of marketing from one provider's queue to another's; resolves with how many. What a process that died had
 * claimed may have left by this provider, and stays with it.
 */
export async function reroute(
  db: Queryable,
  { ws, from, to, now, limit }: { ws: string; from: string; to: string; now: number; limit: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `update outbox set route = $3 where (workspace_id, id) in (
       select workspace_id, id from outbox where workspace_id = $1 and route = $2 and route <> '' and status = 'ready' and lane = 'marketing' and due <= $4
         and reason <> 'recovered'
       order by due limit $5 for update skip locked)`,
    [ws, from, to, now, limit],
  )
  return rowCount ?? 0
}

/**
 * Writes how attempts ended, and resolves with those that counted: an attempt that somebody else has taken over counts no more.
 * If it did hand the message over that stays true, but the attempt that is on its way now has to be waited for.
 */
export async function settle(
  tx: Queryable,
  settlements: readonly Settlement[],
  { owner, now }: { owner: string; now: number },
): Promise<{ ws: string; id: string; attempt: number }[]> {
  if (settlements.length === 0) return []
  const { rows } = await tx.query<{ ws: string; id: string; attempt: number }>(
    `update outbox o set status = s.status, due = s.due, reason = s.reason, settled_at = $3,
       provider_id = coalesce(nullif(s."providerId", ''), o.provider_id), content_hash = coalesce(nullif(s."contentHash", ''), o.content_hash),
       route = coalesce(s.route, o.route), deferred = o.deferred + case when s.untried then 1 else 0 end
     from jsonb_to_recordset($1::jsonb) s(ws text, id text, attempt int, status text, due bigint, reason text, "providerId" text, "contentHash" text, route text, untried boolean)
     where o.workspace_id = s.ws and o.id = s.id and (
       (o.status in ('sending', 'ambiguous') and o.owner = $2 and o.attempt = s.attempt)
       or (s.status = 'sent' and o.status not in ('sending', 'sent')))
     returning s.ws, s.id, s.attempt`,
    [JSON.stringify(inOrder(settlements)), owner, now],
  )
  return rows
}

/** Entries that dead owners left in `sending` become ready again: they may have left, so the retry carries the same id. */
export async function recover(db: Queryable, { living, now }: { living: readonly string[]; now: number }): Promise<number> {
  const { rowCount } = await db.query(
    `update outbox set status = 'ready', reason = 'recovered', due = least(due, $2) where status = 'sending' and not (owner = any($1))`,
    [living, now],
  )
  return rowCount ?? 0
}

/**
 * Whether nothing is left to do at this moment of the clock: no record waits, no timer is due, no message is due or on its way.
 * One statement, so that nothing can slip from one of them to another between two looks.
 */
export async function isQuiet(db: Queryable, now: number): Promise<boolean> {
  const { rows } = await db.query<{ quiet: boolean }>(
    `select not exists (select from log_heads h join leases l using (partition) where l.done_seq < h.seq)
       and not exists (select from keyed_state where next_due <= $1)
       and not exists (select from outbox where status = 'sending')
       and not exists (select from outbox where status in ('ready', 'ambiguous') and due <= $1) as quiet`,
    [now],
  )
  return rows[0]!.quiet
}

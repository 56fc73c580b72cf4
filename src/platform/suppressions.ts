import type { Queryable } from './log.ts'
import type { Claimed } from './outbox.ts'

export type SuppressionReason = 'unsubscribed' | 'bounced' | 'complained'

/** An address that must not be written to about a topic; '' is everything that is marketing. */
export interface Suppression {
  readonly ws: string
  readonly address: string
  readonly topic: string
  readonly reason: SuppressionReason
}

/** Remembers; what is stronger than an unsubscribe stays. */
export async function suppress(tx: Queryable, entries: readonly Suppression[], now: number): Promise<void> {
  if (entries.length === 0) return
  await tx.query(
    `insert into suppressions (workspace_id, address, topic, reason, at)
     select distinct on (ws, address, topic) ws, lower(address), topic, reason, $2::bigint
     from jsonb_to_recordset($1::jsonb) e(ws text, address text, topic text, reason text) order by ws, address, topic
     on conflict (workspace_id, address, topic) do update set reason = excluded.reason, at = excluded.at
       where suppressions.reason = 'unsubscribed' and excluded.reason <> 'unsubscribed'`,
    [JSON.stringify(entries), now],
  )
}

/** Takes an unsubscribe back; a bounced or complaining address stays blocked. */
export async function unsuppress(tx: Queryable, { ws, address, topic }: Omit<Suppression, 'reason'>): Promise<void> {
  await tx.query(
    `delete from suppressions where workspace_id = $1 and address = lower($2) and topic in ($3, '') and reason = 'unsubscribed'`,
    [ws, address, topic],
  )
}

/**
 * Which of these claimed entries must not be handed over. Read after the claim has committed: an opt-out that this does not see yet
 * sees the entry as `sending`, and waits for it.
 */
export async function suppressedAmong(db: Queryable, entries: readonly Claimed[]): Promise<Set<string>> {
  const asked = entries.filter((entry) => entry.address !== '')
  if (asked.length === 0) return new Set()
  const { rows } = await db.query<{ ws: string; id: string }>(
    `select e.ws, e.id from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) e(ws, id, address, topic, lane)
     where exists (select from suppressions s where s.workspace_id = e.ws and s.address = e.address and s.topic in (e.topic, '')
       and (e.lane = 'marketing' or s.reason <> 'unsubscribed'))`,
    [
      asked.map((entry) => entry.ws),
      asked.map((entry) => entry.id),
      asked.map((entry) => entry.address.toLowerCase()),
      asked.map((entry) => entry.topic),
      asked.map((entry) => entry.lane),
    ],
  )
  return new Set(rows.map(({ ws, id }) => keyOf(ws, id)))
}

export const keyOf = (ws: string, id: string): string => `${ws}\u0000${id}`

/** Takes back what waits for this address and topic ('' for all marketing). */
export async function cancelFor(
  tx: Queryable,
  { ws, address, topic }: Omit<Suppression, 'reason'>,
  { now, reason }: { now: number; reason: string },
): Promise<{ id: string; key: string; channel: string; payload: Readonly<Record<string, unknown>> }[]> {
  const { rows } = await tx.query<{ id: string; key: string; channel: string; payload: Readonly<Record<string, unknown>> }>(
    `update outbox set status = 'cancelled', settled_at = $4, reason = $5
     where workspace_id = $1 and address = lower($2) and status = 'ready' and lane = 'marketing' and ($3 = '' or topic = $3)
     returning id, profile_id as key, channel, payload`,
    [ws, address, topic, now, reason],
  )
  return rows
}

/** How many marketing messages to this address and topic are on their way out at this moment. */
export async function inFlightTo(db: Queryable, { ws, address, topic }: Omit<Suppression, 'reason'>): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    `select count(*)::int as count from outbox
     where workspace_id = $1 and address = lower($2) and status = 'sending' and lane = 'marketing' and ($3 = '' or topic = $3)`,
    [ws, address, topic],
  )
  return rows[0]!.count
}

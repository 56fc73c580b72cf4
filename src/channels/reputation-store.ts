import type { Queryable } from '#platform/log.ts'
import type { Trouble } from './bounce.ts'
import { hourOf, type Standing, type Tally } from './reputation.ts'

/** Adds messages that were handed over, one row for each domain, always in the same order. */
export async function countHanded(
  tx: Queryable,
  handed: readonly { readonly ws: string; readonly domain: string }[],
  now: number,
): Promise<void> {
  if (handed.length === 0) return
  const sums = [...Map.groupBy(handed, ({ ws, domain }) => `${ws} ${domain}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, list]) => ({ ...list[0]!, sent: list.length }))
  await tx.query(
    `insert into sending_hours (workspace_id, domain, hour, sent)
     select ws, domain, $2::int, sent from jsonb_to_recordset($1::jsonb) s(ws text, domain text, sent int)
     on conflict (workspace_id, domain, hour) do update set sent = sending_hours.sent + excluded.sent`,
    [JSON.stringify(sums), hourOf(now)],
  )
}

export interface NotedTrouble {
  readonly ws: string
  readonly effect: string
  readonly kind: Trouble
  readonly domain: string
  readonly address: string
  /** When the message was handed over (epoch ms). */
  readonly sentAt: number
  readonly at: number
}

/** Whether it is new: a repeat counts once. */
export async function noteTrouble(tx: Queryable, { ws, effect, kind, domain, address, sentAt, at }: NotedTrouble): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into delivery_troubles (workspace_id, effect_id, kind, domain, address, sent_hour, at) values ($1, $2, $3, $4, lower($5), $6, $7)
     on conflict (workspace_id, effect_id, kind) do nothing`,
    [ws, effect, kind, domain, address, hourOf(sentAt), at],
  )
  return rowCount === 1
}

/** When messages to an address bounced softly, since a moment. */
export async function softBounces(
  tx: Queryable,
  { ws, address, since }: { ws: string; address: string; since: number },
): Promise<number[]> {
  const { rows } = await tx.query<{ at: number }>(
    `select at from delivery_troubles where workspace_id = $1 and address = lower($2) and at > $3 and kind = 'soft'`,
    [ws, address, since],
  )
  return rows.map(({ at }) => at)
}

/** What a domain handed over, and how it was taken, from an hour on. */
export async function tallySince(db: Queryable, { ws, domain, hour }: { ws: string; domain: string; hour: number }): Promise<Tally> {
  const { rows } = await db.query<Tally>(
    `select (select coalesce(sum(sent), 0)::int from sending_hours where workspace_id = $1 and domain = $2 and hour >= $3) as sent,
       count(*) filter (where kind = 'complaint')::int as complaints, count(*) filter (where kind = 'address')::int as bounces,
       count(*) filter (where kind = 'policy')::int as refusals
     from delivery_troubles where workspace_id = $1 and domain = $2 and sent_hour >= $3`,
    [ws, domain, hour],
  )
  return rows[0]!
}

export interface Identity extends Standing {
  readonly domain: string
  readonly since: number
  readonly countedFrom: number
}

const IDENTITY = 'domain, state, cause, rate, sent, since, counted_from as "countedFrom"'

/** Undefined: nothing was ever said of it. Locked for the transaction. */
export async function lockIdentity(tx: Queryable, ws: string, domain: string): Promise<Identity | undefined> {
  const { rows } = await tx.query<Identity>(
    `select ${IDENTITY} from sending_identities where workspace_id = $1 and domain = $2 for update`,
    [ws, domain],
  )
  return rows[0]
}

/** Domains with mail since an hour, and those of which something was said. */
export async function identitiesOf(db: Queryable, ws: string, hour: number): Promise<Identity[]> {
  const { rows } = await db.query<Identity>(
    `select ${IDENTITY} from sending_identities where workspace_id = $1
     union all select domain, 'good', '', 0, 0, 0, 0 from (
       select domain from sending_hours where workspace_id = $1 and hour >= $2
       except select domain from sending_identities where workspace_id = $1) other
     order by domain`,
    [ws, hour],
  )
  return rows
}

/** Writes how a domain stands. Resolves with false when others have written the same state meanwhile. */
export async function writeStanding(
  tx: Queryable,
  { ws, domain, standing, now }: { ws: string; domain: string; standing: Standing; now: number },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into sending_identities as i (workspace_id, domain, state, cause, rate, sent, since) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id, domain) do update set state = excluded.state, cause = excluded.cause, rate = excluded.rate,
       sent = excluded.sent, since = excluded.since where i.state not in (excluded.state, 'paused')`,
    [ws, domain, standing.state, standing.cause, standing.rate, standing.sent, now],
  )
  return rowCount === 1
}

/** Ends a pause; what was sent before counts no more. False: it was not paused. */
export async function endPause(tx: Queryable, { ws, domain, now }: { ws: string; domain: string; now: number }): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update sending_identities set state = 'good', cause = '', rate = 0, sent = 0, since = $3, counted_from = $3
     where workspace_id = $1 and domain = $2 and state = 'paused'`,
    [ws, domain, now],
  )
  return rowCount === 1
}

export async function pausedDomains(db: Queryable, ws: string): Promise<string[]> {
  const { rows } = await db.query<{ domain: string }>(
    `select domain from sending_identities where workspace_id = $1 and state = 'paused'`,
    [ws],
  )
  return rows.map(({ domain }) => domain)
}

/** Drops what no window reaches any more. */
export async function forgetTroubles(db: Queryable, before: number): Promise<void> {
  await db.query('delete from delivery_troubles where at < $1', [before])
  await db.query('delete from sending_hours where hour < $1', [hourOf(before)])
}

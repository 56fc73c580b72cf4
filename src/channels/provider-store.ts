import type { Json } from '#lib/json.ts'
import type { Queryable } from '#platform/log.ts'

/** One attempt by a provider, for its books. */
export interface Booked {
  readonly ws: string
  readonly provider: string
  readonly outcome: 'sent' | 'failed'
  readonly units: number
  /** Millionths of the currency. */
  readonly cost: number
  readonly currency: string
  /** Nothing left. */
  readonly sandbox: boolean
  /** Reason code of a failure. */
  readonly reason: string
}

export interface ProviderDay {
  readonly provider: string
  readonly day: number
  readonly reserved: number
  readonly sent: number
  readonly failed: number
  readonly units: number
  readonly cost: number
  readonly currency: string
}

export interface ProviderState {
  readonly provider: string
  readonly breaker: 'closed' | 'open' | 'probing'
  readonly lastError: string
  readonly lastErrorAt: number
}

interface Sum extends Omit<ProviderDay, 'reserved'> {
  readonly ws: string
}

/** Adds attempts to the books of a day, one row for each provider, always in the same order so that nobody waits for each other in a circle. */
export async function countDay(tx: Queryable, booked: readonly Booked[], day: number): Promise<void> {
  if (booked.length === 0) return
  const sums = [...Map.groupBy(booked, ({ ws, provider }) => `${ws} ${provider}`)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, list]): Sum => sumOf(list, day))
  await tx.query(
    `insert into provider_days (workspace_id, provider, day, sent, failed, units, cost, currency)
     select ws, provider, day, sent, failed, units, cost, currency
     from jsonb_to_recordset($1::jsonb) s(ws text, provider text, day int, sent int, failed int, units bigint, cost bigint, currency text)
     on conflict (workspace_id, provider, day) do update set sent = provider_days.sent + excluded.sent,
       failed = provider_days.failed + excluded.failed, units = provider_days.units + excluded.units,
       cost = provider_days.cost + excluded.cost, currency = excluded.currency`,
    [JSON.stringify(sums)],
  )
}

function sumOf(list: readonly Booked[], day: number): Sum {
  const { ws, provider, currency } = list[0]!
  const sent = list.filter(({ outcome }) => outcome === 'sent')
  const add = (value: (each: Booked) => number): number => sent.reduce((sum, each) => sum + value(each), 0)
  const books = { units: add(({ units }) => units), cost: add(({ cost }) => cost) }
  return { ws, provider, day, sent: sent.length, failed: list.length - sent.length, ...books, currency }
}

/** Takes up to `wanted` out of what a day still allows, for all processes together; resolves with how many it got. */
export async function reserve(
  db: Queryable,
  { ws, provider, day, wanted, allowed }: { ws: string; provider: string; day: number; wanted: number; allowed: number },
): Promise<number> {
  const key = [ws, provider, day]
  await db.query(
    'insert into provider_days (workspace_id, provider, day) values ($1, $2, $3) on conflict (workspace_id, provider, day) do nothing',
    key,
  )
  const { rows } = await db.query<{ got: number }>(
    `with before as (
       select reserved from provider_days where workspace_id = $1 and provider = $2 and day = $3 for update
     ) update provider_days d set reserved = d.reserved + greatest(0, least($4::int, $5::int - b.reserved)) from before b
       where d.workspace_id = $1 and d.provider = $2 and d.day = $3 returning d.reserved - b.reserved as got`,
    [...key, wanted, allowed],
  )
  return rows[0]!.got
}

/** Gives back what was not handed over; a negative number takes more than the day allows (transactional messages do not wait). */
export async function giveBack(
  db: Queryable,
  { ws, provider, day, count }: { ws: string; provider: string; day: number; count: number },
): Promise<void> {
  await db.query(
    `insert into provider_days (workspace_id, provider, day, reserved) values ($1, $2, $3, greatest(0, -$4::int))
     on conflict (workspace_id, provider, day) do update set reserved = greatest(0, provider_days.reserved - $4::int)`,
    [ws, provider, day, count],
  )
}

/** Notes how a provider is. */
export async function noteState(
  db: Queryable,
  { ws, provider, breaker, error, at }: { ws: string; provider: string; breaker: ProviderState['breaker']; error: string; at: number },
): Promise<void> {
  await db.query(
    `insert into provider_states (workspace_id, provider, breaker, breaker_at, last_error, last_error_at) values ($1, $2, $3, $5, $4, case $4 when '' then 0 else $5::bigint end)
     on conflict (workspace_id, provider) do update set
       breaker_at = case when provider_states.breaker = excluded.breaker then provider_states.breaker_at else excluded.breaker_at end,
       breaker = excluded.breaker,
       last_error = case excluded.last_error when '' then provider_states.last_error else excluded.last_error end,
       last_error_at = case excluded.last_error when '' then provider_states.last_error_at else excluded.last_error_at end`,
    [ws, provider, breaker, error, at],
  )
}

export async function providerStates(db: Queryable, ws: string): Promise<ProviderState[]> {
  const { rows } = await db.query<ProviderState>(
    'select provider, breaker, last_error as "lastError", last_error_at as "lastErrorAt" from provider_states where workspace_id = $1',
    [ws],
  )
  return rows
}

/** The books of the days from `from` on. */
export async function providerDays(db: Queryable, ws: string, from: number): Promise<ProviderDay[]> {
  const { rows } = await db.query<ProviderDay>(
    `select provider, day, reserved, sent, failed, units, cost, currency from provider_days where workspace_id = $1 and day >= $2 order by provider, day`,
    [ws, from],
  )
  return rows
}

/** A receipt that came before its message was settled. */
export interface EarlyReceipt {
  readonly ws: string
  readonly id: string
  readonly provider: string
  readonly receipt: Json
  /** When it came (epoch ms). */
  readonly at: number
}

export async function keepEarly(tx: Queryable, receipts: readonly Omit<EarlyReceipt, 'id'>[]): Promise<void> {
  if (receipts.length === 0) return
  await tx.query(
    `insert into early_receipts (workspace_id, provider, receipt, at)
     select ws, provider, receipt, at from jsonb_to_recordset($1::jsonb) e(ws text, provider text, receipt jsonb, at bigint)`,
    [JSON.stringify(receipts)],
  )
}

/** Takes the oldest of them out, for this transaction. */
export async function takeEarly(tx: Queryable, limit: number): Promise<EarlyReceipt[]> {
  const { rows } = await tx.query<EarlyReceipt>(
    `delete from early_receipts where id in (select id from early_receipts order by at limit $1 for update skip locked)
     returning workspace_id as ws, id::text as id, provider, receipt, at`,
    [limit],
  )
  return rows
}

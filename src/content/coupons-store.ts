import type { Queryable } from '#platform/log.ts'
import type { CouponCount } from './coupons.ts'

/** A message that wants a code. */
export interface Wish {
  readonly ws: string
  readonly pool: string
  readonly effect: string
  readonly profile: string
  /** Which attempt of the message this is, from 1. */
  readonly attempt: number
  readonly now: number
}

/**
 * The code of a message: the one that it has, else the next free one of the pool, which is the message's from then on.
 * Null: the pool is empty. One statement, so a crash leaves either nothing or a code that the next attempt finds.
 */
export async function reserve(db: Queryable, wish: Wish): Promise<string | null> {
  for (;;) {
    try {
      const { rows } = await db.query<{ code: string | null; left: boolean }>(RESERVE, [
        wish.ws,
        wish.pool,
        wish.effect,
        wish.profile,
        wish.attempt,
        wish.now,
      ])
      const { code, left } = rows[0]!
      // Others hold the last free ones locked just now: they may come free again.
      if (code !== null || !left) return code
    } catch (error) {
      // Another attempt of the same message was faster; its code is there now.
      if ((error as { code?: string }).code !== '23505') throw error
    }
  }
}

/** An attempt that finds another one's number was preceded by one that was never heard of again. */
const RESERVE = `
with own as (
  update coupon_codes set attempt = $5, unsure = unsure or (attempt <> 0 and attempt <> $5)
  where workspace_id = $1 and pool = $2 and effect_id = $3 returning code
), next as (
  select code from coupon_codes
  where workspace_id = $1 and pool = $2 and status = 'free' and (expires is null or expires > $6)
    and not exists (select from coupon_codes where workspace_id = $1 and pool = $2 and effect_id = $3)
  order by n limit 1 for update skip locked
), taken as (
  update coupon_codes c set status = 'held', effect_id = $3, profile_id = $4, attempt = $5, unsure = false, at = $6
  from next where c.workspace_id = $1 and c.pool = $2 and c.code = next.code returning c.code
)
select coalesce((select code from own), (select code from taken)) as code,
  exists (select from coupon_codes where workspace_id = $1 and pool = $2 and status = 'free' and (expires is null or expires > $6)) as left`

/** The codes of a message by pool, without taking any. */
export async function codesOf(db: Queryable, { ws, effect }: { ws: string; effect: string }): Promise<Map<string, string>> {
  const { rows } = await db.query<{ pool: string; code: string }>(
    `select pool, code from coupon_codes where workspace_id = $1 and effect_id = $2 and effect_id <> ''`,
    [ws, effect],
  )
  return new Map(rows.map(({ pool, code }) => [pool, code]))
}

/** How an attempt ended: `sent`; `not-sent`: it surely did not leave; `unknown`: nobody can say. */
export interface AttemptEnd {
  readonly ws: string
  readonly effect: string
  readonly attempt: number
  readonly end: 'sent' | 'not-sent' | 'unknown'
}

/** Notes how attempts ended, in the transaction that settles them. */
export async function noteAttempts(tx: Queryable, ends: readonly AttemptEnd[]): Promise<void> {
  const told = ends.filter(({ end }) => end !== 'unknown')
  if (told.length === 0) return
  await tx.query(
    `update coupon_codes c set status = case e."end" when 'sent' then 'sent' else c.status end, attempt = 0
     from jsonb_to_recordset($1::jsonb) e(ws text, effect text, attempt int, "end" text)
     where c.workspace_id = e.ws and c.effect_id = e.effect and c.status = 'held' and (e."end" = 'sent' or c.attempt = e.attempt)`,
    [JSON.stringify(told)],
  )
}

export interface Held {
  readonly ws: string
  readonly effect: string
}

/** Messages with a held code, page by page, oldest first. */
export async function heldCodes(db: Queryable, { after, limit }: { after: Held; limit: number }): Promise<Held[]> {
  const { rows } = await db.query<Held>(
    `select distinct workspace_id as ws, effect_id as effect from coupon_codes
     where status = 'held' and (workspace_id, effect_id) > ($1, $2) order by 1, 2 limit $3`,
    [after.ws, after.effect, limit],
  )
  return rows
}

/** Ends what became of messages: codes of those that were sent stay theirs; of the others they come back, unless an attempt may have left. */
export async function closeHeld(
  db: Queryable,
  ended: readonly (Held & { readonly sent: boolean })[],
): Promise<{ readonly returned: number; readonly doubtful: number }> {
  if (ended.length === 0) return { returned: 0, doubtful: 0 }
  const { rows } = await db.query<{ status: string }>(
    `with told as (select * from jsonb_to_recordset($1::jsonb) e(ws text, effect text, sent boolean))
     update coupon_codes c set
       status = case when told.sent then 'sent' when c.unsure or c.attempt <> 0 then 'doubtful' else 'free' end,
       effect_id = case when told.sent or c.unsure or c.attempt <> 0 then c.effect_id else '' end,
       profile_id = case when told.sent or c.unsure or c.attempt <> 0 then c.profile_id else '' end,
       attempt = 0
     from told where c.workspace_id = told.ws and c.effect_id = told.effect and c.status = 'held'
     returning c.status`,
    [JSON.stringify(ended)],
  )
  const count = (status: string): number => rows.filter((row) => row.status === status).length
  return { returned: count('free'), doubtful: count('doubtful') }
}

/** Adds codes that are not there yet; resolves with how many were added. */
export async function addCodes(
  db: Queryable,
  { ws, pool, codes, expires, now }: { ws: string; pool: string; codes: readonly string[]; expires: number | undefined; now: number },
): Promise<string[]> {
  const { rows } = await db.query<{ code: string }>(
    `insert into coupon_codes (workspace_id, pool, code, expires, at) select $1, $2, code, $4, $5 from unnest($3::text[]) with ordinality c(code, i) order by i
     on conflict do nothing returning code`,
    [ws, pool, codes, expires ?? null, now],
  )
  return rows.map(({ code }) => code)
}

/** How many codes each pool has, by what has become of them. */
export async function poolCounts(db: Queryable, { ws, now }: { ws: string; now: number }): Promise<Omit<CouponCount, 'low'>[]> {
  const { rows } = await db.query<Omit<CouponCount, 'low'>>(
    `select pool, count(*) filter (where status = 'free' and not gone)::int as free, count(*) filter (where status = 'free' and gone)::int as expired,
       count(*) filter (where status = 'held')::int as held, count(*) filter (where status = 'sent')::int as sent,
       count(*) filter (where status = 'redeemed')::int as redeemed, count(*) filter (where status = 'doubtful')::int as doubtful
     from (select pool, status, coalesce(expires <= $2, false) as gone from coupon_codes where workspace_id = $1) c group by pool order by pool`,
    [ws, now],
  )
  return rows
}

/** Free codes of every pool of every workspace. */
export async function freeCodes(db: Queryable, now: number): Promise<{ ws: string; pool: string; free: number }[]> {
  const { rows } = await db.query<{ ws: string; pool: string; free: number }>(
    `select workspace_id as ws, pool, count(*) filter (where status = 'free' and (expires is null or expires > $1))::int as free
     from coupon_codes group by 1, 2`,
    [now],
  )
  return rows
}

/** A code that an order named, with the discount of that order where it says one. */
export interface UsedCode {
  readonly ws: string
  readonly code: string
  readonly at: number
  /** Millionths of the currency. */
  readonly gave?: number | null
  readonly currency?: string
}

/** Marks given codes as redeemed; a code that nobody was given stays as it is. */
export async function redeem(db: Queryable, used: readonly UsedCode[]): Promise<number> {
  if (used.length === 0) return 0
  const { rowCount } = await db.query(
    `update coupon_codes c set status = 'redeemed', redeemed_at = u.at, attempt = 0, gave = u.gave, gave_currency = coalesce(u.currency, '')
     from (select distinct on (ws, code) ws, code, at, gave, currency
           from jsonb_to_recordset($1::jsonb) r(ws text, code text, at bigint, gave bigint, currency text) order by ws, code, at) u
     where c.workspace_id = u.ws and c.code = u.code and c.status in ('held', 'sent', 'doubtful')`,
    [JSON.stringify(used)],
  )
  return rowCount ?? 0
}

export interface RedeemedCode {
  readonly ws: string
  readonly pool: string
  readonly code: string
  readonly effect: string
}

/** Redeemed codes of which nobody has looked up yet where they came from. */
export async function unplacedCodes(db: Queryable, limit: number): Promise<RedeemedCode[]> {
  const { rows } = await db.query<RedeemedCode>(
    `select workspace_id as ws, pool, code, effect_id as effect from coupon_codes
     where status = 'redeemed' and journey_id is null order by 1, 2, 3 limit $1`,
    [limit],
  )
  return rows
}

/** Which message brought a code; `told`: the option that sent it says itself what it gives away. */
export interface CodePlace extends Omit<RedeemedCode, 'effect'> {
  readonly journey: string
  readonly step: string
  readonly channel: string
  readonly told: boolean
}

export async function placeCodes(db: Queryable, placed: readonly CodePlace[]): Promise<void> {
  if (placed.length === 0) return
  await db.query(
    `update coupon_codes c set journey_id = p.journey, step_id = p.step, channel = p.channel, told = p.told
     from jsonb_to_recordset($1::jsonb) p(ws text, pool text, code text, journey text, step text, channel text, told boolean)
     where c.workspace_id = p.ws and c.pool = p.pool and c.code = p.code`,
    [JSON.stringify(placed)],
  )
}

/** Codes that were redeemed in a day, by where they came from. */
export interface RedeemedSum {
  readonly day: string
  readonly pool: string
  readonly journey: string
  readonly step: string
  readonly channel: string
  /** '' where orders did not say what they were let off. */
  readonly currency: string
  /** Millionths; null: orders did not say. */
  readonly gave: number | null
  readonly codes: number
}

/** Times are epoch ms, the end not included. Codes of options that say themselves what they give are left out: that is counted already. */
export async function redeemedSums(
  db: Queryable,
  { ws, zone, from, until }: { readonly ws: string; readonly zone: string; readonly from: number; readonly until: number },
): Promise<RedeemedSum[]> {
  const { rows } = await db.query<RedeemedSum>(
    `select to_char(to_timestamp(redeemed_at / 1000.0) at time zone $2, 'YYYY-MM-DD') as day, pool, coalesce(journey_id, '') as journey, step_id as step,
       channel, gave_currency as currency, sum(gave)::float8 as gave, count(*)::int as codes
     from coupon_codes where workspace_id = $1 and status = 'redeemed' and not told and redeemed_at >= $3 and redeemed_at < $4
     group by 1, 2, 3, 4, 5, 6, gave is null`,
    [ws, zone, from, until],
  )
  return rows
}

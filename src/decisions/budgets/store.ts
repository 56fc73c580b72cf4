import type { Queryable } from '#platform/log.ts'
import type { Told } from './in-force.ts'
import { type Account, type Admission, type Asking, admit } from './ledger.ts'
import type { Micros } from './schema.ts'

/** One budget in one period; its amount as the document has it now. */
export interface AccountName {
  readonly ws: string
  readonly budget: string
  readonly period: string
}

/** A message that is about to leave, with what it takes of each budget that covers it. */
export interface Reservation {
  readonly ws: string
  readonly effect: string
  readonly profile: string
  readonly channel: string
  /** Epoch ms. */
  readonly at: number
  readonly shares: readonly (AccountName & { readonly amount: Micros; readonly cost: Micros })[]
}

export interface AccountRow extends AccountName, Account {
  readonly confirmed: Micros
  readonly items: number
  readonly confirmedItems: number
  readonly price: number
  readonly pricedAt: number
}

const nameOf = ({ ws, budget, period }: AccountName): string => `${ws} ${budget} ${period}`
const effectOf = ({ ws, effect }: { readonly ws: string; readonly effect: string }): string => `${ws} ${effect}`
const ROW = `workspace_id as ws, budget, period, amount, taken, confirmed, items, confirmed_items as "confirmedItems", price, priced_at as "pricedAt"`
/** Everybody locks accounts in this order, and before anything else of theirs. */
const byName = (a: AccountName, b: AccountName): number => (nameOf(a) < nameOf(b) ? -1 : 1)

/**
 * Reserves money for messages, each whole or not at all; resolves, by message, with '' or the budget that has not enough. Accounts are
 * locked until the transaction ends, so that together no more is taken than there is; a message that has its money already takes none again.
 */
export async function reserveMoney(tx: Queryable, wanted: readonly Reservation[]): Promise<string[]> {
  const accounts = await lockAccounts(tx, wanted)
  const paid = await paidAmong(tx, wanted)
  const asking = wanted.map((each): Asking => {
    const has = paid.has(effectOf(each))
    return { shares: has ? [] : each.shares.map((share) => ({ account: nameOf(share), cost: share.cost })) }
  })
  const admission = admit(accounts, asking)
  const fits = wanted.filter((_, i) => admission.refused[i] === '' && asking[i]!.shares.length > 0)
  await noteReservations(tx, fits)
  await addTaken(tx, wanted, admission)
  return admission.refused.map((name) => (name === '' ? '' : name.split(' ')[1]!))
}

async function lockAccounts(tx: Queryable, wanted: readonly Reservation[]): Promise<Map<string, Account>> {
  const shares = [...new Map(wanted.flatMap((each) => each.shares).map((share) => [nameOf(share), share])).values()].sort(byName)
  const { rows } = await tx.query<AccountRow>(
    `insert into budget_periods as p (workspace_id, budget, period, amount)
     select ws, budget, period, amount from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) with ordinality s(ws, budget, period, amount, place)
     order by place on conflict (workspace_id, budget, period) do update set amount = excluded.amount returning ${ROW}`,
    [
      shares.map(({ ws }) => ws),
      shares.map(({ budget }) => budget),
      shares.map(({ period }) => period),
      shares.map(({ amount }) => amount),
    ],
  )
  return new Map(rows.map((row) => [nameOf(row), { amount: Number(row.amount), taken: Number(row.taken) }]))
}

async function paidAmong(tx: Queryable, wanted: readonly Reservation[]): Promise<Set<string>> {
  const { rows } = await tx.query<{ ws: string; effect: string }>(
    `select distinct r.workspace_id as ws, r.effect_id as effect from unnest($1::text[], $2::text[]) w(ws, effect)
     join budget_reservations r on r.workspace_id = w.ws and r.effect_id = w.effect and r.state <> 'released'`,
    [wanted.map(({ ws }) => ws), wanted.map(({ effect }) => effect)],
  )
  return new Set(rows.map(effectOf))
}

async function noteReservations(tx: Queryable, fits: readonly Reservation[]): Promise<void> {
  const rows = fits.flatMap(({ shares, ...each }) => shares.map(({ budget, period, cost }) => ({ ...each, budget, period, cost })))
  if (rows.length === 0) return
  await tx.query(
    `insert into budget_reservations (workspace_id, effect_id, budget, period, profile_id, channel, cost, state, at)
     select ws, effect, budget, period, profile, channel, cost, 'reserved', at
     from jsonb_to_recordset($1::jsonb) r(ws text, effect text, budget text, period text, profile text, channel text, cost bigint, at bigint)
     on conflict (workspace_id, effect_id, budget) do update
       set period = excluded.period, cost = excluded.cost, state = 'reserved', at = excluded.at, profile_id = excluded.profile_id`,
    [JSON.stringify(rows)],
  )
}

async function addTaken(tx: Queryable, wanted: readonly Reservation[], { taken }: Admission): Promise<void> {
  const accounts = [...new Map(wanted.flatMap((each) => each.shares).map((share) => [nameOf(share), share]))]
  const rows = accounts.flatMap(([name, { ws, budget, period }]) => {
    const sum = taken.get(name)
    return sum ? [{ ws, budget, period, ...sum }] : []
  })
  if (rows.length === 0) return
  await tx.query(
    `update budget_periods p set taken = p.taken + s.cost, items = p.items + s.items
     from jsonb_to_recordset($1::jsonb) s(ws text, budget text, period text, cost bigint, items int)
     where p.workspace_id = s.ws and p.budget = s.budget and p.period = s.period`,
    [JSON.stringify(rows)],
  )
}

/** What became of a message that may have money reserved. `costs`: what it did cost, by budget; left out: as reserved. */
export interface Closing {
  readonly ws: string
  readonly effect: string
  readonly state: 'confirmed' | 'released'
  readonly costs?: Readonly<Record<string, Micros>>
}

interface OpenRow extends AccountName {
  readonly effect: string
  readonly cost: Micros
}

/** Confirms or releases what was reserved; what was closed before stays as it is. Resolves with how many were closed. */
export async function closeReservations(tx: Queryable, closings: readonly Closing[]): Promise<number> {
  if (closings.length === 0) return 0
  const of = new Map(closings.map((each) => [effectOf(each), each]))
  const open = await openAmong(tx, closings)
  if (open.length === 0) return 0
  await holdAccounts(tx, open)
  const rows = open.map(({ ws, effect, budget, period, cost }) => {
    const { state, costs } = of.get(effectOf({ ws, effect }))!
    return { ws, effect, budget, period, state, cost: Number(cost), actual: state === 'released' ? 0 : (costs?.[budget] ?? Number(cost)) }
  })
  const { rows: closed } = await tx.query<{ count: number }>(
    `with said as (
       select * from jsonb_to_recordset($1::jsonb) r(ws text, effect text, budget text, period text, state text, cost bigint, actual bigint)
     ), closed as (
       update budget_reservations r set state = s.state, cost = s.actual from said s
       where r.workspace_id = s.ws and r.effect_id = s.effect and r.budget = s.budget and r.state = 'reserved'
       returning s.*
     ), sums as (
       select ws, budget, period, sum(actual - cost) as taken, sum(actual) as confirmed,
         count(*) filter (where state = 'released') as released, count(*) filter (where state = 'confirmed') as items
       from closed group by 1, 2, 3
     ), added as (
       update budget_periods p set taken = p.taken + s.taken, confirmed = p.confirmed + s.confirmed, items = p.items - s.released,
         confirmed_items = p.confirmed_items + s.items
       from sums s where p.workspace_id = s.ws and p.budget = s.budget and p.period = s.period
     ) select count(*)::int as count from closed`,
    [JSON.stringify(rows)],
  )
  return closed[0]!.count
}

async function openAmong(tx: Queryable, closings: readonly Closing[]): Promise<OpenRow[]> {
  const { rows } = await tx.query<OpenRow>(
    `select r.workspace_id as ws, r.effect_id as effect, r.budget, r.period, r.cost from unnest($1::text[], $2::text[]) w(ws, effect)
     join budget_reservations r on r.workspace_id = w.ws and r.effect_id = w.effect and r.state = 'reserved'`,
    [closings.map(({ ws }) => ws), closings.map(({ effect }) => effect)],
  )
  return rows
}

async function holdAccounts(tx: Queryable, names: readonly AccountName[]): Promise<void> {
  const accounts = [...new Map(names.map((each) => [nameOf(each), each])).values()].sort(byName)
  for (const { ws, budget, period } of accounts)
    await tx.query('select from budget_periods where workspace_id = $1 and budget = $2 and period = $3 for update', [ws, budget, period])
}

/** A message that has money. */
export interface Reserved {
  readonly ws: string
  readonly effect: string
}

/** Messages whose money is neither confirmed nor released, in the order of their names. */
export async function reservedMessages(db: Queryable, { after, limit }: { after: Reserved; limit: number }): Promise<Reserved[]> {
  const { rows } = await db.query<Reserved>(
    `select distinct workspace_id as ws, effect_id as effect from budget_reservations
     where state = 'reserved' and (workspace_id, effect_id) > ($1, $2) order by 1, 2 limit $3`,
    [after.ws, after.effect, limit],
  )
  return rows
}

/** Removes what was closed before a time: no attempt of it comes any more. */
export async function forgetReservations(db: Queryable, before: number): Promise<void> {
  await db.query(`delete from budget_reservations where state <> 'reserved' and at < $1`, [before])
}

const numbers = (row: AccountRow): AccountRow => ({
  ...row,
  amount: Number(row.amount),
  taken: Number(row.taken),
  confirmed: Number(row.confirmed),
  pricedAt: Number(row.pricedAt),
})

/** These accounts as far as anything was ever asked of them. */
export async function accountsOf(db: Queryable, names: readonly AccountName[]): Promise<AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `select ${ROW} from budget_periods p join unnest($1::text[], $2::text[], $3::text[]) w(ws, b, q)
     on p.workspace_id = w.ws and p.budget = w.b and p.period = w.q`,
    [names.map(({ ws }) => ws), names.map(({ budget }) => budget), names.map(({ period }) => period)],
  )
  return rows.map(numbers)
}

/** Nobody else reckons prices of a workspace until the transaction ends. */
export async function holdPrices(tx: Queryable, ws: string): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('budgets ' || $1, 0))`, [ws])
}

/** The last price of a budget in any period; 0: none yet. A new period begins with it. */
export async function lastPrice(db: Queryable, { ws, budget }: Omit<AccountName, 'period'>): Promise<number> {
  const { rows } = await db.query<{ price: number }>(
    'select price from budget_periods where workspace_id = $1 and budget = $2 order by priced_at desc limit 1',
    [ws, budget],
  )
  return rows[0]?.price ?? 0
}

export async function notePrice(
  tx: Queryable,
  { ws, budget, period }: AccountName,
  { amount, price, at }: { readonly amount: Micros; readonly price: number; readonly at: number },
): Promise<void> {
  await tx.query(
    `insert into budget_periods (workspace_id, budget, period, amount, price, priced_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace_id, budget, period) do update set price = excluded.price, priced_at = excluded.priced_at, amount = excluded.amount`,
    [ws, budget, period, amount, price, at],
  )
}

/** What a message by each channel has cost a budget of late, in the budget's currency. */
export async function meanCosts(db: Queryable, { ws, budget }: Omit<AccountName, 'period'>): Promise<Record<string, number>> {
  const { rows } = await db.query<{ channel: string; mean: number }>(
    `select channel, avg(cost)::float8 / 1e6 as mean from (
       select channel, cost from budget_reservations where workspace_id = $1 and budget = $2 and state <> 'released' order by at desc limit 2000) r
     group by channel`,
    [ws, budget],
  )
  return Object.fromEntries(rows.map(({ channel, mean }) => [channel, mean]))
}

/** What was told of a workspace's budgets at a revision, newest first; Infinity: now. */
export async function toldAt(db: Queryable, revision: number): Promise<Map<string, Record<string, Told>>> {
  const { rows } = await db.query<{ ws: string; told: Record<string, Told> }>(
    `select distinct on (workspace_id) workspace_id as ws, told from budget_prices where revision <= $1 order by workspace_id, revision desc`,
    [Number.isFinite(revision) ? revision : Number.MAX_SAFE_INTEGER],
  )
  return new Map(rows.map(({ ws, told }) => [ws, told]))
}

/** Revisions in (from, to] that told prices, and whose. Nothing else is in such a revision. */
export async function priceRevisions(db: Queryable, from: number, to: number): Promise<{ ws: string; revision: number }[]> {
  const { rows } = await db.query<{ ws: string; revision: number }>(
    'select workspace_id as ws, revision from budget_prices where revision > $1 and revision <= $2',
    [from, to],
  )
  return rows.map(({ ws, revision }) => ({ ws, revision: Number(revision) }))
}

export async function tellPrices(
  tx: Queryable,
  {
    ws,
    revision,
    at,
    told,
  }: { readonly ws: string; readonly revision: number; readonly at: number; readonly told: Readonly<Record<string, Told>> },
): Promise<void> {
  await tx.query('insert into budget_prices (workspace_id, revision, at, told) values ($1, $2, $3, $4)', [
    ws,
    revision,
    at,
    JSON.stringify(told),
  ])
}

import { type Micros, micros } from '#decisions/budgets/schema.ts'
import type { Queryable } from '#platform/log.ts'
import { type CostLine, LINE } from './lines.ts'
import type { CostEntry } from './schema.ts'

/** An entry whose amount is known. */
export type PricedEntry = CostEntry & { readonly amount: number }

interface Recording {
  readonly workspace: string
  readonly by: string
  /** Epoch ms. */
  readonly at: number
}

/** Adds entries that are not there yet; resolves with their ids. */
export async function addEntries(tx: Queryable, entries: readonly PricedEntry[], { workspace, by, at }: Recording): Promise<string[]> {
  const rows = entries.map(({ amount, tokens, ...entry }) => ({
    ...entry,
    amount: micros(amount),
    tokens_in: tokens?.in,
    tokens_out: tokens?.out,
  }))
  const { rows: added } = await tx.query<{ id: string }>(
    `insert into cost_entries (workspace_id, id, kind, at, amount, currency, journey, step, channel, offer, campaign, charger, tokens_in, tokens_out,
       minutes, basis, spread, note, recorded_by, recorded_at)
     select $1, id, kind, at, amount, currency, journey, step, channel, offer, campaign, "of", tokens_in, tokens_out, minutes, basis, spread, note, $3, $4
     from jsonb_to_recordset($2::jsonb) e(id text, kind text, at bigint, amount bigint, currency text, journey text, step text, channel text,
       offer text, campaign text, "of" text, tokens_in bigint, tokens_out bigint, minutes float8, basis text, spread float8, note text)
     on conflict do nothing returning id`,
    [workspace, JSON.stringify(rows), by, at],
  )
  return added.map(({ id }) => id)
}

/** Entries by id, in the words of `CostEntry`: what was said before under the same names. */
export async function entriesCalled(
  db: Queryable,
  workspace: string,
  ids: readonly string[],
): Promise<Map<string, { amount: Micros; kind: string }>> {
  const { rows } = await db.query<{ id: string; amount: string; kind: string }>(
    'select id, amount, kind from cost_entries where workspace_id = $1 and id = any($2)',
    [workspace, ids],
  )
  return new Map(rows.map(({ id, amount, kind }) => [id, { amount: Number(amount), kind }]))
}

export interface Days {
  readonly workspace: string
  readonly zone: string
  /** Epoch ms, the end not included. */
  readonly from: number
  readonly until: number
}

/** What was entered, summed by what it is about. */
export async function entryLines(db: Queryable, { workspace, zone, from, until }: Days): Promise<CostLine[]> {
  const { rows } = await db.query<Omit<CostLine, 'source'>>(
    `select to_char(to_timestamp(at / 1000.0) at time zone $2, 'YYYY-MM-DD') as day, kind, journey, step, channel, offer, campaign, charger as "of",
       currency, basis, spread, sum(amount)::float8 as amount,
       sum(coalesce(tokens_in + tokens_out, minutes, 1))::float8 as items
     from cost_entries where workspace_id = $1 and at >= $3 and at < $4 group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11`,
    [workspace, zone, from, until],
  )
  return rows.map((row) => ({ ...LINE, ...row, source: 'entries' as const }))
}

export interface EntryRow extends Omit<CostEntry, 'tokens' | 'minutes' | 'amount'> {
  readonly amount: number
  readonly tokens: { readonly in: number; readonly out: number } | null
  readonly minutes: number | null
  readonly recordedBy: string
  readonly recordedAt: number
}

/** Entries one by one, newest first, one more than the limit. */
export async function listEntries(
  db: Queryable,
  { workspace, from, until }: Days,
  { after, limit }: { readonly after: { readonly at: number; readonly id: string } | undefined; readonly limit: number },
): Promise<EntryRow[]> {
  const { rows } = await db.query<EntryRow>(
    `select id, kind, at, amount::float8 / 1e6 as amount, currency, journey, step, channel, offer, campaign, charger as "of",
       case when tokens_in is null then null else json_build_object('in', tokens_in, 'out', tokens_out) end as tokens, minutes, basis, spread, note,
       recorded_by as "recordedBy", recorded_at as "recordedAt"
     from cost_entries where workspace_id = $1 and at >= $2 and at < $3 and ($4::bigint is null or (at, id) < ($4, $5))
     order by at desc, id desc limit $6`,
    [workspace, from, until, after?.at ?? null, after?.id ?? '', limit + 1],
  )
  return rows.map((row) => ({ ...row, at: Number(row.at), recordedAt: Number(row.recordedAt) }))
}

/** Work on one thing in one day by people of one actor. */
export interface WorkRow {
  readonly day: string
  readonly actor: string
  readonly object: string
  readonly journeys: readonly string[]
  readonly ms: number
}

/**
 * How long people worked: on what they opened, saved or decided last, until they did something else; a pause longer than `idle` is none, and
 * the last thing of a sitting counts a minute. What somebody looked at in a sitting without changing it does not count.
 */
export async function workRows(db: Queryable, { workspace, zone, from, until }: Days, idle: number): Promise<WorkRow[]> {
  const { rows } = await db.query<WorkRow>(
    `with seen as (
       select actor, at, object, changed, lead(at) over told - at as ahead, at - lag(at) over told as behind
       from work_marks where workspace_id = $1 and at >= $3::bigint - 3600000 and at < $4::bigint + 3600000
       window told as (partition by actor order by at, object)
     ), marks as (
       select *, sum(case when behind <= $6::bigint then 0 else 1 end) over (partition by actor order by at, object) as sitting from seen
     ), things as (
       select actor, sitting, object, bool_or(changed) as changed from marks group by 1, 2, 3
     )
     select to_char(to_timestamp(m.at / 1000.0) at time zone $2, 'YYYY-MM-DD') as day, m.actor, m.object,
       array(select distinct j from work_marks w, unnest(w.journeys) j where w.workspace_id = $1 and w.object = m.object order by j) as journeys,
       sum(case when m.ahead <= $6 then m.ahead else $5::bigint end)::float8 as ms
     from marks m join things t on t.actor = m.actor and t.sitting = m.sitting and t.object = m.object
     where t.changed and m.at >= $3 and m.at < $4 group by 1, 2, 3`,
    [workspace, zone, from, until, LAST_MS, idle],
  )
  return rows
}
/** What the last thing of a sitting counts, ms: nobody knows when they stood up. */
export const LAST_MS = 60_000

export interface WorkMark {
  readonly workspace: string
  readonly actor: string
  /** Epoch ms. */
  readonly at: number
  /** `journey:welcome`, `approval:…`. */
  readonly object: string
  /** Saved, published or decided; else only opened. */
  readonly changed: boolean
  /** That an approval is about. */
  readonly journeys: readonly string[]
}

/** Notes that somebody had something in hand, to the second. */
export async function noteWork(db: Queryable, { workspace, actor, at, object, changed, journeys }: WorkMark): Promise<void> {
  await db.query(
    `insert into work_marks as m (workspace_id, actor, at, object, changed, journeys) values ($1, $2, $3, $4, $5, $6)
     on conflict (workspace_id, actor, at, object) do update set changed = m.changed or excluded.changed`,
    [workspace, actor, at - (at % 1_000), object, changed, journeys],
  )
}

/** Forgets who did what when. */
export async function forgetMarks(db: Queryable, before: number): Promise<number> {
  const { rowCount } = await db.query('delete from work_marks where at < $1', [before])
  return rowCount ?? 0
}

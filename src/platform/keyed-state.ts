import type { Queryable } from './log.ts'

/** One row of keyed state. The state is opaque here. */
export interface Keyed<State> {
  readonly ws: string
  readonly id: string
  readonly state: State
  readonly version: number
}

export interface KeyedWrite<State> extends Keyed<State> {
  readonly partition: number
  /** Earliest timer in the state (epoch ms). */
  readonly nextDue: number | null
  /** It waits for something that others say the end of; left out: for nothing. */
  readonly awaiting?: boolean
}

export async function loadStates<State>(db: Queryable, kind: string, keys: readonly { ws: string; id: string }[]): Promise<Keyed<State>[]> {
  const { rows } = await db.query<Omit<Keyed<State>, 'state'> & { state: string }>(
    `select s.workspace_id as ws, s.id, s.state, s.version
     from unnest($2::text[], $3::text[]) k(ws, id)
     join keyed_state s on s.workspace_id = k.ws and s.kind = $1 and s.id = k.id`,
    [kind, keys.map((key) => key.ws), keys.map((key) => key.id)],
  )
  return rows.map(({ state, ...row }) => ({ ...row, state: JSON.parse(state) as State }))
}

/** Rows of one workspace in the order of their ids, behind one of them. */
export async function pageStates<State>(
  db: Queryable,
  kind: string,
  { workspace, after, limit }: { workspace: string; after: string; limit: number },
): Promise<{ id: string; state: State }[]> {
  const { rows } = await db.query<{ id: string; state: string }>(
    'select id, state from keyed_state where workspace_id = $1 and kind = $2 and id > $3 order by id limit $4',
    [workspace, kind, after, limit],
  )
  return rows.map(({ id, state }) => ({ id, state: JSON.parse(state) as State }))
}

/** Profile ids of a workspace in their order, behind one of them. */
export async function pageProfileIds(
  db: Queryable,
  workspace: string,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from keyed_state where workspace_id = $1 and kind = 'profile' and id > $2 order by id limit $3`,
    [workspace, after, limit],
  )
  return rows.map(({ id }) => id)
}

export async function countStates(db: Queryable, kind: string, workspace: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::bigint as count from keyed_state where workspace_id = $1 and kind = $2',
    [workspace, kind],
  )
  return rows[0]!.count
}

/** Stands between the texts of one parameter: JSON writes this character as an escape, so none of them holds it. */
const BETWEEN = '\u0001'

/** Writes all rows, each on the version that it was read at; false when another writer came between. */
export async function writeStates<State>(tx: Queryable, kind: string, rows: readonly KeyedWrite<State>[]): Promise<boolean> {
  if (rows.length === 0) return true
  // The states go as one text: an array literal would have to escape every quote of them.
  const { rowCount } = await tx.query(
    `insert into keyed_state as k (workspace_id, kind, id, partition, state, version, next_due, awaiting)
     select ws, $1, id, partition, state, version, due, awaiting
     from unnest($2::text[], $3::text[], $4::smallint[], string_to_array($5, chr(1)), $6::bigint[], $7::bigint[], $8::boolean[])
       p(ws, id, partition, state, version, due, awaiting)
     on conflict (workspace_id, kind, id) do update set state = excluded.state, version = excluded.version, next_due = excluded.next_due,
       awaiting = excluded.awaiting
     where k.version = excluded.version - 1`,
    [
      kind,
      rows.map((row) => row.ws),
      rows.map((row) => row.id),
      rows.map((row) => row.partition),
      rows.map((row) => JSON.stringify(row.state)).join(BETWEEN),
      rows.map((row) => row.version),
      rows.map((row) => row.nextDue),
      rows.map((row) => row.awaiting ?? false),
    ],
  )
  return rowCount === rows.length
}

/** Keys of a workspace that wait, in their order, behind one of them. */
export async function awaitingKeys(
  db: Queryable,
  kind: string,
  { workspace, after, limit }: { workspace: string; after: string; limit: number },
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from keyed_state where awaiting and workspace_id = $1 and kind = $2 and id > $3 collate "C" order by id collate "C" limit $4`,
    [workspace, kind, after, limit],
  )
  return rows.map(({ id }) => id)
}

/** Keys with a timer due by the tick of their partition, earliest first. */
export async function dueKeys(
  db: Queryable,
  ticks: readonly { partition: number; tick: number }[],
  limit: number,
): Promise<{ ws: string; id: string; partition: number }[]> {
  const { rows } = await db.query<{ ws: string; id: string; partition: number }>(
    `select s.workspace_id as ws, s.id, s.partition from unnest($1::smallint[], $2::bigint[]) t(partition, tick)
     cross join lateral (
       select workspace_id, id, k.partition, next_due from keyed_state k
       where k.partition = t.partition and k.next_due <= t.tick order by k.next_due limit $3
     ) s order by s.next_due limit $3`,
    [ticks.map((tick) => tick.partition), ticks.map((tick) => tick.tick), limit],
  )
  return rows
}

/** States of one workspace with a timer before a moment, the earliest first, and how many there are of them. */
export async function statesDueBefore<State>(
  db: Queryable,
  kind: string,
  { workspace, before, partitions, limit }: { workspace: string; before: number; partitions: number; limit: number },
): Promise<{ states: State[]; all: number }> {
  const due = 'workspace_id = $1 and kind = $2 and partition = any($3::smallint[]) and next_due < $4'
  const asked = [workspace, kind, Array.from({ length: partitions }, (_, i) => i), before]
  const { rows } = await db.query<{ state: string }>(`select state from keyed_state where ${due} order by next_due limit $5`, [
    ...asked,
    limit,
  ])
  const states = rows.map(({ state }) => JSON.parse(state) as State)
  if (rows.length < limit) return { states, all: rows.length }
  const counted = await db.query<{ count: number }>(`select count(*)::bigint as count from keyed_state where ${due}`, asked)
  return { states, all: counted.rows[0]!.count }
}

/** The earliest timer of each partition that has one. */
export async function soonestTimers(db: Queryable, partitions: readonly number[]): Promise<{ partition: number; due: number }[]> {
  const { rows } = await db.query<{ partition: number; due: number }>(
    `select t.partition, s.next_due as due from unnest($1::smallint[]) t(partition)
     cross join lateral (select next_due from keyed_state k where k.partition = t.partition and k.next_due is not null order by k.next_due limit 1) s`,
    [partitions],
  )
  return rows
}

/** A record that could not be handled, or one that waits behind it. */
export interface DeadLetterRow {
  readonly ws: string
  readonly key: string
  readonly partition: number
  readonly seq: number
  readonly record: string
  /** '' for a record that waits behind a poisonous one. */
  readonly error: string
}

export async function buryLetters(
  tx: Queryable,
  kind: string,
  { letters, now }: { letters: readonly DeadLetterRow[]; now: number },
): Promise<void> {
  if (letters.length === 0) return
  await tx.query(
    `insert into dead_letters (workspace_id, kind, key, partition, seq, record, error, at)
     select ws, $3, key, partition, seq, record, error, $2::bigint
     from jsonb_to_recordset($1::jsonb) d(ws text, key text, partition smallint, seq bigint, record text, error text)
     on conflict (partition, seq, workspace_id, key) do nothing`,
    [JSON.stringify(letters), now, kind],
  )
}

export async function parkedKeys(db: Queryable, kind: string): Promise<{ ws: string; key: string }[]> {
  const { rows } = await db.query<{ ws: string; key: string }>(
    'select distinct workspace_id as ws, key from dead_letters where kind = $1',
    [kind],
  )
  return rows
}

/** A key whose handling stands still, with the record that could not be handled. */
export interface ParkedKey {
  readonly key: string
  /** What the handling threw. */
  readonly error: string
  readonly record: string
  /** Records that wait, the poisonous one included. */
  readonly waiting: number
  /** Epoch ms. */
  readonly since: number
}

/** Keys of a workspace that stand still, longest first. */
export async function listParked(
  db: Queryable,
  kind: string,
  { workspace, limit }: { workspace: string; limit: number },
): Promise<ParkedKey[]> {
  const { rows } = await db.query<ParkedKey>(
    `select key, (array_agg(error order by id) filter (where error <> ''))[1] as error,
       (array_agg(record order by id) filter (where error <> ''))[1] as record, count(*)::int as waiting, min(at) as since
     from dead_letters where workspace_id = $1 and kind = $2 group by key order by min(id) limit $3`,
    [workspace, kind, limit],
  )
  return rows
}

/** Takes what waits for a key, in its order. */
export async function takeLetters(tx: Queryable, kind: string, { workspace, key }: { workspace: string; key: string }): Promise<string[]> {
  const { rows } = await tx.query<{ id: number; record: string }>(
    'delete from dead_letters where workspace_id = $1 and kind = $2 and key = $3 returning id, record',
    [workspace, kind, key],
  )
  return rows.toSorted((a, b) => a.id - b.id).map((row) => row.record)
}

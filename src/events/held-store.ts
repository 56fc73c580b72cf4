import type { Problem } from '#lib/problem.ts'
import type { Queryable } from '#platform/log.ts'

export type HeldKind = 'quarantined' | 'blocked' | 'rejected'

/** An event that did not get onto the log, as it came. */
export interface HeldEvent {
  readonly kind: HeldKind
  readonly source: string
  readonly name: string
  readonly messageId: string
  readonly received: number
  readonly problem: Problem
  readonly body: string
  readonly call: string
  readonly sentAt: string
  readonly gpc: boolean
}
export interface HeldRow extends HeldEvent {
  readonly id: number
  readonly code: string
}

/** Rows of one kind that a workspace may have: beyond, quarantine refuses, and the oldest of the others go. */
export const MOST_HELD: Readonly<Record<HeldKind, number>> = { quarantined: 20_000, blocked: 2_000, rejected: 2_000 }

const COLUMNS = `id, kind, source, name, message_id as "messageId", received, code, problem, body, call, sent_at as "sentAt", gpc`

export async function keepHeld(db: Queryable, ws: string, events: readonly HeldEvent[]): Promise<void> {
  if (events.length === 0) return
  await db.query(
    `insert into held_events (workspace_id, kind, source, name, message_id, received, code, problem, body, call, sent_at, gpc)
     select $1, e->>'kind', e->>'source', e->>'name', e->>'messageId', (e->>'received')::bigint, e->'problem'->>'code', e->'problem', e->>'body', e->>'call', e->>'sentAt', (e->>'gpc')::boolean
     from jsonb_array_elements($2::jsonb) e`,
    [ws, JSON.stringify(events)],
  )
}

/** The oldest beyond what may be kept go; they stay counted in `source_hours`. */
export async function trimHeld(db: Queryable, ws: string, kind: HeldKind): Promise<void> {
  await db.query(
    `delete from held_events where workspace_id = $1 and kind = $2 and id <=
       (select id from held_events where workspace_id = $1 and kind = $2 order by id desc offset $3 limit 1)`,
    [ws, kind, MOST_HELD[kind]],
  )
}

export async function countHeld(db: Queryable, ws: string): Promise<{ kind: HeldKind; code: string; name: string; events: number }[]> {
  const { rows } = await db.query<{ kind: HeldKind; code: string; name: string; events: number }>(
    `select kind, code, name, count(*)::int as events from held_events where workspace_id = $1 group by 1, 2, 3 order by 4 desc limit 500`,
    [ws],
  )
  return rows
}

/** How full quarantine is. Asked only when something goes there. */
export async function countQuarantine(db: Queryable, ws: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from held_events where workspace_id = $1 and kind = 'quarantined'`,
    [ws],
  )
  return rows[0]!.n
}

export interface HeldQuery {
  readonly ws: string
  readonly kind?: HeldKind | undefined
  readonly source?: string | undefined
  readonly name?: string | undefined
  readonly code?: string | undefined
  readonly ids?: readonly number[] | undefined
  /** Older than this row. */
  readonly before?: number | undefined
  /** Newer than this row. */
  readonly after?: number | undefined
  readonly limit: number
}

function conditions({ ws, kind, source, name, code, ids, before, after }: Omit<HeldQuery, 'limit'>): { where: string; values: unknown[] } {
  const values: unknown[] = [ws]
  const parts = ['workspace_id = $1']
  const also = (text: (n: number) => string, value: unknown): void => {
    if (value === undefined || value === '') return
    values.push(value)
    parts.push(text(values.length))
  }
  also((n) => `kind = $${n}`, kind)
  also((n) => `source = $${n}`, source)
  also((n) => `name = $${n}`, name)
  also((n) => `code = $${n}`, code)
  also((n) => `id = any($${n}::bigint[])`, ids)
  also((n) => `id < $${n}`, before)
  also((n) => `id > $${n}`, after)
  return { where: parts.join(' and '), values }
}

/** Newest first. */
export async function listHeld(db: Queryable, { limit, ...query }: HeldQuery): Promise<HeldRow[]> {
  const { where, values } = conditions(query)
  const { rows } = await db.query<HeldRow>(
    `select ${COLUMNS} from held_events where ${where} order by id desc limit ${Math.trunc(limit)}`,
    values,
  )
  return rows
}

/** Oldest first and locked, for handling them again in their order. */
export async function takeHeld(tx: Queryable, { limit, ...query }: HeldQuery): Promise<HeldRow[]> {
  const { where, values } = conditions(query)
  const { rows } = await tx.query<HeldRow>(
    `select ${COLUMNS} from held_events where ${where} order by id limit ${Math.trunc(limit)} for update skip locked`,
    values,
  )
  return rows
}

export async function numberHeld(db: Queryable, query: Omit<HeldQuery, 'limit'>): Promise<number> {
  const { where, values } = conditions(query)
  const { rows } = await db.query<{ n: number }>(`select count(*)::int as n from held_events where ${where}`, values)
  return rows[0]!.n
}

export async function dropHeld(tx: Queryable, query: Omit<HeldQuery, 'limit'>): Promise<number> {
  const { where, values } = conditions(query)
  return (await tx.query(`delete from held_events where ${where}`, values)).rowCount ?? 0
}

export async function heldByMessage(db: Queryable, ws: string, messageId: string): Promise<HeldRow | undefined> {
  const { rows } = await db.query<HeldRow>(
    `select ${COLUMNS} from held_events where workspace_id = $1 and message_id = $2 and message_id <> '' order by id desc limit 1`,
    [ws, messageId],
  )
  return rows[0]
}

export async function forgetHeld(db: Queryable, before: { readonly held: number; readonly hours: number }): Promise<void> {
  await db.query('delete from held_events where received < $1', [before.held])
  await db.query('delete from source_hours where hour < $1', [before.hours])
}

export interface SourceCount {
  readonly ws: string
  readonly hour: number
  readonly source: string
  readonly library: string
  readonly outcome: 'accepted' | 'violating' | HeldKind
  readonly code: string
  readonly events: number
  readonly last: number
}

export async function addCounts(db: Queryable, counts: readonly SourceCount[]): Promise<void> {
  await db.query(
    `insert into source_hours (workspace_id, hour, source, library, outcome, code, events, last_at)
     select e->>'ws', (e->>'hour')::bigint, e->>'source', e->>'library', e->>'outcome', e->>'code', (e->>'events')::bigint, (e->>'last')::bigint
     from jsonb_array_elements($1::jsonb) e
     -- in one order, so that two processes do not wait for each other
     order by 1, 3, 2, 4, 5, 6
     on conflict (workspace_id, source, hour, library, outcome, code)
     do update set events = source_hours.events + excluded.events, last_at = greatest(source_hours.last_at, excluded.last_at)`,
    [JSON.stringify(counts)],
  )
}

export async function sourceCounts(db: Queryable, ws: string, since: number): Promise<Omit<SourceCount, 'ws'>[]> {
  const { rows } = await db.query<Omit<SourceCount, 'ws'>>(
    `select hour, source, library, outcome, code, events, last_at as last from source_hours where workspace_id = $1 and hour >= $2 order by hour`,
    [ws, since],
  )
  return rows
}

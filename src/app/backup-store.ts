import type { Queryable } from '#platform/log.ts'
import type { BackupRule } from './backup-rules.ts'

/** A column that can be written, with its type as SQL. */
export interface Column {
  readonly name: string
  readonly type: string
}

/** Tables of the schema, those before that others refer to. */
export async function tablesInOrder(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ name: string; refers: string[] }>(
    `select c.relname::text as name, coalesce(array_agg(r.relname::text) filter (where r.relname is not null and r.oid <> c.oid), '{}') as refers
     from pg_class c left join pg_constraint f on f.conrelid = c.oid and f.contype = 'f' left join pg_class r on r.oid = f.confrelid
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace group by c.relname order by 1`,
  )
  const placed: string[] = []
  for (let left = rows; left.length > 0; ) {
    const ready = left.filter(({ refers }) => refers.every((table) => placed.includes(table)))
    if (ready.length === 0) throw new Error(`Tables refer to each other in a ring: ${left.map(({ name }) => name).join(', ')}`)
    placed.push(...ready.map(({ name }) => name))
    left = left.filter((row) => !ready.includes(row))
  }
  return placed
}

export async function columnsOf(db: Queryable, table: string): Promise<Column[]> {
  const { rows } = await db.query<Column>(
    `select quote_ident(attname) as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  )
  return rows
}

/** A row as it goes into a back-up. */
export interface SourceRow {
  /** JSON. */
  readonly row: string
  readonly ws: string
  /** '' when it is about nobody known. */
  readonly profile: string
  readonly identifier: string
  /** What stays of the row when its person is erased; null: nothing. */
  readonly erased: string | null
  readonly parts: string | null
}

/** All rows of a table as this transaction sees them, some at a time. */
export async function* readTable(tx: Queryable, table: string, rule: BackupRule): AsyncGenerator<SourceRow[]> {
  const columns = await columnsOf(tx, table)
  const selected = (values: Readonly<Record<string, string>> = {}) =>
    `(select row_to_json(y)::text from (select ${columns
      .filter(({ name }) => rule.kind !== 'parts' || name !== rule.column)
      .map(({ name, type }) => (values[name] === undefined ? `x.${name}` : `(${values[name]})::${type} as ${name}`))
      .join(', ')}) y)`
  const first = (expressions: readonly string[]) =>
    expressions.length === 0 ? `''` : `coalesce(${expressions.map((each) => `nullif(${each}, '')`).join(', ')}, '')`
  const rows = rule.kind === 'rows' ? rule : undefined
  await tx.query(
    `declare backup_rows no scroll cursor for select ${selected()} as row,
       ${columns.some(({ name }) => name === 'workspace_id') ? 'x.workspace_id' : `''`} as ws,
       ${first(rows?.profile ?? [])} as profile, ${first(rows?.identifier ?? [])} as identifier,
       ${rows && rows.erase !== 'delete' ? selected(rows.erase) : 'null::text'} as erased,
       ${rule.kind === 'parts' ? `x.${rule.column}` : 'null::text'} as parts
     from ${table} x`,
  )
  for (;;) {
    const page = await tx.query<SourceRow>(`fetch ${rule.kind === 'parts' ? 50 : 500} from backup_rows`)
    if (page.rows.length === 0) break
    yield page.rows
  }
  await tx.query('close backup_rows')
}

/** Puts rows (JSON texts) into a table, as they were. */
export async function insertRows(tx: Queryable, table: string, { columns, rows }: { columns: readonly Column[]; rows: readonly string[] }) {
  if (rows.length === 0) return
  const names = columns.map(({ name }) => name).join(', ')
  await tx.query(
    `insert into ${table} (${names}) overriding system value select ${names} from json_populate_recordset(null::${table}, $1::json)`,
    [`[${rows.join(',')}]`],
  )
}

/** Migrations put rows into some tables; those of the back-up come in their place. Tables that refuse changes have none. */
export async function clearSeeds(tx: Queryable, table: string): Promise<void> {
  const { rows } = await tx.query(`select 1 as one from ${table} limit 1`)
  if (rows.length > 0) await tx.query(`delete from ${table}`)
}

/** The first of these tables that holds anything. */
export async function firstFilled(db: Queryable, tables: readonly string[]): Promise<string | undefined> {
  for (const table of tables) {
    const { rows } = await db.query(`select 1 as one from ${table} limit 1`)
    if (rows.length > 0) return table
  }
  return undefined
}

export async function logPlaces(db: Queryable): Promise<{ partition: number; seq: number }[]> {
  const { rows } = await db.query<{ partition: number; seq: number }>('select partition, seq from log_heads order by partition')
  return rows
}

export async function sequencesOf(db: Queryable): Promise<{ name: string; last: string }[]> {
  const { rows } = await db.query<{ name: string; last: string }>(
    `select quote_ident(sequencename) as name, last_value::text as last from pg_sequences
     where schemaname = 'public' and last_value is not null order by 1`,
  )
  return rows
}

export async function setSequences(tx: Queryable, sequences: readonly { name: string; last: string }[]): Promise<void> {
  for (const { name, last } of sequences) await tx.query('select setval($1::regclass, $2::bigint)', [name, last])
}

/** No process of the restored database has a partition. */
export async function freeLeases(tx: Queryable): Promise<void> {
  await tx.query(`update leases set owner = null, until = 'epoch', epoch = epoch + 1`)
}

/**
 * Begins to read: one snapshot, and no facts leave for ClickHouse while it lasts, so both stores are of one moment. The lock comes before the
 * snapshot (PostgreSQL manual, LOCK). Resolves with whether nothing was on its way.
 */
export async function beginSnapshot(tx: Queryable): Promise<boolean> {
  await tx.query('begin isolation level repeatable read')
  await tx.query('set local idle_in_transaction_session_timeout = 0')
  await tx.query('lock table fact_projection in share mode')
  const { rows } = await tx.query<{ quiet: boolean }>(
    'select not exists (select from fact_projection where pending_ids is not null) as quiet',
  )
  return rows[0]!.quiet
}

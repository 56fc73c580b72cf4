/** A value that a `{name:Type}` place in the SQL takes. */
export type Param = string | number | boolean | readonly string[] | readonly number[]
export type Params = Readonly<Record<string, Param>>

/** ClickHouse, in process or over HTTP. The SQL is the same for both; 64-bit integers arrive as numbers. */
export interface Analytics {
  /** Rows of one SELECT without a FORMAT clause; `{name:Type}` places are bound, never pasted. Throws `AnalyticsError`. */
  query<Row>(sql: string, params?: Params): Promise<Row[]>
  /** One statement without a result. Throws `AnalyticsError`. */
  command(sql: string): Promise<void>
  /**
   * Adds JSONEachRow lines as a whole or not at all (up to 1,048,449 rows), and is on disk when it returns.
   * The same lines with the same token again change nothing. Throws `AnalyticsError`.
   */
  insert(table: string, lines: string, token: string): Promise<void>
  /**
   * Takes rows away for good: parts are rewritten without them. `condition` is SQL of our own. Resolves with the parts that still lie on disk
   * with old rows in them, because the server has not tidied up yet: it does within its `old_parts_lifetime` (8 minutes). Throws `AnalyticsError`.
   */
  purge(table: string, condition: string): Promise<{ readonly oldParts: number }>
  /** Waits for what runs, then lets go of the data directory or the connections. */
  close(): Promise<void>
}

/** ClickHouse refused, or could not be reached (`code` 0). */
export class AnalyticsError extends Error {
  override readonly name = 'AnalyticsError'
  /** ClickHouse's error code (`ErrorCodes.cpp`). */
  readonly code: number

  constructor(message: string, { code, cause }: { readonly code: number; readonly cause?: unknown }) {
    super(message, { cause })
    this.code = code
  }
}

/** Settings that make an insert a single durable block, whatever the server's defaults are. */
export const INSERT_SETTINGS = {
  async_insert: 0,
  insert_deduplicate: 1,
  // Parallel parsing may cut one text into several blocks, and each would commit on its own.
  input_format_parallel_parsing: 0,
  max_insert_block_size: 1_048_449,
  // A newer writer's extra field must not stop the facts of an older reader.
  input_format_skip_unknown_fields: 1,
} as const

/** A report that runs longer than this is cut off (seconds), or that needs more memory than this (bytes); large groupings go to disk before. */
export const READ_LIMITS = {
  max_execution_time: 30,
  max_memory_usage: 2_000_000_000,
  max_bytes_before_external_group_by: 1_000_000_000,
} as const

const IDENTIFIER = /^[a-z_][a-z0-9_]*$/
const TOKEN = /^[\w:.-]{1,200}$/

export function checkTable(table: string): string {
  if (!IDENTIFIER.test(table)) throw new TypeError(`not a table name: ${table}`)
  return table
}

/** Waits until every part has been rewritten. */
export const deleteStatement = (table: string, condition: string): string =>
  `ALTER TABLE ${checkTable(table)} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`

/** A text as ClickHouse reads it between quotes, for statements that take no parameters. */
export const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** `INSERT … FORMAT JSONEachRow` without its rows. Throws on a table name or token that would need quoting. */
export function insertStatement(table: string, token: string): string {
  checkTable(table)
  if (!TOKEN.test(token)) throw new TypeError(`not an insert token: ${token}`)
  const settings = Object.entries({ ...INSERT_SETTINGS, insert_deduplication_token: `'${token}'` })
  return `INSERT INTO ${table} SETTINGS ${settings.map(([name, value]) => `${name} = ${value}`).join(', ')} FORMAT JSONEachRow`
}

/** Rows of a JSONEachRow text. */
export function rows<Row>(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** Rejects when ClickHouse does not answer. */
export async function answers(analytics: Analytics): Promise<void> {
  await analytics.query('SELECT 1 AS one')
}

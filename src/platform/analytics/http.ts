import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { type Analytics, AnalyticsError, deleteStatement, insertStatement, type Params, READ_LIMITS } from './analytics.ts'

interface Options {
  /** `http(s)://user:password@host:port/database`. */
  readonly url: string
  /** Milliseconds that one request may take. */
  readonly timeout?: number
}

/** The client wants 64-bit settings as texts. */
const LIMITS = {
  ...READ_LIMITS,
  max_memory_usage: String(READ_LIMITS.max_memory_usage),
  max_bytes_before_external_group_by: String(READ_LIMITS.max_bytes_before_external_group_by),
}

/** ClickHouse as a server or cluster, over HTTP. Nothing is connected until the first statement. */
export function httpAnalytics({ url, timeout = 40_000 }: Options): Analytics {
  const client = createClient({
    url,
    request_timeout: timeout,
    application: 'cadenza',
    max_open_connections: 8,
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    // Its error lines carry bound values, which may be personal data; errors reach our own log as they are thrown.
    log: { level: ClickHouseLogLevel.OFF },
  })
  const command = (query: string) => telling(async () => void (await client.command({ query })))
  const read = <Row>(query: string, params?: Params) =>
    telling(async () => {
      const clickhouse_settings = { ...LIMITS, wait_end_of_query: 1 as const }
      const result = await client.query({ query, format: 'JSONEachRow', clickhouse_settings, ...(params && { query_params: params }) })
      return result.json<Row>()
    })
  return {
    query: read,
    command,
    async purge(table, condition) {
      await command(deleteStatement(table, condition))
      const old = 'SELECT count() AS parts FROM system.parts WHERE database = currentDatabase() AND table = {table:String} AND NOT active'
      return { oldParts: (await read<{ parts: number }>(old, { table }))[0]!.parts }
    },
    insert: (table, lines, token) => command(`${insertStatement(table, token)}\n${lines}`),
    close: () => client.close(),
  }
}

async function telling<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof ClickHouseError ? Number(error.code) : 0
    throw new AnalyticsError(error instanceof Error ? error.message || error.name : String(error), { code, cause: error })
  }
}

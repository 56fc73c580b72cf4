import type { Analytics } from '#platform/analytics/analytics.ts'
import { CLICKHOUSE, type FactHolding } from './personal-data.ts'

/** Tables of facts with the column that says whose they are. */
export const factHoldings = Object.entries(CLICKHOUSE).filter(
  (entry): entry is [string, Extract<FactHolding, { kind: 'rows' }>] => entry[1].kind === 'rows',
)

export interface FactRow {
  readonly ws: string
  readonly profile: string
  /** JSONEachRow. */
  readonly line: string
}

const PAGE = 20_000

/** All facts of a table, by stretches of the log: where a stretch ends is found in narrow columns, so each wide one is read once. */
export async function* readFacts(analytics: Analytics, table: string, profile: string): AsyncGenerator<FactRow[]> {
  const partitions = await analytics.query<{ partition: number }>(`SELECT DISTINCT partition FROM ${table} ORDER BY partition`)
  for (const { partition } of partitions) {
    for (let after = -1; ; ) {
      const [end] = await analytics.query<{ rows: number; upTo: number }>(
        `SELECT count() AS rows, max(seq) AS upTo FROM (
           SELECT seq FROM ${table} WHERE partition = {partition:UInt16} AND toInt64(seq) > {after:Int64} ORDER BY seq LIMIT ${PAGE})`,
        { partition, after },
      )
      if (Number(end!.rows) === 0) break
      yield await analytics.query<FactRow>(
        `SELECT workspace_id AS ws, ${profile} AS profile, formatRowNoNewline('JSONEachRow', *) AS line FROM ${table}
         WHERE partition = {partition:UInt16} AND toInt64(seq) > {after:Int64} AND seq <= {upTo:UInt64}`,
        { partition, after, upTo: end!.upTo },
      )
      after = end!.upTo
    }
  }
}

/** Names of those tables of facts that hold anything. */
export async function filledFacts(analytics: Analytics): Promise<string[]> {
  const filled: string[] = []
  for (const [table] of factHoldings) {
    const [found] = await analytics.query<{ n: number }>(`SELECT count() AS n FROM ${table}`)
    if (Number(found!.n) > 0) filled.push(table)
  }
  return filled
}

export async function factsSchema(analytics: Analytics): Promise<number> {
  const [found] = await analytics.query<{ n: number }>('SELECT max(number) AS n FROM schema_migrations')
  return Number(found!.n)
}

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

type Placed = FactRow & { readonly partition: number; readonly seq: number; readonly ix: number }

const PAGE = 10_000

/** All facts of a table by their place on the log. */
export async function* readFacts(analytics: Analytics, table: string, profile: string): AsyncGenerator<FactRow[]> {
  for (let after = { partition: 0, seq: 0, ix: -1 }; ; ) {
    const rows = await analytics.query<Placed>(
      `SELECT workspace_id AS ws, ${profile} AS profile, partition, seq, ix, formatRowNoNewline('JSONEachRow', *) AS line FROM ${table}
       WHERE (partition, seq, toInt64(ix)) > ({partition:UInt16}, {seq:UInt64}, {ix:Int64}) ORDER BY partition, seq, ix LIMIT ${PAGE}`,
      after,
    )
    yield rows
    if (rows.length < PAGE) return
    const { partition, seq, ix } = rows.at(-1)!
    after = { partition, seq, ix }
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

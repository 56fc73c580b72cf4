import type { JsonObject } from '#lib/json.ts'
import { type Analytics, quoted } from '#platform/analytics/analytics.ts'
import { CLICKHOUSE, type FactHolding } from './personal-data.ts'

export const factTables = Object.entries(CLICKHOUSE).filter(
  (entry): entry is [string, Extract<FactHolding, { kind: 'rows' }>] => entry[1].kind === 'rows',
)

/** Facts of these people up to these places on the log: what comes later belongs to whoever comes back. */
export interface Stretches {
  readonly ws: string
  readonly profiles: readonly string[]
  /** Last record by partition. */
  readonly upTo: Readonly<Record<string, number>>
}

function conditionOf({ profile }: Extract<FactHolding, { kind: 'rows' }>, { ws, profiles, upTo }: Stretches): string {
  const later = Object.entries(upTo).map(([partition, seq]) => `(partition = ${Number(partition)} AND seq > ${Number(seq)})`)
  const mine = `workspace_id = ${quoted(ws)} AND ${profile} IN (${profiles.map(quoted).join(', ')})`
  return later.length === 0 ? mine : `${mine} AND NOT (${later.join(' OR ')})`
}

export async function countFacts(analytics: Analytics, table: string, stretches: Stretches): Promise<number> {
  const [found] = await analytics.query<{ rows: number }>(
    `SELECT count() AS rows FROM ${table} WHERE ${conditionOf(holdingOf(table), stretches)}`,
  )
  return Number(found!.rows)
}

/** Resolves with the old parts that the server has yet to tidy up. */
export async function purgeFacts(analytics: Analytics, table: string, stretches: Stretches): Promise<number> {
  return (await analytics.purge(table, conditionOf(holdingOf(table), stretches))).oldParts
}

function holdingOf(table: string): Extract<FactHolding, { kind: 'rows' }> {
  const holding = CLICKHOUSE[table]
  if (holding?.kind !== 'rows') throw new Error(`${table} has no facts of one person`)
  return holding
}

/** Facts of a person, oldest first, `limit` at a time. */
export async function pageFacts(
  analytics: Analytics,
  table: string,
  { ws, profiles, offset, limit }: { ws: string; profiles: readonly string[]; offset: number; limit: number },
): Promise<JsonObject[]> {
  const holding = holdingOf(table)
  return analytics.query<JsonObject>(
    `SELECT ${holding.export.map((column) => `\`${column}\``).join(', ')} FROM ${table}
     WHERE workspace_id = {ws:String} AND ${holding.profile} IN {profiles:Array(String)} ORDER BY at, partition, seq, ix LIMIT {limit:UInt32} OFFSET {offset:UInt64}`,
    { ws, profiles, limit, offset },
  )
}

import type { Bound, Facts, Listing } from './kind.ts'

export interface Counted {
  /** What rows are parted by: SQL over the listing's columns, by the names of the result. */
  readonly by: Readonly<Record<string, string>>
  /** SQL over the listing's columns, by the names of the result. */
  readonly measures: Readonly<Record<string, string>>
  readonly where?: string
  /** SQL; left out: by the first measure, greatest first. Rows of equal order stand in the order of what parts them. */
  readonly order?: string
  readonly most?: number
}

/** Rows of a table: what a listing holds, counted by some of its columns. */
export function counted<Row>(facts: Facts, { sql, params }: Listing, { by, measures, where, order, most = 501 }: Counted): Promise<Row[]> {
  const columns = Object.entries({ ...by, ...measures }).map(([name, expression]) => `${expression} AS ${name}`)
  const parts = Object.keys(by)
  return facts.query<Row>(
    `SELECT ${columns.join(', ')} FROM (${sql}) AS list ${where === undefined ? '' : `WHERE ${where}`}
     ${parts.length === 0 ? '' : `GROUP BY ${parts.join(', ')}`} ORDER BY ${[order ?? `${Object.keys(measures)[0]} DESC`, ...parts].join(', ')} LIMIT ${most}`,
    params,
  )
}

/** Whether there is any such row at all: what hangs on it then need not be read. */
export async function anyOf(facts: Facts, { sql, params }: Listing): Promise<boolean> {
  return (await facts.query(`SELECT 1 AS found FROM (${sql}) LIMIT 1`, params)).length > 0
}

export interface ListedRow {
  readonly profileId: string
  readonly of: string
  readonly step: string
  readonly reason: string
  readonly at: number
  readonly key: string
}
export interface ListPage {
  readonly where: Readonly<Record<string, string>>
  readonly after: { readonly at: number; readonly key: string } | undefined
  readonly most: number
}

/** The things themselves, newest first. `where`: only dims that the list declares, which the caller has checked. */
export function listed(facts: Facts, { sql, params }: Listing, { where, after, most }: ListPage): Promise<ListedRow[]> {
  const bound: Record<string, Bound> = { ...params, most, ...(after && { afterAt: after.at, afterKey: after.key }) }
  const conditions = Object.entries(where).map(([dim, value], i) => {
    bound[`where${i}`] = value
    return `toString(${dim}) = {where${i}:String}`
  })
  if (after) conditions.push('(at, key) < ({afterAt:Int64}, {afterKey:String})')
  return facts.query<ListedRow>(
    `SELECT profile_id AS profileId, of, step, reason, at, key FROM (${sql}) AS list
     ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} ORDER BY at DESC, key DESC LIMIT {most:UInt32}`,
    bound,
  )
}

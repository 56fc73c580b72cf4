import { eventsWith } from '../metrics/metrics-store.ts'
import { byPerson } from '../people-store.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { counted } from '../reports/list-store.ts'
import { grouped, groupingParams, largest } from './grouping-store.ts'
import { type Ran, RETENTION_DEFINITIONS, RetentionInput, toldOfRetention } from './retention.ts'

const DAY = 86_400_000
const ms = (column: string): string => `toUnixTimestamp64Milli(${column})`

/** One row per contract: when it began, for how many days it ran (whole ones, the last is counted), whether it ended. */
function contracts({ workspace, now }: ReportParts, input: RetentionInput): Listing {
  const { start, startWhere, end, endWhere, contract, by, from = 0, to = now + 1 } = input
  const key: Record<string, string> = contract === undefined ? {} : { contract }
  const said: Record<string, string> = by?.by === 'property' ? { said: by.property } : {}
  const columns = (texts: object): string[] => ['at', ...Object.keys(texts)]
  const starts = byPerson(columns({ ...key, ...said }), eventsWith({ event: start, where: startWhere }, { ...key, ...said }))
  const ends = byPerson(columns(key), eventsWith({ event: end, where: endWhere }, key))
  const id = contract === undefined ? "''" : 'contract'
  const upTo = `at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')`
  const begun = `SELECT person, ${id} AS of, min(at) AS began${by?.by === 'property' ? ', argMin(said, at) AS said' : ''} FROM (${starts}) WHERE ${upTo} GROUP BY person, of
    HAVING ${ms('began')} >= {from:Int64} AND ${ms('began')} < {to:Int64}`
  const over = `SELECT b.person AS person, b.of AS of, min(e.at) AS ended_at FROM (SELECT person, ${id} AS of, at FROM (${ends}) WHERE ${upTo}) AS e
    INNER JOIN (${begun}) AS b ON b.person = e.person AND b.of = e.of WHERE e.at >= b.began GROUP BY person, of`
  const rows = `SELECT b.*, ${ms('o.ended_at')} AS over_at, if(over_at > 0, 1, 0) AS ended
    FROM (${begun}) AS b LEFT JOIN (${over}) AS o ON o.person = b.person AND o.of = b.of`
  return {
    params: { workspace, now, from, to, ...groupingParams(by) },
    sql: `SELECT person AS profile_id, of, ${ms('began')} AS at, '' AS step, '' AS reason, concat(person, '/', of) AS key, part, ended,
        toInt32(ceil((if(ended = 1, over_at, {now:Int64}) - ${ms('began')}) / ${DAY})) AS days
      FROM (${largest(grouped(by, rows))})`,
  }
}

const MOST_ROWS = 100_000

export const retention = reportKind({
  id: 'retention',
  title: 'How long contracts last',
  question: 'How long do people stay, what share is left after a year, and which groups leave sooner?',
  input: RetentionInput,
  definitions: RETENTION_DEFINITIONS,
  lists: { contracts: { unit: 'people', dims: () => ['part', 'ended', 'days'], listing: contracts } },
  async run(parts, input) {
    const rows = await counted<Ran>(parts.facts, contracts(parts, input), {
      by: { part: 'list.part', days: 'list.days', ended: 'toUInt8(list.ended)' },
      measures: { contracts: 'count()' },
      order: 'part',
      most: MOST_ROWS,
    })
    return toldOfRetention(input, rows, parts.now)
  },
})

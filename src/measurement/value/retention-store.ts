import { eventsWith } from '../metrics/metrics-store.ts'
import { byPerson } from '../people-store.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { counted } from '../reports/list-store.ts'
import { grouped, groupingParams, largest } from './grouping-store.ts'
import { type Ran, RETENTION_DEFINITIONS, RetentionInput, toldOfRetention } from './retention.ts'

const DAY = 86_400_000

/** One row per contract: when it began, for how many days it ran (whole ones, the last is counted), whether it ended. One reading of both events. */
function contracts({ workspace, now }: ReportParts, input: RetentionInput): Listing {
  const { start, startWhere, end, endWhere, contract, by, from = 0, to = now + 1 } = input
  const key: Record<string, string> = contract === undefined ? {} : { contract }
  const isSaid = by?.by === 'property'
  const said: Record<string, string> = isSaid ? { said: by.property } : {}
  const columns = ['t', 'is_end', ...Object.keys(key), ...Object.keys(said)]
  const told = (isEnd: 0 | 1, events: string): string =>
    `SELECT profile_id, toUnixTimestamp64Milli(at) AS t, toUInt8(${isEnd}) AS is_end${contract === undefined ? '' : ', contract'}${
      isSaid ? (isEnd === 1 ? ", '' AS said" : ', said') : ''
    } FROM (${events})`
  const both = [
    told(0, eventsWith({ event: start, where: startWhere }, { ...key, ...said })),
    told(1, eventsWith({ event: end, where: endWhere }, key)),
  ].join(' UNION ALL ')
  const rows = `SELECT person, ${contract === undefined ? "''" : 'contract'} AS of, minIf(t, is_end = 0) AS began${isSaid ? ', argMinIf(said, t, is_end = 0) AS said' : ''},
      arrayFilter(e -> e >= began, groupArrayIf(t, is_end = 1)) AS ends, toUInt8(notEmpty(ends)) AS ended, if(ended = 1, arrayMin(ends), {now:Int64}) AS until
    FROM (${byPerson(columns, both)}) WHERE t <= {now:Int64} GROUP BY person, of HAVING countIf(is_end = 0) > 0 AND began >= {from:Int64} AND began < {to:Int64}`
  return {
    params: { workspace, now, from, to, ...groupingParams(by) },
    sql: `SELECT person AS profile_id, of, began AS at, '' AS step, '' AS reason, concat(person, '/', of) AS key, part, ended, toInt32(ceil((until - began) / ${DAY})) AS days
      FROM (${largest(by, grouped(by, rows))})`,
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

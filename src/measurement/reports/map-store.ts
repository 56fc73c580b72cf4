import { periodOf } from './input.ts'
import { type Bound, type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { counted } from './list-store.ts'
import { type Edge, LONGEST, MAP_MEANS, type MapCounts, MapInput, type Order, type Touch, toldOfMap } from './map.ts'

const HERE = 'workspace_id = {workspace:String} AND journey_id = {journey:String} AND ({version:UInt32} = 0 OR version = {version:UInt32})'
const MS = 'toUnixTimestamp64Milli(at)'
const BY_PEOPLE = "fetcher IN ('', 'person')"
/** Among touches of one moment: in the order in which one follows from the other. */
const MOVES = "kind = 'entered', 0, kind = 'converted', 3, kind = 'exited', 4, 1"

/** Touches of runs, one row each: `run, who, moment, rank, seq, ix, name`. */
function touchesOf(detail: MapInput['detail']): string {
  const steps = detail === 'steps' ? " OR kind IN ('moved', 'migrated')" : ''
  const arrival = detail === 'steps' ? "concat('step:', to_step)" : "''"
  const transitions = `SELECT enrollment_id AS run, profile_id AS who, ${MS} AS moment, toUInt8(multiIf(${MOVES})) AS rank, seq AS s, ix AS i,
      multiIf(kind = 'entered', 'entered', kind = 'converted', 'goal', kind = 'exited', concat('left:', splitByChar(':', toString(reason))[1]), ${arrival}) AS name
    FROM transitions WHERE ${HERE} AND enrollment_id != '' AND (kind IN ('entered', 'converted', 'exited')${steps}) AND NOT (kind = 'migrated' AND to_step = '')`
  const messages = `SELECT enrollment_id AS run, argMin(profile_id, (at, seq, ix)) AS who, min(${MS}) AS moment, toUInt8(2) AS rank, min(seq) AS s, min(ix) AS i,
      concat(what, ':', step_id) AS name
    FROM (SELECT *, toString(status) AS what FROM deliveries WHERE ${HERE} AND enrollment_id != '' AND effect_id != '' AND channel != 'note'
      AND (status IN ('sent', 'unsubscribed', 'complained', 'bounced') OR (status IN ('opened', 'clicked') AND ${BY_PEOPLE})))
    GROUP BY enrollment_id, effect_id, step_id, what`
  return `${transitions} UNION ALL ${messages}`
}

/** Each run with its touches in order: `run, who, arm, touches Array(Tuple(moment, name, next, is_last))`. */
function runs({ workspace, now }: ReportParts, input: MapInput): Listing {
  const { journey, version = 0, detail, arm, days, from, to } = input
  const all = days === undefined && from === undefined && to === undefined
  const period = all
    ? { from: 0, to: now + 1 }
    : days === undefined
      ? { from: from ?? 0, to: to ?? now + 1 }
      : periodOf({ days, from, to }, now)
  const params: Record<string, Bound> = { workspace, journey, version, arm: arm ?? '', ...period }
  const entered = `SELECT enrollment_id AS run, toString(argMin(arm, (at, seq, ix))) AS side, min(${MS}) AS began FROM transitions
    WHERE ${HERE} AND kind = 'entered' GROUP BY run HAVING began >= {from:Int64} AND began < {to:Int64} AND ({arm:String} = '' OR side = {arm:String})`
  return {
    params,
    sql: `SELECT run, who, arraySlice(sorted, 1, ${LONGEST}) AS way, arrayMap(each -> each.5, way) AS names,
        arrayStringConcat(names, ' → ') AS path, toUInt8(has(names, 'goal')) AS reached
      FROM (SELECT t.run AS run, argMax(t.who, (t.moment, t.s, t.i)) AS who, arraySort(groupArray((t.moment, t.rank, t.s, t.i, t.name))) AS sorted
        FROM (${touchesOf(detail)}) AS t INNER JOIN (${entered}) AS e ON e.run = t.run GROUP BY t.run)`,
  }
}

/** One row for each touch, with the one that came next. */
function touches(parts: ReportParts, input: MapInput): Listing {
  const { sql, params } = runs(parts, input)
  return {
    params,
    sql: `SELECT run AS of, who AS profile_id, way[n].1 AS at, way[n].5 AS touch, if(n < length(way), way[n + 1].5, '') AS next,
        toUInt8(n = length(way)) AS is_last, if(n < length(way), way[n + 1].1 - way[n].1, 0) AS gap, touch AS step, '' AS reason, concat(run, '/', toString(n)) AS key
      FROM (${sql}) ARRAY JOIN arrayEnumerate(way) AS n`,
  }
}

const lists = {
  touches: { unit: 'moves', dims: () => ['touch', 'next', 'is_last'], listing: touches },
  runs: {
    unit: 'runs',
    dims: () => ['touch'],
    listing(parts, input) {
      const { sql, params } = touches(parts, input)
      return {
        params,
        sql: `SELECT t.of AS of, t.touch AS touch, any(t.profile_id) AS profile_id, min(t.at) AS at, t.touch AS step, '' AS reason, concat(of, '/', touch) AS key
          FROM (${sql}) AS t GROUP BY of, touch`,
      }
    },
  },
  orders: {
    unit: 'runs',
    dims: () => ['path', 'reached'],
    listing(parts, input) {
      const { sql, params } = runs(parts, input)
      return {
        params,
        sql: `SELECT run AS of, who AS profile_id, way[length(way)].1 AS at, path, reached, '' AS step, '' AS reason, run AS key FROM (${sql})`,
      }
    },
  },
} as const satisfies Record<string, ListKind<MapInput>>

interface EdgeRow extends Omit<Edge, 'between'> {
  readonly between: number[]
}

async function countsOf(parts: ReportParts, input: MapInput): Promise<MapCounts> {
  const all = touches(parts, input)
  const [touched, edges, orders, [size]] = await Promise.all([
    counted<Touch>(parts.facts, all, {
      by: { touch: 'list.touch' },
      measures: { times: 'count()', runs: 'uniqExact(list.of)', last: 'sum(list.is_last)' },
    }),
    counted<EdgeRow>(parts.facts, all, {
      by: { from: 'list.touch', to: 'list.next' },
      measures: { times: 'count()', between: 'quantilesExactInclusive(0.1, 0.5, 0.9)(list.gap)' },
      where: 'list.is_last = 0',
    }),
    counted<Order>(parts.facts, lists.orders.listing(parts, input), {
      by: { path: 'list.path' },
      measures: { runs: 'count()', reached: 'sum(list.reached)' },
      most: 50,
    }),
    counted<{ runs: number }>(parts.facts, runs(parts, input), { by: {}, measures: { runs: 'count()' } }),
  ])
  return {
    touches: touched,
    edges: edges.map(({ between, ...edge }) => ({ ...edge, between: [whole(between[0]), whole(between[1]), whole(between[2])] })),
    orders,
    runs: size?.runs ?? 0,
  }
}

/** Milliseconds are whole. */
const whole = (ms = 0): number => Math.round(ms)

export const map = reportKind({
  id: 'journey-map',
  title: 'Journey map',
  question: 'Which ways do people take through the journey, how long does it take them, and where does it end?',
  input: MapInput,
  definitions: MAP_MEANS,
  lists,
  run: async (parts, input) => toldOfMap(input, await countsOf(parts, input), parts.now),
})

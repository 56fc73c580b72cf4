import { periodOf } from './input.ts'
import { type Bound, type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { type Edge, LONGEST, MAP_MEANS, type MapCounts, MapInput, type Order, type Touch, toldOfMap } from './map.ts'

const HERE = 'workspace_id = {workspace:String} AND journey_id = {journey:String} AND ({version:UInt32} = 0 OR version = {version:UInt32})'
const MS = 'toUnixTimestamp64Milli(at)'
const BY_PEOPLE = "fetcher IN ('', 'person')"
/** Among touches of one moment: in the order in which one follows from the other. */
const MOVES = "kind = 'entered', 0, kind = 'converted', 3, kind = 'exited', 4, 1"

const LEAVES = ['sent', 'opened', 'clicked', 'unsubscribed', 'complained', 'bounced'].map((status) => `'${status}'`).join(', ')
/** When a touch was, what it is among those of one moment, and its place on the log: one number, because tuples are slow to sort. */
const KEY = 'bitShiftLeft(toUInt128(moment * 8 + rank), 64) + toUInt128(s * 65536 + i)'
const MOMENT = 'toInt64(bitShiftRight(key, 67))'

/** Touches of runs, one row each: `run_hash, run, who, side, moment, rank, s, i, name`. What comes of a message counts when it first came. */
function touchesOf(detail: MapInput['detail']): string {
  const steps = detail === 'steps' ? " OR kind IN ('moved', 'migrated')" : ''
  const arrival = detail === 'steps' ? "concat('step:', to_step)" : "''"
  const transitions = `SELECT sipHash64(enrollment_id) AS run_hash, enrollment_id AS its_run, profile_id AS who, toString(arm) AS side, ${MS} AS moment, toUInt8(multiIf(${MOVES})) AS rank,
      seq AS s, ix AS i, multiIf(kind = 'entered', 'entered', kind = 'converted', 'goal', kind = 'exited', concat('left:', splitByChar(':', toString(reason))[1]), ${arrival}) AS name
    FROM transitions WHERE ${HERE} AND enrollment_id != '' AND (kind IN ('entered', 'converted', 'exited')${steps}) AND NOT (kind = 'migrated' AND to_step = '')`
  const messages = `SELECT any(sipHash64(enrollment_id)) AS run_hash, any(enrollment_id) AS its_run, argMin(profile_id, (at, seq, ix)) AS who, '' AS side, min(${MS}) AS moment, toUInt8(2) AS rank,
      min(seq) AS s, min(ix) AS i, concat(toString(any(status)), ':', any(step_id)) AS name
    FROM deliveries WHERE ${HERE} AND enrollment_id != '' AND effect_id != '' AND channel != 'note' AND status IN (${LEAVES}) AND (status NOT IN ('opened', 'clicked') OR ${BY_PEOPLE})
    GROUP BY bitXor(sipHash64(effect_id), indexOf([${LEAVES}], status))`
  return `${transitions} UNION ALL ${messages}`
}

/** Each run with its touches in order: `run, who, names, moments` side by side, `path`, `reached`. */
function runs({ workspace, now }: ReportParts, input: MapInput): Listing {
  const { journey, version = 0, detail, arm, days, from, to } = input
  const all = days === undefined && from === undefined && to === undefined
  const period = all
    ? { from: 0, to: now + 1 }
    : days === undefined
      ? { from: from ?? 0, to: to ?? now + 1 }
      : periodOf({ days, from, to }, now)
  const params: Record<string, Bound> = { workspace, journey, version, arm: arm ?? '', ...period }
  return {
    params,
    sql: `SELECT run, who, arraySlice(arraySort((name, key) -> key, found, keys), 1, ${LONGEST}) AS names,
        arrayMap(key -> ${MOMENT}, arraySlice(arraySort(keys), 1, ${LONGEST})) AS moments, arrayStringConcat(names, ' → ') AS path, toUInt8(has(names, 'goal')) AS reached
      FROM (SELECT any(t.its_run) AS run, argMax(t.who, t.key) AS who, groupArray(t.name) AS found, groupArray(t.key) AS keys, minIf(t.moment, t.rank = 0) AS began
        FROM (SELECT *, ${KEY} AS key FROM (${touchesOf(detail)})) AS t GROUP BY t.run_hash
        HAVING countIf(t.rank = 0) > 0 AND began >= {from:Int64} AND began < {to:Int64} AND ({arm:String} = '' OR argMinIf(t.side, t.key, t.rank = 0) = {arm:String}))`,
  }
}

/** One row for each touch, with the one that came next. */
function touches(parts: ReportParts, input: MapInput): Listing {
  const { sql, params } = runs(parts, input)
  return {
    params,
    sql: `SELECT run AS of, who AS profile_id, moments[n] AS at, names[n] AS touch, if(n < length(names), names[n + 1], '') AS next,
        toUInt8(n = length(names)) AS is_last, touch AS step, '' AS reason, concat(run, '/', toString(n)) AS key
      FROM (${sql}) ARRAY JOIN arrayEnumerate(names) AS n`,
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
        sql: `SELECT run AS of, who AS profile_id, moments[length(moments)] AS at, path, reached, '' AS step, '' AS reason, run AS key FROM (${sql})`,
      }
    },
  },
} as const satisfies Record<string, ListKind<MapInput>>

interface EdgeRow {
  readonly part: 'edge' | 'order'
  readonly touch: string
  /** '': it was the last one. */
  readonly next: string
  readonly path: string
  readonly times: number
  /** Of these, the first touch of the name in its run. */
  readonly firsts: number
  /** Of these, the first touch of all in its run. */
  readonly begins: number
  readonly reached: number
  readonly between: readonly number[]
}
const MOST_ROWS = 501
const MOST_ORDERS = 50

/** Touches with what came next, and whole ways: everything that the report tells, of one reading. */
function rowsOf(parts: ReportParts, input: MapInput): Promise<EdgeRow[]> {
  const { sql, params } = runs(parts, input)
  return parts.facts.query<EdgeRow>(
    `SELECT part, touch, next, path, times, firsts, begins, reached, between
      FROM (SELECT *, row_number() OVER (PARTITION BY part ORDER BY times DESC, touch, next, path) AS nth
        FROM (SELECT if(grouping(path) = 0, 'order', 'edge') AS part, touch, next, path, count() AS times, sum(nth_of_name = 1) AS firsts, sum(n = 1) AS begins,
            sum(reached_here) AS reached, quantilesExactInclusive(0.1, 0.5, 0.9)(gap) AS between
          FROM (SELECT touch, next, gap, nth_of_name, n, if(n = 1, path, '') AS path, if(n = 1, reached, 0) AS reached_here
            FROM (${sql}) ARRAY JOIN names AS touch, arrayPushBack(arrayPopFront(names), '') AS next, arrayPushBack(arrayPopFront(arrayDifference(moments)), 0) AS gap,
              arrayEnumerateUniq(names) AS nth_of_name, arrayEnumerate(names) AS n)
          GROUP BY GROUPING SETS ((touch, next), (path)) HAVING part = 'edge' OR path != ''))
      WHERE part = 'edge' OR nth <= ${MOST_ORDERS} ORDER BY part, nth`,
    params,
  )
}

const sumOf = (rows: readonly EdgeRow[], of: (row: EdgeRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0)

async function countsOf(parts: ReportParts, input: MapInput): Promise<MapCounts> {
  const rows = await rowsOf(parts, input)
  const edges = rows.filter(({ part }) => part === 'edge')
  const touched = [...Map.groupBy(edges, ({ touch }) => touch)].map(
    ([touch, own]): Touch => ({
      touch,
      times: sumOf(own, ({ times }) => times),
      runs: sumOf(own, ({ firsts }) => firsts),
      last: sumOf(own, ({ next, times }) => (next === '' ? times : 0)),
    }),
  )
  return {
    touches: touched.sort((a, b) => b.times - a.times || (a.touch < b.touch ? -1 : 1)).slice(0, MOST_ROWS),
    edges: edges
      .filter(({ next }) => next !== '')
      .slice(0, MOST_ROWS)
      .map(
        ({ touch, next, times, between }): Edge => ({
          from: touch,
          to: next,
          times,
          between: [whole(between[0]), whole(between[1]), whole(between[2])],
        }),
      ),
    orders: rows.filter(({ part }) => part === 'order').map(({ path, times, reached }): Order => ({ path, runs: times, reached })),
    runs: sumOf(edges, ({ begins }) => begins),
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

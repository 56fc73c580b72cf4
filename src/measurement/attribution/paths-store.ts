import type { Analytics, Params } from '#platform/analytics/analytics.ts'
import { metricEvents } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import { byPerson } from '../people-store.ts'
import type { KeyCounts, PathCounts } from './counts.ts'
import { ENDS, HALF_LIFE_DAYS, RULES, type Rule } from './rules.ts'
import { type Dimension, directKey, keySql, TOUCH_COLUMNS, touchRows } from './touches-store.ts'
import { type Touchpoints, windowsOf } from './touchpoints.ts'

/** Which paths are asked for. Times are epoch ms. */
export interface PathQuery {
  readonly workspace: string
  readonly metric: Metric
  readonly touchpoints: Touchpoints
  readonly by: Dimension
  /** Conversions of this stretch of event time, the end not included. */
  readonly from: number
  readonly to: number
  /** Paths whose window has not passed by then may still convert. */
  readonly asOf: number
}

/** Keys that are told apart; what is left is one. */
export const MOST_KEYS = 100
export const OTHER = '(other)'
/** Touches of one path that count, the latest. */
export const MOST_TOUCHES = 200
/** Touches × conversions of one person: a program that does both ten thousand times must not take all memory. Older touches give way. */
const MOST_PAIRS = 4_000_000

/** The keys of touches in the period, the most frequent first. */
export async function keysMet(analytics: Analytics, query: PathQuery): Promise<string[]> {
  const rows = await analytics.query<{ key: string }>(
    `SELECT ${keySql(query.by)} AS key FROM (${touchRows(query.touchpoints)}) WHERE channel != ''
     GROUP BY key ORDER BY count() DESC, key LIMIT ${MOST_KEYS}`,
    touchParams(query),
  )
  return rows.map(({ key }) => key)
}

const touchParams = ({ workspace, touchpoints, from, to }: PathQuery): Params => ({
  workspace,
  since: Math.max(0, from - windowsOf(touchpoints).click),
  until: to,
})

function walkParams(query: PathQuery, keys: readonly string[]): Params {
  const { click, view, session } = windowsOf(query.touchpoints)
  return {
    ...touchParams(query),
    // ClickHouse cannot tell of what an empty list is.
    names: keys.length > 0 ? keys : [''],
    direct: keys.indexOf(directKey(query.by)) + 1,
    from: query.from,
    to: query.to,
    asOf: query.asOf,
    clickWindow: click,
    viewWindow: view,
    session,
  }
}

/**
 * Every way of every person, as `WITH …` whose last part is `walked`: `person, at (ms: of the conversion, or when the window has passed),
 * clicks_only, keys Array(UInt16) (place in `names`, 0: another), ages Array(Float64) (days before `at`), kind (1: converted, 0: not, 2: may still),
 * value`. Each way comes twice, with views and without (`clicks_only` 1). Conversions without a touch come with no keys.
 *
 * Touches of one key whose gaps are at most a session are one; it is a click when one of them was, since clicks beat views. No session goes on
 * over a conversion. Nobody comes directly while a session goes on. What somebody did is packed into numbers while it is gathered (time, whether it
 * was a conversion, key, click), because that takes a third less time; sorted, each touch sees the conversion that comes next.
 */
function walkedSql({ metric, touchpoints, by }: PathQuery): string {
  // What comes after the period still says that a path did not end in nothing; and what came before parts sessions.
  const near = `at >= fromUnixTimestamp64Milli({since:Int64}) AND at < fromUnixTimestamp64Milli(least({to:Int64} + {clickWindow:Int64}, {asOf:Int64} + 1))`
  return `WITH
  met AS (
    SELECT person, toUnixTimestamp64Milli(at) AS t, click,
      transform(${keySql(by)}, {names:Array(String)}, arrayMap(i -> toUInt16(i), arrayEnumerate({names:Array(String)})), toUInt16(0)) AS k
    FROM (${byPerson(TOUCH_COLUMNS, touchRows(touchpoints))}) WHERE channel != ''
  ),
  won AS (SELECT person, toUnixTimestamp64Milli(at) AS t, ifNotFinite(value, 0.0) AS worth FROM (${metricEvents(metric, near)})),
  people AS (
    SELECT person, arraySort(arrayZip(groupArrayIf(t, is_win = 1), groupArrayIf(worth, is_win = 1))) AS wins, arraySort(groupArray(packed)) AS tale,
      arrayMap(m -> if(bitTest(m, 17), toInt64(bitShiftRight(m, 18)), 0), arrayReverseFill(m -> bitTest(m, 17), tale)) AS next_wins
    FROM (SELECT person, toInt64(0) AS t, bitOr(bitShiftLeft(toUInt64(met.t), 18), toUInt64(k) * 2 + click) AS packed, toFloat64(0) AS worth, 0 AS is_win FROM met
          UNION ALL SELECT person, t, bitOr(bitShiftLeft(toUInt64(won.t), 18), 131072) AS packed, worth, 1 AS is_win FROM won)
    GROUP BY person
  ),
  ordered AS (
    SELECT person, wins, arraySort(arrayMap((m, n) -> (n, toUInt16(bitAnd(bitShiftRight(m, 1), 65535)), toInt64(bitShiftRight(m, 18)), toUInt8(bitAnd(m, 1))),
      arrayFilter(m -> NOT bitTest(m, 17), tale), arrayFilter((n, m) -> NOT bitTest(m, 17), next_wins, tale))) AS touches
    FROM people
  ),
  grouped AS (
    SELECT person, wins, arrayMap(g -> (
        if(arrayExists(x -> x.4 = 1, g), arrayFirst(x -> x.4 = 1, g).3, g[1].3), g[1].2, arrayMax(x -> x.4, g), g[-1].3, g[1].1),
      arraySplit((x, p) -> x.1 != p.1 OR x.2 != p.2 OR x.3 - p.3 > {session:Int64}, touches, arrayPopBack(arrayPushFront(touches, touches[1])))) AS visits
    FROM ordered
  ),
  sessions AS (
    SELECT person, wins, arraySort(visits) AS all_met,
      arrayFilter((s, p) -> NOT (s.2 = {direct:UInt16} AND s.2 != 0 AND p.4 != 0 AND s.1 - p.4 <= {session:Int64}), all_met,
        arrayPopBack(arrayPushFront(all_met, (toInt64(0), toUInt16(0), toUInt8(0), toInt64(0), toInt64(0))))) AS steps
    FROM grouped
  ),
  parted AS (
    SELECT person, wins, arraySlice(steps, -greatest(${MOST_TOUCHES}, intDiv(${MOST_PAIRS}, greatest(1, length(wins))))) AS steps,
      arrayFilter(s -> s.1 >= {from:Int64} AND s.1 < {to:Int64} AND (s.5 = 0 OR s.5 - s.1 > {clickWindow:Int64}), sessions.steps) AS lost
    FROM sessions
  ),
  ways AS (
    SELECT person, arrayConcat(
      arrayMap(w -> (
          arraySlice(arrayFilter(s -> s.1 <= w.1 AND w.1 - s.1 <= if(s.3 = 1, {clickWindow:Int64}, {viewWindow:Int64}), steps), -${MOST_TOUCHES}),
          toUInt8(1), w.2, w.1),
        arrayFilter(w -> w.1 >= {from:Int64} AND w.1 < {to:Int64}, wins)),
      arrayMap(g -> (
          arraySlice(g, -${MOST_TOUCHES}), toUInt8(if(g[-1].1 + {clickWindow:Int64} > {asOf:Int64}, 2, 0)), toFloat64(0),
          least(g[-1].1 + {clickWindow:Int64}, {asOf:Int64})),
        arraySplit((s, p) -> s.1 - p.1 > {clickWindow:Int64}, lost, arrayPopBack(arrayPushFront(lost, lost[1]))))) AS all_ways
    FROM parted
  ),
  walked AS (
    SELECT person, way.4 AS at, clicks_only, if(clicks_only = 1, arrayFilter(s -> s.3 = 1, way.1), way.1) AS counted,
      tupleElement(counted, 2) AS keys, arrayMap(s -> (way.4 - s.1) / 86400000, counted) AS ages, way.2 AS kind, way.3 AS value
    FROM (SELECT person, arrayJoin(all_ways) AS way, arrayJoin([toUInt8(0), toUInt8(1)]) AS clicks_only FROM ways)
    WHERE kind = 1 OR notEmpty(counted)
  )`
}

const START = 65_535
const [WON, LOST] = [65_533, 65_534]
const [TOTAL, CREDIT, MOVE] = [0, 1, 2]

/** By rule, of the i-th of n steps: the share in c conversions (or in value). */
const RULE_SQL: Readonly<Record<Rule, (amount: string, decayed: string) => string>> = {
  first: (amount) => `if(i = 1, ${amount}, 0)`,
  last: (amount) => `if(i = n, ${amount}, 0)`,
  'last-non-direct': (amount) => `if(i = known, ${amount}, 0)`,
  linear: (amount) => `${amount} / n`,
  position: (amount) => `${amount} * if(n <= 2, 1 / n, if(i = 1 OR i = n, ${ENDS}, ${1 - 2 * ENDS} / (n - 2)))`,
  'time-decay': (_amount, decayed) => `${decayed}[i]`,
}

/** Paths of one kind are added up first, then every key and every move of them is counted: rows of people never leave the database. */
const countsSql = (walked: string): string => `${walked},
  alike AS (
    SELECT clicks_only, keys, toFloat64(countIf(kind = 1)) AS c, sumIf(value, kind = 1) AS v, toFloat64(countIf(kind = 0)) AS l, toFloat64(countIf(kind = 2)) AS o,
      sumForEachIf(decay, kind = 1) AS dc, sumForEachIf(arrayMap(d -> d * value, decay), kind = 1) AS dv, sumIf(ages[1], kind = 1) AS days
    FROM (
      SELECT clicks_only, keys, kind, value, ages, arrayMap(a -> exp2((arrayMin(ages) - a) / ${HALF_LIFE_DAYS}), ages) AS w,
        arrayMap(x -> x / arraySum(w), w) AS decay
      FROM walked
    ) GROUP BY clicks_only, keys
  )
  SELECT clicks_only, told.1 AS what, told.2 AS a, told.3 AS b, sumForEach(told.4) AS numbers FROM (
    SELECT clicks_only, length(keys) AS n, if(arrayLastIndex(k -> k != {direct:UInt16}, keys) = 0, n, arrayLastIndex(k -> k != {direct:UInt16}, keys)) AS known,
      length(arrayDistinct(keys)) AS different, arrayEnumerateUniq(keys) AS nth,
      arrayJoin(arrayConcat(
        [(toUInt8(${TOTAL}), toUInt16(0), toUInt16(0), [c, v, l, o, if(n = 0, c, 0), if(n = 0, v, 0), c * n, days])],
        arrayMap((k, i) -> (toUInt8(${CREDIT}), k, toUInt16(0), [
          ${RULES.map((rule) => RULE_SQL[rule]('c', 'dc')).join(', ')},
          ${RULES.map((rule) => RULE_SQL[rule]('v', 'dv')).join(', ')},
          if(nth[i] = 1, c / different, 0), if(nth[i] = 1, v / different, 0), if(nth[i] = 1, c, 0), if(nth[i] = 1, v, 0), if(nth[i] = 1, l, 0)
        ]), keys, arrayEnumerate(keys)),
        if(c + l = 0 OR n = 0, [], arrayConcat(
          arrayMap((k, p) -> (toUInt8(${MOVE}), p, k, [c + l]), keys, arrayPopBack(arrayPushFront(keys, toUInt16(${START})))),
          [(toUInt8(${MOVE}), keys[-1], toUInt16(${WON}), [c]), (toUInt8(${MOVE}), keys[-1], toUInt16(${LOST}), [l])]))
      )) AS told
    FROM alike
  ) GROUP BY clicks_only, what, a, b`

interface Row {
  readonly clicks_only: 0 | 1
  readonly what: number
  readonly a: number
  readonly b: number
  readonly numbers: readonly number[]
}

/** Counts all paths of a query: one pass to name the keys, one over the paths. */
export async function countPaths(analytics: Analytics, query: PathQuery): Promise<{ all: PathCounts; clicksOnly: PathCounts }> {
  const keys = await keysMet(analytics, query)
  const rows = await analytics.query<Row>(countsSql(walkedSql(query)), walkParams(query, keys))
  const of = (clicksOnly: 0 | 1): PathCounts =>
    countsFrom(
      rows.filter(({ clicks_only }) => clicks_only === clicksOnly),
      keys,
    )
  return { all: of(0), clicksOnly: of(1) }
}

function countsFrom(rows: readonly Row[], keys: readonly string[]): PathCounts {
  const name = (place: number): string => keys[place - 1] ?? OTHER
  const total = rows.find(({ what }) => what === TOTAL)?.numbers ?? Array.from({ length: 8 }, () => 0)
  const [conversions, value, nulls, open, alone, aloneValue, touches, days] = total as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return {
    totals: { conversions, value, nulls, open, untouched: { conversions: alone, value: aloneValue }, touches, days },
    keys: rows
      .filter(({ what }) => what === CREDIT)
      .sort((a, b) => a.a - b.a)
      .map(({ a, numbers }) => keyCounts(name(a), numbers)),
    moves: rows
      .filter(({ what, numbers }) => what === MOVE && numbers[0]! > 0)
      .sort((a, b) => a.a - b.a || a.b - b.b)
      .map(({ a, b, numbers }) => ({
        from: a === START ? null : name(a),
        to: b === WON ? 'conversion' : b === LOST ? 'nothing' : name(b),
        ends: b === WON || b === LOST,
        times: numbers[0]!,
      })),
  }
}

function keyCounts(key: string, numbers: readonly number[]): KeyCounts {
  const size = RULES.length
  const pair = (at: number) => ({ conversions: numbers[at]!, value: numbers[at + 1]! })
  const rules = Object.fromEntries(RULES.map((rule, i) => [rule, { conversions: numbers[i]!, value: numbers[size + i]! }]))
  return { key, rules: rules as KeyCounts['rules'], shapley: pair(2 * size), met: pair(2 * size + 2), nulls: numbers[2 * size + 4]! }
}

export interface PathRow {
  readonly steps: string[]
  readonly conversions: number
  readonly value: number
  readonly nulls: number
  readonly open: number
  /** Mean days from the first touch to the conversion; null without conversions. */
  readonly days: number | null
}
export interface PathList {
  readonly clicksOnly: boolean
  /** Only paths that meet this key. */
  readonly key?: string | undefined
  readonly most: number
}

/** The most frequent paths: by conversions, then by how often they led nowhere. */
export async function listPaths(analytics: Analytics, query: PathQuery, list: PathList): Promise<PathRow[]> {
  const keys = await keysMet(analytics, query)
  const rows = await analytics.query<Omit<PathRow, 'steps'> & { places: number[] }>(
    `${walkedSql(query)}
     SELECT keys AS places, countIf(kind = 1) AS conversions, sumIf(walked.value, kind = 1) AS value, countIf(kind = 0) AS nulls, countIf(kind = 2) AS open,
       if(conversions = 0, NULL, sumIf(ages[1], kind = 1) / conversions) AS days
     FROM walked WHERE clicks_only = {clicksOnly:UInt8} AND notEmpty(keys) AND ${meets(list.key)}
     GROUP BY keys ORDER BY conversions DESC, nulls DESC, open DESC, places LIMIT {most:UInt32}`,
    { ...walkParams(query, keys), clicksOnly: list.clicksOnly ? 1 : 0, key: placeOf(keys, list.key), most: list.most },
  )
  return rows.map(({ places, ...row }) => ({ steps: places.map((place) => keys[place - 1] ?? OTHER), ...row }))
}

const meets = (key: string | undefined): string => (key === undefined ? '1' : 'has(keys, {key:UInt16})')
/** A place that no touch has where the key is not known. */
const placeOf = (keys: readonly string[], key: string | undefined): number => {
  if (key === undefined || key === OTHER) return 0
  const at = keys.indexOf(key)
  return at < 0 ? START : at + 1
}

export interface ConvertedRow {
  readonly profileId: string
  /** Epoch ms. */
  readonly at: number
  readonly value: number
  readonly steps: string[]
  /** Days before the conversion, by step. */
  readonly ages: number[]
}
export interface ConvertedList {
  readonly clicksOnly: boolean
  /** Only conversions whose path meets this key; null: those that no touch led to. */
  readonly key?: string | null | undefined
  readonly most: number
  /** The last one of the page before. */
  readonly after?: { readonly at: number; readonly profileId: string; readonly skip: number } | undefined
}

/** Who converted, by which way: the latest first. Several conversions of one person in one millisecond come one after another. */
export async function listConverted(analytics: Analytics, query: PathQuery, list: ConvertedList): Promise<ConvertedRow[]> {
  const keys = await keysMet(analytics, query)
  const { after } = list
  const rows = await analytics.query<{ person: string; at: number; worth: number; places: number[]; ages: number[] }>(
    `${walkedSql(query)}
     SELECT person, toFloat64(walked.at) AS at, walked.value AS worth, keys AS places, walked.ages AS ages FROM walked
     WHERE clicks_only = {clicksOnly:UInt8} AND kind = 1 AND ${list.key === null ? 'empty(keys)' : meets(list.key)}
       AND ${after ? '(walked.at < {afterAt:Int64} OR (walked.at = {afterAt:Int64} AND person >= {afterPerson:String}))' : '1'}
     ORDER BY walked.at DESC, person, worth LIMIT {most:UInt32} OFFSET {skip:UInt32}`,
    {
      ...walkParams(query, keys),
      clicksOnly: list.clicksOnly ? 1 : 0,
      key: placeOf(keys, list.key ?? undefined),
      most: list.most,
      skip: after?.skip ?? 0,
      afterAt: after?.at ?? 0,
      afterPerson: after?.profileId ?? '',
    },
  )
  return rows.map(({ person, at, worth, places, ages }) => ({
    profileId: person,
    at,
    value: worth,
    steps: places.map((place) => keys[place - 1] ?? OTHER),
    ages,
  }))
}

/** One way with how long its touches lay back, rounded to hours, as often as it was gone among those that were drawn. */
export interface TimedPath {
  readonly steps: string[]
  /** Days before the end. */
  readonly ages: number[]
  readonly converted: boolean
  readonly times: number
}

/** Ways of a sample of people, drawn by hash (so the same people each time); at most `most` different ones. */
export async function timedPaths(
  analytics: Analytics,
  query: PathQuery,
  { share, most }: { readonly share: number; readonly most: number },
): Promise<TimedPath[]> {
  const keys = await keysMet(analytics, query)
  const rows = await analytics.query<{ places: number[]; hours: number[]; won: number; times: number }>(
    `${walkedSql(query)}
     SELECT keys AS places, arrayMap(a -> toFloat64(round(a * 24)), ages) AS hours, toUInt8(kind = 1) AS won, toFloat64(count()) AS times
     FROM walked WHERE clicks_only = 0 AND notEmpty(keys) AND cityHash64(person) % 10000 < {share:UInt32}
     GROUP BY places, hours, won ORDER BY cityHash64(places, hours, won) LIMIT {most:UInt32}`,
    { ...walkParams(query, keys), share: Math.ceil(share * 10_000), most },
  )
  return rows.map(({ places, hours, won, times }) => ({
    steps: places.map((place) => keys[place - 1] ?? OTHER),
    ages: hours.map((each) => each / 24),
    converted: won === 1,
    times,
  }))
}

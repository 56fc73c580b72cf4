import type { Analytics } from '#platform/analytics/analytics.ts'
import { readable } from '#segments/condition/sql-text.ts'
import { metricEvents } from '../metrics/metrics-store.ts'
import { type Metric, withinOf } from '../metrics/schema.ts'
import { exposedPeople, paramsOf } from './exposures-store.ts'
import type { Source } from './sources.ts'

/** What people are told apart by beside their arm. */
export type Cut = { readonly by: 'segment'; readonly segment: string } | { readonly by: 'attribute'; readonly attribute: string }

export interface StatisticsAsked {
  readonly workspace: string
  readonly source: Source
  readonly metric: Metric
  /** Epoch ms: what happened later is not known yet. */
  readonly asOf: number
  /** Sums for each UTC day on which windows ended; else one for each arm. */
  readonly daily?: boolean
  readonly cut?: Cut
}

/** Sums over the people of one arm whose window has ended. `b`: below the line of a ratio, else 0; `p`: before their exposure. */
export interface SumsRow {
  readonly arm: string
  /** Epoch ms of the day; 0 where days were not asked. */
  readonly day: number
  /** '' where nobody was told apart. */
  readonly cut: string
  readonly n: number
  readonly converted: number
  readonly y: number
  readonly yy: number
  readonly p: number
  readonly pp: number
  readonly yp: number
  readonly b: number
  readonly bb: number
  readonly yb: number
  readonly bp: number
}

const SUMS = `count() AS n, countIf(t.y != 0) AS converted, sumKahan(t.y) AS y, sumKahan(t.y * t.y) AS yy, sumKahan(t.p) AS p, sumKahan(t.p * t.p) AS pp,
  sumKahan(t.y * t.p) AS yp, sumKahan(t.b) AS b, sumKahan(t.b * t.b) AS bb, sumKahan(t.y * t.b) AS yb, sumKahan(t.b * t.p) AS bp`

/** One query: the events of a metric meet the people of an experiment, each person is summed, and the sums of all come out. */
export async function sumsOf(analytics: Analytics, asked: StatisticsAsked): Promise<SumsRow[]> {
  const { daily = false, cut } = asked
  const day = daily ? 'toFloat64(toUnixTimestamp(toStartOfDay(t.ends))) * 1000' : '0.0'
  return analytics.query<SumsRow>(
    `SELECT t.arm AS arm, ${day} AS day, t.cut AS cut, ${SUMS} FROM (${personsSql(asked)}) AS t GROUP BY arm, day, cut ORDER BY arm, day, cut`,
    { ...paramsOf(asked.workspace, asked.source), ...timesOf(asked), ...cutParams(cut) },
  )
}

const timesOf = ({ metric, asOf }: Pick<StatisticsAsked, 'metric' | 'asOf'>) => ({ within: withinOf(metric), asOf: Math.floor(asOf) })
const cutParams = (cut: Cut | undefined): Record<string, string> =>
  cut === undefined ? {} : cut.by === 'segment' ? { segment: cut.segment } : { attribute: cut.attribute }

const MS = (column: string): string => `toUnixTimestamp64Milli(${column})`

/** One row for each person who is in exactly one arm and whose window has ended: `person, arm, cut, first, ends, y, p, b`. */
function personsSql({ source, metric, cut }: StatisticsAsked): string {
  const y = valueOf(metric, AFTER)
  const p = valueOf(metric, BEFORE)
  const persons = `SELECT e.person AS person, any(e.arm) AS arm, any(e.cut) AS cut, any(e.first) AS first,
      any(e.first) + toIntervalMillisecond({within:Int64}) AS ends, toFloat64(${y.above}) AS y, toFloat64(${p.above}) AS p, toFloat64(${y.below}) AS b
    FROM (${eventsOf(metric)}) AS m RIGHT JOIN (${included(source, cut)}) AS e ON m.person = e.person GROUP BY e.person`
  if (metric.cap === undefined) return persons
  // Nobody's sum counts more than the quantile of those who have any, of all arms together (winsorising).
  const capped = (column: string): string =>
    `least(${column}, if(countIf(${column} > 0) OVER () = 0, ${column}, quantileExactInclusiveIf(${metric.cap})(${column}, ${column} > 0) OVER ()))`
  return `SELECT w.person AS person, w.arm AS arm, w.cut AS cut, w.first AS first, w.ends AS ends, w.b AS b, ${capped('w.y')} AS y, ${capped('w.p')} AS p
    FROM (${persons}) AS w`
}

/** `part` 1: above the line, 0: below it. */
function eventsOf(metric: Metric): string {
  const known = `${MS('at')} <= {asOf:Int64}`
  const own = metricEvents(metric, known)
  if (!metric.per) return `SELECT person, at, value, 1 AS part FROM (${own})`
  return `SELECT person, at, value, 1 AS part FROM (${own}) UNION ALL
    SELECT person, at, value, 0 AS part FROM (${metricEvents({ event: metric.per.event, where: metric.per.where }, known)})`
}

const AFTER = 'm.at >= e.first AND m.at < e.first + toIntervalMillisecond({within:Int64})'
const BEFORE = 'm.at < e.first AND m.at >= e.first - toIntervalMillisecond({within:Int64})'

/** What a person's events in a window come to. Who has none comes out of the join with a row of nobody, at 1970. */
function valueOf(metric: Metric, window: string): { above: string; below: string } {
  const theirs = `m.person != '' AND ${window}`
  switch (metric.measure) {
    case 'converted':
      return { above: `countIf(${theirs}) > 0`, below: '0' }
    case 'count':
      return { above: `countIf(${theirs})`, below: '0' }
    case 'sum':
      return { above: `sumKahanIf(ifNotFinite(m.value, 0), ${theirs})`, below: '0' }
    case 'ratio':
      // Without `per` an event that does not say its value is on neither side of the line.
      return {
        above:
          metric.value === undefined
            ? `countIf(${theirs} AND m.part = 1)`
            : `sumKahanIf(ifNotFinite(m.value, 0), ${theirs} AND m.part = 1)`,
        below: metric.per ? `countIf(${theirs} AND m.part = 0)` : `countIf(${theirs} AND isFinite(m.value))`,
      }
    case 'quantile':
      throw new Error('quantiles are gathered by clustersOf')
  }
}

/** Who is in exactly one arm and has had their whole window. */
function included(source: Source, cut: Cut | undefined): string {
  const people = `SELECT person, arm, first FROM (${exposedPeople(source)}) WHERE NOT crossed AND ${MS('first')} + {within:Int64} <= {asOf:Int64}`
  if (!cut) return `SELECT person, arm, first, '' AS cut FROM (${people})`
  if (cut.by === 'attribute')
    return `SELECT x.person AS person, x.arm AS arm, x.first AS first, if(a.said IN ('', 'null'), '–', a.said) AS cut FROM (${people}) AS x
      LEFT JOIN (SELECT profile_id, trim(BOTH '"' FROM JSONExtractRaw(${readable('attributes')}, {attribute:String})) AS said
        FROM people FINAL WHERE workspace_id = {workspace:String}) AS a ON a.profile_id = x.person`
  // Membership at the moment of the exposure: what came after may come of it.
  return `SELECT x.person AS person, any(x.arm) AS arm, any(x.first) AS first,
      if(argMaxIf(s.kind, (s.at, s.seq, s.ix), s.profile_id != '' AND s.at <= x.first) = 'entered', 'in', 'out') AS cut
    FROM (${people}) AS x LEFT JOIN (SELECT profile_id, kind, at, seq, ix FROM memberships
      WHERE workspace_id = {workspace:String} AND segment_id = {segment:String}) AS s ON s.profile_id = x.person GROUP BY x.person`
}

/** Clusters of people that a quantile is drawn again by, and how finely its values are told apart. */
const CLUSTERS = 100
const FINENESS = Math.log(1.01)

export interface BinRow {
  readonly arm: string
  readonly cluster: number
  readonly n: number
  /** Middles of bins that are one hundredth wide, and how often a value fell into each. */
  readonly values: readonly number[]
  readonly counts: readonly number[]
}

/** For quantiles: values of single events in bins, by arm and by cluster of people. */
export const clustersOf = (analytics: Analytics, asked: Omit<StatisticsAsked, 'cut' | 'daily'>): Promise<BinRow[]> =>
  analytics.query<BinRow>(
    `SELECT arm, cluster, toFloat64(uniqExact(person)) AS n, sumMapIf([middle], [1.0], middle != 0 OR zero) AS found, found.1 AS values, found.2 AS counts
     FROM (SELECT e.person AS person, e.arm AS arm, sipHash64(e.person) % ${CLUSTERS} AS cluster,
         m.person != '' AND ${AFTER} AND isFinite(m.value) AS counts, counts AND m.value = 0 AS zero,
         if(counts AND m.value != 0, sign(m.value) * exp((floor(log(abs(m.value)) / ${FINENESS}) + 0.5) * ${FINENESS}), 0.0) AS middle
       FROM (${eventsOf(asked.metric)}) AS m RIGHT JOIN (${included(asked.source, undefined)}) AS e ON m.person = e.person)
     GROUP BY arm, cluster ORDER BY arm, cluster`,
    { ...paramsOf(asked.workspace, asked.source), ...timesOf(asked) },
  )

export interface PeopleAsked {
  readonly workspace: string
  readonly source: Source
  /** Undefined: whoever is in the arm, their window over or not. */
  readonly metric?: Metric
  readonly asOf: number
  /** '': any. */
  readonly arm: string
  readonly which: 'all' | 'converted' | 'not_converted' | 'crossed' | 'open'
  readonly after?: { readonly at: number; readonly person: string }
  readonly limit: number
}

export interface PersonInArm {
  readonly profileId: string
  readonly arm: string
  /** Epoch ms of the exposure. */
  readonly at: number
  /** What the metric comes to for them; 0 where it was not asked. */
  readonly value: number
}

/** The people behind a number, newest exposure first. */
export function listExposed(
  analytics: Analytics,
  { workspace, source, metric, asOf, arm, which, after, limit }: PeopleAsked,
): Promise<PersonInArm[]> {
  const window = metric ? '{within:Int64}' : '0'
  const whole = which === 'converted' || which === 'not_converted'
  const people =
    whole && metric
      ? `SELECT person, arm, first, y FROM (${personsSql({ workspace, source, metric, asOf })}) WHERE ${which === 'converted' ? 'y != 0' : 'y = 0'}`
      : `SELECT person, arm, first, 0.0 AS y FROM (${exposedPeople(source)}) WHERE ${
          which === 'crossed' ? 'crossed' : which === 'open' ? `NOT crossed AND ${MS('first')} + ${window} > {asOf:Int64}` : 'NOT crossed'
        }`
  return analytics.query<PersonInArm>(
    `SELECT person AS profileId, arm, toFloat64(${MS('first')}) AS at, y AS value FROM (${people})
     WHERE ({arm:String} = '' OR arm = {arm:String}) ${after ? `AND (${MS('first')}, person) < ({afterAt:Int64}, {afterPerson:String})` : ''}
     ORDER BY first DESC, person DESC LIMIT {limit:UInt32}`,
    {
      ...paramsOf(workspace, source),
      ...(metric ? timesOf({ metric, asOf }) : { asOf: Math.floor(asOf) }),
      arm,
      limit,
      ...(after && { afterAt: after.at, afterPerson: after.person }),
    },
  )
}

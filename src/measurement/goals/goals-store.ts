import type { Analytics, Params } from '#platform/analytics/analytics.ts'
import { exposedKeys, paramsOf } from '../experiments/exposures-store.ts'
import { metricEvents, metricEventsByKey } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import { byPerson, byPersonKey } from '../people-store.ts'
import type { ArmSums } from './contributions.ts'

/** What is counted, of whom, and where days begin. */
export interface Counted {
  readonly workspace: string
  readonly metric: Metric
  /** Null: everybody. */
  readonly segment: string | null
  readonly zone: string
}

/** Epoch ms; `to` is not in it any more. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

export interface DayRow {
  /** `2026-01-31` */
  readonly day: string
  readonly times: number
  /** Different people on this day. */
  readonly people: number
  readonly sum: number
}

/** Who came into a segment and left it, by person; that a profile became another is no leaving. */
const members = (resolved: typeof byPerson): string =>
  resolved(
    ['at', 'inside'],
    `SELECT profile_id, at, kind = 'entered' AS inside FROM memberships
   WHERE workspace_id = {workspace:String} AND segment_id = {segment:String} AND NOT (kind = 'left' AND reason = 'merged')`,
  )

const WITHIN = "at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')"

/** `person, at, value` of a stretch; with a segment only of who was in it just before. People are numbers (`people-store.ts`) unless they are named. */
const eventsOf = (counted: Counted): string => eventsBy(counted, metricEventsByKey, byPersonKey)
const namedEvents = (counted: Counted): string => eventsBy(counted, metricEvents, byPerson)

const eventsBy = ({ metric, segment }: Counted, events: typeof metricEvents, resolved: typeof byPerson): string =>
  segment === null
    ? events(metric, WITHIN)
    : `SELECT e.person AS person, e.at AS at, e.value AS value FROM (${events(metric, WITHIN)}) AS e
       ASOF INNER JOIN (${members(resolved)}) AS m ON m.person = e.person AND e.at > m.at WHERE m.inside`

const given = ({ workspace, segment, zone }: Counted, { from, to }: Stretch): Params => ({
  workspace,
  zone,
  from,
  to,
  ...(segment !== null && { segment }),
})

/** Days on which something happened, oldest first. */
export const countDays = (analytics: Analytics, counted: Counted, stretch: Stretch): Promise<DayRow[]> =>
  analytics.query<DayRow>(
    `SELECT toString(toDate(d.at, {zone:String})) AS day, toFloat64(count()) AS times, toFloat64(uniqExact(d.person)) AS people,
       sumKahan(ifNotFinite(d.value, 0)) AS sum FROM (${eventsOf(counted)}) AS d GROUP BY day ORDER BY day`,
    given(counted, stretch),
  )

/** Days, `2026-01-31`; a stretch up to a day includes it. */
export interface OnceAsked {
  readonly period: { readonly first: string; readonly last: string }
  readonly baseline: { readonly first: string; readonly last: string } | null
  /** History begins on this day and ends before `today`. */
  readonly history: string
  readonly today: string
}

export interface OnceRow {
  /** First in the period, first in the baseline, first in the history, again in the history. */
  readonly kind: 'period' | 'baseline' | 'first' | 'again'
  /** Of `again`: how many days after the last time; else the day. '' of the baseline. */
  readonly day: string
  readonly days: number
  readonly people: number
}

/** People who count once: when they did it first, and how long ago they had done it before; each person's days are gathered once. */
export const countOnce = (
  analytics: Analytics,
  counted: Counted,
  { period, baseline, history, today, ...stretch }: Stretch & OnceAsked,
): Promise<OnceRow[]> => {
  const firstOf = (kind: number, from: string, to: string): string =>
    `arrayMap(d -> (${kind}, d, 0), arraySlice(arrayFilter(d -> d >= toDate({${from}:String}) AND d <= toDate({${to}:String}), theirs), 1, 1))`
  return analytics.query<OnceRow>(
    `SELECT ['period', 'baseline', 'first', 'again'][each.1 + 1] AS kind, if(each.1 IN (0, 2), toString(each.2), '') AS day, toFloat64(each.3) AS days,
       toFloat64(count()) AS people
     FROM (SELECT arrayJoin(arrayConcat(${firstOf(0, 'periodFirst', 'periodLast')}, ${baseline ? firstOf(1, 'baseFirst', 'baseLast') : '[]'},
         arrayMap((d, i) -> if(i = 1, (2, d, 0), (3, toDate(0), toInt32(d - past[i - 1]))), past, arrayEnumerate(past)))) AS each
       FROM (SELECT arraySort(p.days) AS theirs, arrayFilter(d -> d >= toDate({history:String}) AND d < toDate({today:String}), theirs) AS past
         FROM (SELECT groupUniqArray(toDate(e.at, {zone:String})) AS days FROM (${eventsOf(counted)}) AS e GROUP BY e.person) AS p))
     GROUP BY kind, day, days`,
    {
      ...given(counted, stretch),
      periodFirst: period.first,
      periodLast: period.last,
      ...(baseline && { baseFirst: baseline.first, baseLast: baseline.last }),
      history,
      today,
    },
  )
}

/** People who are in a segment at a moment, and when the first was ever seen in it (epoch ms; null: never). */
export async function countMembers(
  analytics: Analytics,
  { workspace, segment, at }: { workspace: string; segment: string; at: number },
): Promise<{ people: number; since: number | null }> {
  const [row] = await analytics.query<{ people: number; since: number; all: number }>(
    `SELECT toFloat64(countIf(p.inside)) AS people, toFloat64(toUnixTimestamp64Milli(min(p.since))) AS since, count() AS all FROM (
       SELECT m.person AS person, argMaxIf(m.inside, m.at, m.at < fromUnixTimestamp64Milli({moment:Int64}, 'UTC')) AS inside, min(m.at) AS since
       FROM (${members(byPersonKey)}) AS m GROUP BY m.person) AS p`,
    { workspace, segment, moment: at },
  )
  return { people: row!.people, since: row!.all === 0 ? null : row!.since }
}

const VALUE: Readonly<Record<'converted' | 'count' | 'sum', (theirs: string) => string>> = {
  converted: (theirs) => `toFloat64(countIf(${theirs}) > 0)`,
  count: (theirs) => `toFloat64(countIf(${theirs}))`,
  sum: (theirs) => `sumKahanIf(ifNotFinite(m.value, 0), ${theirs})`,
}

/**
 * What the people who entered a journey within the stretch did for a metric until it ended, each within `within` ms of their entry; by arm and version,
 * because versions may hold out different shares.
 */
export const sumArms = (
  analytics: Analytics,
  counted: Counted,
  { journey, within, ...stretch }: Stretch & { journey: string; within: number },
): Promise<ArmSums[]> => {
  const source = { kind: 'journey', journey } as const
  // Moments as numbers: they are slow to reckon with.
  const people = `SELECT person, arm, toUnixTimestamp64Milli(x.first) AS first, version FROM (${exposedKeys(source)}) AS x
    WHERE NOT crossed AND first >= {from:Int64} AND first < {to:Int64}`
  const events = `SELECT person, toUnixTimestamp64Milli(at) AS t, value FROM (${eventsOf(counted)})`
  const theirs = 'm.person != 0 AND m.t >= e.first AND m.t < e.first + {within:Int64}'
  return analytics.query<ArmSums>(
    `SELECT t.arm AS arm, t.version AS version, toFloat64(count()) AS n, toFloat64(countIf(t.y != 0)) AS converted, sumKahan(t.y) AS sum, sumKahan(t.y * t.y) AS sumSquares FROM (
       SELECT e.person AS person, any(e.arm) AS arm, any(e.version) AS version, ${VALUE[measureOf(counted.metric)](theirs)} AS y
       FROM (${events}) AS m RIGHT JOIN (${people}) AS e ON m.person = e.person GROUP BY e.person) AS t
     GROUP BY arm, version ORDER BY version, arm`,
    { ...given(counted, stretch), ...paramsOf(counted.workspace, source), within },
  )
}

/** Publishing has refused the other ones. */
export function measureOf({ id, measure }: Pick<Metric, 'id' | 'measure'>): 'converted' | 'count' | 'sum' {
  if (measure === 'ratio' || measure === 'quantile') throw new Error(`a goal cannot add up the metric ${id}: ${measure}`)
  return measure
}

export interface PersonOfGoal {
  readonly profileId: string
  /** Epoch ms. */
  readonly at: number
  readonly value: number
  readonly key: string
}

/** The events behind a goal's number, newest first; of people who count once their first of the period. `day` '': all. */
export const listPeople = (
  analytics: Analytics,
  counted: Counted,
  { day, after, limit, ...stretch }: Stretch & { day: string; after: { at: number; key: string } | undefined; limit: number },
): Promise<PersonOfGoal[]> => {
  const rows =
    counted.metric.measure === 'converted'
      ? `SELECT f.person AS person, min(f.at) AS moment, 1.0 AS worth, f.person AS key FROM (${namedEvents(counted)}) AS f GROUP BY f.person`
      : `SELECT f.person AS person, f.at AS moment, ifNotFinite(f.value, 0) AS worth,
           concat(f.person, '/', toString(row_number() OVER (PARTITION BY f.person, f.at ORDER BY f.value))) AS key FROM (${namedEvents(counted)}) AS f`
  return analytics.query<PersonOfGoal>(
    `SELECT r.person AS profileId, toFloat64(toUnixTimestamp64Milli(r.moment)) AS at, r.worth AS value, r.key AS key FROM (${rows}) AS r
     WHERE ({day:String} = '' OR toString(toDate(r.moment, {zone:String})) = {day:String})
       ${after ? 'AND (toUnixTimestamp64Milli(r.moment), r.key) < ({afterAt:Int64}, {afterKey:String})' : ''}
     ORDER BY r.moment DESC, r.key DESC LIMIT {limit:UInt32}`,
    { ...given(counted, stretch), day, limit, ...(after && { afterAt: after.at, afterKey: after.key }) },
  )
}

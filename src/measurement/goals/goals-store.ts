import type { Analytics, Params } from '#platform/analytics/analytics.ts'
import { exposedPeople, paramsOf } from '../experiments/exposures-store.ts'
import { metricEvents } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import { byPerson } from '../people-store.ts'
import type { ArmSums } from './contributions.ts'
import type { Gap } from './once.ts'

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
const MEMBERS = byPerson(
  ['at', 'inside'],
  `SELECT profile_id, at, kind = 'entered' AS inside FROM memberships
   WHERE workspace_id = {workspace:String} AND segment_id = {segment:String} AND NOT (kind = 'left' AND reason = 'merged')`,
)

const WITHIN = "at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND at < fromUnixTimestamp64Milli({to:Int64}, 'UTC')"

/** `person, at, value` of a stretch; with a segment only of who was in it just before. */
const eventsOf = ({ metric, segment }: Counted): string =>
  segment === null
    ? metricEvents(metric, WITHIN)
    : `SELECT e.person AS person, e.at AS at, e.value AS value FROM (${metricEvents(metric, WITHIN)}) AS e
       ASOF INNER JOIN (${MEMBERS}) AS m ON m.person = e.person AND e.at > m.at WHERE m.inside`

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

/** People by the day on which they did it for the first time within the stretch. */
export const countFirsts = (analytics: Analytics, counted: Counted, stretch: Stretch): Promise<{ day: string; people: number }[]> =>
  analytics.query(
    `SELECT toString(toDate(p.first, {zone:String})) AS day, toFloat64(count()) AS people
     FROM (SELECT f.person AS person, min(f.at) AS first FROM (${eventsOf(counted)}) AS f GROUP BY f.person) AS p GROUP BY day ORDER BY day`,
    given(counted, stretch),
  )

/** How long ago people had done it before, by days; `start`: the first day of the history. */
export async function countGaps(
  analytics: Analytics,
  counted: Counted,
  { start, ...stretch }: Stretch & { start: string },
): Promise<Gap[]> {
  const rows = await analytics.query<{ days: number; again: number; times: number }>(
    `SELECT g.before > toDate(0) AS again, toFloat64(if(again, g.day - g.before, g.day - toDate({start:String}))) AS days, toFloat64(count()) AS times
     FROM (SELECT u.day AS day, lagInFrame(u.day, 1, toDate(0)) OVER (PARTITION BY u.person ORDER BY u.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
       FROM (SELECT DISTINCT d.person AS person, toDate(d.at, {zone:String}) AS day FROM (${eventsOf(counted)}) AS d) AS u) AS g
     GROUP BY again, days`,
    { ...given(counted, stretch), start },
  )
  return rows.map(({ days, again, times }) => ({ days, again: again === 1, times }))
}

/** People who are in a segment at a moment, and when the first was ever seen in it (epoch ms; null: never). */
export async function countMembers(
  analytics: Analytics,
  { workspace, segment, at }: { workspace: string; segment: string; at: number },
): Promise<{ people: number; since: number | null }> {
  const [row] = await analytics.query<{ people: number; since: number; all: number }>(
    `SELECT toFloat64(countIf(p.inside)) AS people, toFloat64(toUnixTimestamp64Milli(min(p.since))) AS since, count() AS all FROM (
       SELECT m.person AS person, argMaxIf(m.inside, m.at, m.at < fromUnixTimestamp64Milli({moment:Int64}, 'UTC')) AS inside, min(m.at) AS since
       FROM (${MEMBERS}) AS m GROUP BY m.person) AS p`,
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
  const people = `SELECT person, arm, first, version FROM (${exposedPeople(source)}) WHERE NOT crossed
    AND first >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND first < fromUnixTimestamp64Milli({to:Int64}, 'UTC')`
  const theirs = "m.person != '' AND m.at >= e.first AND m.at < e.first + toIntervalMillisecond({within:Int64})"
  return analytics.query<ArmSums>(
    `SELECT t.arm AS arm, t.version AS version, toFloat64(count()) AS n, toFloat64(countIf(t.y != 0)) AS converted, sumKahan(t.y) AS sum, sumKahan(t.y * t.y) AS sumSquares FROM (
       SELECT e.person AS person, any(e.arm) AS arm, any(e.version) AS version, ${VALUE[measureOf(counted.metric)](theirs)} AS y
       FROM (${eventsOf(counted)}) AS m RIGHT JOIN (${people}) AS e ON m.person = e.person GROUP BY e.person) AS t
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
      ? `SELECT f.person AS person, min(f.at) AS moment, 1.0 AS worth, f.person AS key FROM (${eventsOf(counted)}) AS f GROUP BY f.person`
      : `SELECT f.person AS person, f.at AS moment, ifNotFinite(f.value, 0) AS worth,
           concat(f.person, '/', toString(row_number() OVER (PARTITION BY f.person, f.at ORDER BY f.value))) AS key FROM (${eventsOf(counted)}) AS f`
  return analytics.query<PersonOfGoal>(
    `SELECT r.person AS profileId, toFloat64(toUnixTimestamp64Milli(r.moment)) AS at, r.worth AS value, r.key AS key FROM (${rows}) AS r
     WHERE ({day:String} = '' OR toString(toDate(r.moment, {zone:String})) = {day:String})
       ${after ? 'AND (toUnixTimestamp64Milli(r.moment), r.key) < ({afterAt:Int64}, {afterKey:String})' : ''}
     ORDER BY r.moment DESC, r.key DESC LIMIT {limit:UInt32}`,
    { ...given(counted, stretch), day, limit, ...(after && { afterAt: after.at, afterKey: after.key }) },
  )
}

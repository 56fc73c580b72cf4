import type { Analytics, Params } from '#platform/analytics/analytics.ts'
import { byPerson, byPersonKey } from '../people-store.ts'
import { isSticky, type Source } from './sources.ts'
import type { ExposureCount } from './sums.ts'

const HERE = 'workspace_id = {workspace:String}'
const AT_STEP = `${HERE} AND journey_id = {journey:String} AND step_id = {step:String}`

/** Rows `(profile_id, arm, at, said_crossed, version, share)` of one source; share 0: the fact does not say it. Times are DateTime64(3). */
function rowsOf(source: Source): string {
  switch (source.kind) {
    case 'journey':
      return `SELECT profile_id, arm, at, 0 AS said_crossed, version, 0.0 AS share FROM transitions
        WHERE ${HERE} AND journey_id = {journey:String} AND kind = 'entered' AND ({version:UInt32} = 0 OR version = {version:UInt32})`
    case 'split':
      return `SELECT profile_id, arm, at, 0 AS said_crossed, version, propensity AS share FROM decisions WHERE ${AT_STEP} AND kind = 'split'`
    case 'choose':
      // Who was drawn for the model stays there, also where it had no answer: the groups were drawn before anybody knew.
      return `SELECT profile_id, multiIf(decided_by = 'control', 'control', decided_by = 'held_out', 'held_out', 'model') AS arm, at,
          0 AS said_crossed, version, 0.0 AS share FROM decisions WHERE ${AT_STEP} AND kind = 'choose'`
    case 'send-time':
      return `SELECT profile_id, multiIf(decided_by = 'control', 'control', JSONExtractFloat(record, 'features', 'explored') = 1, 'explored', 'model') AS arm,
          at, 0 AS said_crossed, version, 0.0 AS share FROM decisions WHERE ${AT_STEP} AND kind = 'send_time' AND decided_by IN ('model', 'control')`
    case 'slot': {
      const drawn = `${HERE} AND template = {template:String} AND slot = {slot:String} AND item = ''
        AND (startsWith(chosen_by, 'uniform:') OR startsWith(chosen_by, 'chance'))`
      // Only people who could have got the same variants are like each other.
      return `SELECT profile_id, variant AS arm, at, 0 AS said_crossed, version, propensity AS share FROM exposures
        WHERE ${drawn} AND among = (SELECT among FROM exposures WHERE ${drawn} GROUP BY among ORDER BY count() DESC, among LIMIT 1)`
    }
    case 'experiment':
      return `SELECT profile_id, arm, at, crossed AS said_crossed, version, share FROM assignments
        WHERE ${HERE} AND kind = 'experiment' AND experiment = {experiment:String}`
    case 'holdout':
      return `SELECT profile_id, arm, at, crossed AS said_crossed, version, share FROM assignments
        WHERE ${HERE} AND kind = 'holdout' AND experiment = {experiment:String} AND period = {period:String}`
  }
}

export function paramsOf(workspace: string, source: Source): Params {
  switch (source.kind) {
    case 'journey':
      return { workspace, journey: source.journey, version: source.version ?? 0 }
    case 'split':
    case 'choose':
    case 'send-time':
      return { workspace, journey: source.journey, step: source.step }
    case 'slot':
      return { workspace, template: source.template, slot: source.slot }
    case 'experiment':
      return { workspace, experiment: source.id }
    case 'holdout':
      return { workspace, experiment: source.id, period: source.period }
  }
}

/**
 * One row for each person: `person, arm, first, version, share, crossed` as a subquery without brackets; profiles that became one are one person.
 * `first`: when chance put them there, before anything came of it. Parameters: `paramsOf`.
 */
export const exposedPeople = (source: Source): string => once(source, byPerson)

/** The same with `person` as a number (`people-store.ts`): for sums in which nobody is named. */
export const exposedKeys = (source: Source): string => once(source, byPersonKey)

const once = (source: Source, resolved: typeof byPerson): string => `
  SELECT x.person AS person, argMin(x.arm, x.place) AS arm, min(x.at) AS first, argMin(x.version, x.place) AS version, argMin(x.share, x.place) AS share,
    ${isSticky(source) ? 'max(x.said_crossed) > 0 OR min(x.name) != max(x.name)' : '0'} AS crossed
  FROM (SELECT person, arm, at, version, share, said_crossed, ${PLACE} AS place, cityHash64(arm) AS name
    FROM (${resolved(['arm', 'at', 'said_crossed', 'version', 'share'], rowsOf(source))})) AS x GROUP BY x.person`

/** One number to order by, ties of a moment broken the same way each time: tuples in aggregates are ten times slower. */
const PLACE = 'toUnixTimestamp64Milli(at) * 1024 + toInt64(cityHash64(arm, version) % 1024)'

export const countExposed = (analytics: Analytics, workspace: string, source: Source): Promise<ExposureCount[]> =>
  analytics.query<ExposureCount>(
    `SELECT e.arm AS arm, e.version AS version, any(e.share) AS share, count() AS people, countIf(e.crossed) AS crossed,
       toFloat64(toUnixTimestamp64Milli(min(e.first))) AS first, toFloat64(toUnixTimestamp64Milli(max(e.first))) AS last
     FROM (${exposedKeys(source)}) AS e GROUP BY e.arm, e.version ORDER BY arm, version`,
    paramsOf(workspace, source),
  )

/** Periods in which anybody was drawn, newest first, by hold-out. */
export async function holdoutPeriods(analytics: Analytics, workspace: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await analytics.query<{ id: string; periods: string[] }>(
    `SELECT experiment AS id, arrayReverseSort(groupUniqArray(period)) AS periods FROM assignments WHERE ${HERE} AND kind = 'holdout' GROUP BY experiment`,
    { workspace },
  )
  return new Map(rows.map(({ id, periods }) => [id, periods]))
}

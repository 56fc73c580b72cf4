import { isRefusal, type Outcome } from '#lib/problem.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { eventsWith, metricEvents } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import { byPerson } from '../people-store.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from '../reports/kind.ts'
import { counted } from '../reports/list-store.ts'
import { type CohortCell, type CohortSize, CohortsInput, cohortMeans, toldOfCohorts } from './cohorts.ts'
import { grouped, groupingParams, largest } from './grouping-store.ts'
import { metricNamed } from './named.ts'

/** One row per person of the cohorts: when they began, in which period, in which group. */
function members({ workspace, now }: ReportParts, input: CohortsInput, metric: Metric): Listing {
  const { since, per, cohorts, by, zone } = input
  const said: Record<string, string> = by?.by === 'property' ? { said: by.property } : {}
  const first = since === undefined ? metric : { event: since }
  const events = byPerson(['at', ...Object.keys(said)], eventsWith(first, said))
  const date = `toDate(began, ${quote(zone)})`
  const period = (value: string): string => (per === 'week' ? `toMonday(${value})` : `toStartOfMonth(${value})`)
  const begun = `SELECT person, min(at) AS began${by?.by === 'property' ? ', argMin(said, at) AS said' : ''} FROM (${events})
    WHERE at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC') GROUP BY person`
  const oldest = period(`toDate(fromUnixTimestamp64Milli({now:Int64}, 'UTC'), ${quote(zone)})`)
  return {
    params: { workspace, now, ...groupingParams(by) },
    sql: `SELECT person AS profile_id, '' AS of, toUnixTimestamp64Milli(began) AS at, '' AS step, '' AS reason, person AS key, began, part, toString(cohort_day) AS cohort, cohort_day
      FROM (${largest(grouped(by, `SELECT *, ${period(date)} AS cohort_day FROM (${begun}) WHERE cohort_day >= ${oldest} - INTERVAL ${cohorts - 1} ${per.toUpperCase()}`))})`,
  }
}

/** One row per person and period in which they did it. */
function active(parts: ReportParts, input: CohortsInput, metric: Metric): Listing {
  const { params, sql } = members(parts, input, metric)
  const day = `toDate(e.at, ${quote(input.zone)})`
  return {
    params,
    sql: `SELECT m.profile_id AS profile_id, '' AS of, toUnixTimestamp64Milli(max(e.at)) AS at, '' AS step, '' AS reason,
        concat(m.profile_id, '/', toString(later)) AS key, m.cohort AS cohort, m.part AS part, dateDiff('${input.per}', m.cohort_day, ${day}) AS later,
        sumIf(e.value, isFinite(e.value)) AS value
      FROM (${metricEvents(metric)}) AS e INNER JOIN (${sql}) AS m ON m.profile_id = e.person
      WHERE e.at >= m.began AND e.at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC') GROUP BY profile_id, cohort, part, later`,
  }
}

const list = (
  of: (parts: ReportParts, input: CohortsInput, metric: Metric) => Listing,
  dims: readonly string[],
): ListKind<CohortsInput> => ({
  unit: 'people',
  dims: () => dims,
  async listing(parts, input): Promise<Outcome<Listing>> {
    const metric = await metricNamed(parts, input.metric)
    return isRefusal(metric) ? metric : of(parts, input, metric)
  },
})

const MOST_CELLS = 20_000

export const cohorts = reportKind({
  id: 'cohorts',
  title: 'Cohorts',
  question: 'Of those who began in the same week or month, who came back, and what did they bring?',
  input: CohortsInput,
  definitions: cohortMeans({ metric: '', per: 'month', cohorts: 12, zone: 'UTC' }),
  lists: { members: list(members, ['cohort', 'part']), active: list(active, ['cohort', 'part', 'later']) },
  async run(parts, input) {
    const metric = await metricNamed(parts, input.metric)
    if (isRefusal(metric)) return metric
    const [sizes, cells] = await Promise.all([
      counted<CohortSize>(parts.facts, members(parts, input, metric), {
        by: { cohort: 'list.cohort', part: 'list.part' },
        measures: { people: 'count()' },
        order: 'cohort',
        most: MOST_CELLS,
      }),
      counted<CohortCell>(parts.facts, active(parts, input, metric), {
        by: { cohort: 'list.cohort', part: 'list.part', later: 'toInt32(list.later)' },
        measures: { active: 'count()', revenue: 'sum(list.value)' },
        order: 'cohort',
        most: MOST_CELLS,
      }),
    ])
    return toldOfCohorts({ input, sizes, cells, now: parts.now })
  },
})

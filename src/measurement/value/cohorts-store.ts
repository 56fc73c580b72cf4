import { isRefusal, type Outcome } from '#lib/problem.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { eventsWith, profileEvents } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import { byPerson } from '../people-store.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from '../reports/kind.ts'
import { type CohortCell, type CohortSize, CohortsInput, cohortMeans, toldOfCohorts } from './cohorts.ts'
import { grouped, groupingParams, largest } from './grouping-store.ts'
import { metricNamed } from './named.ts'

/**
 * One row per person of the cohorts: `person, began` (ms), `part, cohort_day`, and what they did since: `done` (ms, value, first day of the
 * period). Whoever began with the event that is counted is read once.
 */
function people({ workspace, now }: ReportParts, input: CohortsInput, metric: Metric): Listing {
  const { since, per, cohorts, by, zone } = input
  const isSaid = by?.by === 'property'
  const period = (day: string): string => (per === 'week' ? `toMonday(${day})` : `toStartOfMonth(${day})`)
  const told = (
    begins: 0 | 1,
    counts: 0 | 1,
    events: string,
  ): string => `SELECT profile_id, toUnixTimestamp64Milli(at) AS t, toUInt8(${begins}) AS begins, toUInt8(${counts}) AS counts,
      ${counts === 1 ? 'ifNotFinite(value, 0.0)' : '0.0'} AS worth, ${period(`toDate(at, ${quote(zone)})`)} AS day${isSaid ? `, ${begins === 1 ? 'said' : "''"} AS said` : ''} FROM (${events})`
  const said: Record<string, string> = isSaid ? { said: by.property } : {}
  const rows =
    since === undefined
      ? told(1, 1, eventsWith(metric, said))
      : [told(1, 0, eventsWith({ event: since }, said)), told(0, 1, profileEvents(metric))].join(' UNION ALL ')
  const each = `SELECT person, minIf(t, begins = 1) AS began, minIf(day, begins = 1) AS cohort_day${isSaid ? ', argMinIf(said, t, begins = 1) AS said' : ''},
      arrayFilter(d -> d.1 >= began, arrayZip(groupArrayIf(t, counts = 1), groupArrayIf(worth, counts = 1), groupArrayIf(day, counts = 1))) AS done
    FROM (${byPerson(['t', 'begins', 'counts', 'worth', 'day', ...Object.keys(said)], rows)}) WHERE t <= {now:Int64}
    GROUP BY person HAVING countIf(begins = 1) > 0 AND cohort_day >= ${period(`toDate(fromUnixTimestamp64Milli({now:Int64}, 'UTC'), ${quote(zone)})`)} - INTERVAL ${cohorts - 1} ${per.toUpperCase()}`
  return { params: { workspace, now, ...groupingParams(by) }, sql: largest(by, grouped(by, each)) }
}

/** One row per person of the cohorts: when they began, in which period, in which group. */
function members(parts: ReportParts, input: CohortsInput, metric: Metric): Listing {
  const { params, sql } = people(parts, input, metric)
  return {
    params,
    sql: `SELECT person AS profile_id, '' AS of, began AS at, '' AS step, '' AS reason, person AS key, part, toString(cohort_day) AS cohort FROM (${sql})`,
  }
}

/** One row per person and period in which they did it. */
function active(parts: ReportParts, input: CohortsInput, metric: Metric): Listing {
  const { params, sql } = people(parts, input, metric)
  return {
    params,
    sql: `SELECT person AS profile_id, '' AS of, max(act.1) AS at, '' AS step, '' AS reason, concat(person, '/', toString(later)) AS key, toString(cohort_day) AS cohort, part,
        dateDiff('${input.per}', cohort_day, act.3) AS later, sum(act.2) AS value
      FROM (SELECT person, part, cohort_day, arrayJoin(done) AS act FROM (${sql})) GROUP BY person, cohort_day, part, later`,
  }
}

const BEGAN = -1
/** Both countings in one reading: people of each cohort stand at `later` −1, and a person is active in a period by the first thing done there. */
async function counts(parts: ReportParts, input: CohortsInput, metric: Metric): Promise<{ sizes: CohortSize[]; cells: CohortCell[] }> {
  const { params, sql } = people(parts, input, metric)
  const rows = await parts.facts.query<CohortCell>(
    `SELECT toString(cohort_day) AS cohort, part, if(act.1 = 0, ${BEGAN}, toInt32(dateDiff('${input.per}', cohort_day, act.3))) AS later, countIf(act.1 < 2) AS active, sum(act.2) AS revenue
     FROM (SELECT part, cohort_day, arrayJoin(arrayPushFront(arrayMap((d, nth) -> (toUInt32(nth), d.2, d.3), done, arrayEnumerateUniq(tupleElement(done, 3))), (toUInt32(0), toFloat64(0), cohort_day))) AS act FROM (${sql}))
     GROUP BY cohort_day, part, later ORDER BY cohort, part, later LIMIT ${2 * MOST_CELLS}`,
    params,
  )
  return {
    sizes: rows.filter(({ later }) => later === BEGAN).map(({ cohort, part, active: people }) => ({ cohort, part, people })),
    cells: rows.filter(({ later }) => later !== BEGAN),
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
    return toldOfCohorts({ input, ...(await counts(parts, input, metric)), now: parts.now })
  },
})

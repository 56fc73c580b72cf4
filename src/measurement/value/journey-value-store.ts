import { isRefusal, refuse } from '#lib/problem.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { profileEvents } from '../metrics/metrics-store.ts'
import type { Metric } from '../metrics/schema.ts'
import { byPerson, byPersonKey } from '../people-store.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { heldOutOf, JOURNEY_VALUE_DEFINITIONS, JourneyValueInput, type SideGroup, toldOfJourneyValue } from './journey-value.ts'
import { lifetimeValueNamed, metricNamed } from './named.ts'
import { storedFit } from './report-store.ts'

const ENTRIES = `SELECT profile_id, at, arm, version FROM transitions
  WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind = 'entered' AND arm IN ('treated', 'held_out')`
/** Each person once, by the first entry; whoever was on both sides (as two profiles that became one) is left out. */
const SIDES = `SELECT person, argMin(arm, at) AS side, min(at) AS entered, uniqExact(arm) AS sides FROM (${byPerson(['at', 'arm'], ENTRIES)}) GROUP BY person`

const listing = ({ workspace }: ReportParts, { journey }: JourneyValueInput): Listing => ({
  params: { workspace, journey },
  sql: `SELECT person AS profile_id, '' AS of, toUnixTimestamp64Milli(entered) AS at, '' AS step, '' AS reason, person AS key, side FROM (${SIDES}) WHERE sides = 1`,
})

/** Beside sums of people of one side and history: whether these were on both sides, and when the first of them came in (epoch ms). */
interface Around {
  readonly crossed: 0 | 1
  readonly entered: number
  readonly versions: number
}

const DAY = 86_400_000

/**
 * People of each side by their history of purchases, counted as `purchasesOf` does (those of one day are one), and by what they brought since they
 * came in. Entries and purchases are gathered together, so each is read once. Asks `workspace`, `journey` and `now`.
 */
function valued(metric: Metric, zone: string): string {
  const day = (at: string): string => `toDate(${at}, ${quote(zone)})`
  const rows = byPersonKey(
    ['t', 'day', 'worth', 'arm', 'version'],
    `SELECT profile_id, toUnixTimestamp64Milli(at) AS t, toDate(0) AS day, toFloat64(0) AS worth, toString(arm) AS arm, version FROM (${ENTRIES})
     UNION ALL SELECT profile_id, toUnixTimestamp64Milli(at) AS t, ${day('at')} AS day, ifNotFinite(value, 0.0) AS worth, '' AS arm, toUInt32(0) AS version
     FROM (${profileEvents(metric, "at <= fromUnixTimestamp64Milli({now:Int64}, 'UTC')")})`,
  )
  const people = `SELECT argMinIf(arm, t, arm != '') AS side, minIf(t, arm != '') AS came, uniqExactIf(arm, arm != '') AS sides, uniqExactIf(version, arm != '') AS met,
      groupArrayIf(t, arm = '') AS times, groupArrayIf(worth, arm = '') AS worths, groupArrayIf(day, arm = '') AS days, toUInt8(notEmpty(days)) AS bought,
      if(bought = 1, length(arrayDistinct(days)) - 1, 0) AS repeats, arrayMin(days) AS first, if(bought = 1, toInt32(arrayMax(days) - first), 0) AS last,
      if(bought = 1, toInt32(${day("fromUnixTimestamp64Milli({now:Int64}, 'UTC')")} - first), 0) AS watched,
      if(repeats > 0, greatest(0, arraySum((paid, on) -> if(on > first, paid, 0), worths, days) / repeats), 0) AS mean, arraySum((paid, moment) -> if(moment >= came, paid, 0), worths, times) AS brought
    FROM (${rows}) GROUP BY person HAVING sides > 0`
  return `SELECT side, toUInt8(sides > 1) AS crossed, bought, toFloat64(repeats) AS x, last / 7 AS tx, watched / 7 AS T, toFloat64(count()) AS n, sum(mean) AS m, sum(mean * mean) AS mm,
      sum(brought) AS since, sum(brought * brought) AS sinceSquares, sum(brought * mean) AS cross, toFloat64(countIf(brought != 0)) AS active,
      toFloat64(min(came)) AS entered, toFloat64(max(met)) AS versions
    FROM (${people}) GROUP BY side, crossed, bought, x, tx, T`
}

export const journeyValue = reportKind({
  id: 'journey-value',
  title: 'Lifetime value that a journey caused',
  question: 'Are people worth more because of this journey, counting what they are still to bring?',
  input: JourneyValueInput,
  definitions: JOURNEY_VALUE_DEFINITIONS,
  lists: { people: { unit: 'people', dims: () => ['side'], listing } },
  async run(parts, input) {
    const { facts, ports, workspace, now } = parts
    const stored = await storedFit(parts, input.value)
    if (isRefusal(stored)) return stored
    const { fit, settings, at } = stored
    if (!fit?.spending)
      return refuse({
        code: 'value.unknown_spend',
        status: 409,
        title: 'What purchases bring is not known well enough to compare lifetime values.',
      })
    const document = await lifetimeValueNamed(parts, input.value)
    if (isRefusal(document)) return document
    const metric = await metricNamed(parts, document.purchases)
    if (isRefusal(metric)) return metric
    const rows = await facts.query<SideGroup & Around>(valued(metric, document.zone), { workspace, journey: input.journey, now })
    const groups = rows.filter(({ crossed }) => crossed === 0)
    const around = {
      crossed: rows.reduce((sum, each) => sum + (each.crossed === 1 ? each.n : 0), 0),
      days: Math.max(0, (now - rows.reduce((first, { entered }) => Math.min(first, entered), rows.length === 0 ? 0 : now)) / DAY),
      versions: rows.reduce((most, each) => Math.max(most, each.versions), 0),
    }
    const holdout = heldOutOf(await ports.document(workspace, 'journey', input.journey))
    const known = { ...fit, spending: fit.spending }
    return toldOfJourneyValue({ journey: input.journey, stored: { fit: known, settings, at }, groups, holdout, now, ...around })
  },
})

import { isRefusal, refuse } from '#lib/problem.ts'
import { metricEvents } from '../metrics/metrics-store.ts'
import { byPerson } from '../people-store.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { purchasesOf } from './histories-store.ts'
import { heldOutOf, JOURNEY_VALUE_DEFINITIONS, JourneyValueInput, type SideGroup, toldOfJourneyValue } from './journey-value.ts'
import { lifetimeValueNamed, metricNamed } from './named.ts'
import { storedFit } from './report-store.ts'

/** Each person once, by the first entry; whoever was on both sides (as two profiles that became one) is left out. */
const sides = `SELECT person, argMin(arm, at) AS side, min(at) AS entered, uniqExact(arm) AS sides, uniqExact(version) AS versions FROM (${byPerson(
  ['at', 'arm', 'version'],
  `SELECT profile_id, at, arm, version FROM transitions WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind = 'entered' AND arm IN ('treated', 'held_out')`,
)}) GROUP BY person`

const listing = ({ workspace }: ReportParts, { journey }: JourneyValueInput): Listing => ({
  params: { workspace, journey },
  sql: `SELECT person AS profile_id, '' AS of, toUnixTimestamp64Milli(entered) AS at, '' AS step, '' AS reason, person AS key, side FROM (${sides}) WHERE sides = 1`,
})

interface Around {
  readonly crossed: number
  readonly days: number
  readonly versions: number
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
    const params = { workspace, journey: input.journey, cut: now, until: now }
    const since = `SELECT e.person AS person, sum(e.value) AS brought FROM (${metricEvents(metric)}) AS e INNER JOIN (${sides}) AS r ON r.person = e.person
      WHERE e.at >= r.entered AND e.at <= fromUnixTimestamp64Milli({until:Int64}, 'UTC') AND isFinite(e.value) GROUP BY person`
    const groups = await facts.query<SideGroup>(
      `SELECT r.side AS side, p.bought AS bought, toFloat64(p.repeats) AS x, p.last / 7 AS tx, p.watched / 7 AS T, toFloat64(count()) AS n, sum(p.mean) AS m, sum(p.mean * p.mean) AS mm,
         sum(s.brought) AS since, sum(s.brought * s.brought) AS sinceSquares, sum(s.brought * p.mean) AS cross, toFloat64(countIf(s.brought != 0)) AS active
       FROM (SELECT person, side FROM (${sides}) WHERE sides = 1) AS r LEFT JOIN (SELECT person, 1 AS bought, x AS repeats, tx AS last, T AS watched, m AS mean FROM (${purchasesOf({ metric, zone: document.zone })})) AS p ON p.person = r.person
       LEFT JOIN (${since}) AS s ON s.person = r.person GROUP BY side, bought, x, tx, T`,
      params,
    )
    const [around] = await facts.query<Around>(
      `SELECT toFloat64(countIf(sides > 1)) AS crossed, greatest(0, toFloat64({until:Int64} - toUnixTimestamp64Milli(min(entered))) / 86400000) AS days, toFloat64(max(versions)) AS versions FROM (${sides})`,
      params,
    )
    const holdout = heldOutOf(await ports.document(workspace, 'journey', input.journey))
    const known = { ...fit, spending: fit.spending }
    return toldOfJourneyValue({ journey: input.journey, stored: { fit: known, settings, at }, groups, holdout, now, ...around! })
  },
})

import { MERGED } from '../people-store.ts'
import { periodOf } from './input.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { anyOf, counted } from './list-store.ts'
import { messages, since } from './messages-store.ts'
import { type DrawnCount, type HourCount, type PairSums, SEND_TIME_MEANS, SendTimeInput, toldOfSendTime } from './send-time.ts'

const HOUR = 3_600_000
const MS = 'toUnixTimestamp64Milli(at)'
/** An effect's id is its decision's, with the way that was taken and the try after an edit behind it. */
const DECISION_OF = "replaceRegexpOne(m.of, '(:w[0-9]+)?(:again[0-9]+)?$', '')"

const stretchOf = ({ now }: ReportParts, { days, from, to }: SendTimeInput) => periodOf({ days, from, to }, now)

/** Of whom a zone was ever told: attributes are long, and most people have none. */
const ZONES = `(SELECT profile_id, argMax(JSONExtractString(attributes, 'timezone'), seq) AS zone FROM people WHERE workspace_id = {workspace:String}
  AND profile_id IN (SELECT profile_id FROM people WHERE workspace_id = {workspace:String} AND attributes LIKE '%"timezone"%') GROUP BY profile_id)`

/** Marketing messages that left, with the hour of the week on their people's clock. */
function hourly(parts: ReportParts, input: SendTimeInput): Listing {
  const { channel, journey, topic, within, zone } = input
  const { sql, params } = messages({
    workspace: parts.workspace,
    ...stretchOf(parts, input),
    scope: { channel, journey, topic, lane: 'marketing' },
    without: ['goals'],
  })
  return {
    params: { ...params, within: within * HOUR, zone },
    sql: `SELECT s.*, if(z.zone IN (SELECT time_zone FROM system.time_zones), z.zone, '') AS own_zone, toUInt8(own_zone != '') AS zoned,
        formatDateTime(fromUnixTimestamp64Milli(s.at, 'UTC'), '%u%H', if(own_zone != '', own_zone, {zone:String})) AS hour,
        toUInt8(s.read_ms > 0 AND s.read_ms - s.at < {within:Int64}) AS was_read, toUInt8(s.clicked_ms > 0 AND s.clicked_ms - s.at < {within:Int64}) AS was_clicked
      FROM (${sql}) AS s LEFT JOIN ${ZONES} AS z ON z.profile_id = s.person WHERE s.sent = 1
      SETTINGS allow_nonconst_timezone_arguments = 1`,
  }
}

const CHOICES = `decisions WHERE workspace_id = {workspace:String} AND kind = 'send_time' AND decided_by IN ('control', 'model')
  AND ({model:String} = '' OR model = {model:String}) AND ${since('from')} AND ${MS} < {decided_to:Int64}`

/** Messages whose hour a model chose, or that went at once for comparison, and of which it is known whether they were read. */
function decided(parts: ReportParts, input: SendTimeInput): Listing {
  const { channel, journey, topic, within, model = '' } = input
  const { from, to } = stretchOf(parts, input)
  const sent = messages({
    workspace: parts.workspace,
    from,
    to: parts.now + 1,
    scope: { channel, journey, topic },
    without: ['people', 'goals'],
  })
  const choices = `SELECT decision_id AS decision, argMin(profile_id, (at, seq, ix)) AS who, any(decided_by) AS by, any(record) AS told, min(${MS}) AS moment,
      max(step_id) AS step FROM ${CHOICES} GROUP BY decision`
  const answered = `SELECT ${DECISION_OF} AS decision, min(m.at) AS went, max(m.read_ms > 0 AND m.read_ms - m.at < {within:Int64}) AS was_read
    FROM (${sent.sql}) AS m WHERE m.sent = 1 GROUP BY decision`
  return {
    params: { ...sent.params, within: within * HOUR, model, decided_to: to, asked: parts.now },
    sql: `SELECT d.decision AS of, d.who AS profile_id, if(merge.now != '', merge.now, d.who) AS person, d.moment AS at, toString(d.step) AS step, '' AS reason,
        d.decision AS key, multiIf(d.by = 'control', 'control', JSONExtractFloat(d.told, 'features', 'explored') = 1, 'explore', 'best') AS side,
        toInt32(JSONExtractFloat(d.told, 'features', 'bin')) % 24 AS drawn_hour, toUInt8(a.was_read) AS was_read
      FROM (${choices}) AS d LEFT JOIN (${answered}) AS a ON a.decision = d.decision LEFT JOIN ${MERGED} AS merge ON merge.old = d.who
      WHERE JSONExtractFloat(d.told, 'features', 'message') = 1
        AND d.moment + toInt64(JSONExtractFloat(d.told, 'features', 'within_hours') * ${HOUR}) + {within:Int64} < {asked:Int64}`,
  }
}

const lists = {
  messages: { unit: 'messages', dims: () => ['hour', 'was_read', 'was_clicked'], listing: hourly },
  decisions: { unit: 'decisions', dims: () => ['side', 'drawn_hour', 'was_read'], listing: decided },
} as const satisfies Record<string, ListKind<SendTimeInput>>

const PAIRS = ['mc_mc', 'mc_rc', 'rc_rc', 'mb_mb', 'mb_rb', 'rb_rb', 'mb_mc', 'mb_rc', 'rb_mc', 'rb_rc'] as const

interface Chosen {
  readonly drawn: DrawnCount[]
  readonly sums: PairSums | undefined
}
const GROUPS = ['mc', 'rc', 'mb', 'rb'] as const

/** Answers at hours that were drawn, and sums over people of both groups: two tables of one reading, in which nobody's own numbers come here. */
async function chosenCounts(parts: ReportParts, input: SendTimeInput): Promise<Chosen> {
  const { sql, params } = decided(parts, input)
  if (!(await anyOf(parts.facts, { sql: `SELECT 1 FROM ${CHOICES}`, params }))) return { drawn: [], sums: undefined }
  const products = PAIRS.map((pair) => {
    const [a, b] = pair.split('_') as [string, string]
    return `sum(c.${a} * c.${b}) AS ${pair}`
  })
  const rows = await parts.facts.query<PairSums & DrawnCount & { readonly part: 'people' | 'drawn' }>(
    `SELECT part, hour, sum(c.asked) AS messages, sum(c.answered) AS read, toFloat64(count()) AS people, toFloat64(countIf(c.mc > 0)) AS control_people,
        toFloat64(countIf(c.mb > 0)) AS best_people, ${[...products, ...GROUPS.map((name) => `sum(c.${name}) AS ${name}`)].join(', ')}
      FROM (SELECT if(grouping(hour) = 0, 'drawn', 'people') AS part, person, hour, countIf(side = 'explore') AS asked, countIf(side = 'explore' AND was_read = 1) AS answered,
          toFloat64(countIf(side = 'control')) AS mc, toFloat64(countIf(side = 'control' AND was_read = 1)) AS rc,
          toFloat64(countIf(side = 'best')) AS mb, toFloat64(countIf(side = 'best' AND was_read = 1)) AS rb
        FROM (SELECT person, side, drawn_hour AS hour, was_read FROM (${sql})) GROUP BY GROUPING SETS ((person), (hour))
        HAVING if(part = 'people', mc + mb > 0, asked > 0)) AS c
      GROUP BY part, hour ORDER BY part, hour`,
    params,
  )
  const of = (part: string) => rows.filter((row) => row.part === part)
  return { drawn: of('drawn').map(({ hour, messages: asked, read }) => ({ hour, messages: asked, read })), sums: of('people')[0] }
}

export const sendTime = reportKind({
  id: 'send-time',
  title: 'Send time',
  question: 'At which hours are messages read, and does choosing the hour help?',
  input: SendTimeInput,
  definitions: SEND_TIME_MEANS,
  lists,
  async run(parts, input) {
    const [hours, chosen] = await Promise.all([
      counted<HourCount>(parts.facts, hourly(parts, input), {
        by: { hour: 'list.hour' },
        measures: { messages: 'count()', read: 'sum(list.was_read)', clicked: 'sum(list.was_clicked)', zoned: 'sum(list.zoned)' },
        order: 'hour',
      }),
      chosenCounts(parts, input),
    ])
    return toldOfSendTime({ hours, ...chosen }, parts.now)
  },
})

import { MERGED } from '../people-store.ts'
import { periodOf } from './input.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { counted } from './list-store.ts'
import { messages } from './messages-store.ts'
import {
  type BeforeCount,
  type HeldCount,
  type LotCount,
  MOST_IN_WEEK,
  PRESSURE_MEANS,
  PressureInput,
  toldOfPressure,
  type WeekCount,
} from './pressure.ts'

const WEEK = 7 * 86_400_000
const MS = 'toUnixTimestamp64Milli(at)'
/** An effect's id is its message's, with the way that was taken and the try after an edit behind it. */
const DECISION_OF = "concat(replaceRegexpOne(m.of, '(:w[0-9]+)?(:again[0-9]+)?$', ''), ':cap')"

const stretchOf = ({ now }: ReportParts, { days, from, to }: PressureInput) => periodOf({ days, from, to }, now)

/** Marketing messages that left, each with how many others the person had got in the seven days up to it. */
function pressed(parts: ReportParts, input: PressureInput): Listing {
  const { from, to } = stretchOf(parts, input)
  const { channel, topic } = input
  const { sql, params } = messages({
    workspace: parts.workspace,
    from: Math.max(0, from - WEEK),
    to,
    scope: { channel, topic, lane: 'marketing' },
  })
  return {
    params: { ...params, begins: from },
    sql: `SELECT *, toUInt8(unsubscribed = 1 OR complained = 1) AS gone FROM (
        SELECT *, least(${MOST_IN_WEEK}, toInt32(count() OVER (PARTITION BY person ORDER BY at RANGE BETWEEN ${WEEK} PRECEDING AND CURRENT ROW)) - 1) AS before
        FROM (${sql}) WHERE sent = 1) WHERE at >= {begins:Int64}`,
  }
}

function weeks(parts: ReportParts, input: PressureInput): Listing {
  const { sql, params } = pressed(parts, input)
  return {
    params,
    sql: `SELECT m.person AS profile_id, '' AS of, toString(toMonday(toDate(fromUnixTimestamp64Milli(m.at, 'UTC')))) AS week, least(${MOST_IN_WEEK}, toInt32(count())) AS size,
        max(m.at) AS at, '' AS step, '' AS reason, concat(m.person, '/', week) AS key FROM (${sql}) AS m GROUP BY m.person, week`,
  }
}

function held(parts: ReportParts, input: PressureInput): Listing {
  const { channel = '' } = input
  return {
    params: { workspace: parts.workspace, ...stretchOf(parts, input), channel },
    sql: `SELECT f.profile_id AS profile_id, f.enrollment_id AS of, toUnixTimestamp64Milli(f.at) AS at, toString(f.step_id) AS step, toString(f.reason) AS reason,
        toString(f.channel) AS channel, concat(toString(f.partition), '/', toString(f.seq), '/', toString(f.ix)) AS key
      FROM (SELECT * FROM deliveries WHERE workspace_id = {workspace:String} AND status = 'held' AND ${MS} >= {from:Int64} AND ${MS} < {to:Int64}
        AND ({channel:String} = '' OR channel = {channel:String})) AS f`,
  }
}

/** People with each lot that was asked of them, and what came of the messages that it let go. */
function lots(parts: ReportParts, input: PressureInput): Listing {
  const { from, to } = stretchOf(parts, input)
  const sent = messages({ workspace: parts.workspace, from, to: parts.now + 1, scope: { channel: input.channel, topic: input.topic } })
  const drawn = `SELECT decision_id AS decision, argMin(profile_id, (at, seq, ix)) AS who, any(arm) AS lot, min(${MS}) AS moment, min(JSONExtractFloat(record, 'features', 'goes')) AS goes
    FROM decisions WHERE workspace_id = {workspace:String} AND kind = 'frequency' AND decided_by IN ('control', 'model') AND ${MS} >= {from:Int64} AND ${MS} < {drawn_to:Int64} GROUP BY decision`
  const went = `SELECT ${DECISION_OF} AS decision, max(m.clicked) AS clicked, max(m.unsubscribed = 1 OR m.complained = 1) AS gone FROM (${sent.sql}) AS m WHERE m.sent = 1 GROUP BY decision`
  return {
    params: { ...sent.params, drawn_to: to },
    sql: `SELECT if(merge.now != '', merge.now, d.who) AS profile_id, '' AS of, max(d.moment) AS at, '' AS step, '' AS reason, toString(d.lot) AS lot, concat(profile_id, '/', lot) AS key,
        count() AS asked, countIf(w.decision != '') AS messages, countIf(d.goes = 0) AS kept_back, toFloat64(sum(w.clicked)) AS clicks, toUInt8(max(w.gone)) AS is_gone
      FROM (${drawn}) AS d LEFT JOIN (${went}) AS w ON w.decision = d.decision LEFT JOIN ${MERGED} AS merge ON merge.old = d.who GROUP BY profile_id, lot`,
  }
}

const lists = {
  messages: { unit: 'messages', dims: () => ['before', 'opened', 'clicked', 'gone'], listing: pressed },
  weeks: { unit: 'people', dims: () => ['size', 'week'], listing: weeks },
  held: { unit: 'moves', dims: () => ['reason', 'channel'], listing: held },
  lots: { unit: 'people', dims: () => ['lot', 'is_gone'], listing: lots },
} as const satisfies Record<string, ListKind<PressureInput>>

export const pressure = reportKind({
  id: 'pressure',
  title: 'Pressure',
  question: 'How many messages do people get, what does that do to them, and what was held back?',
  input: PressureInput,
  definitions: PRESSURE_MEANS,
  lists,
  async run(parts, input) {
    const { facts } = parts
    const [byWeek, byBefore, byReason, byLot, models] = await Promise.all([
      counted<WeekCount>(facts, weeks(parts, input), {
        by: { size: 'list.size' },
        measures: { weeks: 'count()', people: 'uniqExact(list.profile_id)' },
        order: 'size',
      }),
      counted<BeforeCount>(facts, pressed(parts, input), {
        by: { before: 'list.before' },
        measures: { messages: 'count()', opened: 'sum(list.opened)', clicked: 'sum(list.clicked)', gone: 'sum(list.gone)' },
        order: 'before',
      }),
      counted<HeldCount>(facts, held(parts, input), {
        by: { reason: 'list.reason', channel: 'list.channel' },
        measures: { times: 'count()', people: 'uniqExact(list.profile_id)' },
      }),
      counted<LotCount>(facts, lots(parts, input), {
        by: { lot: 'list.lot' },
        measures: {
          people: 'count()',
          asked: 'sum(list.asked)',
          messages: 'sum(list.messages)',
          kept_back: 'sum(list.kept_back)',
          clicks: 'sum(list.clicks)',
          clicks_squared: 'sum(list.clicks * list.clicks)',
          gone: 'sum(list.is_gone)',
        },
        order: 'lot',
      }),
      parts.ports.models(parts.workspace, 'pressure'),
    ])
    return toldOfPressure({ weeks: byWeek, before: byBefore, held: byReason, lots: byLot, models }, parts.now)
  },
})

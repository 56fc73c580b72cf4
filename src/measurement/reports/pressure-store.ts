import { MERGED } from '../people-store.ts'
import { periodOf } from './input.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { anyOf, counted } from './list-store.ts'
import { messages, since } from './messages-store.ts'
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
    without: ['goals'],
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
      FROM (SELECT * FROM deliveries WHERE workspace_id = {workspace:String} AND status = 'held' AND ${since('from')} AND ${MS} < {to:Int64}
        AND ({channel:String} = '' OR channel = {channel:String})) AS f`,
  }
}

const DRAWN = `decisions WHERE workspace_id = {workspace:String} AND kind = 'frequency' AND decided_by IN ('control', 'model')
  AND ${since('from')} AND ${MS} < {drawn_to:Int64}`

/** People with each lot that was asked of them, and what came of the messages that it let go. */
function lots(parts: ReportParts, input: PressureInput): Listing {
  const { from, to } = stretchOf(parts, input)
  const sent = messages({
    workspace: parts.workspace,
    from,
    to: parts.now + 1,
    scope: { channel: input.channel, topic: input.topic },
    without: ['people', 'goals'],
  })
  const drawn = `SELECT decision_id AS decision, argMin(profile_id, (at, seq, ix)) AS who, any(arm) AS lot, min(${MS}) AS moment, min(JSONExtractFloat(record, 'features', 'goes')) AS goes
    FROM ${DRAWN} GROUP BY decision`
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

interface Pressed {
  readonly weeks: WeekCount[]
  readonly before: BeforeCount[]
}

/** Weeks by how full they were, and messages by how many came before: two tables of one reading. */
async function pressedCounts(parts: ReportParts, input: PressureInput): Promise<Pressed> {
  const { sql, params } = pressed(parts, input)
  const rows = await parts.facts.query<WeekCount & BeforeCount & { readonly part: keyof Pressed }>(
    `SELECT part, if(part = 'weeks', least(${MOST_IN_WEEK}, toInt32(c.messages)), 0) AS size, c.before AS before, count() AS weeks, uniqExactIf(c.person, part = 'weeks') AS people,
        ${BEFORE.map((name) => `sum(c.${name}) AS ${name}`).join(', ')}
      FROM (SELECT if(grouping(before) = 0, 'before', 'weeks') AS part, before, person, week, count() AS messages, sum(m.opened) AS opened, sum(m.clicked) AS clicked, sum(m.gone) AS gone
        FROM (SELECT before, person, toMonday(toDate(fromUnixTimestamp64Milli(at, 'UTC'))) AS week, opened, clicked, gone FROM (${sql})) AS m
        GROUP BY GROUPING SETS ((before), (person, week))) AS c
      GROUP BY part, size, before ORDER BY part, size, before`,
    params,
  )
  const of = (part: keyof Pressed) => rows.filter((row) => row.part === part)
  return {
    weeks: of('weeks').map(({ size, weeks: count, people }) => ({ size, weeks: count, people })),
    before: of('before').map(({ before, messages: got, opened, clicked, gone }) => ({ before, messages: got, opened, clicked, gone })),
  }
}
const BEFORE = ['messages', 'opened', 'clicked', 'gone'] as const

async function lotCounts(parts: ReportParts, input: PressureInput): Promise<LotCount[]> {
  const { from, to } = stretchOf(parts, input)
  const asked = { sql: `SELECT 1 FROM ${DRAWN}`, params: { workspace: parts.workspace, from, drawn_to: to } }
  if (!(await anyOf(parts.facts, asked))) return []
  return counted<LotCount>(parts.facts, lots(parts, input), {
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
  })
}

export const pressure = reportKind({
  id: 'pressure',
  title: 'Pressure',
  question: 'How many messages do people get, what does that do to them, and what was held back?',
  input: PressureInput,
  definitions: PRESSURE_MEANS,
  lists,
  async run(parts, input) {
    const { facts } = parts
    const [counts, byReason, byLot, models] = await Promise.all([
      pressedCounts(parts, input),
      counted<HeldCount>(facts, held(parts, input), {
        by: { reason: 'list.reason', channel: 'list.channel' },
        measures: { times: 'count()', people: 'uniqExact(list.profile_id)' },
      }),
      lotCounts(parts, input),
      parts.ports.models(parts.workspace, 'pressure'),
    ])
    return toldOfPressure({ ...counts, held: byReason, lots: byLot, models }, parts.now)
  },
})

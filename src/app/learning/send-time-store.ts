import { ContactPolicy, IN_FORCE } from '#consent/policy.ts'
import type { Outcome, Reader, SendTimeData } from '#decisions/send-time/learn.ts'
import { QUARTER } from '#decisions/send-time/learn.ts'
import { DELAYS } from '#decisions/send-time/learned.ts'
import { HOUR } from '#decisions/send-time/week.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Gather } from './gatherers.ts'

/** People whose hours are looked at (a sample by hash where they are more), and hours of each. */
const [MOST_PEOPLE, MOST_HOURS] = [10_000, 200]
/** Readings older than so many half-lives count for next to nothing. */
const HALF_LIVES = 4
/** Messages whose hour was chosen are looked back on for so long (ms). */
const OUTCOMES = 180 * 24 * HOUR

interface Asked {
  readonly workspace: string
  readonly model: string
  readonly events: readonly string[]
  /** Epoch ms. */
  readonly since: number
  readonly until: number
}

/** When people read, how long after the hand-over, and what came of messages whose hour was chosen; null: nobody has read anything. */
export const gatherSendTimes: Gather<'send-time'> = async ({ analytics, db, signal }, { workspace, model, now }) => {
  const since = now - HALF_LIVES * milliseconds(model.halfLife)!
  const asked: Asked = { workspace, model: model.id, events: model.events, since, until: now }
  const { people, newest } = await sizeOf(analytics, asked)
  if (people === 0) return null
  signal.throwIfAborted()
  const readers = await readersOf(analytics, { ...asked, of: Math.max(1, Math.ceil(people / MOST_PEOPLE)) })
  signal.throwIfAborted()
  const delays = await delaysOf(analytics, asked)
  signal.throwIfAborted()
  const outcomes = await outcomesOf(analytics, asked)
  const policy = (await liveDocuments(db, workspace)).find(({ kind, id }) => kind === 'contact-policy' && id === IN_FORCE)
  const fallbackZone = policy ? ContactPolicy.parse(policy.body).fallbackZone : 'UTC'
  const data: SendTimeData = { fallbackZone, readers, delays, outcomes, newest }
  return data
}

const MS = 'toUnixTimestamp64Milli(at)'
const HERE = "workspace_id = {workspace:String} AND verdict = 'accepted'"
const WITHIN = `${MS} >= {since:Int64} AND ${MS} <= {until:Int64}`
/** Programs that open and click ahead of people do not count. */
const BY_PEOPLE = "JSONExtractString(properties, 'fetcher') IN ('', 'person')"
const READING = `${HERE} AND name IN {events:Array(String)} AND ${WITHIN} AND ${BY_PEOPLE}`
const params = ({ workspace, model, events, since, until }: Asked) => ({ workspace, model, events, since, until })

async function sizeOf(analytics: Analytics, asked: Asked): Promise<{ people: number; newest: number }> {
  const [row] = await analytics.query<{ people: number; newest: number }>(
    `SELECT toFloat64(uniq(profile_id)) AS people, toFloat64(max(${MS})) AS newest FROM events WHERE ${READING}`,
    params(asked),
  )
  return row ?? { people: 0, newest: 0 }
}

/** The people of a sample with the quarter-hours in which they read, as their profile says who they are today. */
async function readersOf(analytics: Analytics, { of, ...asked }: Asked & { of: number }): Promise<Reader[]> {
  const sampled = 'sipHash64(profile_id) % {of:UInt32} = 0'
  return analytics.query<Reader>(
    `SELECT zone, country, quarters FROM (
       SELECT profile_id, arrayMap(each -> toFloat64(each), arraySlice(arrayReverseSort(groupUniqArray(intDiv(${MS}, ${QUARTER}))), 1, ${4 * MOST_HOURS})) AS quarters
       FROM events WHERE ${READING} AND ${sampled} GROUP BY profile_id
     ) AS readings LEFT JOIN (
       SELECT profile_id, JSONExtractString(attributes, 'timezone') AS zone, upper(trimBoth(JSONExtractString(attributes, 'country'))) AS country
       FROM people FINAL WHERE workspace_id = {workspace:String} AND ${sampled}
     ) AS known USING (profile_id) ORDER BY profile_id`,
    { ...params(asked), of },
  )
}

const READS = `SELECT JSONExtractString(properties, 'effect_id') AS effect, min(${MS}) AS moment FROM events
  WHERE ${HERE} AND name IN ('message.opened', 'message.clicked') AND ${WITHIN} AND ${BY_PEOPLE} GROUP BY effect`
const SENDS = `SELECT effect_id AS effect, min(${MS}) AS moment FROM deliveries
  WHERE workspace_id = {workspace:String} AND status = 'sent' AND ${WITHIN} GROUP BY effect`
const PATIENCE = DELAYS * HOUR

/** First readings of messages, by whole hours after their hand-over. */
async function delaysOf(analytics: Analytics, asked: Asked): Promise<number[]> {
  const rows = await analytics.query<{ hour: number; times: number }>(
    `SELECT toFloat64(intDiv(reads.moment - sends.moment, ${HOUR})) AS hour, toFloat64(count()) AS times
     FROM (${READS}) AS reads INNER JOIN (${SENDS}) AS sends ON reads.effect = sends.effect
     WHERE reads.moment >= sends.moment AND reads.moment - sends.moment < ${PATIENCE} GROUP BY hour`,
    params(asked),
  )
  const delays = new Array<number>(DELAYS).fill(0)
  for (const { hour, times } of rows) delays[hour] = times
  return delays
}

/** An effect's id is its decision's, with the way that was taken and the try after an edit behind it. */
const DECISION_OF = "replaceRegexpOne(effect, '(:w[0-9]+)?(:again[0-9]+)?$', '')"

/** Messages whose hour was chosen, or that went at once for comparison, so long ago that it is known whether they were read. */
async function outcomesOf(analytics: Analytics, asked: Asked): Promise<Outcome[]> {
  const rows = await analytics.query<Omit<Outcome, 'explored' | 'read'> & { explored: number; read: number }>(
    `WITH decided AS (
       SELECT decision_id, any(profile_id) AS person, any(decided_by) AS by, any(record) AS told, min(${MS}) AS moment FROM decisions
       WHERE workspace_id = {workspace:String} AND kind = 'send_time' AND model = {model:String} AND decided_by IN ('control', 'model')
         AND ${WITHIN} GROUP BY decision_id
     ), answered AS (
       SELECT ${DECISION_OF} AS decision, max(reads.moment - sends.moment < ${PATIENCE}) AS read
       FROM (${READS}) AS reads INNER JOIN (${SENDS}) AS sends ON reads.effect = sends.effect GROUP BY decision
     )
     SELECT decided.person AS person, decided.by AS by,
       JSONExtractFloat(told, 'features', 'explored') AS explored, JSONExtractFloat(told, 'features', 'bin') AS bin,
       JSONExtractFloat(told, 'features', 'part') AS part, JSONExtractFloat(told, 'features', 'worth') AS worth, toFloat64(answered.read) AS read
     FROM decided LEFT JOIN answered ON decided.decision_id = answered.decision
     WHERE JSONExtractFloat(told, 'features', 'message') = 1
       AND moment + JSONExtractFloat(told, 'features', 'within_hours') * ${HOUR} + ${PATIENCE} < {until:Int64}
     ORDER BY decided.decision_id`,
    { ...params(asked), since: Math.max(asked.since, asked.until - OUTCOMES) },
  )
  return rows.map(({ explored, read, ...row }) => ({ ...row, explored: explored === 1, read: read === 1 }))
}

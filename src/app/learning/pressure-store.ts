import type { PressedMessage } from '#decisions/pressure/fit.ts'
import type { PressureData } from '#decisions/pressure/learner.ts'
import type { ModelOf } from '#decisions/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Gather } from './gatherers.ts'

const HOUR = 3_600_000
/** Messages older than this say little of how people are now (ms). */
const LOOK_BACK = 400 * 24 * HOUR
/** The newest messages that are fitted to. */
const MOST = 200_000
/** Facts of an outcome may be written so much later than they happened (ms). */
const SETTLING = 60_000

/** An effect's id is its message's, with the way that was taken and the try after an edit behind it. */
const DECISION_OF = "concat(replaceRegexpOne(effect, '(:w[0-9]+)?(:again[0-9]+)?$', ''), ':cap')"
const HERE = 'workspace_id = {workspace:String}'
const MS = 'toUnixTimestamp64Milli(at)'
const SINCE = `${MS} >= {since:Int64}`
/** Programs that open and click ahead of people do not count. */
const BY_PEOPLE = "JSONExtractString(properties, 'fetcher') IN ('', 'person')"

/** Moments of responses, by the decision that let the message go. */
function responses(success: ModelOf<'pressure'>['success']): string {
  if (success === 'converted')
    return `SELECT enrollment_id AS about, groupArray(${MS}) AS moments FROM transitions
      WHERE ${HERE} AND kind = 'converted' AND ${SINCE} GROUP BY about`
  return `SELECT ${DECISION_OF} AS about, groupArray(moment) AS moments FROM (
      SELECT JSONExtractString(properties, 'effect_id') AS effect, ${MS} AS moment FROM events
      WHERE ${HERE} AND verdict = 'accepted' AND name IN (${success === 'opened' ? "'message.opened', 'message.clicked'" : "'message.clicked'"})
        AND ${BY_PEOPLE} AND ${SINCE}
    ) GROUP BY about`
}

interface Row {
  readonly person: string
  readonly cap: number
  readonly pressure: number
  readonly wanted: number
  readonly responded: number
  readonly lost: number
  readonly at: number
}

/** Messages that went under a cap drawn by lot, and what came of each within the model's time; null: there is none. */
export const gatherPressure: Gather<'pressure'> = async ({ analytics, signal }, { workspace, model, now }) => {
  const within = milliseconds(model.within)!
  const life = milliseconds(model.halfLife)! / HOUR
  signal.throwIfAborted()
  const rows = await analytics.query<Row>(
    `WITH drawn AS (
       SELECT decision_id AS decision, any(profile_id) AS person, any(enrollment_id) AS run, max(toUnixTimestamp64Milli(decisions.at)) AS moment, argMax(record, decisions.at) AS told
       FROM decisions WHERE ${HERE} AND kind = 'frequency' AND model = {model:String} AND startsWith(arm, 'cap:')
         AND toUnixTimestamp64Milli(decisions.at) >= {since:Int64}
         AND JSONExtractFloat(record, 'features', 'goes') = 1 AND JSONExtractFloat(record, 'features', 'half_life_hours') = {life:Float64}
       GROUP BY decision
     ), sent AS (
       SELECT ${DECISION_OF} AS decision, min(sent_at) AS went FROM (
         SELECT effect_id AS effect, ${MS} AS sent_at FROM deliveries WHERE ${HERE} AND status = 'sent' AND ${SINCE}
       ) GROUP BY decision
     ), answered AS (${responses(model.success)}
     ), gone AS (
       SELECT ${DECISION_OF} AS decision, groupArray(moment) AS moments FROM (
         SELECT effect_id AS effect, ${MS} AS moment FROM deliveries WHERE ${HERE} AND status IN ('unsubscribed', 'complained') AND ${SINCE}
       ) GROUP BY decision
     )
     SELECT drawn.person AS person, JSONExtractFloat(told, 'features', 'cap') AS cap, JSONExtractFloat(told, 'features', 'pressure') AS pressure,
       JSONExtractFloat(told, 'features', 'wanted') AS wanted,
       toFloat64(arrayExists(each -> each >= went AND each <= went + {within:Int64}, answered.moments)) AS responded,
       toFloat64(arrayExists(each -> each >= went AND each <= went + {within:Int64}, gone.moments)) AS lost,
       toFloat64(went) AS at
     FROM drawn INNER JOIN sent ON drawn.decision = sent.decision
       LEFT JOIN answered ON ${model.success === 'converted' ? 'drawn.run' : 'drawn.decision'} = answered.about
       LEFT JOIN gone ON drawn.decision = gone.decision
     WHERE went + {within:Int64} + ${SETTLING} < {until:Int64}
     ORDER BY went DESC, drawn.decision LIMIT {most:UInt32}`,
    { workspace, model: model.id, since: now - LOOK_BACK, until: now, within, life, most: MOST },
  )
  if (rows.length === 0) return null
  const messages = rows.map(
    ({ responded, lost, at: _at, ...row }): PressedMessage => ({ ...row, responded: responded === 1, left: lost === 1 }),
  )
  return { messages, newest: rows[0]!.at } satisfies PressureData
}

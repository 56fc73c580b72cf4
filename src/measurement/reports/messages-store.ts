import { MERGED } from '../people-store.ts'
import type { MessageScope, Period } from './input.ts'
import type { Listing } from './kind.ts'

const DAY = 86_400_000
/** A message may lie in the outbox so long before it is handed over: what is older says nothing of it. */
const WAITS = 40 * DAY
const MS = 'toUnixTimestamp64Milli(at)'
const FIRST = '(at, seq, ix)'
/** Programs that open and click ahead of people do not count. */
const BY_PEOPLE = "fetcher IN ('', 'person')"
const some = (condition: string): string => `countIf(${condition}) > 0`

/** What messages can be cut by, and filtered. Each message has one of each. */
export const MESSAGE_DIMS = [
  'channel',
  'provider',
  'journey',
  'version',
  'step',
  'topic',
  'lane',
  'template',
  'mail_domain',
  'day',
] as const
/** What did or did not become of a message: 1 or 0. */
export const MESSAGE_FLAGS = [
  'sent',
  'tried',
  'confirmed',
  'bounced',
  'arrived',
  'opened',
  'machine_opened',
  'clicked',
  'unsubscribed',
  'complained',
  'followed',
  'retried',
] as const

export interface MessagesAsked extends Period {
  readonly workspace: string
  readonly scope?: MessageScope
}

/**
 * One row for each message that was put into the outbox and handed over, or, where it never was, first heard of in the period. Notes to
 * colleagues are left out. `outcome` parts all messages; the flags overlap. `person`: the profile that the recipient is today.
 */
export function messages({ workspace, from, to, scope = {} }: MessagesAsked): Listing {
  const wanted = Object.entries(scope).filter(([, value]) => value !== undefined)
  const conditions = wanted.map(([name]) => ` AND toString(${name}) = {only_${name}:String}`).join('')
  return {
    params: {
      workspace,
      from,
      to,
      since: Math.max(0, from - WAITS),
      ...Object.fromEntries(wanted.map(([name, value]) => [`only_${name}`, String(value)])),
    },
    sql: `SELECT * FROM (SELECT ${OUTER} FROM (${GROUPED}) AS m LEFT JOIN ${MERGED} AS merge ON merge.old = m.who LEFT JOIN (${GOALS}) AS g ON g.run = m.its_run)
      WHERE at >= {from:Int64} AND at < {to:Int64}${conditions}`,
  }
}

// Aliases are no column names: ClickHouse would put them in the columns' place.
const GROUPED = `SELECT effect_id AS of, argMin(profile_id, ${FIRST}) AS who, max(journey_id) AS its_journey, max(version) AS its_version,
    max(enrollment_id) AS its_run, max(step_id) AS its_step, argMin(channel, ${FIRST}) AS its_channel,
    argMinIf(provider, ${FIRST}, provider != '') AS its_provider, max(topic) AS its_topic, max(lane) AS its_lane, max(template) AS its_template,
    max(mail_domain) AS its_domain, ${some("status = 'sent'")} AS was_sent, minIf(${MS}, status = 'sent') AS sent_ms, min(${MS}) AS first_ms,
    ${some("status = 'ambiguous'")} AS was_ambiguous, ${some("status = 'failed'")} AS was_failed, ${some("status = 'skipped'")} AS was_skipped,
    ${some("status = 'cancelled'")} AS was_cancelled, ${some("status = 'delivered'")} AS was_confirmed, ${some("status = 'bounced'")} AS was_bounced,
    ${some(`status = 'opened' AND ${BY_PEOPLE}`)} AS was_opened, ${some(`status = 'opened' AND NOT ${BY_PEOPLE}`)} AS by_machine,
    ${some(`status = 'clicked' AND ${BY_PEOPLE}`)} AS was_clicked, ${some("status = 'unsubscribed'")} AS was_left, ${some("status = 'complained'")} AS was_complained,
    minIf(${MS}, status IN ('opened', 'clicked') AND ${BY_PEOPLE}) AS read_ms, minIf(${MS}, status = 'clicked' AND ${BY_PEOPLE}) AS clicked_ms,
    toFloat64(sum(cost)) AS its_cost, max(currency) AS its_currency, max(tries) AS its_tries,
    argMaxIf(reason, ${FIRST}, status IN ('failed', 'skipped', 'cancelled', 'bounced', 'held', 'ambiguous')) AS why
  FROM deliveries WHERE workspace_id = {workspace:String} AND effect_id != '' AND channel != 'note' AND ${MS} >= {since:Int64} GROUP BY effect_id`

const GOALS = `SELECT enrollment_id AS run, max(${MS}) AS goal_ms FROM transitions
  WHERE workspace_id = {workspace:String} AND kind = 'converted' AND enrollment_id != '' AND ${MS} >= {from:Int64} GROUP BY run`

const OUTER = `m.of AS of, m.who AS profile_id, if(merge.now != '', merge.now, m.who) AS person, if(was_sent, sent_ms, first_ms) AS at, its_step AS step,
  m.of AS key, its_run AS run, its_channel AS channel, its_provider AS provider, its_journey AS journey, its_version AS version, its_topic AS topic,
  its_lane AS lane, its_template AS template, its_domain AS mail_domain, toString(toDate(fromUnixTimestamp64Milli(at, 'UTC'))) AS day,
  multiIf(was_sent, 'sent', was_bounced, 'refused', was_ambiguous, 'ambiguous', was_failed, 'failed', was_skipped, 'skipped', was_cancelled, 'cancelled', 'waiting') AS outcome,
  if(was_sent AND NOT was_bounced, '', why) AS reason, toUInt8(was_sent) AS sent, toUInt8(was_sent OR was_bounced) AS tried,
  toUInt8(was_confirmed) AS confirmed, toUInt8(was_bounced) AS bounced, toUInt8(was_sent AND NOT was_bounced) AS arrived,
  toUInt8(was_opened OR was_clicked) AS opened, toUInt8(by_machine AND NOT (was_opened OR was_clicked)) AS machine_opened, toUInt8(was_clicked) AS clicked,
  toUInt8(was_left) AS unsubscribed, toUInt8(was_complained) AS complained, toUInt8(was_sent AND g.goal_ms >= sent_ms) AS followed,
  toUInt8(its_tries > 1) AS retried, its_cost AS cost, its_currency AS currency, read_ms, clicked_ms`

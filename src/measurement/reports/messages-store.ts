import { MERGED } from '../people-store.ts'
import type { MessageScope, Period } from './input.ts'
import type { Listing } from './kind.ts'

const DAY = 86_400_000
/** A message may lie in the outbox so long before it is handed over: what is older says nothing of it. */
const WAITS = 40 * DAY
const MS = 'toUnixTimestamp64Milli(at)'
/** Order on the log; one number, because tuples are slow to compare. */
const PLACE = 'seq * 65536 + ix'
/** Programs that open and click ahead of people do not count. */
const BY_PEOPLE = "fetcher IN ('', 'person')"
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
  /** What nobody looks at need not be looked up. Without `people`, a person is the profile of then; without `goals`, nothing has followed. */
  readonly without?: readonly ('people' | 'goals')[]
}

/** The last moment that ClickHouse can tell (epoch ms). */
const LAST = 10_413_791_999_999
/** Facts lie in the order of their time, so a bound that stands for itself passes over those before. */
export const since = (name: string): string => `at >= fromUnixTimestamp64Milli(least({${name}:Int64}, ${LAST}), 'UTC')`

/** Of these every row of a message says the same, or nothing: what is asked of them is asked before messages are put together. */
const EARLY: Readonly<Record<string, string>> = { journey: 'journey_id', step: 'step_id' }

/**
 * One row for each message that was put into the outbox and handed over, or, where it never was, first heard of in the period. Notes to
 * colleagues are left out. `outcome` parts all messages; the flags overlap. `person` and `profile_id`: the profile that the recipient is today.
 */
export function messages({ workspace, from, to, scope = {}, without = [] }: MessagesAsked): Listing {
  const wanted = Object.entries(scope).filter(([, value]) => value !== undefined)
  const late = wanted.map(([name]) => `toString(${name}) = {only_${name}:String}`)
  const early = wanted.flatMap(([name]) => (EARLY[name] ? [` AND ${EARLY[name]} IN ('', {only_${name}:String})`] : [])).join('')
  return {
    params: {
      workspace,
      from,
      to,
      since: Math.max(0, from - WAITS),
      ...Object.fromEntries(wanted.map(([name, value]) => [`only_${name}`, String(value)])),
    },
    sql: `SELECT * FROM (SELECT ${outer(without)} FROM (${grouped(early)}) AS m ${without.includes('people') ? '' : `LEFT JOIN ${MERGED} AS merge ON merge.old = m.who`}
        ${without.includes('goals') ? '' : `LEFT JOIN (${GOALS}) AS g ON g.run_hash = m.its_run_hash`})
      ${late.length === 0 ? '' : `WHERE ${late.join(' AND ')}`}`,
  }
}

/** What a row says of its message, as one bit of many: a number for each message is all that has to be kept. */
const BITS = {
  sent: "status = 'sent'",
  ambiguous: "status = 'ambiguous'",
  failed: "status = 'failed'",
  skipped: "status = 'skipped'",
  cancelled: "status = 'cancelled'",
  confirmed: "status = 'delivered'",
  bounced: "status = 'bounced'",
  opened: `status = 'opened' AND ${BY_PEOPLE}`,
  by_machine: "status = 'opened'",
  clicked: `status = 'clicked' AND ${BY_PEOPLE}`,
  unsubscribed: "status = 'unsubscribed'",
  complained: "status = 'complained'",
} as const
const bitOf = (name: keyof typeof BITS): number => 2 ** Object.keys(BITS).indexOf(name)
const SAYS = `multiIf(${Object.entries(BITS)
  .map(([name, condition]) => `${condition}, ${bitOf(name as keyof typeof BITS)}`)
  .join(', ')}, 0)`
const was = (name: keyof typeof BITS): string => `bitAnd(said, ${bitOf(name)}) != 0`

// Aliases are no column names: ClickHouse would put them in the columns' place. What nobody asks for is not kept.
const grouped = (
  early: string,
): string => `SELECT effect_id AS of, any(profile_id) AS who, max(journey_id) AS its_journey, max(version) AS its_version,
    max(enrollment_id) AS its_run, anyIf(sipHash64(enrollment_id), enrollment_id != '') AS its_run_hash, max(step_id) AS its_step, any(channel) AS its_channel,
    max(provider) AS its_provider, max(topic) AS its_topic, max(lane) AS its_lane, max(template) AS its_template,
    max(mail_domain) AS its_domain, groupBitOr(toUInt16(${SAYS})) AS said, minIf(${MS}, status = 'sent') AS sent_ms, min(${MS}) AS first_ms,
    minIf(${MS}, status IN ('opened', 'clicked') AND ${BY_PEOPLE}) AS read_ms, minIf(${MS}, status = 'clicked' AND ${BY_PEOPLE}) AS clicked_ms,
    sum(toFloat64(cost)) AS its_cost, max(currency) AS its_currency, max(tries) AS its_tries,
    argMaxIf(reason, ${PLACE}, status IN ('failed', 'skipped', 'cancelled', 'bounced', 'held', 'ambiguous')) AS why
  FROM deliveries WHERE workspace_id = {workspace:String} AND effect_id != '' AND channel != 'note' AND ${since('since')}${early}
  GROUP BY effect_id HAVING if(${was('sent')}, sent_ms, first_ms) >= {from:Int64} AND if(${was('sent')}, sent_ms, first_ms) < {to:Int64}`

const GOALS = `SELECT sipHash64(enrollment_id) AS run_hash, max(${MS}) AS goal_ms FROM transitions
  WHERE workspace_id = {workspace:String} AND kind = 'converted' AND enrollment_id != '' AND ${since('from')} GROUP BY run_hash`

const outer = (
  without: readonly string[],
): string => `m.of AS of, ${without.includes('people') ? 'm.who' : "if(merge.now != '', merge.now, m.who)"} AS person, person AS profile_id, if(${was('sent')}, sent_ms, first_ms) AS at, its_step AS step,
  m.of AS key, its_run AS run, its_run_hash AS run_hash, its_channel AS channel, its_provider AS provider, its_journey AS journey, its_version AS version, its_topic AS topic,
  its_lane AS lane, its_template AS template, its_domain AS mail_domain, toString(toDate(fromUnixTimestamp64Milli(at, 'UTC'))) AS day,
  multiIf(${was('sent')}, 'sent', ${was('bounced')}, 'refused', ${was('ambiguous')}, 'ambiguous', ${was('failed')}, 'failed', ${was('skipped')}, 'skipped', ${was('cancelled')}, 'cancelled', 'waiting') AS outcome,
  if(${was('sent')} AND NOT (${was('bounced')}), '', why) AS reason, toUInt8(${was('sent')}) AS sent, toUInt8(${was('sent')} OR ${was('bounced')}) AS tried,
  toUInt8(${was('confirmed')}) AS confirmed, toUInt8(${was('bounced')}) AS bounced, toUInt8(${was('sent')} AND NOT (${was('bounced')})) AS arrived,
  toUInt8(${was('opened')} OR ${was('clicked')}) AS opened, toUInt8(${was('by_machine')} AND NOT (${was('opened')} OR ${was('clicked')})) AS machine_opened,
  toUInt8(${was('clicked')}) AS clicked, toUInt8(${was('unsubscribed')}) AS unsubscribed, toUInt8(${was('complained')}) AS complained,
  toUInt8(${without.includes('goals') ? '0' : `${was('sent')} AND g.goal_ms >= sent_ms`}) AS followed, toUInt8(its_tries > 1) AS retried, its_cost AS cost, its_currency AS currency, read_ms, clicked_ms`

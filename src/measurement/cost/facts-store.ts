import type { Micros } from '#decisions/budgets/schema.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { OfferedMessage } from './offers.ts'

/** Facts of a workspace from one moment (epoch ms) to another, the end not included; days are those of its zone. */
export interface Span {
  readonly workspace: string
  readonly zone: string
  readonly from: number
  readonly until: number
  /** Only of this journey. */
  readonly journey?: string | undefined
}

const DAY = 'toString(toDate(at, {zone:String}))'
const WITHIN = 'at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({until:Int64})'
const HERE = `workspace_id = {workspace:String} AND ${WITHIN} AND ({journey:String} = '' OR journey_id = {journey:String})`

const paramsOf = ({ journey = '', ...span }: Span) => ({ ...span, journey })

interface Place {
  readonly day: string
  readonly journey: string
  readonly step: string
  readonly channel: string
}

export interface ProviderRow extends Place {
  readonly provider: string
  readonly currency: string
  readonly amount: Micros
  readonly messages: number
}

/** What providers charged for messages that left: each is told once, with its price. */
export function providerRows(analytics: Analytics, span: Span): Promise<ProviderRow[]> {
  return analytics.query(
    `SELECT ${DAY} AS day, journey_id AS journey, step_id AS step, channel, provider, currency,
       toInt64(sum(cost) * 1000000) AS amount, count() AS messages
     FROM deliveries WHERE ${HERE} AND status = 'sent' AND cost > 0 GROUP BY day, journey, step, channel, provider, currency`,
    paramsOf(span),
  )
}

export interface Reach {
  readonly day: string
  readonly journey: string
  readonly messages: number
  /** Distinct in that day. */
  readonly people: number
}

/** Messages that left and people that they went to, of all journeys: what monthly sums are shared out by. */
export function reachRows(analytics: Analytics, span: Span): Promise<Reach[]> {
  return analytics.query(
    `SELECT ${DAY} AS day, journey_id AS journey, count() AS messages, uniqExact(profile_id) AS people
     FROM deliveries WHERE ${HERE} AND status = 'sent' GROUP BY day, journey`,
    paramsOf({ ...span, journey: '' }),
  )
}

export interface OfferRow extends Place {
  readonly offer: string
  readonly amount: Micros
  readonly items: number
}

/** What options say that they cost, with each message that brought one. */
export async function offeredRows(analytics: Analytics, span: Span, offered: ReadonlyMap<string, OfferedMessage>): Promise<OfferRow[]> {
  if (offered.size === 0) return []
  const rows = await analytics.query<Place & { place: string; messages: number }>(
    `SELECT ${DAY} AS day, journey_id AS journey, step_id AS step, channel, concat(journey_id, '/', toString(version), '/', step_id) AS place,
       count() AS messages
     FROM deliveries WHERE ${HERE} AND status = 'sent' AND place IN {places:Array(String)} GROUP BY day, journey, step, channel, place`,
    { ...paramsOf(span), places: [...offered.keys()] },
  )
  return rows.map(({ place, messages, ...row }) => {
    const { offer, cost } = offered.get(place)!
    return { ...row, offer, amount: cost * messages, items: messages }
  })
}

/** What the record of a choice says of the option that was chosen. */
const CHOSEN = `arrayFirst(each -> JSONExtractString(each, 'arm') = arm, JSONExtractArrayRaw(record, 'candidates'))`
const OFFER = `if(JSONExtractString(${CHOSEN}, 'about', 'offer') = '', arm, JSONExtractString(${CHOSEN}, 'about', 'offer'))`
const about = (field: string): string => `JSONExtractFloat(${CHOSEN}, 'about', '${field}')`

/** What options without any message say that they cost, with each choice of one. */
export async function chosenRows(analytics: Analytics, span: Span, journeys: readonly string[]): Promise<OfferRow[]> {
  if (journeys.length === 0) return []
  return analytics.query(
    `SELECT ${DAY} AS day, journey_id AS journey, step_id AS step, '' AS channel, ${OFFER} AS offer,
       toInt64(sum(round(${about('cost')} * 1000000))) AS amount, count() AS items
     FROM decisions WHERE ${HERE} AND journey_id IN {journeys:Array(String)} AND kind = 'choose' AND decided_by NOT IN ('control', 'held_out')
       AND ${about('cost')} > 0 AND JSONExtractString(${CHOSEN}, 'about', 'channel') = ''
     GROUP BY day, journey, step, offer`,
    { ...paramsOf(span), journeys },
  )
}

/** What options say that each conversion gives away, by the last choice of the run before it. */
export async function givenRows(analytics: Analytics, span: Span, journeys: readonly string[]): Promise<OfferRow[]> {
  if (journeys.length === 0) return []
  return analytics.query(
    `SELECT day, journey, step, '' AS channel, offer, toInt64(sum(round(gives * 1000000))) AS amount, count() AS items
     FROM (SELECT enrollment_id AS run, at AS moment, ${DAY} AS day, journey_id AS journey FROM transitions
           WHERE ${HERE} AND journey_id IN {journeys:Array(String)} AND kind = 'converted') AS reached
     ASOF JOIN (SELECT enrollment_id AS run, at AS moment, step_id AS step, ${OFFER} AS offer, ${about('gives')} AS gives FROM decisions
           WHERE workspace_id = {workspace:String} AND journey_id IN {journeys:Array(String)} AND kind = 'choose') AS chosen
       ON reached.run = chosen.run AND reached.moment >= chosen.moment
     WHERE gives > 0 GROUP BY day, journey, step, offer`,
    { ...paramsOf(span), journeys },
  )
}

/** Which journeys asked which models how often. */
export function askedRows(analytics: Analytics, span: Span): Promise<{ day: string; model: string; journey: string; asked: number }[]> {
  return analytics.query(
    `SELECT ${DAY} AS day, model, journey_id AS journey, count() AS asked FROM decisions WHERE ${HERE} AND model != '' GROUP BY day, model, journey`,
    paramsOf({ ...span, journey: '' }),
  )
}

export interface MessageQuery extends Span {
  readonly step: string
  readonly channel: string
  readonly provider: string
  readonly after: { readonly at: number; readonly effect: string } | undefined
  readonly limit: number
}

/** The messages behind a sum of provider costs, newest first, one more than the limit. */
export function pricedMessages(
  analytics: Analytics,
  { step, channel, provider, after, limit, ...span }: MessageQuery,
): Promise<
  {
    effectId: string
    profileId: string
    journey: string
    step: string
    channel: string
    provider: string
    cost: number
    currency: string
    at: number
  }[]
> {
  const next = after === undefined ? '' : 'AND (time, effectId) < ({afterAt:Int64}, {afterEffect:String})'
  return analytics.query(
    `SELECT effect_id AS effectId, profile_id AS profileId, journey_id AS journey, step_id AS step, channel, provider, toFloat64(d.cost) AS cost,
       currency, toUnixTimestamp64Milli(at) AS time, time AS at
     FROM (SELECT * FROM deliveries WHERE ${HERE} AND status = 'sent' AND cost > 0
       AND ({step:String} = '' OR step_id = {step:String}) AND ({channel:String} = '' OR channel = {channel:String})
       AND ({provider:String} = '' OR provider = {provider:String})) AS d
     WHERE 1 ${next} ORDER BY time DESC, effectId DESC LIMIT {most:UInt32}`,
    {
      ...paramsOf(span),
      step,
      channel,
      provider,
      most: limit + 1,
      ...(after && { afterAt: after.at, afterEffect: after.effect }),
    },
  )
}

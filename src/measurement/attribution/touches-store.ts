import { isRefusal } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'
import { type Columns, sql } from '#segments/condition/sql.ts'
import { quote, readable } from '#segments/condition/sql-text.ts'
import type { Mapping, Touchpoints } from './touchpoints.ts'

const THERE = 'workspace_id = {workspace:String}'
/** Parameters `since` and `until`, epoch ms; the end is not included. */
const BETWEEN = 'at >= fromUnixTimestamp64Milli({since:Int64}) AND at < fromUnixTimestamp64Milli({until:Int64})'
/** Who opened or clicked: what a machine did was no touch; '' where nobody could tell. */
const BY_PEOPLE = "('', 'person')"

/** What a row of touches is cut by. */
export const DIMENSIONS = ['channel', 'campaign', 'journey', 'message'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** Of what has no campaign, journey or message the channel, in brackets. */
export const keySql = (by: Dimension): string => {
  const channel = "concat('(', channel, ')')"
  switch (by) {
    case 'channel':
      return 'toString(channel)'
    case 'campaign':
      return `if(campaign != '', toString(campaign), ${channel})`
    case 'journey':
      return `if(journey != '', toString(journey), ${channel})`
    case 'message':
      return `if(journey != '', concat(journey, '/', step), ${channel})`
  }
}
export const directKey = (by: Dimension): string => (by === 'channel' ? 'direct' : '(direct)')

const TOUCH = ['at', 'channel', 'campaign', 'journey', 'step', 'click'] as const
export const TOUCH_COLUMNS: readonly string[] = TOUCH

/**
 * Touches as a subquery without brackets: `profile_id, at, channel, campaign, journey, step, click` (1: a click, 0: a view).
 * Asks the parameters `workspace`, `since` and `until`.
 */
export function touchRows(touchpoints: Touchpoints): string {
  const visits = touchpoints.visits === 'none' ? [] : [visitRows(touchpoints.visits)]
  return [messageRows(touchpoints), ...visits, ...touchpoints.events.map(mappedRows)].join('\nUNION ALL\n')
}

function messageRows({ messages }: Touchpoints): string {
  const counted = ['clicked', ...(messages.opened ? ['opened'] : []), ...(messages.delivered ? ['delivered'] : [])]
  return `SELECT profile_id, at, toString(channel) AS channel, toString(journey_id) AS campaign, toString(journey_id) AS journey, toString(step_id) AS step,
      toUInt8(status = 'clicked') AS click
    FROM deliveries WHERE ${THERE} AND ${BETWEEN} AND status IN (${counted.map(quote)}) AND fetcher IN ${BY_PEOPLE}
      AND channel NOT IN ('note', 'webhook')`
}

/** Hosts and sources by what people call their kind. */
const AI = "match({x}, 'chatgpt|perplexity|copilot|gemini|claude[.]ai|mistral')"
const SEARCH = "match({x}, '(^|[.])(google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage|naver|brave)([.]|$)')"
const SOCIAL =
  "match({x}, '(^|[.])(facebook|fb|instagram|ig|tiktok|linkedin|lnkd|twitter|x|t|pinterest|reddit|youtube|snapchat|threads|mastodon|bsky)([.]|$)')"
const MAIL = "match({x}, '^(e-?mail|mail|outlook|webmail|newsletter)([.]|$)')"
const of = (test: string, column: string): string => test.replaceAll('{x}', column)

/** The kinds of channels of web analytics (as GA4's default channel groups), the most telling word first. */
const VISIT_CHANNEL = `multiIf(
    click_id IN ('gclid', 'gbraid', 'wbraid', 'msclkid'), 'paid search',
    match(utm_medium, '^(.*cp.*|ppc|retargeting|paid.*)$') AND ${of(SOCIAL, 'utm_source')}, 'paid social',
    click_id IN ('ttclid', 'li_fat_id', 'twclid', 'rdt_cid', 'epik'), 'paid social',
    match(utm_medium, '^(display|banner|expandable|interstitial|cpm)$'), 'display',
    match(utm_medium, '^(.*cp.*|ppc|retargeting|paid.*)$') AND ${of(SEARCH, 'utm_source')}, 'paid search',
    match(utm_medium, '^(.*cp.*|ppc|retargeting|paid.*)$'), 'paid other',
    ${of(MAIL, 'utm_medium')} OR ${of(MAIL, 'utm_source')}, 'email',
    utm_medium = 'sms' OR utm_source = 'sms', 'sms',
    utm_medium IN ('push', 'mobile', 'notification'), 'push',
    utm_medium IN ('affiliate', 'affiliates'), 'affiliate',
    match(utm_medium, 'video'), 'video',
    match(utm_medium, '^(social|social-network|social-media|sm)$') OR ${of(SOCIAL, 'utm_source')} OR click_id = 'fbclid', 'social',
    utm_medium = 'organic', 'organic search',
    utm_medium IN ('referral', 'app', 'link'), 'referral',
    utm_source != '' OR utm_medium != '' OR utm_campaign != '', 'other campaign',
    referrer IN ('', '(internal)'), '',
    referrer = '(none)', 'direct',
    ${of(AI, 'referrer')}, 'ai assistant',
    ${of(MAIL, 'referrer')}, 'email',
    ${of(SEARCH, 'referrer')}, 'organic search',
    ${of(SOCIAL, 'referrer')}, 'social',
    'referral')`

function visitRows(visits: 'all' | 'campaigns'): string {
  const campaign = "utm_source != '' OR utm_medium != '' OR utm_campaign != '' OR click_id != ''"
  return `SELECT profile_id, at, ${VISIT_CHANNEL} AS channel, toString(utm_campaign) AS campaign, '' AS journey, '' AS step, toUInt8(1) AS click
    FROM events WHERE ${THERE} AND ${BETWEEN} AND type IN ('page', 'screen', 'track') AND verdict = 'accepted'
      AND (${visits === 'all' ? `referrer NOT IN ('', '(internal)') OR ${campaign}` : campaign})`
}

const COLUMNS: Columns = {
  profileId: 'profile_id',
  attributes: "'{}'",
  permits: "'{}'",
  now: '0.0',
  event: { name: 'name', at: 'toFloat64(toUnixTimestamp64Milli(at))', properties: 'said' },
}

const pathOf = (property: string): string =>
  property
    .replace(/^properties\./, '')
    .split('.')
    .map(quote)
    .join(', ')

/** What could not be seen, and what a program did, was no touch. */
const SEEN = `JSONExtractRaw(properties, 'viewable') != 'false' AND JSONExtractRaw(properties, 'bot') != 'true'
      AND JSONExtractString(properties, 'fetcher') IN ${BY_PEOPLE}`

function mappedRows({ event, where, channel, channelFrom, campaignFrom, as }: Mapping): string {
  const named = channelFrom === undefined ? "''" : `JSONExtractString(properties, ${pathOf(channelFrom)})`
  const campaign = campaignFrom === undefined ? "''" : `JSONExtractString(properties, ${pathOf(campaignFrom)})`
  return `SELECT profile_id, at, if(${named} != '', ${named}, ${quote(channel)}) AS channel, ${campaign} AS campaign, '' AS journey, '' AS step,
      toUInt8(${as === 'click' ? 1 : 0}) AS click
    FROM (SELECT profile_id, name, at, properties${where === undefined ? '' : `, ${readable('properties')} AS said`} FROM events
      WHERE ${THERE} AND ${BETWEEN} AND name = ${quote(event)} AND verdict = 'accepted') WHERE ${SEEN} AND ${where === undefined ? '1' : filter(where)}`
}

function filter(where: string): string {
  const tree = read(where, PLACES.window)
  // Publishing has checked it.
  if (isRefusal(tree)) throw new Error(`the condition of a live touchpoint cannot be read: ${where}`)
  return sql(tree, COLUMNS)
}

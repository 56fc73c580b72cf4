import type { Analytics } from '#platform/analytics/analytics.ts'

const HERE = 'workspace_id = {workspace:String}'
const MONTH_MS = 30 * 86_400_000
const WEEK_MS = 7 * 86_400_000
const MS = (column: string): string => `toUnixTimestamp64Milli(${column})`
const SINCE = (name: string): string => `fromUnixTimestamp64Milli({${name}:Int64})`

/** Profiles that became another one, and which (by way of two merges at most, which is as far as one call leads). */
const MOVED = `(SELECT profile_id AS was, argMax(merged_into, seq) AS is FROM people WHERE ${HERE} GROUP BY profile_id HAVING is != '')`
/** Events as `person`, `name`, `moment`, each of the person whom its profile became. */
const lived = (columns: string, where: string): string =>
  `(SELECT if(m2.is != '', m2.is, if(m1.is != '', m1.is, e.profile_id)) AS person, ${columns} FROM (SELECT * FROM events WHERE ${HERE} AND ${where}) AS e
    LEFT JOIN ${MOVED} AS m1 ON m1.was = e.profile_id LEFT JOIN ${MOVED} AS m2 ON m2.was = m1.is)`
/** Who belongs to which company. */
const MEMBERS = `(SELECT DISTINCT account, person FROM ${lived(`JSONExtractString(e.properties, 'group_id') AS account`, `type = 'group'`)} WHERE account != '')`
const DEEDS = `type NOT IN ('system', 'group', 'identify')`

export interface AccountRow {
  readonly id: string
  readonly name: string
  readonly people: number
  readonly active30d: number
  readonly events30d: number
  readonly lastSeen: number
}

interface Wanted {
  readonly workspace: string
  readonly now: number
  /** A part of the id or of the name; '' for all. */
  readonly q?: string
  /** Exactly this one. */
  readonly id?: string
  readonly offset: number
  readonly limit: number
}

/** Companies, the most active of the last 30 days first. */
export function accountRows(analytics: Analytics, { workspace, now, q = '', id = '', offset, limit }: Wanted): Promise<AccountRow[]> {
  return analytics.query(
    `SELECT named.account AS id, if(named.title = '', named.account, named.title) AS name, named.people AS people,
       did.active AS active30d, did.events AS events30d, greatest(named.last, did.last) AS lastSeen
     FROM (
       SELECT account, uniqExact(person) AS people, argMaxIf(title, moment, title != '') AS title, ${MS('max(moment)')} AS last
       FROM ${lived(`JSONExtractString(e.properties, 'group_id') AS account, JSONExtractString(e.properties, 'name') AS title, e.at AS moment`, `type = 'group'`)}
       WHERE account != '' GROUP BY account
     ) AS named
     LEFT JOIN (
       SELECT account, uniqExact(person) AS active, count() AS events, ${MS('max(moment)')} AS last
       FROM ${MEMBERS} AS members INNER JOIN ${lived('e.at AS moment', `${DEEDS} AND at >= ${SINCE('since')}`)} AS deeds ON deeds.person = members.person
       GROUP BY account
     ) AS did ON did.account = named.account
     WHERE ({id:String} = '' OR named.account = {id:String})
       AND ({q:String} = '' OR positionCaseInsensitiveUTF8(named.account, {q:String}) > 0 OR positionCaseInsensitiveUTF8(named.title, {q:String}) > 0)
     ORDER BY active30d DESC, events30d DESC, id LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { workspace, since: now - MONTH_MS, q, id, limit, offset },
  )
}

/** What the newest call said of each trait. */
export async function accountTraits(
  analytics: Analytics,
  { workspace, id }: { workspace: string; id: string },
): Promise<{ name: string; value: string; at: number }[]> {
  return analytics.query(
    `SELECT trait.1 AS name, argMax(trait.2, events.at) AS value, ${MS('max(events.at)')} AS at
     FROM events ARRAY JOIN JSONExtractKeysAndValuesRaw(properties) AS trait
     WHERE ${HERE} AND type = 'group' AND JSONExtractString(properties, 'group_id') = {id:String} AND trait.1 != 'group_id'
     GROUP BY name ORDER BY name`,
    { workspace, id },
  )
}

const of = `SELECT person FROM ${MEMBERS} WHERE account = {id:String}`

/** Weeks in which something happened, by how many weeks ago (0: the last seven days). */
export function accountWeeks(
  analytics: Analytics,
  { workspace, id, now, weeks }: { workspace: string; id: string; now: number; weeks: number },
): Promise<{ ago: number; people: number; events: number }[]> {
  return analytics.query(
    `SELECT toUInt32(intDiv({now:Int64} - ${MS('moment')}, ${WEEK_MS})) AS ago, uniqExact(person) AS people, count() AS events
     FROM ${lived('e.at AS moment', `${DEEDS} AND at > ${SINCE('since')} AND at <= ${SINCE('now')}`)}
     WHERE person IN (${of}) GROUP BY ago`,
    { workspace, id, now, since: now - weeks * WEEK_MS },
  )
}

/** What several people of a company did in the last days, by how many of them. */
export function accountTogether(
  analytics: Analytics,
  { workspace, id, now }: { workspace: string; id: string; now: number },
): Promise<{ event: string; people48h: number; people7d: number; last: number }[]> {
  return analytics.query(
    `SELECT name AS event, uniqExactIf(person, moment >= ${SINCE('two')}) AS people48h, uniqExact(person) AS people7d, ${MS('max(moment)')} AS last
     FROM ${lived('e.name AS name, e.at AS moment', `${DEEDS} AND name != '' AND at >= ${SINCE('seven')}`)}
     WHERE person IN (${of}) GROUP BY name ORDER BY people48h DESC, people7d DESC, event LIMIT 20`,
    { workspace, id, two: now - 2 * 86_400_000, seven: now - WEEK_MS },
  )
}

/** People of a company, those seen last first. */
export function accountPeople(
  analytics: Analytics,
  {
    workspace,
    id,
    now,
    event = '',
    since = 0,
    offset,
    limit,
  }: { workspace: string; id: string; now: number; event?: string; since?: number; offset: number; limit: number },
): Promise<{ id: string; events30d: number; lastSeen: number }[]> {
  return analytics.query(
    `SELECT members.person AS id, countIf(deeds.moment >= ${SINCE('month')} AND deeds.name != '') AS events30d, ${MS('max(deeds.moment)')} AS lastSeen
     FROM (SELECT DISTINCT person FROM (${of})) AS members
     LEFT JOIN ${lived('e.name AS name, e.at AS moment', `type != 'system'`)} AS deeds ON deeds.person = members.person
     GROUP BY members.person
     HAVING {event:String} = '' OR countIf(deeds.name = {event:String} AND deeds.moment >= ${SINCE('since')}) > 0
     ORDER BY lastSeen DESC, id LIMIT {limit:UInt32} OFFSET {offset:UInt32}`,
    { workspace, id, month: now - MONTH_MS, event, since, limit, offset },
  )
}

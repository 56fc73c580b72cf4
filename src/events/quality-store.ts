import type { Analytics } from '#platform/analytics/analytics.ts'

export interface EventVolume {
  readonly name: string
  /** How sources send it: `track`, `page`, … */
  readonly call: string
  readonly first: number
  readonly last: number
  readonly total: number
  readonly day: number
  readonly week: number
}

const MOST_EVENTS = 500
const DAY = 86_400_000

/** Every event that sources have sent, the most frequent of the last week first. */
export async function volumes(analytics: Analytics, ws: string, now: number): Promise<EventVolume[]> {
  return analytics.query<EventVolume>(
    `SELECT name, any(type) AS call, toUnixTimestamp64Milli(min(received)) AS first, toUnixTimestamp64Milli(max(received)) AS last, count() AS total,
       countIf(received > fromUnixTimestamp64Milli({day:Int64})) AS day, countIf(received > fromUnixTimestamp64Milli({week:Int64})) AS week
     FROM events WHERE workspace_id = {ws:String} AND verdict = 'accepted' AND type != 'system'
     GROUP BY name ORDER BY week DESC, total DESC, name LIMIT ${MOST_EVENTS}`,
    { ws, day: now - DAY, week: now - 7 * DAY },
  )
}

/** Events by hour, by name: so many full hours before `now`, and last the hour that runs. */
export async function hourly(
  analytics: Analytics,
  ws: string,
  { now, days }: { now: number; days: number },
): Promise<Map<string, number[]>> {
  const hours = days * 24
  const end = Math.floor(now / 3_600_000)
  const rows = await analytics.query<{ name: string; hours: readonly (readonly [number, number])[] }>(
    `SELECT name, groupArray((hour, n)) AS hours FROM (
       SELECT name, intDiv(toUnixTimestamp64Milli(received), 3600000) AS hour, count() AS n FROM events
       WHERE workspace_id = {ws:String} AND verdict = 'accepted' AND type != 'system' AND received >= fromUnixTimestamp64Milli({from:Int64})
       GROUP BY name, hour
     ) GROUP BY name`,
    { ws, from: (end - hours) * 3_600_000 },
  )
  return new Map(
    rows.map(({ name, hours: counted }) => {
      const filled = new Array<number>(hours + 1).fill(0)
      for (const [hour, n] of counted) {
        const at = Number(hour) - (end - hours)
        if (at >= 0 && at <= hours) filled[at] = Number(n)
      }
      return [name, filled]
    }),
  )
}

export interface ViolationCount {
  readonly name: string
  readonly kind: string
  readonly property: string
  readonly says: string
  /** Events with it in the last day and week. */
  readonly day: number
  readonly week: number
  readonly last: number
}

export async function violationCounts(
  analytics: Analytics,
  ws: string,
  { now, name = '' }: { now: number; name?: string },
): Promise<ViolationCount[]> {
  return analytics.query<ViolationCount>(
    `SELECT name, kind, property, says, uniqExactIf(message_id, received > fromUnixTimestamp64Milli({day:Int64})) AS day,
       uniqExact(message_id) AS week, toUnixTimestamp64Milli(max(received)) AS last
     FROM violations WHERE workspace_id = {ws:String} AND received > fromUnixTimestamp64Milli({week:Int64}) AND ({name:String} = '' OR name = {name:String})
     GROUP BY name, kind, property, says ORDER BY week DESC, property LIMIT 1000`,
    { ws, name, day: now - DAY, week: now - 7 * DAY },
  )
}

/** Events of the last week that broke the plan, each once; one that was only renamed does not count. */
export async function violating(analytics: Analytics, ws: string, now: number): Promise<Map<string, number>> {
  const rows = await analytics.query<{ name: string; events: number }>(
    `SELECT name, uniqExact(message_id) AS events FROM violations
     WHERE workspace_id = {ws:String} AND kind != 'renamed' AND received > fromUnixTimestamp64Milli({week:Int64}) GROUP BY name`,
    { ws, week: now - 7 * DAY },
  )
  return new Map(rows.map(({ name, events }) => [name, events]))
}

/** Properties of the newest events of a name. */
export async function newestProperties(
  analytics: Analytics,
  ws: string,
  { name, limit }: { name: string; limit: number },
): Promise<string[]> {
  const rows = await analytics.query<{ properties: string }>(
    `SELECT properties FROM events WHERE workspace_id = {ws:String} AND name = {name:String} AND verdict = 'accepted' ORDER BY at DESC LIMIT ${Math.trunc(limit)}`,
    { ws, name },
  )
  return rows.map(({ properties }) => properties)
}

export interface ViolationSample {
  readonly messageId: string
  readonly profile: string
  readonly at: number
  readonly received: number
  readonly kind: string
  readonly property: string
  readonly says: string
  readonly source: string
}

/** The newest events that broke the plan. */
export async function violationSamples(
  analytics: Analytics,
  ws: string,
  { name, limit }: { name: string; limit: number },
): Promise<ViolationSample[]> {
  return analytics.query<ViolationSample>(
    `SELECT message_id AS messageId, profile_id AS profile, toUnixTimestamp64Milli(at) AS at, toUnixTimestamp64Milli(received) AS received, kind, property, says, source
     FROM violations WHERE workspace_id = {ws:String} AND name = {name:String} ORDER BY received DESC LIMIT ${Math.trunc(limit)}`,
    { ws, name },
  )
}

export interface EventReach {
  readonly people: number
  readonly sources: readonly (readonly [source: string, events: number])[]
}

/** Who sent it and how many people did it, in the last 30 days. */
export async function reachOf(analytics: Analytics, ws: string, { name, now }: { name: string; now: number }): Promise<EventReach> {
  const where = `workspace_id = {ws:String} AND name = {name:String} AND verdict = 'accepted' AND received > fromUnixTimestamp64Milli({since:Int64})`
  const params = { ws, name, since: now - 30 * DAY }
  const [people, sources] = await Promise.all([
    analytics.query<{ people: number }>(`SELECT uniqExact(profile_id) AS people FROM events WHERE ${where}`, params),
    analytics.query<{ source: string; events: number }>(
      `SELECT source, count() AS events FROM events WHERE ${where} GROUP BY source ORDER BY events DESC LIMIT 50`,
      params,
    ),
  ])
  return { people: people[0]?.people ?? 0, sources: sources.map(({ source, events }) => [source, events]) }
}

export interface TracedEvent {
  readonly profile: string
  readonly name: string
  readonly at: number
  readonly received: number
  readonly verdict: string
  readonly source: string
  readonly properties: string
}

/** The event of a message id, as it was handled. */
export async function tracedEvent(analytics: Analytics, ws: string, messageId: string): Promise<TracedEvent | undefined> {
  const rows = await analytics.query<TracedEvent>(
    `SELECT profile_id AS profile, name, toUnixTimestamp64Milli(at) AS at, toUnixTimestamp64Milli(received) AS received, verdict, source, properties
     FROM events WHERE workspace_id = {ws:String} AND message_id = {id:String} ORDER BY seq DESC LIMIT 1`,
    { ws, id: messageId },
  )
  return rows[0]
}

export interface TracedStep {
  readonly of: 'segment' | 'journey' | 'message' | 'violation'
  readonly id: string
  readonly version: number
  readonly what: string
  readonly step: string
  readonly reason: string
  readonly at: number
  readonly effect: string
}

/** What followed from an event of a person: segments, journeys, and messages of the runs that it began or moved. */
export async function tracedSteps(
  analytics: Analytics,
  ws: string,
  { profile, cause }: { profile: string; cause: string },
): Promise<TracedStep[]> {
  return analytics.query<TracedStep>(
    `WITH runs AS (SELECT DISTINCT enrollment_id FROM transitions WHERE workspace_id = {ws:String} AND profile_id = {profile:String} AND cause = {cause:String} AND enrollment_id != '')
     SELECT * FROM (
       SELECT 'violation' AS of, property AS id, 0 AS version, kind AS what, '' AS step, says AS reason, toUnixTimestamp64Milli(at) AS at, '' AS effect
       FROM violations WHERE workspace_id = {ws:String} AND profile_id = {profile:String} AND message_id = {cause:String}
       UNION ALL
       SELECT 'segment', segment_id, 0, kind, '', reason, toUnixTimestamp64Milli(at), ''
       FROM memberships WHERE workspace_id = {ws:String} AND profile_id = {profile:String} AND cause = {cause:String}
       UNION ALL
       SELECT 'journey', journey_id, version, kind, if(to_step = '', from_step, to_step), reason, toUnixTimestamp64Milli(at), ''
       FROM transitions WHERE workspace_id = {ws:String} AND profile_id = {profile:String} AND cause = {cause:String}
       UNION ALL
       SELECT 'message', journey_id, version, status, step_id, reason, toUnixTimestamp64Milli(at), effect_id
       FROM deliveries WHERE workspace_id = {ws:String} AND profile_id = {profile:String} AND enrollment_id IN (SELECT enrollment_id FROM runs)
     ) ORDER BY at LIMIT 200`,
    { ws, profile, cause },
  )
}

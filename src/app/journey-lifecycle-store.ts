import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'

/**
 * Every run that has begun and not ended, with the profile that it was last seen under. A run is in the keyed state if and only if its
 * `entered` has no `exited`: both are written in the transaction that writes the state.
 */
const INSIDE = `SELECT enrollment_id, argMax(profile_id, (at, seq, ix)) AS profile,
    sumMap([concat(toString(version), ' ', to_step), concat(toString(version), ' ', from_step)], [toInt32(1), toInt32(-1)]) AS net,
    arrayFilter((place, n) -> n > 0 AND NOT endsWith(place, ' '), net.1, net.2)[1] AS place
  FROM transitions
  WHERE workspace_id = {workspace:String} AND journey_id = {journey:String} AND kind IN ('entered', 'moved', 'migrated', 'exited')
  GROUP BY enrollment_id HAVING countIf(kind = 'entered') > countIf(kind = 'exited')`

export interface PlaceCount {
  readonly version: number
  readonly step: string
  readonly people: number
  /** Some of their profiles. */
  readonly profiles: readonly string[]
}

/** How many stand on each step of each version, with up to `sample` of them. */
export async function peopleInside(
  analytics: Analytics,
  { workspace, journey, sample }: { workspace: string; journey: string; sample: number },
): Promise<PlaceCount[]> {
  const rows = await analytics.query<{ place: string; people: number; profiles: string[] }>(
    `SELECT place, count() AS people, groupArraySample(${Math.max(1, Math.floor(sample))}, 1)(profile) AS profiles FROM (${INSIDE}) WHERE place != ''
     GROUP BY place ORDER BY people DESC, place`,
    { workspace, journey },
  )
  return rows.map(({ place, people, profiles }) => {
    const [version = '', step = ''] = place.split(' ', 2)
    return { version: Number(version), step, people, profiles }
  })
}

/** The next profiles inside a journey, in the order of their ids. */
export async function nextInside(
  analytics: Analytics,
  { workspace, journey, after, limit }: { workspace: string; journey: string; after: string; limit: number },
): Promise<string[]> {
  const rows = await analytics.query<{ profile: string }>(
    `SELECT DISTINCT profile FROM (${INSIDE}) WHERE profile > {after:String} ORDER BY profile LIMIT {limit:UInt32}`,
    { workspace, journey, after, limit },
  )
  return rows.map(({ profile }) => profile)
}

/** Whether every partition works by these definitions, or by newer ones. */
export async function isInForce(db: Queryable, revision: number): Promise<boolean> {
  const { rows } = await db.query<{ all: boolean }>('select coalesce(bool_and(revision >= $1), false) as "all" from leases', [revision])
  return rows[0]!.all
}

/** What a journey had queued when it was paused may leave now, spread over a time (ms). */
export async function releaseHeld(
  db: Queryable,
  { ws, journey, now, spread }: { ws: string; journey: string; now: number; spread: number },
): Promise<number> {
  const { rowCount } = await db.query(
    `update outbox set due = $3::bigint + (random() * $4)::bigint, reason = ''
     where workspace_id = $1 and payload->>'journey_id' = $2 and status = 'ready' and reason = 'journey_paused'`,
    [ws, journey, now, spread],
  )
  return rowCount ?? 0
}

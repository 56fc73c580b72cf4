import type { Analytics } from '#platform/analytics/analytics.ts'

const HERE = 'workspace_id = {workspace:String}'
/** So many people and events are looked at: enough to know what there is, cheap enough to be asked by every open form. */
const LOOKED_AT = 20_000
const VALUES = 12
/** A value that fewer have is theirs, and is not suggested to others. */
const SHARED = 2
/** Of more different values none is worth suggesting. */
const MOST_DIFFERENT = 200

/** A name as it was seen, with values as JSON, the most frequent first. */
export interface SeenRow {
  readonly name: string
  readonly count: number
  /** One value, for its type. */
  readonly sample: string
  readonly values: readonly string[]
}

const SHARED_VALUES = `if(count() > ${MOST_DIFFERENT}, [], arraySlice(arrayMap(pair -> pair.2, arrayReverseSort(groupArrayIf((n, value), n >= ${SHARED} AND length(value) <= 80))), 1, ${VALUES}))`

/** Attributes that people have. */
export function attributesSeen(analytics: Analytics, workspace: string): Promise<SeenRow[]> {
  return analytics.query<SeenRow>(
    `SELECT name, toFloat64(sum(n)) AS count, argMax(value, n) AS sample, ${SHARED_VALUES} AS values
     FROM (
       SELECT pair.1 AS name, pair.2 AS value, count() AS n
       FROM (SELECT arrayJoin(JSONExtractKeysAndValuesRaw(attributes)) AS pair
             FROM (SELECT attributes FROM people FINAL WHERE ${HERE} AND merged_into = '' LIMIT ${LOOKED_AT}))
       GROUP BY name, value
     ) GROUP BY name ORDER BY count DESC, name LIMIT 300`,
    { workspace },
  )
}

/** Events since then (epoch ms), the most frequent first. */
export function eventsSeen(analytics: Analytics, workspace: string, since: number): Promise<{ name: string; count: number }[]> {
  return analytics.query(
    `SELECT name, toFloat64(count()) AS count FROM events WHERE ${HERE} AND at >= fromUnixTimestamp64Milli({since:Int64})
     GROUP BY name ORDER BY count DESC, name LIMIT 200`,
    { workspace, since },
  )
}

/** Properties that events since then had. */
export function propertiesSeen(analytics: Analytics, workspace: string, since: number): Promise<(SeenRow & { event: string })[]> {
  return analytics.query(
    `SELECT event, name, toFloat64(sum(n)) AS count, argMax(value, n) AS sample, ${SHARED_VALUES} AS values
     FROM (
       SELECT event, pair.1 AS name, pair.2 AS value, count() AS n
       FROM (SELECT event, arrayJoin(JSONExtractKeysAndValuesRaw(properties)) AS pair
             FROM (SELECT name AS event, properties FROM events WHERE ${HERE} AND at >= fromUnixTimestamp64Milli({since:Int64}) LIMIT ${LOOKED_AT}))
       GROUP BY event, name, value
     ) GROUP BY event, name ORDER BY count DESC, name LIMIT 2000`,
    { workspace, since },
  )
}

/** Names of scores that people have. */
export async function scoresSeen(analytics: Analytics, workspace: string): Promise<string[]> {
  const rows = await analytics.query<{ name: string }>(
    `SELECT DISTINCT arrayJoin(JSONExtractKeys(scores)) AS name FROM (SELECT scores FROM people FINAL WHERE ${HERE} AND scores != '{}' LIMIT ${LOOKED_AT}) ORDER BY name LIMIT 200`,
    { workspace },
  )
  return rows.map(({ name }) => name)
}

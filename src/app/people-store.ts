import type { Analytics } from '#platform/analytics/analytics.ts'

export interface SaidBy {
  readonly name: string
  readonly source: string
  readonly at: number
  readonly times: number
}

/** By attribute: the source and the time of the identify call that said it last, and how often it was said. `people`: the profile and those that became it. */
export function attributeSources(
  analytics: Analytics,
  { workspace, people }: { workspace: string; people: readonly string[] },
): Promise<SaidBy[]> {
  return analytics.query(
    `SELECT name, argMax(source, moment) AS source, toUnixTimestamp64Milli(max(moment)) AS at, count() AS times FROM (
       SELECT arrayJoin(JSONExtractKeys(properties)) AS name, source, at AS moment FROM events
       WHERE workspace_id = {workspace:String} AND profile_id IN {people:Array(String)} AND type = 'identify'
     ) GROUP BY name ORDER BY name`,
    { workspace, people },
  )
}

/** Profiles that became this one, newest first, also by way of others. */
export async function mergesInto(
  analytics: Analytics,
  { workspace, person }: { workspace: string; person: string },
): Promise<{ from: string; at: number }[]> {
  const found: { from: string; at: number }[] = []
  let into = [person]
  while (into.length > 0) {
    const rows = await analytics.query<{ from: string; at: number }>(
      `SELECT profile_id AS from, toUnixTimestamp64Milli(at) AS at FROM people FINAL
       WHERE workspace_id = {workspace:String} AND merged_into IN {into:Array(String)} ORDER BY people.at DESC LIMIT 100`,
      { workspace, into },
    )
    const known = new Set(found.map((each) => each.from))
    const fresh = rows.filter((row) => !known.has(row.from))
    found.push(...fresh)
    into = fresh.map((row) => row.from)
  }
  return found
}

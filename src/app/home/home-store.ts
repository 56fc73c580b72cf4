import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'
import { REPORT, TEST } from '../test-message.ts'

export interface Tally {
  readonly sent: number
  readonly failed: number
  readonly bounced: number
  readonly complained: number
  readonly unsubscribed: number
  readonly opened: number
  readonly clicked: number
}
export const NOTHING: Tally = { sent: 0, failed: 0, bounced: 0, complained: 0, unsubscribed: 0, opened: 0, clicked: 0 }

interface Range {
  readonly workspace: string
  /** Epoch ms. */
  readonly from: number
  readonly to: number
}

/** Messages by what became of them, of a range and of the one before it. */
export async function messageTallies(analytics: Analytics, { workspace, from, to }: Range): Promise<{ now: Tally; before: Tally }> {
  const rows = await analytics.query<Tally & { late: number }>(
    `SELECT at >= fromUnixTimestamp64Milli({from:Int64}) AS late, uniqExactIf(effect_id, status = 'sent') AS sent, uniqExactIf(effect_id, status = 'failed') AS failed,
       uniqExactIf(effect_id, status = 'bounced') AS bounced, uniqExactIf(effect_id, status = 'complained') AS complained,
       uniqExactIf(effect_id, status = 'unsubscribed') AS unsubscribed, uniqExactIf(effect_id, status = 'opened' AND fetcher != 'machine') AS opened,
       uniqExactIf(effect_id, status = 'clicked' AND fetcher != 'machine') AS clicked
     FROM deliveries WHERE workspace_id = {workspace:String} AND at >= fromUnixTimestamp64Milli({since:Int64}) AND at < fromUnixTimestamp64Milli({to:Int64})
     GROUP BY late`,
    { workspace, from, to, since: 2 * from - to },
  )
  const of = (late: number): Tally => {
    const { late: _late, ...tally } = rows.find((row) => Number(row.late) === late) ?? { ...NOTHING, late }
    return tally
  }
  return { now: of(1), before: of(0) }
}

/** People who did something themselves. */
export async function activePeople(analytics: Analytics, { workspace, from, to }: Range): Promise<{ now: number; before: number }> {
  const [row] = await analytics.query<{ now: number; before: number }>(
    `SELECT uniqExactIf(profile_id, at >= fromUnixTimestamp64Milli({from:Int64})) AS now,
       uniqExactIf(profile_id, at < fromUnixTimestamp64Milli({from:Int64})) AS before
     FROM events WHERE workspace_id = {workspace:String} AND type != 'system' AND verdict = 'accepted'
       AND at >= fromUnixTimestamp64Milli({since:Int64}) AND at < fromUnixTimestamp64Milli({to:Int64})`,
    { workspace, from, to, since: 2 * from - to },
  )
  return row ?? { now: 0, before: 0 }
}

/** Entries into each journey by day of the range, the oldest first. */
export async function dailyEntries(analytics: Analytics, { workspace, from, to }: Range): Promise<Map<string, number[]>> {
  const rows = await analytics.query<{ journey: string; day: number; entered: number }>(
    `SELECT journey_id AS journey, intDiv(toUnixTimestamp64Milli(at) - {from:Int64}, 86400000) AS day, uniqExact(enrollment_id) AS entered
     FROM transitions WHERE workspace_id = {workspace:String} AND kind = 'entered'
       AND at >= fromUnixTimestamp64Milli({from:Int64}) AND at < fromUnixTimestamp64Milli({to:Int64})
     GROUP BY journey, day`,
    { workspace, from, to },
  )
  const days = Math.ceil((to - from) / 86_400_000)
  const by = new Map<string, number[]>()
  for (const { journey, day, entered } of rows) {
    const series = by.get(journey) ?? Array<number>(days).fill(0)
    series[Math.min(days - 1, Number(day))]! += Number(entered)
    by.set(journey, series)
  }
  return by
}

export interface ChangeRow {
  readonly at: number
  readonly by: string
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly version: number
}

/** What was published last; of what was published together only so many. */
export async function lastChanges(db: Queryable, workspace: string, limit: number): Promise<ChangeRow[]> {
  const { rows } = await db.query<ChangeRow>(
    `select at, by, kind, id, coalesce(nullif(body->>'name', ''), id) as name, version from documents
     where workspace_id = $1 and version > 0 order by at desc, kind, id limit $2`,
    [workspace, limit],
  )
  return rows
}

/** What is there, as far as first steps ask. */
export async function standing(
  db: Queryable,
  workspace: string,
): Promise<{ people: boolean; tested: boolean; sent: boolean; kinds: string[] }> {
  const { rows } = await db.query<{ people: boolean; tested: boolean; sent: boolean; kinds: string[] | null }>(
    `select exists (select from keyed_state where workspace_id = $1 and kind = 'profile') as people,
       exists (select from outbox where workspace_id = $1 and status = 'sent' and starts_with(id, $2)) as tested,
       exists (select from outbox where workspace_id = $1 and status = 'sent' and not starts_with(id, $3)) as sent,
       (select array_agg(distinct kind) from documents where workspace_id = $1 and status = 'published') as kinds`,
    [workspace, TEST, REPORT],
  )
  const found = rows[0]!
  return { ...found, kinds: found.kinds ?? [] }
}

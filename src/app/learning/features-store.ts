import type { EventRecord, EventType } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'

/** Whose past, and up to where. */
export interface PastAsked {
  readonly workspace: string
  /** A part of all people, by a hash of their ids. */
  readonly of: number
  readonly slice: number
  /** Only what was handled up to these places of the log; left out: everything. */
  readonly places?: readonly { readonly partition: number; readonly seq: number }[]
}

/** What one person did, as features, hours and sequences hear it: in the order in which it was received, repeats left out. */
export interface Past {
  readonly person: string
  /** As their profile says it; '' when it does not. */
  readonly zone: string
  readonly events: readonly EventRecord[]
}

/** All that features hear of properties (`decisions/features/state.ts`). */
const HEARD = [
  'revenue',
  'total',
  'value',
  'discount',
  'coupon',
  'quantity',
  'price',
  'employees',
  'channel',
  'fetcher',
  'contact',
] as const
const MS = (column: string): string => `toFloat64(toUnixTimestamp64Milli(${column}))`
const HERE = 'workspace_id = {workspace:String}'

type Row = { readonly person: string; readonly type: string; readonly name: string; readonly moment: number; readonly arrived: number } & {
  readonly [P in (typeof HEARD)[number]]: string
}

/** The past of the people of a slice, as the facts have it, in the order of their ids. */
export async function pastOf(analytics: Analytics, { workspace, of, slice, places }: PastAsked): Promise<Past[]> {
  const whose = of === 1 ? '1' : `sipHash64(profile_id) % ${of} = ${slice}`
  const props = HEARD.map((name) => `JSONExtractRaw(properties, '${name}') AS ${name}`).join(', ')
  const rows = await analytics.query<Row>(
    `SELECT profile_id AS person, type, name, ${MS('at')} AS moment, ${MS('received')} AS arrived, ${props}
     FROM events WHERE ${HERE} AND verdict = 'accepted' AND ${whose} AND ${upTo(places)}
     ORDER BY person, received, partition, seq, ix`,
    { workspace },
  )
  const zones = await analytics.query<{ person: string; zone: string }>(
    `SELECT profile_id AS person, JSONExtractString(attributes, 'timezone') AS zone FROM people FINAL WHERE ${HERE} AND ${whose} AND zone != ''`,
    { workspace },
  )
  const zoneOf = new Map(zones.map(({ person, zone }) => [person, zone]))
  return [...Map.groupBy(rows, ({ person }) => person)].map(([person, events]) => ({
    person,
    zone: zoneOf.get(person) ?? '',
    events: events.map((row) => recordOf(workspace, row)),
  }))
}

function upTo(places: PastAsked['places']): string {
  if (!places) return '1'
  const seqs: number[] = []
  for (const { partition, seq } of places) seqs[partition] = seq
  return `seq <= arrayElement([${Array.from(seqs, (seq) => `toUInt64(${seq ?? 0})`)}], partition + 1)`
}

function recordOf(ws: string, row: Row): EventRecord {
  const props: Record<string, JsonObject[string]> = {}
  for (const name of HEARD) if (row[name] !== '') props[name] = JSON.parse(row[name])
  const { person: key, type, name, moment: at, arrived: received } = row
  return { kind: 'event', ws, key, id: '', type: type as EventType, name, at, received, props, ids: [] }
}

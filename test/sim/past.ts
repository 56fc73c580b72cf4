import type { EventFact } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { hearEvent } from '#segments/windows.ts'
import type { Database } from './database.ts'
import { WORKSPACE } from './published.ts'
import type { BuildPlan } from './registry.ts'

/** What has reached the simulated ClickHouse. */
const known = (db: Database) => db.facts.slice(0, db.projected)

/** Profiles that ever did anything. */
export const acted = (db: Database): string[] =>
  [...new Set(known(db).flatMap(({ fact }) => (fact.table === 'events' ? [fact.row.profile_id] : [])))].sort()

/** What one profile did up to these places of the log, as the windows of a build. */
export function historyOf(
  db: Database,
  profile: string,
  { plan: { slots, catalogue }, places }: { plan: BuildPlan; places: readonly number[] },
): Record<string, Json> {
  const wanted = slots.map((slot) => ({ slot, aggregate: catalogue.slots.get(slot)! }))
  let windows: Readonly<Record<string, Json>> = {}
  for (const { partition, seq, fact } of known(db)) {
    if (fact.table !== 'events' || fact.row.profile_id !== profile || fact.row.verdict !== 'accepted' || seq > places[partition]!) continue
    const { name } = fact.row
    const mine = wanted.filter(({ aggregate }) => aggregate.events.includes(name))
    if (mine.length > 0) windows = hearEvent(windows, recordOf(fact.row), mine)
  }
  return { ...windows }
}

/** What one profile did up to these places, in the order in which it came in. */
export const eventsOf = (db: Database, profile: string, places: readonly number[]): EventRecord[] =>
  known(db)
    .flatMap(({ partition, seq, ix, fact }) =>
      fact.table === 'events' && fact.row.profile_id === profile && fact.row.verdict === 'accepted' && seq <= places[partition]!
        ? [{ partition, seq, ix, row: fact.row }]
        : [],
    )
    .sort((a, b) => a.row.received - b.row.received || a.partition - b.partition || a.seq - b.seq || a.ix - b.ix)
    .map(({ row }) => recordOf(row))

/** The zone that was told of a profile last; UTC for none. */
export function zoneOf(db: Database, profile: string): string {
  const rows = known(db).flatMap(({ fact }) => (fact.table === 'people' && fact.row.profile_id === profile ? [fact.row] : []))
  const zone = (JSON.parse(rows.at(-1)?.attributes ?? '{}') as JsonObject)['timezone']
  return typeof zone === 'string' ? zone : 'UTC'
}

const recordOf = ({ profile_id: key, message_id: id, type, name, at, received, properties }: EventFact): EventRecord => ({
  kind: 'event',
  ws: WORKSPACE,
  key,
  id,
  type: type as EventRecord['type'],
  name,
  at,
  received,
  props: JSON.parse(properties) as JsonObject,
  ids: [],
})

/** As app/journey-lifecycle-store.ts: the profiles under which runs that have not ended were seen last, from one on. */
export function nextInside(db: Database, journey: string, after: string): string[] {
  const runs = new Map<string, { profile: string; open: number; at: number; seq: number; ix: number }>()
  for (const { seq, ix, fact } of known(db)) {
    if (fact.table !== 'transitions' || fact.row.journey_id !== journey || fact.row.enrollment_id === '') continue
    const { enrollment_id: id, kind, profile_id: profile, at } = fact.row
    if (kind !== 'entered' && kind !== 'moved' && kind !== 'migrated' && kind !== 'exited') continue
    const run = runs.get(id) ?? { profile, open: 0, at, seq, ix }
    const isNewer = at > run.at || (at === run.at && (seq > run.seq || (seq === run.seq && ix >= run.ix)))
    runs.set(id, {
      ...(isNewer ? { profile, at, seq, ix } : run),
      open: run.open + (kind === 'entered' ? 1 : kind === 'exited' ? -1 : 0),
    })
  }
  const inside = [...runs.values()].filter(({ open, profile }) => open > 0 && profile > after)
  return [...new Set(inside.map(({ profile }) => profile))].sort()
}

import type { EventRecord, EventType } from '#events/schema.ts'
import type { BacktestResult } from '#journeys/backtest-api.ts'
import { type Definitions, definitions, type Published } from '#journeys/definitions.ts'
import { compileSchedule, occurrences } from '#journeys/entries/schedule.ts'
import { entriesOf, eventsOf } from '#journeys/entries/schema.ts'
import { templatesIn } from '#journeys/named-templates.ts'
import type { Person } from '#journeys/person.ts'
import { type Past, type Rehearsal, rehearse } from '#journeys/rehearse.ts'
import type { Journey } from '#journeys/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { own } from '#lib/record.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { familiesOf } from '#profiles/store.ts'
import { type Concerned, movesOf, type PastEvent, pastOf, peopleIn, sentOf, sizeOf } from './backtest-store.ts'
import { Tally } from './backtest-tally.ts'

export interface Backtest {
  readonly analytics: Analytics
  readonly db: Queryable
  /** What is published now; the journeys of it do not matter. */
  readonly published: Published
  readonly journey: Journey
  /** Epoch ms: people enter from here to (not with) there. */
  readonly from: number
  readonly to: number
  /** Told after each slice; false: stop. */
  readonly onProgress?: (done: number, total: number) => Promise<boolean>
}

/** Events and people of one slice: what is held in memory at once. */
const EVENTS_AT_ONCE = 50_000
const PEOPLE_AT_ONCE = 1_000

/** Runs a journey over what has happened, in virtual time and without side effects; null: it was stopped. */
export async function backtest(given: Backtest): Promise<Outcome<BacktestResult | null>> {
  const { analytics, db, journey, published, from, to, onProgress } = given
  const rehearsal = rehearsalOf(given)
  if (isRefusal(rehearsal)) return rehearsal
  const concerned: Concerned = { workspace: published.workspace, journey: journey.id, events: openingEvents(journey), from, to }
  const { people, events } = await sizeOf(analytics, concerned)
  const slices = Math.max(1, Math.ceil(events / EVENTS_AT_ONCE), Math.ceil(people / PEOPLE_AT_ONCE))
  const tally = new Tally()
  const done = new Set<string>()
  let seen = 0
  for (let at = 0; at < slices; at++) {
    const ids = await peopleIn(analytics, concerned, { of: slices, at })
    const families = new Map([...(await familiesOf(db, concerned.workspace, ids))].filter(([survivor]) => !done.has(survivor)))
    // Only a person of several profiles can turn up in another slice again.
    for (const [survivor, members] of families) if (members.length > 1) done.add(survivor)
    for await (const person of peopleOf({ analytics, db, concerned }, families))
      tally.add({ ...person, now: rehearse(rehearsal, person.past) })
    seen += families.size
    if (onProgress && !(await onProgress(seen, Math.max(people, seen)))) return null
  }
  return tally.result({ from, to }, approximationsOf(journey))
}

/** The definitions with this one journey only. */
function rehearsalOf({ published, journey, from, to }: Backtest): Outcome<Rehearsal> {
  const named = templatesIn(journey)
  const missing = named.filter(({ id }) => !published.templates.some((template) => template.id === id))
  const templates = [...published.templates, ...missing]
  const rest = { ...published, templates, edits: [], modes: [] }
  // Not live, but there: what its conditions watch is watched from the beginning.
  const before: Definitions = definitions({ ...rest, journeys: [{ journey, version: 1, live: false }] })
  const during = definitions({ ...rest, journeys: [{ journey, version: 1, live: true }] })
  const [broken] = during.broken
  if (broken) return refuse(broken.problem)
  return { journey: journey.id, before, during, from, to, occasions: occasionsOf(journey, { from, to }) }
}

/** When broadcasts would have gone out. */
function occasionsOf(journey: Journey, { from, to }: { from: number; to: number }): Rehearsal['occasions'] {
  const found: { at: number; occurrence: string }[] = []
  for (const entry of entriesOf(journey)) {
    if (!('schedule' in entry)) continue
    const schedule = compileSchedule(entry.schedule)
    if (isRefusal(schedule)) continue
    for (const { local, begins } of occurrences(schedule, { last: '', since: from })) {
      if (begins >= to) break
      if (begins >= from) found.push({ at: begins, occurrence: local })
    }
  }
  return found
}

/** Events of people that can begin a run; null: it can begin without any, at a date, by a broadcast or a segment. */
function openingEvents(journey: Journey): readonly string[] | null {
  const entries = entriesOf(journey)
  if (!entries.every((entry) => 'event' in entry || 'api' in entry)) return null
  return entries.flatMap((entry) => eventsOf(entry, journey.id))
}

interface Sources {
  readonly analytics: Analytics
  readonly db: Queryable
  readonly concerned: Concerned
}

/** The people of some families with all that is known of their past. */
async function* peopleOf({ analytics, db, concerned }: Sources, families: ReadonlyMap<string, readonly string[]>) {
  const ids = [...families.values()].flat()
  if (ids.length === 0) return
  const [events, moves, messages, states] = await Promise.all([
    pastOf(analytics, concerned, ids),
    movesOf(analytics, concerned, ids),
    sentOf(analytics, concerned, ids),
    loadStates<Person>(
      db,
      'profile',
      [...families.keys()].map((id) => ({ ws: concerned.workspace, id })),
    ),
  ])
  const [eventsBy, movesBy, messagesBy] = [byProfile(events), byProfile(moves), byProfile(messages)]
  const known = new Map(states.map(({ id, state }) => [id, state.profile]))
  for (const [profile, members] of families) {
    const mine = <T>(groups: ReadonlyMap<string, readonly T[]>): T[] => members.flatMap((member) => groups.get(member) ?? [])
    const records = inOrder(mine(eventsBy)).map((event) => recordOf(event, { workspace: concerned.workspace, profile }))
    const then = { moves: mine(movesBy).sort((a, b) => a.at - b.at), messages: mine(messagesBy) }
    const runs = new Map(then.moves.filter(({ kind }) => kind === 'entered').map(({ enrollment, cause }) => [enrollment, cause]))
    const section = known.get(profile)
    const timezone = section && own(section.attributes, 'timezone')?.[0]
    const past: Past = { profile, events: records, runs, known: { ids: section?.ids ?? {}, ...(timezone != null && { timezone }) } }
    yield { profile, events: records.length, past, then }
  }
}

const byProfile = <T extends { readonly profile: string }>(rows: readonly T[]): Map<string, T[]> =>
  Map.groupBy(rows, ({ profile }) => profile)

/** As they were handled: within a partition in the order of the log, between partitions (of profiles that became one) by time. */
function inOrder(events: readonly PastEvent[]): PastEvent[] {
  const latest = new Map<number, number>()
  const timed = events.map((event) => {
    const received = Math.max(event.received, latest.get(event.partition) ?? 0)
    latest.set(event.partition, received)
    return { ...event, received }
  })
  return timed.sort((a, b) => a.received - b.received)
}

const recordOf = (event: PastEvent, { workspace, profile }: { workspace: string; profile: string }): EventRecord => ({
  kind: 'event',
  ws: workspace,
  key: profile,
  id: event.id,
  type: event.type as EventType,
  name: event.name,
  at: event.at,
  received: event.received,
  props: JSON.parse(event.properties) as JsonObject,
  ids: [],
})

function approximationsOf(journey: Journey): string[] {
  const entries = entriesOf(journey)
  return [
    'Templates, segments, consent mode and contact policy are those of today.',
    'Identifiers, and a time zone that only came with a device, are those of today.',
    'Profiles that became one are one from the beginning.',
    'Messages that really were sent fare as they did; all others are sent after one second.',
    'Other journeys are left out: their messages count towards no cap here.',
    ...(entries.some((entry) => 'journey' in entry) ? ['Nothing starts it: the journeys that would are left out.'] : []),
  ]
}

import type { EventRecord } from '#events/schema.ts'
import { own, put } from '#lib/record.ts'
import { isThere, leave, replace } from '../advance.ts'
import type { CompiledExit, CompiledJourney } from '../compile.ts'
import type { Enrollment, EntryEvent, JourneysSection } from '../enrollment.ts'
import { runScope, type Turn } from '../turn.ts'
import { keep } from './section.ts'
import { recordOf } from './settle.ts'
import type { Closed } from './state.ts'

/** What ends the runs of a live journey by their key. */
export interface Closer {
  readonly journey: CompiledJourney
  readonly keyOf: NonNullable<CompiledExit['keyOf']>
  /** An event that begins a run is accepted for so long (ms): so long it may have been overtaken. */
  readonly keep: number
}

/** Keys of one journey that are remembered of one person; of more the oldest are forgotten. */
const MOST_CLOSED = 32
/** No key is remembered for longer (ms). */
const LONGEST = 7 * 86_400_000

/** By the event that closes. */
export function closersOf(live: Iterable<CompiledJourney>): ReadonlyMap<string, readonly Closer[]> {
  const found = new Map<string, Closer[]>()
  for (const journey of live) {
    const keep = Math.min(LONGEST, Math.max(0, ...journey.entries.map(({ maxAge }) => maxAge)))
    for (const [event, exits] of journey.exits) {
      const closers = exits.flatMap(({ keyOf }) => (keyOf ? [{ journey, keyOf, keep }] : []))
      if (closers.length > 0) found.set(event, [...(found.get(event) ?? []), ...closers])
    }
  }
  return found
}

/**
 * Two requests of one device can overtake each other, and a server says “bought” while the telephone still tries to say “in the cart”. So an
 * event that would have ended a run by its key is remembered as long as the event that begins the run may come.
 */
export function noteClosed(turn: Turn, record: EventRecord): void {
  const closers = turn.context.definitions.closers.get(record.name)
  if (!closers) return
  const { now } = turn.context
  const { journeys } = turn.person
  let closed: Closed | undefined
  for (const { journey, keyOf, keep: span } of closers) {
    const key = keyOf(record)
    if (key === undefined || key === '' || isOver(journeys, journey, key)) continue
    const before = Object.entries(own(closed ?? journeys.closed ?? {}, journey.id) ?? {})
    const fresh = before.filter(([other, [, heard]]) => other !== key && heard + span > now).sort(([, a], [, b]) => b[1] - a[1])
    const all: Record<string, readonly [number, number]> = {}
    put(all, key, [record.at, now])
    for (const [other, times] of fresh.slice(0, MOST_CLOSED - 1)) put(all, other, times)
    const next: Record<string, Closed[string]> = { ...(closed ?? journeys.closed) }
    put(next, journey.id, all)
    closed = next
  }
  if (closed) keep(turn, { closed })
}

/** The journey would not let this key in again, whatever came. */
const isOver = ({ memory }: JourneysSection, { id, entries }: CompiledJourney, key: string): boolean =>
  own(own(memory, id)?.keys ?? {}, key) !== undefined && entries.every(({ reentryAfter }) => reentryAfter === Infinity)

/** Whether what ends the run that this event would begin has been heard already: then the event tells of a time that is over. */
export function isOvertaken(turn: Turn, record: EventRecord, { journey, key }: { journey: CompiledJourney; key: string }): boolean {
  // What the system itself begins, or a colleague by the API, is meant as it stands.
  if (record.type === 'system') return false
  const entry: EntryEvent = { name: record.name, at: record.at, properties: record.props }
  const was = own(own(turn.person.journeys.memory, journey.id)?.keys ?? {}, key) !== undefined
  return isClosed(turn, { journey, key, at: record.at, was }) || wouldHaveEnded(turn, { journey, key, entry, was, id: record.id })
}

interface Begun {
  readonly journey: CompiledJourney
  readonly key: string
  /** The key has been in the journey before, so that what has been heard may be about the run of then. */
  readonly was: boolean
}

function isClosed(turn: Turn, { journey, key, at, was }: Begun & { readonly at: number }): boolean {
  const times = own(own(turn.person.journeys.closed ?? {}, journey.id) ?? {}, key)
  return times !== undefined && isAfter(at, { at: times[0], heard: times[1] }, was ? 'by both clocks' : 'by ours')
}

type Clocks = 'by both clocks' | 'by ours'

/** An event that names a run which never was can only mean the one that comes late: then the devices' clocks may say what they like. */
const isAfter = (begun: number, ended: { readonly at: number; readonly heard: number }, clocks: Clocks): boolean =>
  begun <= ended.heard && (clocks === 'by ours' || begun < ended.at)

/** Exits with conditions, and such that name no key, are held against what has just happened. */
function wouldHaveEnded(
  turn: Turn,
  { journey, key, entry, was, id }: Begun & { readonly entry: EntryEvent; readonly id: string },
): boolean {
  const run = { journey: journey.id, version: journey.version, key, entry }
  return (turn.person.journeys.recent ?? []).some((event) => {
    // What was heard before the entry happened, as nearly everything was, costs no more than this look.
    const exits = event.heard < entry.at || event.id === id ? undefined : journey.exits.get(event.name)
    if (!exits) return false
    const record = recordOf(turn, event)
    return exits.some(
      ({ keyed, where, matches }) =>
        isAfter(entry.at, event, keyed && !was ? 'by ours' : 'by both clocks') &&
        matches(record, run) &&
        (!where || where(runScope(turn, run, record))),
    )
  })
}

/** What either of two profiles that became one knows to be over; runs that it would have kept from beginning end. */
export function uniteClosed(turn: Turn, ours: JourneysSection, theirs: JourneysSection): void {
  const closed: Record<string, Closed[string]> = { ...ours.closed }
  for (const [journey, keys] of Object.entries(theirs.closed ?? {})) {
    const all: Record<string, readonly [number, number]> = { ...own(closed, journey) }
    for (const [key, [at, heard]] of Object.entries(keys)) {
      const known = own(all, key)
      put(all, key, known ? [Math.max(at, known[0]), Math.max(heard, known[1])] : [at, heard])
    }
    put(closed, journey, all)
  }
  if (Object.keys(closed).length === 0) return
  keep(turn, { closed })
  for (const run of turn.person.journeys.enrollments) {
    const times = own(own(closed, run.journey) ?? {}, run.key)
    if (times && isThere(turn, run) && heardBefore(run, times)) replace(turn, run, leave(turn, run, 'overtaken'))
  }
}

const heardBefore = ({ enteredAt, entry }: Enrollment, [at, heard]: readonly [number, number]): boolean =>
  heard <= enteredAt && isAfter(entry.at, { at, heard }, 'by ours')

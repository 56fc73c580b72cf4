import type { KeyedRecord } from '#events/schema.ts'
import type { Door } from '../definitions.ts'
import type { Person } from '../person.ts'
import { begin, type Context, entryScope } from '../turn.ts'
import { wantsAppointment } from './appointments.ts'
import { scheduledEvent } from './schema.ts'

/** A journey going out to many people at once. */
export interface Broadcast {
  readonly kind: 'scheduled' | 'existing' | 'dates'
  /** Names it: a person hears of each occurrence once. */
  readonly occurrence: string
}

/** What to put on the log for one person; null: it is not for them. The entry asks again when the record is handled. */
export function recordFor(
  person: Person,
  { door, broadcast, context }: { door: Door; broadcast: Broadcast; context: Context },
): KeyedRecord | null {
  const { id, mergedInto } = person.profile
  if (mergedInto !== undefined) return null
  const ws = context.definitions.workspace
  if (broadcast.kind === 'dates') return wantsAppointment(person, context) ? { kind: 'review', ws, key: id } : null
  const { now } = context
  const record = {
    kind: 'event',
    ws,
    key: id,
    id: `broadcast:${door.journey.id}:${broadcast.occurrence}`,
    type: 'system',
    name: scheduledEvent(door.journey.id),
    at: now,
    received: now,
    props: { occurrence: broadcast.occurrence },
    ids: [],
  } as const
  const { where } = door.entry
  return !where || where(entryScope(begin(person, context, 'broadcast'), record)) ? record : null
}

/** The way in that a broadcast goes through; undefined: the journey has none any more. */
export const doorOf = (doors: readonly Door[], journey: string, { kind }: Pick<Broadcast, 'kind'>): Door | undefined =>
  doors.find((door) => door.journey.id === journey && !door.counting && LEADS[kind](door))

const LEADS: Readonly<Record<Broadcast['kind'], (door: Door) => boolean>> = {
  scheduled: ({ entry }) => entry.schedule !== null,
  existing: ({ entry }) => entry.existing !== null,
  dates: ({ entry }) => entry.appointment?.kind === 'date',
}

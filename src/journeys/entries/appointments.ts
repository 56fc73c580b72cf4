import type { EventRecord } from '#events/schema.ts'
import { own, put } from '#lib/record.ts'
import { isZone } from '#lib/zone.ts'
import { attribute } from '#profiles/react.ts'
import type { Door } from '../definitions.ts'
import type { JourneysSection } from '../enrollment.ts'
import { enter } from '../enter.ts'
import type { Person } from '../person.ts'
import { begin, type Context, personScope, type Turn } from '../turn.ts'
import { nextOfDate } from './dates.ts'
import { instantIn } from './schedule.ts'
import { dateEvent, scheduledEvent } from './schema.ts'
import { keep } from './section.ts'
import { type Appointment, type Appointments, NO_APPOINTMENTS } from './state.ts'

/** Kept occurrences that are remembered of one journey. */
const DONE_REMEMBERED = 24

/** Makes the appointments that the person's dates and zone, and the definitions in force, ask for; those that they do not ask for any more go. */
export function reappoint(turn: Turn): void {
  const { appointed } = turn.context.definitions
  const before = turn.person.journeys.appointments
  if (appointed.length === 0 && before === undefined) return
  const after: Record<string, Appointments> = {}
  let changed = false
  for (const door of appointed) {
    const { id } = door.journey
    const now = (before && own(before, id)) ?? NO_APPOINTMENTS
    const waiting = planned(turn, door, now)
    const same = waiting.length === now.waiting.length && waiting.every((each, i) => isSame(each, now.waiting[i]!))
    changed ||= !same
    if (waiting.length + now.done.length > 0) put(after, id, same ? now : { ...now, waiting })
  }
  for (const [id, { waiting, done }] of Object.entries(before ?? {})) {
    if (appointed.some((door) => door.journey.id === id)) continue
    changed ||= waiting.length > 0
    // What was kept stays known, so that a journey that comes back does not begin anything twice.
    if (done.length > 0) put(after, id, { waiting: [], done })
  }
  if (changed) keep(turn, { appointments: after })
}

const isSame = (a: Appointment, b: Appointment): boolean => a.occurrence === b.occurrence && a.due === b.due

function planned(turn: Turn, { entry }: Door, { waiting, done }: Appointments): readonly Appointment[] {
  const rule = entry.appointment!
  const zone = zoneOf(turn, rule)
  const { now } = turn.context
  switch (rule.kind) {
    case 'date': {
      const next = nextOfDate(rule.value(personScope(turn)), rule.rule, { zone, now, done, waiting })
      return next ? [{ ...next, due: notLost(next, waiting, now) }] : []
    }
    case 'schedule':
      return waiting.map(({ occurrence }) => ({ occurrence, due: notLost({ occurrence, due: instantIn(occurrence, zone) }, waiting, now) }))
  }
}

/** Who flies east over the hour that they wait for is not too late: it is their hour at once. */
function notLost({ occurrence, due }: Appointment, waiting: readonly Appointment[], now: number): number {
  const before = waiting.find((each) => each.occurrence === occurrence)
  return due >= now || !before ? due : Math.max(due, Math.min(before.due, now))
}

function zoneOf(turn: Turn, { zone, fallbackZone }: { zone: string; fallbackZone: string }): string {
  if (zone !== 'profile') return zone
  const theirs = attribute(turn.person.profile, 'timezone')
  return typeof theirs === 'string' && isZone(theirs) ? theirs : fallbackZone
}

/** A broadcast by everyone's own clock has reached this person: it waits for their hour. */
export function appoint(turn: Turn, record: EventRecord, door: Door): void {
  const { occurrence } = record.props
  if (typeof occurrence !== 'string') return
  const { id } = door.journey
  const before = turn.person.journeys.appointments ?? {}
  const { waiting, done } = own(before, id) ?? NO_APPOINTMENTS
  if (done.includes(occurrence) || waiting.some((each) => each.occurrence === occurrence)) return
  const due = instantIn(occurrence, zoneOf(turn, door.entry.appointment!))
  keep(turn, { appointments: { ...before, [id]: { done, waiting: [...waiting, { occurrence, due }] } } })
}

/** Keeps the appointments that are due: each occurrence once. */
export function keepAppointments(turn: Turn): void {
  if (!isAnyDue(turn)) return
  // Under the definitions in force they may be due later, or not at all.
  reappoint(turn)
  for (const door of turn.context.definitions.appointed) {
    const mine = own(turn.person.journeys.appointments ?? {}, door.journey.id)
    for (const appointment of mine?.waiting ?? []) if (appointment.due <= turn.context.now) keepOne(turn, door, appointment)
  }
  // The next year's.
  reappoint(turn)
}

const isAnyDue = (turn: Turn): boolean => (soonestAppointment(turn.person.journeys) ?? Infinity) <= turn.context.now

function keepOne(turn: Turn, door: Door, { occurrence, due }: Appointment): void {
  const { id } = door.journey
  const all = turn.person.journeys.appointments ?? {}
  const { waiting, done } = own(all, id) ?? NO_APPOINTMENTS
  const kept = { waiting: waiting.filter((each) => each.occurrence !== occurrence), done: [...done, occurrence].slice(-DONE_REMEMBERED) }
  keep(turn, { appointments: { ...all, [id]: kept } })
  enter(turn, recordOf(turn, door, { occurrence, due }), door)
}

function recordOf(turn: Turn, { journey, entry }: Door, { occurrence, due }: Appointment): EventRecord {
  const dated = entry.appointment?.kind === 'date'
  return {
    kind: 'event',
    ws: turn.context.definitions.workspace,
    key: turn.person.profile.id,
    id: `${dated ? 'date' : 'broadcast'}:${journey.id}:${occurrence}`,
    type: 'system',
    name: dated ? dateEvent(journey.id) : scheduledEvent(journey.id),
    at: due,
    received: turn.context.now,
    props: { occurrence },
    ids: [],
  }
}

/** When the next appointment is due (epoch ms); null: there is none. */
export function soonestAppointment({ appointments }: JourneysSection): number | null {
  if (appointments === undefined) return null
  let least: number | null = null
  for (const { waiting } of Object.values(appointments)) for (const { due } of waiting) if (least === null || due < least) least = due
  return least
}

/** Two profiles became one: an occurrence that either has kept is kept. The dates are reckoned again afterwards. */
export function unitedAppointments(ours: JourneysSection, theirs: JourneysSection): Readonly<Record<string, Appointments>> {
  const united: Record<string, Appointments> = { ...ours.appointments }
  for (const [journey, b] of Object.entries(theirs.appointments ?? {})) {
    const a = own(united, journey) ?? NO_APPOINTMENTS
    const done = [...new Set([...a.done, ...b.done])].sort().slice(-DONE_REMEMBERED)
    const waiting = [...a.waiting, ...b.waiting.filter(({ occurrence }) => !a.waiting.some((each) => each.occurrence === occurrence))]
    put(united, journey, { done, waiting: waiting.filter(({ occurrence }) => !done.includes(occurrence)) })
  }
  return united
}

/** Whether a look at this person would change their appointments: a new version of a journey looks for such people. */
export function wantsAppointment(person: Person, context: Context): boolean {
  const turn = begin(person, context, 'review')
  reappoint(turn)
  return turn.person !== person
}

import { isRefusal, type Outcome } from '#lib/problem.ts'
import { daysFrom, type Recurrence, recurrenceOf } from './recurrence.ts'
import type { Schedule } from './schema.ts'

/** A schedule that can be asked when it is due. */
export interface CompiledSchedule {
  /** `profile`: by everyone's own clock. */
  readonly zone: string
  readonly fallbackZone: string
  /** Once. */
  readonly at: string | null
  readonly again: { readonly recurrence: Recurrence; readonly time: string } | null
}

/** One time that a schedule is due. */
export interface Occurrence {
  /** Local date and time, e.g. `2026-03-31T09:00`: the same occurrence in every zone. */
  readonly local: string
  /** From the first zone in which it is that time until the last (epoch ms); in one zone both are that moment. */
  readonly begins: number
  readonly ends: number
}

export function compileSchedule(schedule: Schedule): Outcome<CompiledSchedule> {
  const { at, time, zone, fallbackZone } = schedule
  if (at !== undefined) return { zone, fallbackZone, at, again: null }
  const recurrence = recurrenceOf(schedule)
  return isRefusal(recurrence) ? recurrence : { zone, fallbackZone, at: null, again: { recurrence, time: time! } }
}

/** Clocks on Earth show a time first at UTC+14 (Kiritimati), last at UTC−12. */
const [EARLIEST, LATEST] = ['+14:00', '-12:00']

/** The moment (epoch ms) at which clocks of a zone show a local time; of one that comes twice the first, one that is left out moves by the gap. */
export const instantIn = (local: string, zone: string): number => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).epochMilliseconds

function occurrence({ zone }: CompiledSchedule, local: string): Occurrence {
  if (zone === 'profile') return { local, begins: instantIn(local, EARLIEST), ends: instantIn(local, LATEST) }
  const at = instantIn(local, zone)
  return { local, begins: at, ends: at }
}

export interface Span {
  /** Local time of the last occurrence that was seen to; '' for none. */
  readonly last: string
  /** Occurrences that were over before this moment (epoch ms) are not wanted: the schedule was not in force. */
  readonly since: number
}

/** The occurrences that are still to come or to be seen to, in order. */
export function* occurrences(schedule: CompiledSchedule, { last, since }: Span): Generator<Occurrence> {
  for (const local of locals(schedule, { last, since })) {
    if (local <= last) continue
    const found = occurrence(schedule, local)
    if (found.ends >= since) yield found
  }
}

function* locals({ at, again }: CompiledSchedule, { last, since }: Span): Generator<string> {
  if (at !== null) yield at
  if (again === null) return
  // Two days before, no zone has reached the day of `since`.
  const start = Temporal.Instant.fromEpochMilliseconds(since).toZonedDateTimeISO('UTC').toPlainDate().subtract({ days: 2 })
  const from = last.slice(0, 10) > start.toString() ? Temporal.PlainDate.from(last.slice(0, 10)) : start
  for (const day of daysFrom(again.recurrence, from)) yield `${day.toString()}T${again.time}`
}

/** What has begun by `now` and was not seen to, oldest first, and when the next one begins (epoch ms; null: never again). */
export function dueBy(
  schedule: CompiledSchedule,
  span: Span,
  now: number,
): { readonly due: readonly Occurrence[]; readonly next: number | null } {
  const due: Occurrence[] = []
  for (const found of occurrences(schedule, span)) {
    if (found.begins > now) return { due, next: found.begins }
    due.push(found)
  }
  return { due, next: null }
}

import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import type { Scope } from '#segments/condition/scope.ts'
import { condition, eventPath, expression, keyText, Unreadable } from '../conditions.ts'
import type { DateRule } from './dates.ts'
import { type CompiledSchedule, compileSchedule } from './schedule.ts'
import { type Entry, eventsOf } from './schema.ts'

export interface CompiledEntry {
  /** Events that open it. */
  readonly events: readonly string[]
  readonly where: ((scope: Scope) => boolean) | null
  /** Who was called by name and does not meet `where` is told why: they were chosen, or somebody asked for them. Null: no trace. */
  readonly unmatched: 'left_audience' | 'not_matching' | null
  /** '' where the journey has no key; undefined where the event lacks it. */
  key(record: EventRecord): string | undefined
  /** Milliseconds since the last run with the same key began (or ended) after which entering again is allowed. */
  readonly reentryAfter: number
  readonly reentryFrom: 'start' | 'end'
  readonly limit: { readonly times: number; readonly within: number } | null
  readonly concurrent: number
  /** Milliseconds. */
  readonly maxAge: number
  /** Milliseconds that an event waits for the person to meet `where`. */
  readonly settle: number
  readonly appointment: DateAppointment | ScheduleAppointment | null
  readonly schedule: CompiledSchedule | null
  /** Members of this segment are taken in at publish. */
  readonly existing: string | null
}

/** Where the person's own clock decides. */
interface OwnClock {
  readonly zone: string
  readonly fallbackZone: string
}
/** A date of theirs. */
export interface DateAppointment extends OwnClock {
  readonly kind: 'date'
  readonly rule: DateRule
  value(scope: Scope): Json | undefined
}
/** A broadcast by everyone's own clock. */
export interface ScheduleAppointment extends OwnClock {
  readonly kind: 'schedule'
}

const optional = (where: string | undefined) => (where === undefined ? null : condition(where))

/** What members of a segment meet. */
export const memberOf = (segment: string): string => `segment("${segment}")`

export function compileEntry(entry: Entry, journey: string): CompiledEntry {
  const { reentry, maxAge, limit, concurrent } = entry
  return {
    events: eventsOf(entry, journey),
    where: whereOf(entry),
    unmatched: 'schedule' in entry ? 'left_audience' : 'api' in entry || 'journey' in entry ? 'not_matching' : null,
    key: keyOf(entry),
    reentryAfter: reentry === 'never' ? Infinity : reentry === 'always' ? 0 : milliseconds(reentry.after)!,
    reentryFrom: typeof reentry === 'object' ? (reentry.from ?? 'start') : 'start',
    limit: limit ? { times: limit.times, within: milliseconds(limit.within)! } : null,
    concurrent: concurrent ?? Infinity,
    maxAge: milliseconds(maxAge)!,
    settle: 'event' in entry && entry.settle !== undefined ? milliseconds(entry.settle)! : 0,
    appointment: appointmentOf(entry),
    schedule: 'schedule' in entry ? scheduleOf(entry.schedule) : null,
    existing: 'segment' in entry && entry.existing === 'enter' ? entry.segment : null,
  }
}

/** The audience is asked again when its turn has come; members of a segment that were taken in at publish must still be members. */
function whereOf(entry: Entry): ((scope: Scope) => boolean) | null {
  const own = optional(entry.where)
  const also = alsoOf(entry)
  if (also === null) return own
  return own === null ? also : (scope) => also(scope) && own(scope)
}

function alsoOf(entry: Entry): ((scope: Scope) => boolean) | null {
  if ('schedule' in entry) return condition(typeof entry.audience === 'string' ? entry.audience : memberOf(entry.audience.segment))
  if (!('segment' in entry)) return null
  // Whom a build of the segment found was in it before: they did not come in, they were there.
  if (entry.existing === 'skip') return (scope) => scope.event?.properties['why'] !== 'review'
  const isMember = condition(memberOf(entry.segment))
  return (scope) => !scope.event?.name.startsWith('journey.scheduled:') || isMember(scope)
}

function keyOf(entry: Entry): CompiledEntry['key'] {
  if (entry.key !== undefined) {
    const read = eventPath(entry.key)
    return (record) => keyText(read(record))
  }
  // Who calls may name the run without the journey having to say where.
  if ('api' in entry) return (record) => keyText(record.props['key']) ?? ''
  return () => ''
}

function appointmentOf(entry: Entry): CompiledEntry['appointment'] {
  if ('schedule' in entry) {
    const { zone, fallbackZone } = entry.schedule
    return zone === 'profile' ? { kind: 'schedule', zone, fallbackZone } : null
  }
  if (!('date' in entry)) return null
  const { zone, fallbackZone, offset, time, yearly, maxAge } = entry
  return {
    kind: 'date',
    zone,
    fallbackZone,
    rule: { offset, time, yearly, maxAge: milliseconds(maxAge)! },
    value: expression(entry.date),
  }
}

function scheduleOf(schedule: Parameters<typeof compileSchedule>[0]): CompiledSchedule {
  const compiled = compileSchedule(schedule)
  if (isRefusal(compiled)) throw new Unreadable(compiled.refused)
  return compiled
}

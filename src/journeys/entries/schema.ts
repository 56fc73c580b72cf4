import { z } from 'zod'
import { Condition, DurationText, Slug } from '../words.ts'

const Clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time of day such as 09:00')
const DayText = z.iso.date('write a day such as 2026-03-31')
/** A moment on somebody's wall clock, without a zone. */
const LocalText = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d$/, 'write a local date and time such as 2026-03-31T09:00')
  .refine((text) => z.iso.date().safeParse(text.slice(0, 10)).success, 'there is no such day')
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Again `after` this long since the last time with the same key: since that run began, or since it ended. */
const Again = z.strictObject({ after: DurationText, from: z.enum(['start', 'end']).optional() })
const Reentry = z.union([z.enum(['never', 'always']), Again])

/** What every way in has: which people, how often, how late. */
const rules = (reentry: 'never' | 'always', maxAge: string) => ({
  where: Condition.optional(),
  /** Path into the entry event, e.g. `properties.cart_id`: one run for each value. */
  key: z.string().optional(),
  /** `never` again, `always`, or `after` this long since the last entry (with the same key). */
  reentry: Reentry.default(reentry),
  /** The most times that one person enters within a time, whatever the key. */
  limit: z.strictObject({ times: z.int().min(1).max(100), within: DurationText }).optional(),
  /** The most runs of this journey that one person has at once, whatever the key. */
  concurrent: z.int().min(1).max(1_000).optional(),
  /** What is older than this when it is handled starts nothing. */
  maxAge: DurationText.default(maxAge),
})

const zones = {
  /** A time zone, or `profile`: everyone's own. */
  zone: z.string().min(1),
  /** For people whose own zone is not known. */
  fallbackZone: z.string().default('UTC'),
}

export const EventEntry = z.strictObject({
  event: z.string().min(1),
  /** Who does not meet `where` yet is looked at again at each change until this long after the event: traits may come late. */
  settle: DurationText.optional(),
  ...rules('never', '72h'),
})

export const SegmentEntry = z.strictObject({
  segment: Slug,
  on: z.enum(['entered', 'left']),
  /** What becomes of those who are members when this is published. */
  existing: z.enum(['skip', 'enter'], 'say what becomes of those who are in the segment already: existing: skip, or existing: enter'),
  ...rules('never', '72h'),
})

export const Schedule = z
  .strictObject({
    /** Once. */
    at: LocalText.optional(),
    every: z.enum(['day', 'week', 'month']).optional(),
    /** Of a week: these days. */
    on: z.array(z.enum(WEEKDAYS)).min(1).optional(),
    /** Of a month: this day, the last one where the month is shorter; -1 is the last. */
    day: z.union([z.int().min(1).max(31), z.literal(-1)]).optional(),
    /** RFC 5545: FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL. */
    rule: z.string().min(1).optional(),
    time: Clock.optional(),
    /** The first day; INTERVAL and COUNT are reckoned from it. */
    from: DayText.optional(),
    ...zones,
  })
  .refine(({ at, every, rule }) => [at, every, rule].filter((each) => each !== undefined).length === 1, 'write one of at, every or rule')
  .refine(({ at, time }) => (at === undefined) !== (time === undefined), 'every and rule need a time such as 09:00; at has its own')
export type Schedule = z.output<typeof Schedule>

export const ScheduleEntry = z.strictObject({
  schedule: Schedule,
  /** A condition, or a segment. */
  audience: z.union([Condition, z.strictObject({ segment: Slug })]),
  ...rules('always', '3h'),
})

export const DateEntry = z.strictObject({
  /** Where the date stands, e.g. `profile.renewal_date`. */
  date: z.string().min(1),
  /** `-14d`, `+2h`: weeks and days are those of the calendar. */
  offset: z
    .string()
    .regex(/^[+-]?(?:\d+(?:ms|[wdhms]))+$/, 'write an offset such as -14d, +2h or 0d')
    .default('0d'),
  /** Left out: the date's own time, midnight for a day. */
  time: Clock.optional(),
  ...zones,
  /** Every year on this day; 29 February is the 28th in other years. */
  yearly: z.boolean().default(false),
  ...rules('always', '24h'),
})

export const ApiEntry = z.strictObject({ api: z.literal(true), ...rules('never', '72h') })

/** Started by a step of another journey. */
export const JourneyEntry = z.strictObject({ journey: z.literal(true), ...rules('never', '72h') })

const WAYS = [EventEntry, SegmentEntry, ScheduleEntry, DateEntry, ApiEntry, JourneyEntry] as const
export const Entry = z.union(WAYS)
export type Entry = z.output<typeof Entry>

/** One way into a journey, or several. Not a union in a union, so that a fault is told by the way that comes closest. */
export const Entries = z.union([...WAYS, z.array(Entry).min(1).max(10)])
export type Entries = z.output<typeof Entries>

/** The ways into a journey. */
export const entriesOf = ({ entry }: { readonly entry: Entries }): readonly Entry[] => (Array.isArray(entry) ? entry : [entry])

/** Whether publishing lets it go out to many people without anything that happens to them: by a schedule, or to all who are in a segment. */
export const goesOutToMany = (journey: { readonly entry: Entries }): boolean =>
  entriesOf(journey).some((entry) => 'schedule' in entry || ('segment' in entry && entry.existing === 'enter'))

/** Events that the engine itself writes when a journey's own time, or a call, has come. */
export const scheduledEvent = (journey: string): string => `journey.scheduled:${journey}`
export const dateEvent = (journey: string): string => `journey.date:${journey}`
export const calledEvent = (journey: string): string => `journey.enter:${journey}`
export const startedEvent = (journey: string): string => `journey.start:${journey}`

/** The events that open one way in. */
export function eventsOf(entry: Entry, journey: string): readonly string[] {
  if ('event' in entry) return [entry.event]
  if ('segment' in entry) {
    const change = `segment.${entry.on}:${entry.segment}`
    return entry.existing === 'enter' ? [change, scheduledEvent(journey)] : [change]
  }
  if ('schedule' in entry) return [scheduledEvent(journey)]
  if ('date' in entry) return [dateEvent(journey)]
  return ['api' in entry ? calledEvent(journey) : startedEvent(journey)]
}

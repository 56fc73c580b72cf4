import type { Json } from '#lib/json.ts'
import { instant } from '#segments/condition/instant.ts'
import { dateMoment } from '../date-moment.ts'
import type { Appointment, Appointments } from './state.ts'

export interface DateRule {
  readonly offset: string
  readonly time: string | undefined
  readonly yearly: boolean
  /** Milliseconds after which it is too late. */
  readonly maxAge: number
}

interface Around extends Omit<Appointments, 'waiting'> {
  readonly zone: string
  readonly now: number
  /** What was agreed before: a change of zone does not make it too late. */
  readonly waiting: readonly Appointment[]
}

/** Between the first and the last clock on Earth (ms). */
const ROUND_THE_WORLD = 26 * 3_600_000

/** The next time that a date of somebody's is due by the clocks of their zone: one that is over by more than `maxAge` is not. */
export function nextOfDate(value: Json | undefined, rule: DateRule, { zone, now, done, waiting }: Around): Appointment | null {
  for (const { occurrence, date } of candidates(value, rule, now)) {
    if (done.includes(occurrence)) continue
    const due = dateMoment(date, rule, zone)
    const late = waiting.some((each) => each.occurrence === occurrence) ? Math.max(rule.maxAge, ROUND_THE_WORLD) : rule.maxAge
    if (due !== null && due + late >= now) return { occurrence, due }
  }
  return null
}

interface Candidate {
  /** The date as it was given, or of a yearly one the year: the same in every zone. */
  readonly occurrence: string
  readonly date: Json
}

/** Years ahead in which a yearly date is looked for: the offset may reach over the end of one. */
const YEARS_AHEAD = 3

function* candidates(value: Json | undefined, { yearly }: DateRule, now: number): Generator<Candidate> {
  if (typeof value !== 'string' && typeof value !== 'number') return
  if (!yearly) {
    yield { occurrence: String(value), date: value }
    return
  }
  const day = dayOf(value)
  if (!day) return
  const thisYear = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO('UTC').year
  // Of an offset such as +30d last year's may still be ahead.
  for (let year = Math.max(day.year, thisYear - 1); year <= Math.max(day.year, thisYear) + YEARS_AHEAD; year++) {
    const date = day.toPlainMonthDay().toPlainDate({ year })
    yield { occurrence: String(year), date: date.toString() }
  }
}

/** The calendar day that is meant. Of a moment the one in UTC, wherever the person is: a birthday of midnight UTC is no day earlier in New York. */
function dayOf(value: string | number): Temporal.PlainDate | null {
  if (typeof value === 'string' && value.length === 10 && !Number.isNaN(instant(value))) return Temporal.PlainDate.from(value)
  const at = typeof value === 'number' ? value : instant(value)
  // The range of Temporal: what is beyond is no date of a person's.
  return Math.abs(at) <= 8.64e15 ? Temporal.Instant.fromEpochMilliseconds(Math.trunc(at)).toZonedDateTimeISO('UTC').toPlainDate() : null
}

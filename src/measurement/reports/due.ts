import { milliseconds } from '#lib/duration.ts'
import { type Range, type Schedule, Weekday } from './saved.ts'

/** The newest moment at or before `now` at which the schedule was due (epoch ms). A local time that a change of clocks leaves out moves by the gap. */
export function lastDue(schedule: Schedule, now: number): number {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(schedule.zone).toPlainDate()
  const here = onOrBefore(schedule, today)
  const due = moment(schedule, here)
  return due <= now ? due : moment(schedule, onOrBefore(schedule, here.subtract({ days: 1 })))
}

/** The first moment after `after` at which it is due (epoch ms). */
export function nextDue(schedule: Schedule, after: number): number {
  let day = Temporal.Instant.fromEpochMilliseconds(after).toZonedDateTimeISO(schedule.zone).toPlainDate()
  // At most a month and the day of a change of clocks.
  for (let tries = 0; tries < 64; tries++, day = day.add({ days: 1 }))
    if (falls(schedule, day) && moment(schedule, day) > after) return moment(schedule, day)
  throw new Error('no day of two months is of this schedule')
}

function falls(schedule: Schedule, day: Temporal.PlainDate): boolean {
  switch (schedule.every) {
    case 'day':
      return true
    case 'week':
      return day.dayOfWeek === Weekday.options.indexOf(schedule.on) + 1
    case 'month':
      return day.day === Math.min(schedule.day, day.daysInMonth)
  }
}

function onOrBefore(schedule: Schedule, from: Temporal.PlainDate): Temporal.PlainDate {
  let day = from
  while (!falls(schedule, day)) day = day.subtract({ days: 1 })
  return day
}

const moment = ({ at, zone }: Schedule, day: Temporal.PlainDate): number =>
  day.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(at) }).epochMilliseconds

export interface Stretch {
  readonly from: number
  /** Not included. */
  readonly to: number
}

/** What a range means at a moment, in the days of a zone. Weeks begin on Monday (ISO 8601). */
export function stretchOf(range: Range, { at, zone }: { at: number; zone: string }): Stretch {
  if ('last' in range) return { from: at - milliseconds(range.last)!, to: at }
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()
  const { begins, before } = UNITS[range.previous]
  const to = begins(today)
  const midnight = (day: Temporal.PlainDate): number => day.toZonedDateTime(zone).epochMilliseconds
  return { from: midnight(to.subtract(before)), to: midnight(to) }
}

interface Unit {
  readonly begins: (day: Temporal.PlainDate) => Temporal.PlainDate
  readonly before: Temporal.DurationLike
}
const UNITS: Readonly<Record<Extract<Range, { previous: unknown }>['previous'], Unit>> = {
  day: { begins: (day) => day, before: { days: 1 } },
  week: { begins: (day) => day.subtract({ days: day.dayOfWeek - 1 }), before: { days: 7 } },
  month: { begins: (day) => day.with({ day: 1 }), before: { months: 1 } },
  quarter: { begins: (day) => day.with({ month: day.month - ((day.month - 1) % 3), day: 1 }), before: { months: 3 } },
  year: { begins: (day) => day.with({ month: 1, day: 1 }), before: { years: 1 } },
}

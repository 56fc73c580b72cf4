const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

/** Hours of the day by the clocks of a zone, on some days of the week. */
export interface ClockWindow {
  /** Left out: every day. A window over midnight belongs to the day on which it opens. */
  readonly days?: readonly Weekday[] | undefined
  /** `HH:MM`. */
  readonly from: string
  /** `HH:MM` or `24:00`; not later than `from`: on the next day. */
  readonly to: string
}

/** One time that a window is open: from the first moment until before the last (epoch ms). */
export interface Opening {
  readonly open: number
  readonly close: number
}

/** A window in a zone, and the days (`YYYY-MM-DD`) on which it does not open. */
export interface Hours {
  readonly window: ClockWindow
  readonly zone: string
  readonly isClosed: (day: string) => boolean
}

/** Days that are looked at before a window counts as never open: two years, so that a holiday of every year is passed. */
const HORIZON = 800

/** The opening in which `from` (epoch ms) stands, or the first after it; undefined when there is none within two years. */
export function nextOpening({ window, zone, isClosed }: Hours, from: number): Opening | undefined {
  // The window that opened yesterday may still be open.
  let date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 })
  for (let tries = 0; tries < HORIZON; tries++, date = date.add({ days: 1 })) {
    if (window.days && !window.days.includes(WEEKDAYS[date.dayOfWeek - 1]!)) continue
    if (isClosed(date.toString())) continue
    const opening = openingOn(window, zone, date)
    if (opening.close > from && opening.close > opening.open) return opening
  }
  return undefined
}

function openingOn({ from, to }: ClockWindow, zone: string, date: Temporal.PlainDate): Opening {
  const last = to === '24:00' ? '00:00' : to
  return { open: firstShows(date, from, zone), close: firstShows(last <= from ? date.add({ days: 1 }) : date, last, zone) }
}

/**
 * The first moment (epoch ms) of a day at which clocks in the zone show this time or a later one: of a time that comes twice the first,
 * of one that a clock change leaves out the change itself.
 */
export function firstShows(date: Temporal.PlainDate, time: string, zone: string): number {
  const plain = date.toPlainDateTime(Temporal.PlainTime.from(time))
  const moment = plain.toZonedDateTime(zone)
  if (moment.toPlainDateTime().equals(plain)) return moment.epochMilliseconds
  return plain.toZonedDateTime(zone, { disambiguation: 'earlier' }).getTimeZoneTransition('next')!.epochMilliseconds
}

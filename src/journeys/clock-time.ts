const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MINUTE = 60_000

export interface ClockTime {
  /** `HH:MM`. */
  readonly time: string
  readonly days?: readonly (typeof WEEKDAYS)[number][] | undefined
}

/**
 * The first moment (epoch ms) from `from` on at which clocks in the zone show this time on one of these days; the minute of `from` itself counts.
 * A time that a clock change leaves out is moved forward by the gap, over midnight too (Nuuk, 2024-03-30 23:00), one that comes twice is the
 * first (RFC 5545, Temporal's `compatible`).
 */
export function nextClockTime({ time, days }: ClockTime, zone: string, from: number): number {
  const earliest = Math.floor(from / MINUTE) * MINUTE
  const asked = `${time} ${days?.join() ?? ''} ${zone}`
  const known = KNOWN.get(asked)
  // What was next at an earlier moment and has not come yet is next now: thousands wait for the same nine o'clock.
  if (known && known.since <= earliest && earliest <= known.moment) return Math.max(known.moment, from)
  const moment = momentFrom({ time, days }, zone, earliest)
  if (KNOWN.size >= MOST_KNOWN) KNOWN.clear()
  KNOWN.set(asked, { since: earliest, moment })
  return Math.max(moment, from)
}
const KNOWN = new Map<string, { readonly since: number; readonly moment: number }>()
const MOST_KNOWN = 2_000

function momentFrom({ time, days }: ClockTime, zone: string, earliest: number): number {
  const clock = Temporal.PlainTime.from(time)
  // Yesterday first: its time may have been moved over midnight.
  let date = Temporal.Instant.fromEpochMilliseconds(earliest).toZonedDateTimeISO(zone).toPlainDate().subtract({ days: 1 })
  // Eight days hold every weekday; one more for yesterday, one for a date that a zone has skipped altogether (Apia, 2011-12-30).
  for (let tries = 0; tries < 11; tries++, date = date.add({ days: 1 })) {
    if (days && !days.includes(WEEKDAYS[date.dayOfWeek - 1]!)) continue
    const moment = date.toZonedDateTime({ timeZone: zone, plainTime: clock })
    if (moment.epochMilliseconds >= earliest && date.toZonedDateTime(zone).toPlainDate().equals(date)) return moment.epochMilliseconds
  }
  throw new Error(`No ${time} on ${days?.join(', ')} within ten days in ${zone}`)
}

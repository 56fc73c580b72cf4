import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { instant } from '#segments/condition/instant.ts'

const DAY = 86_400_000
/** Years 1901–2199, as the condition language reads them. */
const [FIRST, LAST] = [instant('1901-01-02'), instant('2199-12-30')]

export interface DateRule {
  /** `-14d`, `+2h`, `1w12h`: weeks and days are those of the calendar, smaller units exact. */
  readonly offset: string
  /** `HH:MM`; left out: the date's own time, midnight for a day. */
  readonly time?: string | undefined
}

/** The moment (epoch ms) that a date in somebody's data means in a zone; null for what is no date. */
export function dateMoment(value: Json | undefined, { offset, time }: DateRule, zone: string): number | null {
  const { days, ms } = offsetOf(offset)
  if (typeof value === 'string' && value.length === 10 && !Number.isNaN(instant(value))) {
    const date = Temporal.PlainDate.from(value).add({ days })
    return date.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(time ?? '00:00') }).epochMilliseconds + ms
  }
  const at = typeof value === 'number' ? value : typeof value === 'string' ? instant(value) : Number.NaN
  if (!(at >= FIRST && at <= LAST)) return null
  const moved = Temporal.Instant.fromEpochMilliseconds(Math.trunc(at)).toZonedDateTimeISO(zone).add({ days })
  return (time === undefined ? moved : moved.withPlainTime(time)).epochMilliseconds + ms
}

/** The parts of a signed duration; a text that is none is no offset (the schema refuses it). */
export function offsetOf(text: string): { readonly days: number; readonly ms: number } {
  const sign = text.startsWith('-') ? -1 : 1
  let days = 0
  let ms = 0
  for (const [part, , unit] of text.matchAll(/(\d+)(ms|[wdhms])/g)) {
    const size = milliseconds(part) ?? 0
    if (unit === 'w' || unit === 'd') days += size / DAY
    else ms += size
  }
  return { days: sign * days, ms: sign * ms }
}

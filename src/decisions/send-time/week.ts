/** Hours of a week: bin 0 is Monday 00:00–01:00 by the person's clock, bin 167 Sunday 23:00–24:00. */
export const BINS = 168
export const HOUR = 3_600_000

/** The hour of the week that clocks in the zone show at a moment (epoch ms). An hour that comes twice is one bin. */
export function binAt(at: number, zone: string): number {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  return (local.dayOfWeek - 1) * 24 + local.hour
}

/** A stretch of time in which clocks show one hour; `to` is not in it any more (epoch ms). */
export interface Hour {
  readonly from: number
  readonly to: number
  readonly bin: number
  /** As clocks show it, with the offset, so that an hour that comes twice has two names: `2026-10-25T02:00+01:00`. */
  readonly name: string
}

/**
 * The hours of a zone from a moment on until another, the first and the last perhaps cut short. Steps are by the clock that people see:
 * zones off by 45 minutes begin theirs where their clocks do, and a clock change of half an hour makes a short one.
 */
export function hoursBetween(from: number, until: number, zone: string): Hour[] {
  const found: Hour[] = []
  for (let at = from; at < until; ) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    const changes = local.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY
    const offset = local.offsetNanoseconds / 1_000_000
    // Until the clocks change the rest is arithmetic.
    for (const end = Math.min(until, changes); at < end; ) {
      const shown = at + offset
      const to = Math.min(at + HOUR - (((shown % HOUR) + HOUR) % HOUR), end)
      found.push({ from: at, to, bin: binOfShown(shown), name: `${nameOf(shown)}${local.offset}` })
      at = to
    }
  }
  return found
}

/** Of what a clock shows, as ms since 1970-01-01 00:00 on it; that was a Thursday. */
const binOfShown = (shown: number): number => {
  const hours = Math.floor(shown / HOUR)
  return (((hours + 72) % BINS) + BINS) % BINS
}

const two = (n: number): string => String(n).padStart(2, '0')
const nameOf = (shown: number): string => {
  const day = new Date(shown)
  return `${String(day.getUTCFullYear()).padStart(4, '0')}-${two(day.getUTCMonth() + 1)}-${two(day.getUTCDate())}T${two(day.getUTCHours())}:00`
}

const HOURS = ['night', 'morning', 'midday', 'afternoon', 'evening'] as const
/** A part of the day, by the hour at which it begins: 0, 6, 11, 15, 18. */
export type PartOfDay = (typeof HOURS)[number]
export const PARTS: readonly PartOfDay[] = HOURS

export function partOf(bin: number): PartOfDay {
  const hour = bin % 24
  return hour < 6 ? 'night' : hour < 11 ? 'morning' : hour < 15 ? 'midday' : hour < 18 ? 'afternoon' : 'evening'
}

/** Hours of working days (0–23) and of weekends (24–47): coarser bins, for what little is known of them. */
export const COARSE = 48
export const coarse = (bin: number): number => (bin >= 120 ? 24 : 0) + (bin % 24)

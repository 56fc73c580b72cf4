import { type Contact, type ContactsSection, counts } from './contacts.ts'
import type { CompiledCap } from './policy.ts'

/** What asks whether there is room for it. */
export type Ask = Pick<Contact, 'channel' | 'topic' | 'lane'>

export type Room =
  | { readonly free: true }
  /** `freeAt`: epoch ms at which there would be room if nothing else came and all that is reserved went out now; null: never. */
  | { readonly free: false; readonly cap: string; readonly freeAt: number | null }

const FREE: Room = { free: true }

interface Moment {
  readonly caps: readonly CompiledCap[]
  /** Epoch ms. */
  readonly now: number
  /** Where days, weeks and months are read: the person's zone as it is now. */
  readonly zone: string
}

/** Whether every cap leaves room for one more contact; if not, the one that is full for the longest. */
export function room(section: ContactsSection, ask: Ask, { caps, now, zone }: Moment): Room {
  let full: Room = FREE
  for (const cap of caps) {
    if (!counts(cap, ask)) continue
    const { free, freeAt } = usage(section, cap, { now, zone })
    if (free > 0) continue
    if (freeAt === null) return { free: false, cap: cap.id, freeAt: null }
    if (full.free || freeAt > full.freeAt!) full = { free: false, cap: cap.id, freeAt }
  }
  return full
}

export interface Usage {
  /** The contacts that count now, oldest first. */
  readonly counted: readonly Contact[]
  /** How many more there may be now. */
  readonly free: number
  /** Epoch ms at which there is room: now, later, or (null) never. */
  readonly freeAt: number | null
}

/**
 * How much of a cap is used. What is reserved may be handed over at any moment until it is settled, so it counts whenever it was decided:
 * that is why no window of hand-overs ever holds more than `max`, whatever the delays.
 */
export function usage({ sends }: ContactsSection, cap: CompiledCap, { now, zone }: Omit<Moment, 'caps'>): Usage {
  const { per, max } = cap
  const since = typeof per === 'number' ? now - per : periodStart(per, zone, now) - 1
  const counted = sends.filter(
    (contact) => contact.status !== 'released' && counts(cap, contact) && (contact.status === 'reserved' || contact.at > since),
  )
  const free = Math.max(0, max - counted.length)
  if (max === 0) return { counted, free: 0, freeAt: null }
  if (free > 0) return { counted, free, freeAt: now }
  if (typeof per !== 'number') return { counted, free: 0, freeAt: nextPeriod(per, zone, now) }
  const ends = counted.map(({ status, at }) => (status === 'reserved' ? now : at) + per).sort((a, b) => a - b)
  return { counted, free: 0, freeAt: ends[counted.length - max]! }
}

type Period = 'day' | 'week' | 'month'

const dateOf = (zone: string, at: number): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()

const begins = (period: Period, date: Temporal.PlainDate): Temporal.PlainDate =>
  period === 'day' ? date : period === 'week' ? date.subtract({ days: date.dayOfWeek - 1 }) : date.with({ day: 1 })

/** The first moment (epoch ms) of the day, week (from Monday) or month in which `at` stands. */
export const periodStart = (period: Period, zone: string, at: number): number =>
  begins(period, dateOf(zone, at)).toZonedDateTime(zone).epochMilliseconds

/** The first moment of the next one. */
export function nextPeriod(period: Period, zone: string, at: number): number {
  const date = begins(period, dateOf(zone, at))
  return date.add(period === 'day' ? { days: 1 } : period === 'week' ? { weeks: 1 } : { months: 1 }).toZonedDateTime(zone).epochMilliseconds
}

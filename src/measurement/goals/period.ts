import type { GoalBaseline, GoalPeriod } from './schema.ts'

/** Days on the calendar of a zone. */
export interface Span {
  /** `2026-01-01`. */
  readonly first: string
  readonly last: string
  readonly days: number
  /** Epoch ms; `to` is the first moment after it. */
  readonly from: number
  readonly to: number
}

interface Where {
  readonly zone: string
  /** Epoch ms: which period is at hand. */
  readonly at: number
}

type Named = Exclude<GoalPeriod, { readonly from: string }>

/** The days of a period. */
export function spanOf(period: GoalPeriod, { zone, at }: Where): Span {
  if (typeof period === 'object') return between(Temporal.PlainDate.from(period.from), Temporal.PlainDate.from(period.to), zone)
  const { first, length } = begun(period, dayOf(at, zone))
  return between(first, first.add(length).subtract({ days: 1 }), zone)
}

/** The days that a period is held against. */
export function baselineSpan(
  baseline: Exclude<GoalBaseline, { readonly value: number }>,
  { period, ...where }: Where & { readonly period: GoalPeriod },
): Span {
  if (typeof baseline === 'object') return spanOf(baseline, where)
  const span = spanOf(period, where)
  const first = Temporal.PlainDate.from(span.first)
  if (baseline === 'year-before') {
    const last = Temporal.PlainDate.from(span.last).add({ days: 1 })
    return between(first.subtract({ years: 1 }), last.subtract({ years: 1 }).subtract({ days: 1 }), where.zone)
  }
  const length = typeof period === 'object' ? { days: span.days } : begun(period, first).length
  return between(first.subtract(length), first.subtract({ days: 1 }), where.zone)
}

/** The day of a moment. */
export const dayOf = (at: number, zone: string): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()

/** `2026-01-31` and n days. */
export const plusDays = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString()

/** Days from one to another; negative when it is before. */
export const daysBetween = (from: string, to: string): number => Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days

/** 0 is Monday. */
export const weekdayOf = (day: string): number => Temporal.PlainDate.from(day).dayOfWeek - 1

/** Epoch ms at which a day begins; days need not have 24 hours. */
export const startOf = (day: string, zone: string): number => Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds

function begun(period: Named, today: Temporal.PlainDate): { readonly first: Temporal.PlainDate; readonly length: Temporal.DurationLike } {
  switch (period) {
    case 'week':
      return { first: today.subtract({ days: today.dayOfWeek - 1 }), length: { days: 7 } }
    case 'month':
      return { first: today.with({ day: 1 }), length: { months: 1 } }
    case 'quarter':
      return { first: today.with({ month: 3 * Math.floor((today.month - 1) / 3) + 1, day: 1 }), length: { months: 3 } }
    case 'year':
      return { first: today.with({ month: 1, day: 1 }), length: { years: 1 } }
    default:
      return certain(period)
  }
}

/** `2026-Q1`, `2026-03`, `2026`. */
function certain(period: string): { readonly first: Temporal.PlainDate; readonly length: Temporal.DurationLike } {
  const year = Number(period.slice(0, 4))
  const rest = period.slice(5)
  if (rest === '') return { first: new Temporal.PlainDate(year, 1, 1), length: { years: 1 } }
  if (rest.startsWith('Q')) return { first: new Temporal.PlainDate(year, 3 * Number(rest.slice(1)) - 2, 1), length: { months: 3 } }
  return { first: new Temporal.PlainDate(year, Number(rest), 1), length: { months: 1 } }
}

function between(first: Temporal.PlainDate, last: Temporal.PlainDate, zone: string): Span {
  const end = last.add({ days: 1 })
  return {
    first: first.toString(),
    last: last.toString(),
    days: first.until(end).days,
    from: first.toZonedDateTime(zone).epochMilliseconds,
    to: end.toZonedDateTime(zone).epochMilliseconds,
  }
}

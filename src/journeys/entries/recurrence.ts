import { type Outcome, refuse } from '#lib/problem.ts'
import type { Schedule } from './schema.ts'

/** A day of the week, from 1 (Monday); with `nth` only the n-th of the month, from the end if negative. */
interface ByDay {
  readonly weekday: number
  readonly nth: number | null
}

/** On which days something comes again: the part of RFC 5545 that people schedule by. */
export interface Recurrence {
  readonly every: 'day' | 'week' | 'month'
  readonly interval: number
  readonly byDay: readonly ByDay[]
  /** From the end of the month if negative. */
  readonly byMonthDay: readonly number[]
  /** A day that a month does not have is its last one; without this the month is left out (RFC 5545). */
  readonly clamps: boolean
  readonly count: number
  /** `YYYY-MM-DD`, that day included; '' for ever. */
  readonly until: string
  /** `YYYY-MM-DD`. */
  readonly from: string
}

const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const NAMES: Readonly<Record<string, number>> = { mon: 1, tue: 2, wed: 3, thu: 4, fri: 5, sat: 6, sun: 7 }
const FREQUENCIES: Readonly<Record<string, Recurrence['every']>> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month' }
/** A Monday, the first of a month would do as well: without INTERVAL and COUNT the beginning does not matter. */
const LONG_AGO = '2001-01-01'

const unreadable = (title: string, hint: string) => refuse({ code: 'journey.schedule', status: 422, title, hint })

/** The days of a schedule that comes again. */
export function recurrenceOf({ every, on, day, rule, from }: Schedule): Outcome<Recurrence> {
  if (rule !== undefined) return ruleOf(rule, from)
  const plain = { interval: 1, byDay: [], byMonthDay: [], clamps: true, count: Infinity, until: '', from: from ?? LONG_AGO }
  switch (every) {
    case 'day':
      return { ...plain, every }
    case 'week':
      if (!on) return unreadable('It does not say on which days of the week', 'Write on: [mon], or several days')
      return { ...plain, every, byDay: on.map((name) => ({ weekday: NAMES[name]!, nth: null })) }
    case 'month':
      if (day === undefined) return unreadable('It does not say on which day of the month', 'Write day: 1, or day: -1 for the last')
      return { ...plain, every, byMonthDay: [day] }
    case undefined:
      return unreadable('It does not say how often', 'Write every: day, week or month')
  }
}

/** Reads `FREQ=MONTHLY;BYDAY=1MO;COUNT=6`. */
function ruleOf(text: string, from: string | undefined): Outcome<Recurrence> {
  const parts = new Map<string, string>()
  for (const part of text.replace(/^RRULE:/i, '').split(';')) {
    const [name = '', value = ''] = part.toUpperCase().split('=')
    if (!/^(FREQ|INTERVAL|BYDAY|BYMONTHDAY|COUNT|UNTIL|WKST)$/.test(name) || value === '' || parts.has(name))
      return unreadable(`“${part}” is not understood here`, 'Use FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT and UNTIL, each once')
    parts.set(name, value)
  }
  const every = FREQUENCIES[parts.get('FREQ') ?? '']
  if (!every) return unreadable('The rule has no FREQ that is understood', 'Write FREQ=DAILY, FREQ=WEEKLY or FREQ=MONTHLY')
  const interval = Number(parts.get('INTERVAL') ?? 1)
  const count = parts.has('COUNT') ? Number(parts.get('COUNT')) : Infinity
  if (!Number.isInteger(interval) || interval < 1 || interval > 1_000)
    return unreadable('INTERVAL is no number from 1 to 1000', 'Write INTERVAL=2')
  if (count !== Infinity && (!Number.isInteger(count) || count < 1 || count > 10_000))
    return unreadable('COUNT is no number from 1 to 10000', 'Write COUNT=10')
  if ((interval > 1 || count !== Infinity) && from === undefined)
    return unreadable('INTERVAL and COUNT need a first day', 'Write from: 2026-03-02 beside the rule')
  const byDay = byDayOf(parts.get('BYDAY'), every)
  const byMonthDay = (parts.get('BYMONTHDAY') ?? '')
    .split(',')
    .filter((each) => each !== '')
    .map(Number)
  if (byDay === null)
    return unreadable(`“BYDAY=${parts.get('BYDAY')}” is not understood`, 'Write BYDAY=MO,WE; of a month also BYDAY=1MO or -1FR')
  if (byMonthDay.some((each) => !Number.isInteger(each) || each === 0 || Math.abs(each) > 31))
    return unreadable('BYMONTHDAY is no day of a month', 'Write BYMONTHDAY=15, or -1 for the last day')
  if (every !== 'day' && byDay.length === 0 && byMonthDay.length === 0 && from === undefined)
    return unreadable('The rule does not say on which day', 'Add BYDAY or BYMONTHDAY, or from: with the first day')
  const until = untilOf(parts.get('UNTIL'))
  if (until === null) return unreadable('UNTIL is no day', 'Write UNTIL=20261231')
  return { every, interval, byDay, byMonthDay, clamps: false, count, until, from: from ?? LONG_AGO }
}

function byDayOf(text: string | undefined, every: Recurrence['every']): readonly ByDay[] | null {
  const found: ByDay[] = []
  for (const each of (text ?? '').split(',').filter((part) => part !== '')) {
    const [, nth = '', name = ''] = /^([+-]?[1-5])?([A-Z]{2})$/.exec(each) ?? []
    const weekday = DAYS.indexOf(name) + 1
    if (weekday === 0 || (nth !== '' && every !== 'month')) return null
    found.push({ weekday, nth: nth === '' ? null : Number(nth) })
  }
  return found
}

function untilOf(text: string | undefined): string | null {
  if (text === undefined) return ''
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)(T\d{6}Z?)?$/.exec(text) ?? []
  if (year === undefined) return null
  const named = `${year}-${month}-${day}`
  try {
    Temporal.PlainDate.from(named)
    return named
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Empty periods in a row after which nothing more comes: a 31st of every second month is found long before. */
const MOST_EMPTY = 100

/** The days from `since` on, in order. */
export function* daysFrom(rule: Recurrence, since: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  const first = Temporal.PlainDate.from(rule.from)
  // A count is reckoned from the beginning, everything else can be joined under way.
  let period = rule.count === Infinity ? Math.max(0, Math.floor(periodsBetween(rule, first, since) / rule.interval) - 1) : 0
  let counted = 0
  for (let empty = 0; empty < MOST_EMPTY; period++) {
    const days = daysIn(rule, first, period * rule.interval).filter((day) => Temporal.PlainDate.compare(day, first) >= 0)
    empty = days.length === 0 ? empty + 1 : 0
    for (const day of days) {
      if (rule.until !== '' && day.toString() > rule.until) return
      if (++counted > rule.count) return
      if (Temporal.PlainDate.compare(day, since) >= 0) yield day
    }
  }
}

const weekOf = (day: Temporal.PlainDate): Temporal.PlainDate => day.subtract({ days: day.dayOfWeek - 1 })

function periodsBetween({ every }: Recurrence, first: Temporal.PlainDate, day: Temporal.PlainDate): number {
  switch (every) {
    case 'day':
      return first.until(day, { largestUnit: 'days' }).days
    case 'week':
      return weekOf(first).until(weekOf(day), { largestUnit: 'days' }).days / 7
    case 'month':
      return (day.year - first.year) * 12 + day.month - first.month
  }
}

/** The days of one period, in order. */
function daysIn(rule: Recurrence, first: Temporal.PlainDate, period: number): Temporal.PlainDate[] {
  const { every, byDay, byMonthDay } = rule
  if (every === 'day') {
    const day = first.add({ days: period })
    return fits(day, byDay) && (byMonthDay.length === 0 || byMonthDay.some((each) => monthDay(day, each, false) === day.day)) ? [day] : []
  }
  if (every === 'week') {
    const monday = weekOf(first).add({ weeks: period })
    const wanted = byDay.length > 0 ? byDay.map(({ weekday }) => weekday) : [first.dayOfWeek]
    return [...new Set(wanted)].sort().map((weekday) => monday.add({ days: weekday - 1 }))
  }
  const month = first.with({ day: 1 }).add({ months: period })
  const all = Array.from({ length: month.daysInMonth }, (_, i) => month.with({ day: i + 1 }))
  const wanted = byMonthDay.length > 0 ? byMonthDay : byDay.length > 0 ? null : [first.day]
  const numbers = wanted && new Set(wanted.map((each) => monthDay(month, each, rule.clamps)))
  return all.filter((day) => (numbers === null || numbers.has(day.day)) && fits(day, byDay))
}

/** The number of a day in the month of another; 0 where the month has no such day. */
function monthDay(month: Temporal.PlainDate, day: number, clamps: boolean): number {
  if (day < 0) return Math.max(0, month.daysInMonth + 1 + day)
  return day <= month.daysInMonth ? day : clamps ? month.daysInMonth : 0
}

function fits(day: Temporal.PlainDate, byDay: readonly ByDay[]): boolean {
  if (byDay.length === 0) return true
  const fromStart = Math.ceil(day.day / 7)
  const fromEnd = -Math.ceil((day.daysInMonth - day.day + 1) / 7)
  return byDay.some(({ weekday, nth }) => weekday === day.dayOfWeek && (nth === null || nth === fromStart || nth === fromEnd))
}

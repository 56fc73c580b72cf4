import { milliseconds } from '#lib/duration.ts'
import { type Entry, entriesOf, type Schedule } from './entries/schema.ts'
import type { Journey } from './schema.ts'

const DAY = 86_400_000
const HOUR = 3_600_000
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** How often one person can get into a journey, over all of its ways in. Times in ms. */
export interface Pace {
  /** Any number of runs at once: each key begins one. */
  readonly keyed: boolean
  /** Least time between two entries with the same key; Infinity: never again. */
  readonly gap: number
  /** Least time between the end of a run and the next entry. */
  readonly rest: number
  /** Runs at once, and entries within a time, whatever the key; Infinity and null: as many as there are. */
  readonly atOnce: number
  readonly limit: { readonly times: number; readonly within: number } | null
}

export function paceOf(journey: Journey): Pace {
  const ways = entriesOf(journey)
  const keyed = ways.some((entry) => entry.key !== undefined || 'api' in entry)
  const limits = ways.map(({ limit }) => (limit ? { times: limit.times, within: milliseconds(limit.within)! } : null))
  const loosest = limits.reduce(
    (a, b) => (a === null || b === null ? null : a.times / a.within >= b.times / b.within ? a : b),
    limits[0] ?? null,
  )
  return {
    keyed,
    gap: Math.min(...ways.map(gapOf)),
    rest: Math.min(...ways.map(restOf)),
    atOnce: Math.max(...ways.map(({ concurrent }) => concurrent ?? (keyed ? Infinity : 1))),
    limit: loosest && loosest.within > 0 ? loosest : null,
  }
}

/** A re-entry rule and the entry's own rhythm both keep entries apart. */
function gapOf(entry: Entry): number {
  const { reentry } = entry
  const rule = reentry === 'never' ? Infinity : reentry === 'always' ? 0 : milliseconds(reentry.after)!
  // Of two occurrences the earlier may be handled late, as long as it is not too old to count.
  const rhythm = 'schedule' in entry ? Math.max(0, periodOf(entry.schedule) - milliseconds(entry.maxAge)!) : 0
  return Math.max(rule, rhythm)
}

const restOf = ({ reentry }: Entry): number => (typeof reentry === 'object' && reentry.from === 'end' ? milliseconds(reentry.after)! : 0)

/** Least time (ms) between two occurrences, for people who stay in their zone; a day can have 23 hours. */
function periodOf({ at, every, on, rule = '' }: Schedule): number {
  if (at !== undefined) return Infinity
  if (every === 'month') return 28 * DAY - HOUR
  if (every === 'week') return apart(on ?? []) * DAY - HOUR
  if (/FREQ=WEEKLY/.test(rule)) return apart(/BYDAY=([A-Z,]+)/.exec(rule)?.[1]?.split(',').map(weekday) ?? []) * DAY - HOUR
  if (/FREQ=MONTHLY/.test(rule) && !rule.includes(',')) return 28 * DAY - HOUR
  return DAY - HOUR
}

const weekday = (code: string): string => WEEKDAYS.find((day) => code.toLowerCase().startsWith(day.slice(0, 2))) ?? ''

/** Days between the two nearest of these weekdays, around the week. */
function apart(days: readonly string[]): number {
  const places = [...new Set(days.map((day) => WEEKDAYS.indexOf(day)))].sort((a, b) => a - b)
  if (places.length < 2 || places[0]! < 0) return places.length < 2 ? 7 : 1
  return Math.min(...places.map((place, i) => (i + 1 < places.length ? places[i + 1]! - place : places[0]! + 7 - place)))
}

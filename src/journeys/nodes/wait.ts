import { NOW } from '#decisions/send-time/choose-hour.ts'
import { type Hours, nextOpening } from '#lib/clock-window.ts'
import { milliseconds } from '#lib/duration.ts'
import { chance } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import { isZone } from '#lib/zone.ts'
import { attribute } from '#profiles/react.ts'
import type { Scope } from '#segments/condition/scope.ts'
import { decisionOf, waitHour } from '../best-hour.ts'
import { nextClockTime } from '../clock-time.ts'
import { expression } from '../conditions.ts'
import { dateMoment } from '../date-moment.ts'
import type { Move, Node, Place, Prepare, Standing } from '../node.ts'
import { type Best, DayText, type Until, type UntilDate, type WaitStep, type Window } from '../steps.ts'

const CALENDAR_DAYS = /^(\d+) calendar day/
/** Where a window never opens within the calendar's horizon it is looked at again after this time (ms). */
const LOOK_AGAIN = 30 * 86_400_000

/** First the time, then the moment, then the window. */
interface Waiting {
  /** From the arrival, by what is known now; null: the date is missing. */
  planned(at: Standing): number | null
  /** Not before `from`: what follows when the zone of the person, or a calendar, has changed. */
  after(at: Standing, from: number): number
  /** The date may have moved. */
  readonly dated: boolean
  /** Hangs on what a change of zone changes. */
  readonly zoned: boolean
}

export const wait: Prepare<WaitStep> = (step, place) =>
  step.until && 'best' in step.until ? waitBest(step, step.until.best, place) : plainWait(step as PlainWait & WaitStep, place)

function plainWait(step: PlainWait & WaitStep, { next, instead }: Place): Node {
  const waiting = waitingOf(step)
  const waited = { kind: 'go', to: next, reason: 'waited' } as const
  const until = (due: number | null, now: number): Move => {
    if (due === null) return instead(step.otherwise, 'date_missing')
    return due <= now ? waited : { kind: 'stay', due }
  }
  return {
    step,
    next,
    arrive: (at) => until(waiting.planned(at), at.now),
    wake: (at) => until(waiting.dated ? waiting.planned(at) : waiting.after(at, at.now), at.now),
    retime(at) {
      const { due } = at.run
      if (due === null || !(waiting.dated || waiting.zoned)) return null
      // Never earlier than it was: who travels west waits for the morning there, who travels east does not get two mornings in one day.
      const moved = waiting.dated ? waiting.planned(at) : waiting.after(at, due)
      return moved === due ? null : until(moved, at.now)
    },
  }
}

/** The time has passed and the hour is chosen. */
const CHOSEN = 1

/** First the time, then the best hour of those in which the window is open and no channel is quiet. */
function waitBest(step: WaitStep, best: Best, { next }: Place): Node {
  const { until: _until, window, ...rest } = step
  const time = waitingOf(rest)
  const opened = (at: Standing): number => (window ? openingFrom(step, window, at)(at.now) : at.now)
  const opening = (at: Standing, from: number): number => (window ? openFrom(window, at, from) : from)
  const until = (due: number, at: Standing): Move =>
    due <= at.now ? { kind: 'go', to: next, reason: 'waited' } : { kind: 'stay', due, memo: CHOSEN }
  const choose = (at: Standing): Move => {
    const chosen = waitHour(at, best, (from) => opening(at, from))
    const due = chosen.record.chosen === NOW ? opened(at) : chosen.at
    return { ...until(due, at), decision: decisionOf(chosen) }
  }
  return {
    step,
    next,
    arrive(at) {
      const due = time.planned(at)!
      return due <= at.now ? choose(at) : { kind: 'stay', due }
    },
    wake: (at) => (at.run.memo === CHOSEN ? until(opened(at), at) : choose(at)),
  }
}

/** A step that does not wait for the best hour. */
export type PlainWait = Omit<WaitStep, 'until'> & { until?: Until | UntilDate | undefined }

export function waitingOf(step: PlainWait): Waiting {
  const { until, window } = step
  const days = step.for === undefined ? undefined : CALENDAR_DAYS.exec(step.for)?.[1]
  const span = step.for === undefined || days !== undefined ? 0 : milliseconds(step.for)!
  const zones = until ?? window ?? { zone: 'profile', fallbackZone: 'UTC' }
  const passed = (at: Standing, from: number): number =>
    days === undefined ? from + span : midnightAfter(from, { days: Number(days), zone: zoneOf({ ...zones, zone: 'profile' }, at) })
  const moment = until && momentOf(until)
  const opened = (at: Standing, from: number): number => (window ? openingFrom(step, window, at)(from) : from)
  const clock = until && 'time' in until && !('date' in until) ? until : undefined
  return {
    planned(at) {
      const due = moment ? moment(at, passed(at, at.run.since)) : passed(at, at.run.since)
      if (due === null) return null
      const open = opened(at, due)
      return open >= at.now ? open : opened(at, at.now)
    },
    after(at, from) {
      const morning = clock ? nextClockTime(clock, zoneOf(clock, at), from) : from
      const midnight =
        days !== undefined && !clock ? nextClockTime({ time: '00:00' }, zoneOf({ ...zones, zone: 'profile' }, at), from) : morning
      // A timer that is due has waited for its time of day: only a window may still be closed.
      return opened(at, from === at.now ? from : Math.max(morning, midnight))
    },
    dated: until !== undefined && 'date' in until,
    zoned: days !== undefined || until?.zone === 'profile' || window?.zone === 'profile',
  }
}

/** The midnight with which the day so many days later begins. */
function midnightAfter(from: number, { days, zone }: { days: number; zone: string }): number {
  const today = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone).toPlainDate()
  return today.add({ days }).toZonedDateTime(zone).epochMilliseconds
}

function momentOf(until: Until | UntilDate): (at: Standing, from: number) => number | null {
  if (!('date' in until)) return (at, from) => nextClockTime(until, zoneOf(until, at), from)
  const value: (scope: Scope) => Json | undefined = expression(until.date)
  return (at, from) => {
    const moment = dateMoment(value(at.scope()), until, zoneOf(until, at))
    return moment === null ? null : Math.max(moment, from)
  }
}

/** The first moment from one on at which the window is open; who has to wait for it comes a little later, by their hash. */
function openingFrom(step: PlainWait | WaitStep, window: Window, at: Standing): (from: number) => number {
  return (from) => {
    const opening = nextOpening(hoursOf(window, at), from)
    if (!opening) return from + LOOK_AGAIN
    if (opening.open <= from) return from
    const spread = Math.min(window.spread === undefined ? 0 : milliseconds(window.spread)!, opening.close - opening.open)
    return opening.open + Math.floor(spread * chance(`spread:${at.run.journey}:${step.id}`, at.run.unit))
  }
}

function hoursOf(window: Window, at: Standing): Hours {
  const isClosed = (day: string): boolean =>
    window.except.some((each) => (DayText.safeParse(each).success ? each === day : at.definitions.calendars.get(each)?.has(day)))
  return { window, zone: zoneOf(window, at), isClosed }
}

/** The first moment from one on at which the window is open; Infinity: none within two years. */
function openFrom(window: Window, at: Standing, from: number): number {
  const opening = nextOpening(hoursOf(window, at), from)
  return opening ? Math.max(opening.open, from) : Number.POSITIVE_INFINITY
}

/** The zone to read clocks in: the step's own, or the person's if it is a known one, else the fallback. */
function zoneOf({ zone, fallbackZone }: Pick<Until, 'zone' | 'fallbackZone'>, { profile }: Standing): string {
  if (zone !== 'profile') return zone
  const own = attribute(profile, 'timezone')
  return typeof own === 'string' && isZone(own) ? own : fallbackZone
}

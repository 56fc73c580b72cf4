import { nextOpening, type Opening } from '#lib/clock-window.ts'
import { type Asked, type Finding, type Gate, PASS, refusing } from './facts.ts'
import type { RuleOf } from './schema.ts'

type Rule = RuleOf<'hours'>
type Windows = Rule['windows']

/** A time that is not found within this (ms) is none. */
const LONGEST = 14 * 86_400_000
/** Zones whose last opening is remembered: an answer holds until the window closes. */
const REMEMBERED = 500

/** In one of the windows by every clock at once, or not before all of them are open. */
export function hoursGate({ windows, holidays, unknown }: Rule): Gate {
  const closed = new Set(holidays)
  const known = openings(windows, closed)
  const blind = unknown && openings(unknown.windows, closed)
  return ({ subject, now, message }: Asked): Finding => {
    if (!subject) return PASS
    const own = [...subject.places.zones]
    const zones = own.length > 0 ? own : (unknown?.zones ?? [])
    const evidence = () => ({ zones, clocks: zones.map((zone) => clockIn(zone, now)), zoneKnown: own.length > 0, channel: message.channel })
    if (zones.length === 0) return refusing('No clock of theirs is known, and this rule has hours', evidence())
    const until = firstInAll(own.length > 0 ? known : blind!, zones, now)
    if (until === null) return refusing('There is no moment within two weeks at which all their clocks allow it', evidence())
    if (until === now) return PASS
    const told = evidence()
    return { kind: 'defer', until, reason: `It is ${told.clocks.join(', ')}: outside the hours that are allowed`, evidence: told }
  }
}

type Next = (zone: string, at: number) => Opening | undefined

/** The opening in which a moment stands, or the next one; the last of each zone is remembered. */
function openings(windows: Windows, closed: ReadonlySet<string>): Next {
  const last = new Map<string, Opening>()
  const isClosed = (day: string): boolean => closed.has(day)
  return (zone, at) => {
    const held = last.get(zone)
    if (held && held.open <= at && at < held.close) return held
    let first: Opening | undefined
    for (const window of windows) {
      const found = nextOpening({ window, zone, isClosed }, at)
      const opening = found && asShown(found, { from: window.from, zone }, at)
      if (opening && (!first || opening.open < first.open)) first = opening
    }
    if (last.size >= REMEMBERED) last.clear()
    if (first && first.open <= at) last.set(zone, first)
    return first
  }
}

/** Where clocks are set back to before the time of the opening it is closed once more, until they show that time again. */
function asShown(opening: Opening, { from, zone }: { from: string; zone: string }, at: number): Opening {
  const begin = Temporal.Instant.fromEpochMilliseconds(opening.open).toZonedDateTimeISO(zone)
  const change = begin.getTimeZoneTransition('next')?.epochMilliseconds ?? Infinity
  if (change >= opening.close) return opening
  const shown = begin.toPlainDate().toPlainDateTime(Temporal.PlainTime.from(from))
  const again = shown.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds
  if (again <= change) return opening
  return at < change ? { ...opening, close: change } : { ...opening, open: again }
}

/** The first moment from `now` on at which every zone is open; null: not within two weeks. */
function firstInAll(next: Next, zones: readonly string[], now: number): number | null {
  let at = now
  while (at - now <= LONGEST) {
    let latest = at
    for (const zone of zones) {
      const opening = next(zone, at)
      if (!opening) return null
      latest = Math.max(latest, opening.open)
    }
    if (latest === at) return at
    at = latest
  }
  return null
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function clockIn(zone: string, at: number): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
  return `${DAYS[local.dayOfWeek - 1]} ${local.toPlainTime().toString({ smallestUnit: 'minute' })} in ${zone}`
}

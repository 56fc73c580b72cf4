import { firstShows } from '#lib/clock-window.ts'
import { chance } from '#lib/hash.ts'
import { isZone } from '#lib/zone.ts'
import type { CompiledPolicy, QuietRule } from './policy.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const MINUTE = 60_000
/** Quiet hours that follow each other without a gap for longer than this (ms) never end. */
const LONGEST = 14 * 86_400_000

type Period = Pick<QuietRule, 'days' | 'from' | 'to'>

/** The day on which the quiet hours began that a moment stands in; null: it stands in none. By what clocks show, so an hour that comes twice is quiet twice. */
function dayOf({ days, from, to }: Period, local: Temporal.PlainDateTime): Temporal.PlainDate | null {
  const time = local.toPlainTime().toString({ smallestUnit: 'second' })
  const today = local.toPlainDate()
  const isOn = (date: Temporal.PlainDate): boolean => !days || days.includes(DAYS[date.dayOfWeek - 1]!)
  const overnight = to <= from
  if (time >= from && (overnight || time < to) && isOn(today)) return today
  if (!overnight || time >= to) return null
  const yesterday = today.subtract({ days: 1 })
  return isOn(yesterday) ? yesterday : null
}

/** The first moment after `at` at which clocks show the end of the hours that began on this day. */
function endOf({ from, to }: Period, zone: string, { day, at }: { day: Temporal.PlainDate; at: number }): number {
  const last = to === '24:00' ? '00:00' : to
  const date = last <= from ? day.add({ days: 1 }) : day
  const second = date.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(last) })
  const again = date.toPlainDateTime(Temporal.PlainTime.from(last)).toZonedDateTime(zone, { disambiguation: 'later' })
  const ends = [firstShows(date, last, zone), second.epochMilliseconds, again.epochMilliseconds].filter((end) => end > at)
  return ends.length > 0 ? Math.min(...ends) : at + MINUTE
}

/** The first moment from `now` on that is in none of the quiet hours (epoch ms); null: they do not end within two weeks. */
export function quietEnd(rules: readonly Period[], zone: string, now: number): number | null {
  let at = now
  while (at - now <= LONGEST) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime()
    let end = at
    for (const rule of rules) {
      const day = dayOf(rule, local)
      if (day) end = Math.max(end, endOf(rule, zone, { day, at }))
    }
    if (end === at) return at
    at = end
  }
  return null
}

export type Quiet =
  | { readonly kind: 'open' }
  /** Epoch ms at which it may go, spread after the end of the quiet hours. */
  | { readonly kind: 'quiet'; readonly until: number }
  | { readonly kind: 'refused'; readonly reason: 'zone_unknown' | 'always_quiet' }

const OPEN: Quiet = { kind: 'open' }

export interface Asked {
  readonly channel: string
  /** The person's zone as their profile says it; anything that is no zone is unknown. */
  readonly zone: unknown
  /** Epoch ms. */
  readonly now: number
  /** What the spread hangs on: the same again gives the same moment. */
  readonly unit: string
}

export const rulesFor = ({ quiet }: CompiledPolicy, channel: string): readonly QuietRule[] =>
  quiet.filter((rule) => rule.channel === undefined || rule.channel === channel)

/** The zone to read clocks in, and whether it is known to be the person's. */
export function zoneOf(
  { fallbackZone }: Pick<CompiledPolicy, 'fallbackZone'>,
  zone: unknown,
): { readonly zone: string; readonly known: boolean } {
  return typeof zone === 'string' && isZone(zone) ? { zone, known: true } : { zone: fallbackZone, known: false }
}

/** Channels whose hours no law watches as closely as those of telephones. */
const LENIENT = new Set(['email', 'webhook'])
const refuses = ({ onUnknownZone }: QuietRule, channel: string): boolean =>
  (onUnknownZone ?? (LENIENT.has(channel) ? 'fallback' : 'refuse')) === 'refuse'

/** Whether a marketing message may go by this channel now. */
export function quietness(policy: CompiledPolicy, { channel, zone: told, now, unit }: Asked): Quiet {
  const rules = rulesFor(policy, channel)
  if (rules.length === 0) return OPEN
  const { zone, known } = zoneOf(policy, told)
  if (!known && rules.some((rule) => refuses(rule, channel))) return { kind: 'refused', reason: 'zone_unknown' }
  const end = quietEnd(rules, zone, now)
  if (end === null) return { kind: 'refused', reason: 'always_quiet' }
  if (end === now) return OPEN
  const share = chance(`quiet:${channel}`, unit)
  let spread = Math.max(...rules.map((each) => each.spread))
  // A gap between two quiet hours that is shorter than the spread takes what fits.
  while (spread >= MINUTE && quietEnd(rules, zone, end + spread) !== end + spread) spread /= 2
  const until = end + (spread >= MINUTE ? Math.floor(share * spread) : 0)
  return { kind: 'quiet', until: quietEnd(rules, zone, until) === until ? until : end }
}

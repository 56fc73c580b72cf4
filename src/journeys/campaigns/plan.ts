import type { CompiledCap } from '#consent/policy.ts'
import { isRefusal } from '#lib/problem.ts'
import { compileSchedule, type Occurrence, occurrences } from '../entries/schedule.ts'
import type { Schedule } from '../entries/schema.ts'

/** A stretch of time, epoch ms; the end is not in it. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** When a schedule begins to go out within a stretch of time. */
export function occurrencesIn(schedule: Schedule, { from, to }: Range, { last, since }: { last: string; since: number }): Occurrence[] {
  const compiled = compileSchedule(schedule)
  if (isRefusal(compiled)) return []
  const found: Occurrence[] = []
  for (const each of occurrences(compiled, { last, since: Math.max(since, from) })) {
    if (each.begins >= to || found.length >= MOST) break
    if (each.begins >= from) found.push(each)
  }
  return found
}
const MOST = 500

/** Marketing messages that are to go out to many at once. */
export interface Sending {
  readonly key: string
  /** The same for the same people. */
  readonly audience: string
  readonly channels: readonly string[]
  readonly begins: number
}

export interface Pair<S extends Sending = Sending> {
  readonly first: S
  readonly second: S
  /** Milliseconds between the two. */
  readonly apart: number
}

const DAY = 86_400_000

/** Sendings that come within a day of each other, in the order of time. */
export function closePairs<S extends Sending>(sendings: readonly S[], within = DAY): Pair<S>[] {
  const ordered = [...sendings].sort((a, b) => a.begins - b.begins || (a.key < b.key ? -1 : 1))
  return ordered.flatMap((first, i) => {
    const pairs: Pair<S>[] = []
    for (let j = i + 1; j < ordered.length && ordered[j]!.begins - first.begins < within; j++)
      pairs.push({ first, second: ordered[j]!, apart: ordered[j]!.begins - first.begins })
    return pairs
  })
}

/** How near an audience comes to a cap. */
export interface Load {
  readonly audience: string
  readonly cap: string
  readonly per: CompiledCap['per']
  readonly max: number
  /** The most messages that one of them is meant to get within the cap's time. */
  readonly planned: number
  /** When the fullest such time begins. */
  readonly from: number
  readonly keys: readonly string[]
}

/** What is planned for each audience against each cap that counts it; what counts nothing is left out. */
export function loads(sendings: readonly Sending[], caps: readonly CompiledCap[], zone: string): Load[] {
  return [...Map.groupBy(sendings, ({ audience }) => audience)].flatMap(([audience, theirs]) =>
    caps.flatMap((cap) => {
      if (cap.lane === 'transactional' || cap.topic !== undefined) return []
      const counted = theirs
        .filter(({ channels }) => cap.channel === undefined || channels.includes(cap.channel))
        .sort((a, b) => a.begins - b.begins)
      const fullest = fullestWindow(counted, cap.per, zone)
      if (!fullest) return []
      return [
        {
          audience,
          cap: cap.id,
          per: cap.per,
          max: cap.max,
          planned: fullest.length,
          from: fullest[0]!.begins,
          keys: fullest.map(({ key }) => key),
        },
      ]
    }),
  )
}

function fullestWindow(sendings: readonly Sending[], per: CompiledCap['per'], zone: string): readonly Sending[] | undefined {
  const windows =
    typeof per === 'number'
      ? sendings.map(({ begins }, i) => sendings.slice(i).filter((each) => each.begins < begins + per))
      : [...Map.groupBy(sendings, ({ begins }) => periodOf(begins, per, zone)).values()]
  return windows.reduce<readonly Sending[] | undefined>((most, each) => (each.length > (most?.length ?? 0) ? each : most), undefined)
}

/** Names the day, the week (from Monday) or the month in which a moment lies. */
export function periodOf(at: number, per: 'day' | 'week' | 'month', zone: string): string {
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate()
  if (per === 'month') return day.toPlainYearMonth().toString()
  return (per === 'week' ? day.subtract({ days: day.dayOfWeek - 1 }) : day).toString()
}

/** The days that a calendar shows: a week, or the whole weeks of a month. */
export function daysShown(view: 'week' | 'month', on: string): string[] {
  const day = Temporal.PlainDate.from(on)
  const monday = (each: Temporal.PlainDate): Temporal.PlainDate => each.subtract({ days: each.dayOfWeek - 1 })
  const first = view === 'week' ? monday(day) : monday(day.with({ day: 1 }))
  const last = view === 'week' ? first.add({ days: 6 }) : monday(day.with({ day: day.daysInMonth })).add({ days: 6 })
  const days: string[] = []
  for (let each = first; Temporal.PlainDate.compare(each, last) <= 0; each = each.add({ days: 1 })) days.push(each.toString())
  return days
}

/** From the first midnight to the one after the last, by the clocks of a zone. */
export const rangeOf = (days: readonly string[], zone: string): Range => ({
  from: Temporal.PlainDate.from(days[0]!).toZonedDateTime(zone).epochMilliseconds,
  to: Temporal.PlainDate.from(days.at(-1)!).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds,
})

/** The day before or after, the week or the month: what the arrows of a calendar lead to. */
export const stepped = (view: 'week' | 'month', on: string, by: 1 | -1): string =>
  Temporal.PlainDate.from(on)
    .add(view === 'week' ? { weeks: by } : { months: by })
    .toString()

/** The same time of day on another day. */
export const onDay = (local: string, day: string): string => `${day}T${local.slice(11, 16)}`

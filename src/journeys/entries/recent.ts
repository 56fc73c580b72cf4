import type { EventRecord } from '#events/schema.ts'
import { own } from '#lib/record.ts'
import { isThere, leave, replace } from '../advance.ts'
import type { Enrollment, GoalWatch, JourneysSection } from '../enrollment.ts'
import { reachAmong } from '../goals.ts'
import { tellRun } from '../hear.ts'
import { CLOCK_DOUBT, journeyOf, runScope, type Turn } from '../turn.ts'
import { keep } from './section.ts'
import { recordOf, remembered } from './settle.ts'
import type { Remembered } from './state.ts'

/** What has happened within this time (ms of log time), and no more of it than this, is remembered for runs that are on their way here. */
const SPAN = 10 * 60_000
const MOST = 64
/** Of each event that is only waited for: there may be many of them. */
const MOST_AWAITED = 4

/** Notes an event that an exit, a goal or a wait listens to: the run that it is about may be on its way from a profile that became this one. */
export function rememberEvent(turn: Turn, record: EventRecord, reached: readonly string[]): void {
  const { notedEvents, awaitedEvents } = turn.context.definitions
  const { now } = turn.context
  const { recent = [] } = turn.person.journeys
  const isNoted = notedEvents.has(record.name) || (record.type !== 'system' && awaitedEvents.has(record.name))
  const added = isNoted ? [{ ...remembered(record, now), ...(reached.length > 0 ? { reached } : {}) }] : []
  const isStale = recent[0] !== undefined && recent[0].heard + SPAN <= now
  if (added.length > 0 || isStale) keep(turn, { recent: fresh(turn, [...recent, ...added]) })
}

function fresh({ context: { now, definitions } }: Turn, events: readonly Remembered[]): readonly Remembered[] {
  const late = events.filter(({ heard }) => heard + SPAN > now)
  const counts = new Map<string, number>()
  const isKept = ({ name }: Remembered): boolean => {
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    return nth <= MOST_AWAITED || definitions.notedEvents.has(name)
  }
  return late.toReversed().filter(isKept).slice(0, MOST).reverse()
}

/** In the order of their times, then ids: the same whichever profile became the other. */
const inOrder = (a: Remembered, b: Remembered): number => a.heard - b.heard || a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Two profiles became one: what either of them has just heard ends runs, goes on in waits and reaches goals as it would have for one person. */
export function hearTogether(turn: Turn, ours: JourneysSection, theirs: JourneysSection): void {
  const [mine, other] = [ours.recent ?? [], theirs.recent ?? []]
  const knows = (events: readonly Remembered[], { id }: Remembered): boolean => events.some((each) => each.id === id)
  const all = [...mine, ...other.filter((event) => !knows(mine, event))].sort(inOrder).map((event): Remembered => {
    const record = recordOf(turn, event)
    for (const run of turn.person.journeys.enrollments) if (isThere(turn, run)) exitBy(turn, run, { record, heard: event.heard })
    // What both have heard, each has counted.
    if (knows(mine, event) && knows(other, event)) return event
    const strangers = knows(mine, event) ? theirs : ours
    for (const run of turn.person.journeys.enrollments)
      if (run.since <= event.heard && strangers.enrollments.some(({ id }) => id === run.id)) tellRun(turn, run, { record, receipt: null })
    const { reached: taken = [] } = event
    const watches = turn.person.journeys.watches.filter((watch) => watch.enteredAt <= event.heard && isOf(strangers, watch))
    const reached = reachAmong(turn, record, { watches, taken })
    return reached.length > 0 ? { ...event, reached: [...taken, ...reached] } : event
  })
  keep(turn, { recent: fresh(turn, all) })
}

const isOf = ({ watches }: JourneysSection, { enrollment }: GoalWatch): boolean => watches.some((each) => each.enrollment === enrollment)

function exitBy(turn: Turn, run: Enrollment, { record, heard }: { record: EventRecord; heard: number }): void {
  // What was over before the run began would not have met it either.
  if (heard < run.enteredAt) return
  const before = record.at < run.entry.at - CLOCK_DOUBT
  const exit = journeyOf(turn, run)
    ?.exits.get(record.name)
    ?.find(({ where, keyed, matches }) => (keyed || !before) && matches(record, run) && (!where || where(runScope(turn, run, record))))
  if (exit) replace(turn, run, leave(turn, run, exit.reason))
}

/** Events that both profiles have counted before they became one: a repeat that reached the survivor before the memory of the other did. */
export function countedTwice(ours: JourneysSection, theirs: JourneysSection): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { id, name } of theirs.recent ?? [])
    if (ours.recent?.some((each) => each.id === id)) counts[name] = (own(counts, name) ?? 0) + 1
  return counts
}

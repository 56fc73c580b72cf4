import type { EventRecord } from '#events/schema.ts'
import type { GoalWatch } from './enrollment.ts'
import { CLOCK_DOUBT, journeyOf, runScope, type Turn, tell } from './turn.ts'

/** A goal event that arrives this much (ms) after its window has closed still counts, by its own time. */
const GRACE = 72 * 3_600_000

/** Counts an event towards the goals that this person may still reach. One event counts once for each journey and key: for the newest run. */
export function reachGoals(turn: Turn, record: EventRecord): readonly string[] {
  const { watches } = turn.person.journeys
  if (!watches.some((watch) => watch.until + GRACE < turn.context.now || goalOf(turn, watch)?.event === record.name)) return []
  return reachAmong(turn, record, { watches, taken: [] })
}

/** The journeys and keys for which the event counts: of `watches` the newest of each, where it does not count already (`taken`). */
export function reachAmong(
  turn: Turn,
  record: EventRecord,
  { watches: asked, taken }: { readonly watches: readonly GoalWatch[]; readonly taken: readonly string[] },
): readonly string[] {
  const { journeys } = turn.person
  const reached = new Map<string, GoalWatch>()
  for (const watch of [...asked].sort((a, b) => b.enteredAt - a.enteredAt || (a.enrollment < b.enrollment ? -1 : 1))) {
    const place = `${watch.journey} ${watch.key}`
    if (!taken.includes(place) && !reached.has(place) && isReached(turn, record, watch)) reached.set(place, watch)
  }
  const done = new Set(reached.values())
  const watches = journeys.watches.filter((watch) => !done.has(watch) && watch.until + GRACE >= turn.context.now)
  if (watches.length < journeys.watches.length) turn.person = { ...turn.person, journeys: { ...journeys, watches } }
  return [...reached.keys()]
}

const goalOf = (turn: Turn, watch: GoalWatch) => journeyOf(turn, watch)?.goal

function isReached(turn: Turn, record: EventRecord, watch: GoalWatch): boolean {
  const goal = goalOf(turn, watch)
  if (!goal || goal.event !== record.name || record.at < watch.from - CLOCK_DOUBT || record.at > watch.until) return false
  if (goal.where && !goal.where(runScope(turn, watch, record))) return false
  const run = { id: watch.enrollment, journey: watch.journey, version: watch.version }
  tell(turn, run, { kind: 'converted', reason: 'goal', arm: watch.arm, value: goal.value(record) })
  return true
}

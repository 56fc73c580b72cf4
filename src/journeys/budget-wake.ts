import { advance, isThere, nodeOf, replace } from './advance.ts'
import type { CompiledJourney } from './compile.ts'
import type { Enrollment } from './enrollment.ts'
import { isPaused } from './modes.ts'
import { type Ranked, rank, rankedFor } from './rank.ts'
import { journeyOf, standing, type Turn } from './turn.ts'

/**
 * A contact was released, or a run that a slot was kept for has gone another way: messages that wait for room ask again, those that come
 * first before the others. It costs nothing while nobody waits.
 */
export function relieve(turn: Turn, before: Turn['person']): void {
  const { contacts, journeys } = turn.person
  if (contacts === before.contacts && journeys.enrollments === before.journeys.enrollments) return
  const waiting = journeys.enrollments.flatMap((run) => {
    const journey = run.due === null || run.memo === undefined || isPaused(turn, run) ? undefined : journeyOf(turn, run)
    return journey && nodeOf(journey, run.step).relieved ? [{ run, journey }] : []
  })
  if (waiting.length > 1) {
    const ranks = new Map(waiting.map(({ run, journey }) => [run.id, rankWaiting(turn, run, journey)]))
    waiting.sort((a, b) => rank(ranks.get(b.run.id)!, ranks.get(a.run.id)!))
  }
  for (const { run, journey } of waiting) {
    if (!isThere(turn, run)) continue
    const move = nodeOf(journey, run.step).relieved?.(standing(turn, run)) ?? null
    if (move) replace(turn, run, advance(turn, run, { journey, move }))
  }
}

function rankWaiting(turn: Turn, run: Enrollment, journey: CompiledJourney): Ranked {
  const channel = nodeOf(journey, run.step).asks?.(standing(turn, run))?.channel ?? ''
  return rankedFor(turn.person, turn.context.definitions, { journey, run, channel })
}

import { advance, isThere, nodeOf, replace } from './advance.ts'
import { isPaused } from './modes.ts'
import { rank } from './rank.ts'
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
  waiting.sort((a, b) => rank(b.journey, a.journey))
  for (const { run, journey } of waiting) {
    if (!isThere(turn, run)) continue
    const move = nodeOf(journey, run.step).relieved?.(standing(turn, run)) ?? null
    if (move) replace(turn, run, advance(turn, run, { journey, move }))
  }
}

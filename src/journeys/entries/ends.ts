import { own } from '#lib/record.ts'
import type { Enrollment } from '../enrollment.ts'
import type { Turn } from '../turn.ts'

/** A run has ended: where some way in reckons re-entry from the end, its time is remembered. */
export function noteEnd(turn: Turn, run: Enrollment): void {
  const { journeys } = turn.person
  const journey = turn.context.definitions.live.get(run.journey)
  const memory = own(journeys.memory, run.journey)
  if (!memory || !journey?.entries.some(({ reentryFrom }) => reentryFrom === 'end')) return
  const noted = { ...memory, ended: { ...memory.ended, [run.key]: turn.context.now } }
  turn.person = { ...turn.person, journeys: { ...journeys, memory: { ...journeys.memory, [run.journey]: noted } } }
}

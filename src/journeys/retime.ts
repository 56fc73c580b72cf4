import { advance, isThere, nodeOf, replace } from './advance.ts'
import { isPaused } from './modes.ts'
import { journeyOf, standing, type Turn } from './turn.ts'

/** Steps may change attributes that other waits hang on; more often than this they only chase each other. */
const MOST = 5

/** The person's attributes are not what they were: waits that hang on them (their zone, a date) follow. */
export function retime(turn: Turn, before: Turn['person']): void {
  let seen = before.profile.attributes
  for (let pass = 0; pass < MOST && turn.person.profile.attributes !== seen; pass++) {
    seen = turn.person.profile.attributes
    for (const run of turn.person.journeys.enrollments) {
      const journey = isThere(turn, run) && !isPaused(turn, run) ? journeyOf(turn, run) : undefined
      const move = (journey && nodeOf(journey, run.step).retime?.(standing(turn, run))) ?? null
      if (journey && move) replace(turn, run, advance(turn, run, { journey, move }))
    }
  }
}

import type { EventRecord } from '#events/schema.ts'
import type { Door } from '../definitions.ts'
import type { JourneysSection } from '../enrollment.ts'
import { enter } from '../enter.ts'
import type { Person } from '../person.ts'
import { entryScope, type Turn, tell } from '../turn.ts'
import { keep } from './section.ts'
import type { Remembered, Settling } from './state.ts'

/** Events of one person that wait for late traits; of more the oldest are given up. */
const MOST_SETTLING = 16

export const remembered = ({ id, type, name, at, props }: EventRecord, heard: number): Remembered => ({ id, type, name, at, heard, props })

export const recordOf = (turn: Turn, { heard, ...event }: Remembered): EventRecord => ({
  kind: 'event',
  ws: turn.context.definitions.workspace,
  key: turn.person.profile.id,
  received: heard,
  ids: [],
  ...event,
})

/** The person does not meet the entry condition yet: the event is held against them again at each change. */
export function settle(turn: Turn, record: EventRecord, { journey, entry }: Door): void {
  const { now } = turn.context
  const waiting = turn.person.journeys.settling ?? []
  const added: Settling = { journey: journey.id, until: now + entry.settle, event: remembered(record, now) }
  const all = [...waiting, added]
  for (const given of all.slice(0, -MOST_SETTLING)) giveUp(turn, given)
  keep(turn, { settling: all.slice(-MOST_SETTLING) })
}

/** The person is not what they were: events that wait for that may begin their journeys now. */
export function retryEntries(turn: Turn, before: Person): void {
  const { settling } = turn.person.journeys
  if (settling === undefined) return
  const { profile, consent, segments } = turn.person
  if (profile.attributes === before.profile.attributes && consent === before.consent && segments === before.segments) return
  for (const waiting of settling) {
    const door = doorOf(turn, waiting)
    const record = recordOf(turn, waiting.event)
    if (!door?.entry.where?.(entryScope(turn, record))) continue
    keep(turn, { settling: (turn.person.journeys.settling ?? []).filter((each) => each !== waiting) })
    enter(turn, record, door)
  }
}

/** The settle windows that end now. */
export function endSettling(turn: Turn): void {
  const settling = turn.person.journeys.settling ?? []
  const over = settling.filter(({ until }) => until <= turn.context.now)
  if (over.length === 0) return
  for (const each of over) giveUp(turn, each)
  keep(turn, { settling: settling.filter((each) => !over.includes(each)) })
}

function giveUp(turn: Turn, waiting: Settling): void {
  const door = doorOf(turn, waiting)
  if (door) tell(turn, { id: '', journey: door.journey.id, version: door.journey.version }, { kind: 'refused', reason: 'not_matching' })
}

const doorOf = (turn: Turn, { journey, event }: Settling): Door | undefined =>
  turn.context.definitions.entriesByEvent.get(event.name)?.find((door) => door.journey.id === journey)

export function soonestSettling({ settling }: JourneysSection): number | null {
  return settling === undefined ? null : Math.min(...settling.map(({ until }) => until))
}

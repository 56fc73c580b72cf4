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

export const recordOf = (turn: Turn, { heard, reached: _, ...event }: Remembered): EventRecord => ({
  kind: 'event',
  ws: turn.context.definitions.workspace,
  key: turn.person.profile.id,
  received: heard,
  ids: [],
  ...event,
})

/** The person does not meet the entry condition yet: the event is held against them again at each change. Once for all ways in. */
export function settle(turn: Turn, record: EventRecord, { journey, entry }: Door): void {
  const { now } = turn.context
  const waiting = turn.person.journeys.settling ?? []
  const known = waiting.find(isAbout(record, journey.id))
  const until = Math.max(known?.until ?? 0, now + entry.settle)
  const others = waiting.filter((each) => each !== known)
  const all = [...others, { journey: journey.id, until, event: known?.event ?? remembered(record, now) }]
  for (const given of all.slice(0, -MOST_SETTLING)) giveUp(turn, given)
  keep(turn, { settling: all.slice(-MOST_SETTLING) })
}

const isAbout =
  ({ id }: EventRecord, journey: string) =>
  (waiting: Settling): boolean =>
    waiting.journey === journey && waiting.event.id === id

/** One of the ways in has answered the event: it lets in once. */
export function answered(turn: Turn, record: EventRecord, journey: string): void {
  const { settling } = turn.person.journeys
  if (settling?.some(isAbout(record, journey))) keep(turn, { settling: settling.filter((each) => !isAbout(record, journey)(each)) })
}

/** The person is not what they were: events that wait for that may begin their journeys now. */
export function retryEntries(turn: Turn, before: Person): void {
  const { settling } = turn.person.journeys
  if (settling === undefined) return
  const { profile, consent, segments } = turn.person
  if (profile.attributes === before.profile.attributes && consent === before.consent && segments === before.segments) return
  for (const waiting of settling) {
    const record = recordOf(turn, waiting.event)
    const door = doorsOf(turn, waiting).find(({ entry }) => isWithin(turn, waiting, entry) && entry.where?.(entryScope(turn, record)))
    if (door && turn.person.journeys.settling?.includes(waiting)) enter(turn, record, door)
  }
}

const isWithin = ({ context: { now } }: Turn, { event }: Settling, { settle }: Door['entry']): boolean =>
  settle > 0 && event.heard + settle >= now

/** The settle windows that end now. */
export function endSettling(turn: Turn): void {
  const settling = turn.person.journeys.settling ?? []
  const over = settling.filter(({ until }) => until <= turn.context.now)
  if (over.length === 0) return
  for (const each of over) giveUp(turn, each)
  keep(turn, { settling: settling.filter((each) => !over.includes(each)) })
}

function giveUp(turn: Turn, waiting: Settling): void {
  const [door] = doorsOf(turn, waiting)
  if (door) tell(turn, { id: '', journey: door.journey.id, version: door.journey.version }, { kind: 'refused', reason: 'not_matching' })
}

const doorsOf = (turn: Turn, { journey, event }: Settling): readonly Door[] =>
  (turn.context.definitions.entriesByEvent.get(event.name) ?? []).filter((door) => door.journey.id === journey)

export function soonestSettling({ settling }: JourneysSection): number | null {
  return settling === undefined ? null : Math.min(...settling.map(({ until }) => until))
}

import type { EventRecord } from '#events/schema.ts'
import { chance, digest } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import { advance, nodeOf } from './advance.ts'
import { keptOut } from './assigned.ts'
import type { Door } from './definitions.ts'
import type { Enrollment, EntryEvent, GoalWatch, JourneyMemory } from './enrollment.ts'
import { refusal, remembering } from './entries/limits.ts'
import { isOvertaken } from './entries/overtaken.ts'
import { answered, settle } from './entries/settle.ts'
import { closedBecause, modeSeen } from './modes.ts'
import type { Reason } from './reasons.ts'
import { entryScope, setEnrollments, standing, type Turn, tell } from './turn.ts'

/** Entry keys that one profile remembers of one journey: with `reentry: never` the oldest of more are forgotten. */
export const KEYS_REMEMBERED = 1000

/**
 * Lets a person into a journey, or notes why not. Every way in ends here: events, segments, schedules, dates, calls and other journeys.
 * Who does not match the entry filter of an event leaves no trace. False: this door was not meant.
 */
export function enter(turn: Turn, record: EventRecord, door: Door): boolean {
  const { journey, entry } = door
  if (door.counting) {
    refuse(turn, door, 'counting')
    return true
  }
  if (entry.where && !entry.where(entryScope(turn, record))) return turnedAway(turn, record, door)
  answered(turn, record, journey.id)
  const key = entry.key(record)
  const refused =
    closedBecause(turn, journey.id) ?? refusal(turn, record, { journey, entry, key }) ?? tooLate(turn, record, { journey, key })
  if (refused !== null || key === undefined) {
    refuse(turn, door, refused ?? 'key_missing')
    return true
  }
  const otherArm = keptOut(turn, journey.id)
  if (otherArm !== null) {
    refuse(turn, door, otherArm)
    return true
  }
  const memory = own(turn.person.journeys.memory, journey.id)
  const unit = memory?.unit ?? turn.person.profile.id
  const place = { door, key, unit, id: enrollmentId(turn, record, { journey: journey.id, key }) }
  remember(turn, { door, key, memory: memory ?? { entries: 0, firstEntry: turn.context.now, keys: {}, unit } })
  if (chance(`holdout:${journey.id}`, unit) < journey.holdout) holdOut(turn, record, place)
  else start(turn, record, place)
  return true
}

const tooLate = (
  turn: Turn,
  record: EventRecord,
  { journey, key }: { journey: Door['journey']; key: string | undefined },
): Reason | null => (key !== undefined && isOvertaken(turn, record, { journey, key }) ? 'overtaken' : null)

function turnedAway(turn: Turn, record: EventRecord, door: Door): boolean {
  const { unmatched, settle: window, maxAge } = door.entry
  if (unmatched !== null) refuse(turn, door, unmatched)
  else if (window > 0 && record.at + maxAge >= turn.context.now) settle(turn, record, door)
  return unmatched !== null
}

function refuse(turn: Turn, { journey }: Door, reason: Reason): void {
  tell(turn, { id: '', journey: journey.id, version: journey.version }, { kind: 'refused', reason })
}

interface Place {
  readonly door: Door
  readonly key: string
  readonly unit: string
  readonly id: string
}

/** The moment is part of it: a message id that is repeated after it has been forgotten begins another run, with messages of its own. */
function enrollmentId(turn: Turn, record: EventRecord, { journey, key }: { journey: string; key: string }): string {
  return digest([journey, turn.person.profile.id, key, record.id, turn.context.now].join('\u0000'))
}

function remember(turn: Turn, { door, key, memory }: { door: Door; key: string; memory: JourneyMemory }): void {
  const { journey } = door
  const { journeys } = turn.person
  const { now, definitions } = turn.context
  // The rules of every way in, not only of this one: another would forget who has been there.
  const reentryAfter = Math.max(...journey.entries.map((entry) => entry.reentryAfter))
  const isNeeded = ([other, last]: [string, number]): boolean =>
    other !== key && now - Math.max(last, (memory.ended && own(memory.ended, other)) ?? last) < reentryAfter
  const kept = Object.entries(memory.keys).filter(isNeeded)
  if (kept.length >= KEYS_REMEMBERED)
    kept.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).splice(0, kept.length - KEYS_REMEMBERED + 1)
  const keys = Object.fromEntries([...kept, [key, now]])
  const { ended, entered, ...rest } = memory
  const left = Object.entries(ended ?? {}).filter(([other]) => Object.hasOwn(keys, other))
  const { within, times } = remembering(journey, definitions.entryPolicy)
  const recent = [...(entered ?? []).filter((at) => at > now - within), now].slice(-times)
  const next: JourneyMemory = {
    ...rest,
    entries: memory.entries + 1,
    keys,
    ...(left.length > 0 ? { ended: Object.fromEntries(left) } : {}),
    ...(times > 0 ? { entered: recent } : {}),
  }
  turn.person = { ...turn.person, journeys: { ...journeys, memory: { ...journeys.memory, [journey.id]: next } } }
}

function holdOut(turn: Turn, record: EventRecord, { door: { journey }, key, id }: Place): void {
  const run = { id, journey: journey.id, version: journey.version }
  watch(turn, record, { journey, key, id, arm: 'held_out' })
  tell(turn, run, { kind: 'entered', reason: 'entered', arm: 'held_out' })
  tell(turn, run, { kind: 'exited', reason: 'holdout', arm: 'held_out' })
}

function start(turn: Turn, record: EventRecord, { door: { journey }, key, id, unit }: Place): void {
  const { now } = turn.context
  watch(turn, record, { journey, key, id, arm: 'treated' })
  const run: Enrollment = {
    id,
    journey: journey.id,
    version: journey.version,
    key,
    unit,
    step: journey.first ?? '',
    since: now,
    due: null,
    enteredAt: now,
    passed: 0,
    entry: entryOf(record),
    messages: {},
    ...modeSeen(turn, journey.id),
  }
  tell(turn, run, { kind: 'entered', to: run.step, reason: 'entered' })
  const move =
    journey.first === null
      ? ({ kind: 'go', to: null, reason: 'entered' } as const)
      : nodeOf(journey, journey.first).arrive(standing(turn, run))
  const after = advance(turn, run, { journey, move })
  if (after) setEnrollments(turn, [...turn.person.journeys.enrollments, after])
}

const entryOf = (record: EventRecord): EntryEvent => ({ name: record.name, at: record.at, properties: record.props })

/** From now on the goal may be reached, whatever becomes of the run. */
function watch(
  turn: Turn,
  record: EventRecord,
  { journey, key, id, arm }: Omit<Place, 'unit' | 'door'> & Pick<Door, 'journey'> & Pick<GoalWatch, 'arm'>,
): void {
  const { journeys } = turn.person
  const { goal } = journey
  const added: GoalWatch = {
    enrollment: id,
    journey: journey.id,
    version: journey.version,
    key,
    arm,
    from: record.at,
    until: record.at + goal.within,
    enteredAt: turn.context.now,
    ...(goal.needsEntry ? { entry: entryOf(record) } : {}),
  }
  turn.person = { ...turn.person, journeys: { ...journeys, watches: [...journeys.watches, added] } }
}

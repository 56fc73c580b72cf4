import type { EventRecord } from '#events/schema.ts'
import { chance, digest } from '#lib/hash.ts'
import { own } from '#lib/record.ts'
import { advance, nodeOf } from './advance.ts'
import type { CompiledJourney } from './compile.ts'
import type { Enrollment, EntryEvent, GoalWatch, JourneyMemory } from './enrollment.ts'
import type { Reason } from './reasons.ts'
import { entryScope, setEnrollments, standing, type Turn, tell } from './turn.ts'

/** Entry keys that one profile remembers of one journey: with `reentry: never` the oldest of more are forgotten. */
export const KEYS_REMEMBERED = 1000

/** Lets a person into a journey, or notes why not. Who does not match the entry filter leaves no trace. */
export function enter(turn: Turn, record: EventRecord, journey: CompiledJourney): void {
  if (journey.entry.where && !journey.entry.where(entryScope(turn, record))) return
  const key = journey.entry.key(record)
  const refused = refusal(turn, record, { journey, key })
  if (refused !== null || key === undefined) {
    const nobody = { id: '', journey: journey.id, version: journey.version }
    tell(turn, nobody, { kind: 'refused', reason: refused ?? 'key_missing' })
    return
  }
  const memory = own(turn.person.journeys.memory, journey.id)
  const unit = memory?.unit ?? turn.person.profile.id
  const place = { journey, key, unit, id: enrollmentId(turn, record, { journey: journey.id, key }) }
  remember(turn, { journey, key, memory: memory ?? { entries: 0, firstEntry: turn.context.now, keys: {}, unit } })
  if (chance(`holdout:${journey.id}`, unit) < journey.holdout) holdOut(turn, record, place)
  else start(turn, record, place)
}

interface Place {
  readonly journey: CompiledJourney
  readonly key: string
  readonly unit: string
  readonly id: string
}

/** The moment is part of it: a message id that is repeated after it has been forgotten begins another run, with messages of its own. */
function enrollmentId(turn: Turn, record: EventRecord, { journey, key }: { journey: string; key: string }): string {
  return digest([journey, turn.person.profile.id, key, record.id, turn.context.now].join('\u0000'))
}

function refusal(turn: Turn, record: EventRecord, { journey, key }: { journey: CompiledJourney; key: string | undefined }): Reason | null {
  const { now } = turn.context
  const { enrollments, memory, watches } = turn.person.journeys
  if (record.at + journey.entry.maxAge < now) return 'too_old'
  if (key === undefined) return 'key_missing'
  const here = (run: { journey: string; key: string }): boolean => run.journey === journey.id && run.key === key
  if (enrollments.some(here)) return 'already_in'
  // Who is held out is "in" as long as the goal may be reached: otherwise the hold-out would enter more often than those it is compared with.
  if (watches.some((watch) => watch.arm === 'held_out' && here(watch) && watch.until >= now)) return 'already_in'
  const remembered = own(memory, journey.id)
  const last = remembered && own(remembered.keys, key)
  return last !== undefined && now - last < journey.entry.reentryAfter ? 'reentry' : null
}

function remember(turn: Turn, { journey, key, memory }: { journey: CompiledJourney; key: string; memory: JourneyMemory }): void {
  const { journeys } = turn.person
  const { now } = turn.context
  const { reentryAfter } = journey.entry
  const kept = Object.entries(memory.keys).filter(([other, last]) => other !== key && now - last < reentryAfter)
  if (kept.length >= KEYS_REMEMBERED)
    kept.sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1)).splice(0, kept.length - KEYS_REMEMBERED + 1)
  const next: JourneyMemory = { ...memory, entries: memory.entries + 1, keys: Object.fromEntries([...kept, [key, now]]) }
  turn.person = { ...turn.person, journeys: { ...journeys, memory: { ...journeys.memory, [journey.id]: next } } }
}

function holdOut(turn: Turn, record: EventRecord, { journey, key, id }: Place): void {
  const run = { id, journey: journey.id, version: journey.version }
  watch(turn, record, { journey, key, id, arm: 'held_out' })
  tell(turn, run, { kind: 'entered', reason: 'entered', arm: 'held_out' })
  tell(turn, run, { kind: 'exited', reason: 'holdout', arm: 'held_out' })
}

function start(turn: Turn, record: EventRecord, { journey, key, id, unit }: Place): void {
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
function watch(turn: Turn, record: EventRecord, { journey, key, id, arm }: Omit<Place, 'unit'> & Pick<GoalWatch, 'arm'>): void {
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

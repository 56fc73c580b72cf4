import { absorbConsent } from '#consent/absorb.ts'
import { absorbContacts, NO_CONTACTS_YET } from '#consent/contacts.ts'
import { NO_CONSENT_YET } from '#consent/schema.ts'
import type { Reaction } from '#events/reaction.ts'
import type { AbsorbRecord, EventRecord, MergeRecord } from '#events/schema.ts'
import type { Json } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { absorb, newProfile } from '#profiles/react.ts'
import { NO_SEGMENTS_YET } from '#segments/schema.ts'
import { advance, isThere, leave, nodeOf, queuedOf, replace, withdraw } from './advance.ts'
import { uniteAssigned } from './assigned.ts'
import { type Dispatch, type Enrollment, type JourneyMemory, type JourneysSection, NO_JOURNEYS_YET } from './enrollment.ts'
import { reappoint, unitedAppointments } from './entries/appointments.ts'
import { uniteClosed } from './entries/overtaken.ts'
import { countedTwice, hearTogether } from './entries/recent.ts'
import { keep } from './entries/section.ts'
import { retryEntries } from './entries/settle.ts'
import { catchUp } from './in-flight.ts'
import { followMerge, followSteps, leaveBehind } from './membership.ts'
import { type Person, upgraded } from './person.ts'
import { retime } from './retime.ts'
import { isThisRound } from './rounds.ts'
import { learnMerge } from './scores.ts'
import { sends } from './sends.ts'
import { begin, type Context, journeyOf, outcome, setEnrollments, type Turn } from './turn.ts'

export const newPerson = (id: string, at: number): Person => ({
  v: 2,
  profile: newProfile(id, at),
  segments: NO_SEGMENTS_YET,
  consent: NO_CONSENT_YET,
  contacts: NO_CONTACTS_YET,
  journeys: NO_JOURNEYS_YET,
})

/** This profile is another: its state goes there, and only a signpost stays. */
export function merge(person: Person | null, record: MergeRecord, context: Context): Reaction<Person> {
  const { ws, key, into } = record
  const turn = begin(person ?? newPerson(key, context.now), context, `merge:${into}`)
  const { mergedInto } = turn.person.profile
  if (into === key || mergedInto === into) return outcome(turn)
  if (mergedInto !== undefined) {
    // It had become X; now it is Y as well: so X is Y.
    turn.records.push({ kind: 'merge', ws, key: mergedInto, into })
    return outcome(turn)
  }
  // Sent even when there is no state to move: it is what finds out that signposts lead in a circle.
  turn.records.push({ kind: 'absorb', ws, key: into, from: key, state: person as unknown as Json })
  leaveBehind(turn, turn.person.segments)
  const { firstSeen, lastSeen } = turn.person.profile
  const signpost = { ...newProfile(key, firstSeen), lastSeen, mergedInto: into }
  turn.person = { ...newPerson(key, firstSeen), profile: signpost }
  return outcome(turn)
}

interface Absorbing extends Context {
  /** Tells journeys who came into which segment by it. */
  readonly ripple: (turn: Turn, heard: readonly EventRecord[]) => void
}

/** The state of a profile that turned out to be this one arrives. */
export function takeIn(person: Person | null, record: AbsorbRecord, { ripple, ...context }: Absorbing): Reaction<Person> {
  const loser = record.state === null ? null : upgraded(record.state as unknown as Person)
  const turn = begin(person ?? newPerson(record.key, loser?.profile.firstSeen ?? context.now), context, `merge:${record.from}`)
  const { mergedInto } = turn.person.profile
  if (mergedInto !== undefined && record.from === record.key) {
    // Signposts led in a circle and the state came home: here it stays.
    turn.person = loser ?? newPerson(record.key, context.now)
    return outcome(turn)
  }
  if (mergedInto !== undefined) {
    turn.records.push({ ...record, key: mergedInto })
    return outcome(turn)
  }
  if (!loser) return outcome(turn)
  const before = turn.person
  const { profile, consent, contacts, journeys } = turn.person
  const memory = mergeMemories(journeys.memory, loser.journeys.memory)
  turn.person = {
    ...turn.person,
    profile: once(absorb(profile, loser.profile), countedTwice(journeys, loser.journeys)),
    consent: absorbConsent(consent, loser.consent),
    contacts: absorbContacts(contacts, loser.contacts),
    journeys: { enrollments: [], memory, watches: [] },
  }
  uniteAssigned(turn, before, loser)
  const heard = followMerge(turn, { ours: before.segments, theirs: loser.segments })
  const moved = learnMerge(turn, before.decisions, loser.decisions)
  const seen = turn.person
  keep(turn, {
    appointments: unitedAppointments(journeys, loser.journeys),
    settling: [...(journeys.settling ?? []), ...(loser.journeys.settling ?? [])],
  })
  mergeRuns(turn, journeys, loser.journeys)
  hearTogether(turn, journeys, loser.journeys)
  uniteClosed(turn, journeys, loser.journeys)
  reappoint(turn)
  retryEntries(turn, before)
  catchUp(turn)
  ripple(turn, [...heard, ...moved, ...followSteps(turn, seen)])
  retime(turn, before)
  return outcome(turn)
}

/** An event that both profiles have counted is one event. */
function once(profile: Person['profile'], twice: Readonly<Record<string, number>>): Person['profile'] {
  const activity = { ...profile.activity }
  for (const [name, times] of Object.entries(twice)) {
    const row = own(activity, name)
    if (row) put(activity, name, [row[0] - times, row[1], row[2]])
  }
  return { ...profile, activity }
}

function mergeMemories(ours: JourneysSection['memory'], theirs: JourneysSection['memory']): JourneysSection['memory'] {
  const united: Record<string, JourneyMemory> = { ...ours }
  for (const [journey, b] of Object.entries(theirs)) {
    const a = own(ours, journey)
    put(united, journey, a ? mergeMemory(a, b) : b)
  }
  return united
}

/** The largest limit that can be written. */
const MOST_ENTERED = 100

function mergeMemory(a: JourneyMemory, b: JourneyMemory): JourneyMemory {
  const keys: Record<string, number> = { ...a.keys }
  for (const [key, last] of Object.entries(b.keys)) put(keys, key, Math.max(own(a.keys, key) ?? last, last))
  const ended: Record<string, number> = { ...a.ended }
  for (const [key, last] of Object.entries(b.ended ?? {})) put(ended, key, Math.max(own(ended, key) ?? last, last))
  const entered = [...(a.entered ?? []), ...(b.entered ?? [])].sort((x, y) => x - y)
  const more = {
    ...(Object.keys(ended).length > 0 ? { ended } : {}),
    ...(entered.length > 0 ? { entered: entered.slice(-MOST_ENTERED) } : {}),
  }
  const first = a.firstEntry !== b.firstEntry ? a.firstEntry < b.firstEntry : a.unit <= b.unit
  return { entries: a.entries + b.entries, firstEntry: Math.min(a.firstEntry, b.firstEntry), keys, unit: first ? a.unit : b.unit, ...more }
}

/** At most one run for each journey and key goes on. */
function mergeRuns(turn: Turn, ours: JourneysSection, theirs: JourneysSection): void {
  const ended = new Set<string>()
  const end = (run: Enrollment): void => {
    ended.add(run.id)
    leave(turn, run, 'merged')
  }
  const kept: Enrollment[] = []
  for (const run of ours.enrollments) {
    const twin = theirs.enrollments.find((other) => isSamePlace(run, other))
    if (twin) {
      const [survivor, other] = isFurther(run, twin) ? [run, twin] : [twin, run]
      end(other)
      kept.push(inherit(survivor, other))
    } else if (wasThere(turn, theirs, run)) end(run)
    else kept.push(run)
  }
  for (const run of theirs.enrollments) {
    if (ours.enrollments.some((other) => isSamePlace(run, other))) continue
    if (wasThere(turn, ours, run)) end(run)
    else kept.push(run)
  }
  const watches = [...ours.watches, ...theirs.watches].filter((watch) => !ended.has(watch.enrollment))
  turn.person = { ...turn.person, journeys: { ...turn.person.journeys, watches } }
  setEnrollments(turn, kept)
  for (const run of kept) if (isThere(turn, run)) replace(turn, run, resume(turn, run))
}

const isSamePlace = (a: Enrollment, b: Enrollment): boolean => a.journey === b.journey && a.key === b.key

/** Further on: more steps passed, else later on its step, else the smaller id, so that both orders of merging choose alike. */
function isFurther(a: Enrollment, b: Enrollment): boolean {
  if (a.passed !== b.passed) return a.passed > b.passed
  if (a.since !== b.since) return a.since > b.since
  return a.id < b.id
}

/** Whether the other profile has been through the journey already, so that as one person they would not have been let in again. */
function wasThere(turn: Turn, other: JourneysSection, run: Enrollment): boolean {
  const memory = own(other.memory, run.journey)
  const last = memory && own(memory.keys, run.key)
  const entries = journeyOf(turn, run)?.entries ?? []
  const after = (entries.find(({ events }) => events.includes(run.entry.name)) ?? entries[0])?.reentryAfter ?? Infinity
  return last !== undefined && Math.abs(run.enteredAt - last) < after
}

/** The survivor knows the messages of the run that ends, so that no step writes to the same person twice. */
function inherit(survivor: Enrollment, other: Enrollment): Enrollment {
  const taken = new Set(queuedOf(other))
  const messages: Record<string, readonly Dispatch[]> = { ...survivor.messages }
  for (const [step, marks] of Object.entries(other.messages)) {
    const theirs = marks.map((mark): Dispatch => (taken.has(mark.id) ? { ...mark, status: 'cancelled' } : mark))
    const known = own(survivor.messages, step) ?? []
    put(messages, step, [...known, ...theirs.filter(({ id }) => !known.some((mark) => mark.id === id))])
  }
  const context = { ...other.context, ...survivor.context }
  const chosen = { ...other.chosen, ...survivor.chosen }
  return {
    ...survivor,
    messages,
    ...(Object.keys(context).length > 0 ? { context } : {}),
    ...(Object.keys(chosen).length > 0 ? { chosen } : {}),
  }
}

/** A run that stands before a message which the person has got already by the other run goes on. */
function resume(turn: Turn, run: Enrollment): Enrollment | null {
  const journey = journeyOf(turn, run)
  const marks = (own(run.messages, run.step) ?? []).filter((mark) => isThisRound(mark, run))
  if (!journey || !marks.some(({ status }) => status === 'sent')) return run
  const node = nodeOf(journey, run.step)
  if (!sends(node.step)) return run
  const calm = withdraw(
    turn,
    run,
    marks.filter(({ status }) => status === 'queued').map(({ id }) => id),
  )
  return advance(turn, calm, { journey, move: { kind: 'go', to: node.next, reason: 'already_sent' } })
}

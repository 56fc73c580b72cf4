import { originOf } from '#events/origin.ts'
import type { EventFact, Reaction } from '#events/reaction.ts'
import type { EventRecord, KeyedRecord, ReviewRecord } from '#events/schema.ts'
import { applyEvent } from '#profiles/react.ts'
import { personFact, tellsMore } from '#segments/people.ts'
import { withoutReady } from '#segments/react.ts'
import { hearInRun } from '#segments/run-windows.ts'
import { advance, leave, nodeOf, replace } from './advance.ts'
import { hearKeptBack } from './assigned.ts'
import { countContact } from './budget.ts'
import { relieve } from './budget-wake.ts'
import type { Enrollment } from './enrollment.ts'
import { enter } from './enter.ts'
import { appoint, keepAppointments, reappoint, soonestAppointment } from './entries/appointments.ts'
import { noteClosed } from './entries/overtaken.ts'
import { rememberEvent } from './entries/recent.ts'
import { endSettling, retryEntries, soonestSettling } from './entries/settle.ts'
import { reachGoals } from './goals.ts'
import { tellRun } from './hear.ts'
import { catchUp } from './in-flight.ts'
import { followEvent, followReview, followSteps, followTime } from './membership.ts'
import { merge, newPerson, takeIn } from './merge.ts'
import { heldAside, isPaused } from './modes.ts'
import { hearPermits, lapsePermits } from './permits.ts'
import { type Person, upgraded } from './person.ts'
import { receiptOf, tellContentDecisions, tellExposures, tellReceipt } from './receipts.ts'
import { retime } from './retime.ts'
import { learnEvent, learnReview, learnTime, withForetold } from './scores.ts'
import { begin, CLOCK_DOUBT, type Context, journeyOf, outcome, runScope, standing, type Turn } from './turn.ts'

/** What follows from one record for the person whose key it carries. Inputs are never changed. */
export function react(stored: Person | null, record: KeyedRecord, context: Context): Reaction<Person> {
  const person = stored && upgraded(stored)
  return withPerson(person, withForetold(reactTo(person, record, context), context), context)
}

function reactTo(person: Person | null, record: KeyedRecord, context: Context): Reaction<Person> {
  switch (record.kind) {
    case 'event':
      return forwarded(person, record, context) ?? reactToEvent(person, record, context)
    case 'review':
      return forwarded(person, record, context) ?? review(person, record, context)
    case 'merge':
      return merge(person, record, context)
    case 'absorb':
      return takeIn(person, record, { ...context, ripple })
  }
}

/** A signpost sends on what comes for it. */
function forwarded(person: Person | null, record: EventRecord | ReviewRecord, context: Context): Reaction<Person> | null {
  const into = person?.profile.mergedInto
  if (!person || into === undefined) return null
  const sent = record.kind === 'review' ? { ...record, key: into, history: withoutReady(record.history) } : { ...record, key: into }
  return { ...outcome(begin(person, context, causeOf(record))), records: [sent as KeyedRecord] }
}

const causeOf = (record: EventRecord | ReviewRecord): string => (record.kind === 'event' ? record.id : 'review')

/** Looks at a person again: the definitions in force may want something of them that no event of theirs has caused. */
function review(person: Person | null, record: ReviewRecord, context: Context): Reaction<Person> {
  const turn = begin(person ?? newPerson(record.key, context.now), context, 'review')
  const before = turn.person
  const heard = followReview(turn, record, { isNew: person === null })
  const moved = learnReview(turn, record)
  const seen = turn.person
  catchUp(turn)
  reappoint(turn)
  ripple(turn, [...heard, ...moved, ...followSteps(turn, seen)])
  // Catching up may go on to steps that change attributes, or give back a place in the contact budget.
  retime(turn, before)
  relieve(turn, before)
  followUp(turn, before)
  return withPerson(before, outcome(turn), context)
}

/** Fires every timer that is due by `context.now`, the earliest first. */
export function fire(stored: Person, context: Context): Reaction<Person> {
  const turn = begin(upgraded(stored), context, 'timer')
  const before = turn.person
  const heard = [...lapsePermits(turn), ...followTime(turn), ...learnTime(turn)]
  const seen = turn.person
  catchUp(turn)
  keepAppointments(turn)
  for (let run = earliest(turn); run; run = earliest(turn)) replace(turn, run, wake(turn, run))
  ripple(turn, [...heard, ...followSteps(turn, seen)])
  retime(turn, before)
  relieve(turn, before)
  endSettling(turn)
  followUp(turn, before)
  return withPerson(before, withForetold(outcome(turn), context), context)
}

/** When the person's next timer is due (epoch ms); null: there is none. */
export function nextDue(person: Person): number | null {
  let least: number | null = null
  for (const { due } of person.journeys.enrollments) if (due !== null && (least === null || due < least)) least = due
  return soonest(
    least,
    person.segments.due,
    person.consent.due ?? null,
    person.decisions?.due ?? null,
    soonestAppointment(person.journeys),
    soonestSettling(person.journeys),
  )
}

const soonest = (...times: readonly (number | null)[]): number | null =>
  times.reduce((least, time) => (time !== null && (least === null || time < least) ? time : least), null)

function reactToEvent(person: Person | null, record: EventRecord, context: Context): Reaction<Person> {
  const before = person ?? newPerson(record.key, record.at)
  const turn = begin(before, context, record.id)
  const { section: profile, duplicate } = applyEvent(before.profile, record)
  tellEvent(turn, record, duplicate ? 'duplicate' : 'accepted')
  if (duplicate) return outcome(turn)
  turn.person = { ...before, profile }
  hearPermits(turn, record)
  const heard = followEvent(turn, record, { before, isNew: person === null })
  const moved = learnEvent(turn, record)
  const seen = turn.person
  catchUp(turn)
  countContact(turn, record)
  if (receiptOf(record)) {
    tellReceipt(turn, record)
    tellExposures(turn, record)
    tellContentDecisions(turn, record)
    hearKeptBack(turn, record)
  }
  happen(turn, record)
  ripple(turn, [...heard, ...moved, ...followSteps(turn, seen)])
  retime(turn, before)
  relieve(turn, before)
  followUp(turn, before)
  return outcome(turn)
}

/** Rounds after which segments and journeys that set each other off are taken for a circle. */
const MOST_ROUNDS = 50

/** Journeys hear who came into which segment; what their steps set may move segments again. */
function ripple(turn: Turn, heard: readonly EventRecord[]): void {
  let events = heard
  for (let round = 0; events.length > 0; round++) {
    if (round === MOST_ROUNDS) throw new Error(`Segments and journeys set each other off without end: ${events[0]!.name}`)
    const seen = turn.person
    for (const event of events) happen(turn, event)
    events = followSteps(turn, seen)
  }
}

/** What conditions ask of the person is told anew when it has changed. */
function withPerson(before: Person | null, reaction: Reaction<Person>, { definitions, now }: Context): Reaction<Person> {
  if (!tellsMore(before, reaction.state)) return reaction
  const row = personFact(definitions.workspace, reaction.state, now)
  return { ...reaction, facts: [...reaction.facts, { table: 'people', row }] }
}

/** What an event means for journeys: the sender's own ones, and those that the engine makes of a change (`segment.entered:vip`). */
export function happen(turn: Turn, record: EventRecord): void {
  if (turn.person.journeys.enrollments.length > 0) {
    listen(turn, record)
    exits(turn, record)
    hear(turn, record)
  }
  const reached = turn.person.journeys.watches.length > 0 ? reachGoals(turn, record) : []
  rememberEvent(turn, record, reached)
  arrive(turn, record)
  noteClosed(turn, record)
}

/** Of several doors of one journey the first that is meant answers. */
function arrive(turn: Turn, record: EventRecord): void {
  let answered = ''
  for (const door of turn.context.definitions.entriesByEvent.get(record.name) ?? []) {
    if (door.journey.id === answered) continue
    if (door.entry.appointment?.kind === 'schedule') appoint(turn, record, door)
    else if (enter(turn, record, door)) answered = door.journey.id
  }
}

/** What the person has become may make up what their dates ask for, and what events wait for. */
function followUp(turn: Turn, before: Person): void {
  retryEntries(turn, before)
  if (turn.person.profile.attributes !== before.profile.attributes) reappoint(turn)
}

/** Each run notes what its conditions will ask of it (`in run`): of a keyed journey only what carries the run's key. */
function listen(turn: Turn, record: EventRecord): void {
  for (const run of turn.person.journeys.enrollments) {
    const journey = journeyOf(turn, run)
    if (!journey?.ofRun.byEvent.has(record.name)) continue
    if (run.key !== '' && !journey.entries.some(({ key }) => key(record) === run.key)) continue
    const windows = hearInRun(run.windows, record, journey.ofRun)
    if (windows && windows !== run.windows) replace(turn, run, { ...run, windows })
  }
}

function tellEvent(turn: Turn, record: EventRecord, verdict: EventFact['verdict']): void {
  turn.facts.push({
    table: 'events',
    row: {
      workspace_id: record.ws,
      profile_id: record.key,
      message_id: record.id,
      type: record.type,
      name: record.name,
      at: record.at,
      received: record.received,
      properties: JSON.stringify(record.props),
      verdict,
      ...originOf(record),
      ...(record.source !== undefined && { source: record.source }),
    },
  })
  if (record.faults !== undefined && verdict === 'accepted') tellFaults(turn, record)
}

function tellFaults(turn: Turn, record: EventRecord): void {
  const { ws, key, id, name, at, received, source = '', faults = [] } = record
  const common = { workspace_id: ws, profile_id: key, message_id: id, name, source, at, received }
  for (const { kind, at: property, says } of faults) turn.facts.push({ table: 'violations', row: { ...common, kind, property, says } })
}

/**
 * Exit conditions act at once, wherever the run stands. An event from before the run began says nothing about it, unless it names this
 * very run (its cart, its order): then the clocks may say what they like.
 */
function exits(turn: Turn, record: EventRecord): void {
  for (const run of turn.person.journeys.enrollments) {
    const before = record.at < run.entry.at - CLOCK_DOUBT
    const exit = journeyOf(turn, run)
      ?.exits.get(record.name)
      ?.find(({ where, keyed, matches }) => (keyed || !before) && matches(record, run) && (!where || where(runScope(turn, run, record))))
    if (exit) replace(turn, run, leave(turn, run, exit.reason))
  }
}

function hear(turn: Turn, record: EventRecord): void {
  const receipt = receiptOf(record)
  for (const run of turn.person.journeys.enrollments) tellRun(turn, run, { record, receipt })
}

function earliest(turn: Turn): Enrollment | undefined {
  let first: (Enrollment & { due: number }) | undefined
  for (const run of turn.person.journeys.enrollments) {
    if (run.due === null || run.due > turn.context.now) continue
    if (!first || run.due < first.due || (run.due === first.due && run.id < first.id)) first = run as Enrollment & { due: number }
  }
  return first
}

function wake(turn: Turn, run: Enrollment): Enrollment | null {
  const journey = journeyOf(turn, run)
  if (!journey) return leave(turn, run, 'version_missing')
  if (isPaused(turn, run)) return heldAside(run)
  const move = nodeOf(journey, run.step).wake?.(standing(turn, run))
  if (!move) throw new Error(`Step ${run.step} of ${run.journey} has a timer but does not know what for`)
  return advance(turn, run, { journey, move })
}

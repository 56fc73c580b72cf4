import type { DecisionRecord } from '#decisions/record.ts'
import { own, put } from '#lib/record.ts'
import { write } from '#profiles/react.ts'
import { inNewStep } from '#segments/run-windows.ts'
import { noteAssigned } from './assigned.ts'
import { reserve, tellHeld } from './budget.ts'
import type { CompiledJourney } from './compile.ts'
import { deedId, noteOnTimeline, queue, sendNotes, startOther } from './deeds.ts'
import type { Dispatch, Enrollment } from './enrollment.ts'
import { noteEnd } from './entries/ends.ts'
import { tellJudged, tellPassed } from './gates.ts'
import type { Deeds, Message, Move } from './node.ts'
import { notePace } from './pace.ts'
import { isTrouble, type Reason } from './reasons.ts'
import { inRound } from './rounds.ts'
import { setEnrollments, standing, type Turn, tell } from './turn.ts'

/** Performs a move and those that follow from it, until the run stands still or has ended (null). */
export function advance(turn: Turn, run: Enrollment, { journey, move }: { journey: CompiledJourney; move: Move }): Enrollment | null {
  let here = run
  let next = move
  for (let moves = 0; moves <= journey.mostMoves; moves++) {
    here = perform(turn, here, next)
    if (next.kind === 'stay') return stays(here, next)
    if (next.kind === 'exit') return leave(turn, here, next.reason)
    // The end is one fact, so what went wrong at the last step is told with it.
    if (next.to === null) return leave(turn, here, isTrouble(next.reason) ? `completed:${next.reason}` : 'completed')
    tell(turn, here, { kind: 'moved', from: here.step, to: next.to, reason: next.reason })
    here = { ...forgetful(here), step: next.to, since: turn.context.now, due: null, passed: here.passed + 1 }
    next = nodeOf(journey, here.step).arrive(standing(turn, here))
  }
  throw new Error(`Run ${run.id} of ${journey.id} version ${journey.version} does not come to rest`)
}

function stays(run: Enrollment, { due, memo }: Extract<Move, { kind: 'stay' }>): Enrollment {
  const noted = memo === undefined || memo === run.memo ? run : { ...run, memo }
  return noted.due === due ? noted : { ...noted, due }
}

/** What the step that is left behind remembered and heard is gone. */
export function forgetful(run: Enrollment): Enrollment {
  if (run.memo === undefined && run.windows?.step === undefined) return run
  const { memo: _, windows, ...rest } = run
  const kept = inNewStep(windows)
  return kept ? { ...rest, windows: kept } : rest
}

/** Puts a run as it is now in the place of the run as it was; null: it has ended. */
export function replace(turn: Turn, run: Enrollment, after: Enrollment | null): void {
  const { enrollments } = turn.person.journeys
  setEnrollments(turn, after ? enrollments.map((other) => (other === run ? after : other)) : enrollments.filter((other) => other !== run))
}

/** Whether a run is still there: another one may have ended it in the same turn. */
export const isThere = (turn: Turn, run: Enrollment): boolean => turn.person.journeys.enrollments.includes(run)

export function nodeOf(journey: CompiledJourney, step: string) {
  const node = journey.nodes.get(step)
  if (!node) throw new Error(`Journey ${journey.id} version ${journey.version} has no step ${step}`)
  return node
}

/** Ends a run: what it has queued is not wanted any more. Its goal may still be reached. */
export function leave(turn: Turn, run: Enrollment, reason: Reason): null {
  for (const id of queuedOf(run)) turn.cancels.push(id)
  tell(turn, run, { kind: 'exited', from: run.step, reason })
  if (reason !== 'merged') noteEnd(turn, run)
  return null
}

export const queuedOf = (run: Enrollment): readonly string[] =>
  Object.values(run.messages).flatMap((list) => list.filter(({ status }) => status === 'queued').map(({ id }) => id))

function perform(turn: Turn, run: Enrollment, deeds: Deeds): Enrollment {
  if (deeds.held) tellHeld(turn, run, deeds.held)
  if (deeds.judged) for (const each of deeds.judged) tellJudged(turn, run, each)
  if (deeds.assigned?.length) noteAssigned(turn, deeds.assigned, { journey: run.journey, step: run.step })
  if (deeds.decision) decide(turn, run, deeds.decision)
  if (deeds.pace) {
    decide(turn, run, { arm: deeds.pace.chosen, propensity: deeds.pace.propensity, record: deeds.pace })
    notePace(turn)
  }
  if (deeds.set) {
    const { profile } = turn.person
    const { attributes } = write(profile.attributes, deeds.set, turn.context.now)
    turn.person = { ...turn.person, profile: { ...profile, attributes } }
  }
  if (deeds.start) startOther(turn, run, deeds.start)
  if (deeds.stop) stopOthers(turn, run, deeds.stop)
  if (deeds.notes) sendNotes(turn, run, deeds.notes)
  if (deeds.remark !== undefined) noteOnTimeline(turn, run, deeds.remark)
  let after = deeds.cancels?.length ? withdraw(turn, run, deeds.cancels) : run
  if (deeds.save) after = { ...after, context: { ...after.context, [deeds.save.name]: deeds.save.value } }
  if (deeds.chosen) after = withChosen(after, deeds.chosen)
  if (deeds.loop) after = inRound(after, deeds.loop)
  return deeds.message ? dispatch(turn, after, deeds.message) : after
}

/** What an earlier choice expected does not hold for what a later one chose. */
function withChosen({ worth: _, ...run }: Enrollment, { key, arm, worth }: NonNullable<Deeds['chosen']>): Enrollment {
  return { ...run, chosen: { ...run.chosen, [key]: arm }, ...(worth !== undefined && { worth }) }
}

/** Ends the person's runs of a journey, but not the one that says so. */
function stopOthers(turn: Turn, run: Enrollment, { journey, reason }: NonNullable<Deeds['stop']>): void {
  const stopped = turn.person.journeys.enrollments.filter((other) => other.journey === journey && other.id !== run.id)
  for (const other of stopped) replace(turn, other, leave(turn, other, reason))
}

function decide(turn: Turn, run: Enrollment, decision: NonNullable<Deeds['decision']>): void {
  turn.facts.push({
    table: 'decisions',
    row: {
      workspace_id: turn.context.definitions.workspace,
      profile_id: turn.person.profile.id,
      journey_id: run.journey,
      version: run.version,
      enrollment_id: run.id,
      step_id: run.step,
      arm: decision.arm,
      propensity: decision.propensity,
      at: turn.context.now,
      ...(decision.record && recorded(decision.record)),
    },
  })
}

/** A record as the columns of its fact. */
export const recorded = (record: DecisionRecord) => ({
  decision_id: record.id,
  kind: record.kind,
  model: record.model,
  model_version: record.modelVersion,
  snapshot: record.snapshot,
  decided_by: record.by,
  silence: record.silence ?? '',
  record: JSON.stringify(record),
})

/** Takes queued messages back. */
export function withdraw(turn: Turn, run: Enrollment, ids: readonly string[]): Enrollment {
  turn.cancels.push(...ids)
  return remark(run, (mark) => (ids.includes(mark.id) && mark.status === 'queued' ? { ...mark, status: 'cancelled' } : mark))
}

/** The run with every mark on its messages put through `change`. */
export function remark(run: Enrollment, change: (mark: Dispatch) => Dispatch): Enrollment {
  const messages: Record<string, readonly Dispatch[]> = {}
  for (const [step, marks] of Object.entries(run.messages)) put(messages, step, marks.map(change))
  return { ...run, messages }
}

function dispatch(turn: Turn, run: Enrollment, message: Message): Enrollment {
  const { step, loops } = run
  const { way } = message
  const id = unused(run, deedId(run, way === undefined ? '' : `w${way + 1}`))
  queue(turn, run, { message, id })
  reserve(turn, id, message)
  if (message.passed) tellPassed(turn, run, { message, id })
  const mark: Dispatch = { id, status: 'queued', heard: [], ...(way === undefined ? {} : { way }), ...(loops ? { loops } : {}) }
  const marks = [...(own(run.messages, step) ?? []), mark]
  return { ...run, messages: { ...run.messages, [step]: marks } }
}

/** After an edit a run may come by a step again whose message failed: another try is another message, else its receipt would never come. */
function unused(run: Enrollment, id: string): string {
  const taken = new Set(Object.values(run.messages).flatMap((marks) => marks.map((mark) => mark.id)))
  let free = id
  for (let n = 2; taken.has(free); n++) free = `${id}:again${n}`
  return free
}

import type { Effect } from '#events/reaction.ts'
import { put } from '#lib/record.ts'
import { write } from '#profiles/react.ts'
import type { CompiledJourney } from './compile.ts'
import type { Dispatch, Enrollment } from './enrollment.ts'
import type { Deeds, Message, Move } from './node.ts'
import { isTrouble, type Reason } from './reasons.ts'
import { standing, type Turn, tell } from './turn.ts'

/** Performs a move and those that follow from it, until the run stands still or has ended (null). */
export function advance(turn: Turn, run: Enrollment, { journey, move }: { journey: CompiledJourney; move: Move }): Enrollment | null {
  let here = run
  let next = move
  // Steps do not loop, so a run passes each of them at most once.
  for (let moves = 0; moves <= journey.nodes.size; moves++) {
    here = perform(turn, here, next)
    if (next.kind === 'stay') return here.due === next.due ? here : { ...here, due: next.due }
    if (next.kind === 'exit') return leave(turn, here, next.reason)
    // The end is one fact, so what went wrong at the last step is told with it.
    if (next.to === null) return leave(turn, here, isTrouble(next.reason) ? `completed:${next.reason}` : 'completed')
    tell(turn, here, { kind: 'moved', from: here.step, to: next.to, reason: next.reason })
    here = { ...here, step: next.to, since: turn.context.now, due: null, passed: here.passed + 1 }
    next = nodeOf(journey, here.step).arrive(standing(turn, here))
  }
  throw new Error(`Run ${run.id} of ${journey.id} version ${journey.version} does not come to rest`)
}

export function nodeOf(journey: CompiledJourney, step: string) {
  const node = journey.nodes.get(step)
  if (!node) throw new Error(`Journey ${journey.id} version ${journey.version} has no step ${step}`)
  return node
}

/** Ends a run: what it has queued is not wanted any more. Its goal may still be reached. */
export function leave(turn: Turn, run: Enrollment, reason: Reason): null {
  for (const id of queuedOf(run)) turn.cancels.push(id)
  tell(turn, run, { kind: 'exited', from: run.step, reason })
  return null
}

export const queuedOf = (run: Enrollment): readonly string[] =>
  Object.values(run.messages).flatMap((list) => list.filter(({ status }) => status === 'queued').map(({ id }) => id))

function perform(turn: Turn, run: Enrollment, deeds: Deeds): Enrollment {
  if (deeds.decision) decide(turn, run, deeds.decision)
  if (deeds.set) {
    const { profile } = turn.person
    const { attributes } = write(profile.attributes, deeds.set, turn.context.now)
    turn.person = { ...turn.person, profile: { ...profile, attributes } }
  }
  const after = deeds.cancels?.length ? withdraw(turn, run, deeds.cancels) : run
  return deeds.message ? dispatch(turn, after, deeds.message) : after
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
    },
  })
}

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
  const { definitions, now } = turn.context
  const { channel, address, topic, lane, expires, payload } = message
  const { journey, version, step } = run
  const id = `${run.id}:${step}`
  const key = turn.person.profile.id
  const place = { journey_id: journey, version, enrollment_id: run.id, step_id: step }
  const effect: Effect = {
    id,
    ws: definitions.workspace,
    key,
    channel,
    address,
    topic,
    lane,
    due: now,
    expires,
    payload: { ...place, ...payload },
  }
  turn.effects.push(effect)
  turn.facts.push({
    table: 'deliveries',
    row: { workspace_id: definitions.workspace, profile_id: key, effect_id: id, ...place, channel, status: 'queued', reason: '', at: now },
  })
  const marks = [...(Object.hasOwn(run.messages, step) ? run.messages[step]! : []), { id, status: 'queued', heard: [] } as const]
  return { ...run, messages: { ...run.messages, [step]: marks } }
}

import type { EventRecord } from '#events/schema.ts'
import type { Enrollment } from './enrollment.ts'
import type { Move, Node } from './node.ts'

/** The words of a colleague on a run, as system events of ours. */
export const MOVED_ON = 'journey.moved_on'
export const TAKEN_OUT = 'journey.taken_out'

/** What a colleague's word makes of a run, wherever it stands: on to the step below, or out. Null: it is none, or of another visit. */
export function byHand(run: Enrollment, { type, name, props }: EventRecord, { next, step }: Pick<Node, 'next' | 'step'>): Move | null {
  if (type !== 'system' || (name !== MOVED_ON && name !== TAKEN_OUT)) return null
  // The moment of arrival tells this visit from one of an earlier round.
  if (props['enrollment_id'] !== run.id || props['step_id'] !== step.id || props['since'] !== run.since) return null
  if (name === TAKEN_OUT) return { kind: 'exit', reason: 'taken_out' }
  const waiting = (run.messages[step.id] ?? []).filter(({ status }) => status === 'queued').map(({ id }) => id)
  return { kind: 'go', to: next, reason: 'moved_on', ...(waiting.length > 0 && { cancels: waiting }) }
}

import type { EventRecord } from '#events/schema.ts'
import { chance } from '#lib/hash.ts'
import { advance, leave, nodeOf } from './advance.ts'
import type { Enrollment } from './enrollment.ts'
import type { Move } from './node.ts'
import type { Reason } from './reasons.ts'
import { journeyOf, standing, type Turn } from './turn.ts'

/** What happens on resuming to timers: overdue ones fire, all move by the pause, or who missed theirs leaves. */
export type Timers = 'run' | 'shift' | 'exit'

/**
 * A change of a journey's mode, in force from a revision of the definitions on. `run` and `drain` end a pause; `drain` lets nobody in,
 * `stop` ends every run as well.
 */
export interface ModeChange {
  readonly kind: 'run' | 'pause' | 'drain' | 'stop'
  readonly revision: number
  /** Epoch ms: the same on every partition. */
  readonly at: number
  /** Of a change that ends a pause. */
  readonly timers?: Timers
}

/** Overdue timers fire spread over this time (ms) after a pause. */
export const RESUME_SPREAD = 60_000

const changesOf = (turn: Turn, journey: string): readonly ModeChange[] => turn.context.definitions.modes.get(journey) ?? []

/** The mode that a journey is in. */
export const modeOf = (turn: Turn, journey: string): ModeChange['kind'] => changesOf(turn, journey).at(-1)?.kind ?? 'run'

export const isPaused = (turn: Turn, { journey }: Pick<Enrollment, 'journey'>): boolean =>
  turn.context.definitions.modes.size > 0 && modeOf(turn, journey) === 'pause'

/** Why a journey lets nobody in; null: it does. */
export function closedBecause(turn: Turn, journey: string): Reason | null {
  if (turn.context.definitions.modes.size === 0) return null
  const mode = modeOf(turn, journey)
  if (mode === 'run') return null
  return mode === 'pause' ? 'journey_paused' : mode === 'drain' ? 'journey_draining' : 'journey_stopped'
}

/** What a new run notes: changes of the mode from before it began do not concern it. */
export function modeSeen(turn: Turn, journey: string): Pick<Enrollment, 'mode'> {
  const last = changesOf(turn, journey).at(-1)
  return last ? { mode: last.revision } : {}
}

/** A timer that is due while the journey is paused: it is put aside, so that nothing asks for it again and again. */
export const heldAside = (run: Enrollment): Enrollment => ({ ...run, due: null, ...(run.due === null ? {} : { held: run.due }) })

/** An event that the step waits for came while the journey is paused: the first is told to the step when the pause is over. */
export const kept = (run: Enrollment, event: EventRecord): Enrollment => (run.kept ? run : { ...run, kept: event })

/** Whether a move would do more than remember something. */
export const isMore = (move: Move): boolean => move.kind !== 'stay' || move.message !== undefined || (move.cancels?.length ?? 0) > 0

/** The run after every change of the mode since it was last looked at, in their order; null: it has ended. */
export function followModes(turn: Turn, run: Enrollment): Enrollment | null {
  const changes = changesOf(turn, run.journey)
  const last = changes.at(-1)
  if (!last || last.revision <= (run.mode ?? 0)) return run
  let here = run
  let pause: ModeChange | undefined
  for (const change of changes) {
    const seen = change.revision <= (run.mode ?? 0)
    if (!seen && change.kind === 'stop') return leave(turn, here, 'journey_stopped')
    if (change.kind === 'pause') pause ??= change
    else {
      const after: Enrollment | null = pause && !seen ? resumed(turn, here, { pause, change }) : here
      if (after === null) return null
      here = after
      pause = undefined
    }
  }
  const { mode: _, ...rest } = here
  const followed: Enrollment = { ...rest, mode: last.revision }
  return pause ? followed : goOn(turn, followed)
}

function resumed(turn: Turn, run: Enrollment, { pause, change }: { pause: ModeChange; change: ModeChange }): Enrollment | null {
  const { held, ...rest } = run
  const timer = held ?? run.due
  const isOverdue = timer !== null && timer <= change.at
  switch (change.timers ?? 'run') {
    case 'exit':
      return isOverdue && !run.kept ? leave(turn, run, 'missed_in_pause') : { ...rest, due: timer }
    case 'run': {
      const spread = Math.floor(RESUME_SPREAD * chance(`resume:${run.journey}:${change.revision}`, run.id))
      return { ...rest, due: isOverdue ? turn.context.now + spread : timer }
    }
    case 'shift':
      return shifted(turn, { ...rest, due: timer }, change.at - pause.at)
  }
}

/** Everything later by the pause; who waits for a time of day waits for the next one after that. */
function shifted(turn: Turn, run: Enrollment, by: number): Enrollment {
  if (run.due === null || by <= 0) return run
  const moved: Enrollment = { ...run, since: run.since + by, due: run.due + by }
  const journey = journeyOf(turn, run)
  const node = journey && nodeOf(journey, run.step)
  // The best hour was chosen once, and the record says which.
  if (node?.step.kind !== 'wait' || node.step.until === undefined || 'best' in node.step.until) return moved
  const planned = node.arrive(standing(turn, moved))
  return planned.kind === 'stay' && planned.due !== null ? { ...moved, due: planned.due } : moved
}

/** The pause is over: what came meanwhile is told to the step, and waits follow attributes that have changed. */
function goOn(turn: Turn, run: Enrollment): Enrollment | null {
  const { kept: event, ...here } = run
  const journey = journeyOf(turn, here)
  if (!journey) return here
  const node = nodeOf(journey, here.step)
  const at = standing(turn, here)
  const move = (event && node.hear?.(at, event)) ?? node.retime?.(at) ?? null
  return move ? advance(turn, here, { journey, move }) : here
}

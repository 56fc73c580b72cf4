import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { advance, forgetful, isThere, leave, nodeOf, replace } from './advance.ts'
import type { CompiledJourney } from './compile.ts'
import type { Enrollment } from './enrollment.ts'
import { type Crossing, isSameStand, placed, targetOf } from './in-flight-place.ts'
import { followModes, isPaused } from './modes.ts'
import type { Move } from './node.ts'
import { sends } from './sends.ts'
import type { Step } from './steps.ts'
import { standing, type Turn, tell } from './turn.ts'

/** A version whose publish moves people who are inside earlier ones. */
export interface Edit {
  readonly version: number
  readonly inFlight: Exclude<InFlight, { kind: 'pin' }>
}

/**
 * Brings the runs of a person to what the definitions in force say: changes of their journeys' modes first, then the versions published
 * since. It is done whenever a person is looked at, so what follows from it hangs on the log alone. Doing it again changes nothing.
 */
export function catchUp(turn: Turn): void {
  const { edits, modes } = turn.context.definitions
  if (edits.size === 0 && modes.size === 0) return
  for (const run of turn.person.journeys.enrollments) {
    // Catching up with one run may end another.
    if (!isThere(turn, run)) continue
    const after = caughtUp(turn, run)
    if (after !== run) replace(turn, run, after)
  }
}

function caughtUp(turn: Turn, run: Enrollment): Enrollment | null {
  const here = followModes(turn, run)
  // A paused journey stands still: new versions wait with it.
  return here === null || isPaused(turn, here) ? here : followEdits(turn, here)
}

/** From version to version, in the order in which they were published. */
function followEdits(turn: Turn, run: Enrollment): Enrollment | null {
  const { definitions } = turn.context
  const edits = definitions.edits.get(run.journey)
  const first = definitions.version(run.journey, run.version)
  if (!edits || !first || edits.at(-1)!.version <= run.version) return run
  let here = run
  let from = first
  for (const { version, inFlight } of edits) {
    const to = version > here.version ? definitions.version(run.journey, version) : undefined
    if (!to) continue
    const target = targetOf({ to, inFlight }, here.step)
    // Publishing refuses this; whoever slipped through finishes where they are.
    if (target === undefined) continue
    if (target === null) return leave(turn, here, `version_exit:${version}`)
    tell(turn, here, { kind: 'migrated', from: here.step, reason: `version_left:${version}` })
    const reason = `version_${inFlight.kind}:${here.version}` as const
    here = placed(here, { from, to, inFlight } satisfies Crossing, target)
    from = to
    tell(turn, here, { kind: 'migrated', to: target, reason })
  }
  return here === run ? run : settled(turn, here, { before: nodeOf(first, run.step).step, journey: from })
}

/** What standing on the new step means for who has stood on the old one. */
function settled(turn: Turn, run: Enrollment, { before, journey }: { before: Step; journey: CompiledJourney }): Enrollment | null {
  const { step } = nodeOf(journey, run.step)
  if (isSameStand(before, step)) return run
  const stays = before.kind === step.kind || (sends(before) && sends(step) && (run.messages[run.step]?.length ?? 0) > 0)
  const here: Enrollment = stays ? run : { ...forgetful(run), since: turn.context.now, due: null }
  return advance(turn, here, { journey, move: lookAgain(turn, here, journey) })
}

/** The time already spent on the step counts: a shorter wait is due earlier or over, of a longer one the remainder is left. */
function lookAgain(turn: Turn, run: Enrollment, journey: CompiledJourney): Move {
  const node = nodeOf(journey, run.step)
  const at = standing(turn, run)
  if (node.step.kind !== 'waitFor' && node.step.kind !== 'hold') return node.arrive(at)
  const move = node.arrive({ ...at, now: run.since })
  if (move.kind !== 'stay' || move.due === null || move.due > turn.context.now) return move
  return node.wake?.(standing(turn, { ...run, due: move.due })) ?? move
}

import type { Dispatch, Enrollment } from './enrollment.ts'

type Loops = Enrollment['loops']

/** In the order of step ids, because the database keeps none. */
const sorted = (loops: Loops): readonly (readonly [string, number])[] =>
  Object.entries(loops ?? {}).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

/** The rounds that a run is in as the part of an effect's id: `2`, within nested repeats `1.2`; '' outside. */
export const roundOf = (loops: Loops): string =>
  sorted(loops)
    .map(([, round]) => round)
    .join('.')

/** Whether a message was sent by this very step in this very round. */
export const isThisRound = ({ loops }: Pick<Dispatch, 'loops'>, run: Pick<Enrollment, 'loops'>): boolean =>
  loops === run.loops || JSON.stringify(sorted(loops)) === JSON.stringify(sorted(run.loops))

/** Whether a message is the newest of its step to a step elsewhere: not of an earlier round of a repeat that both stand in. */
export const isCurrent = ({ loops }: Pick<Dispatch, 'loops'>, run: Pick<Enrollment, 'loops'>): boolean =>
  loops === undefined ||
  sorted(loops).every(([id, round]) => run.loops === undefined || !Object.hasOwn(run.loops, id) || run.loops[id] === round)

/** The run in the next round of a repeat, or (null) out of it. */
export function inRound(run: Enrollment, { id, round }: { id: string; round: number | null }): Enrollment {
  const { loops = {}, ...rest } = run
  const others = Object.entries(loops).filter(([other]) => other !== id)
  const next = round === null ? others : [...others, [id, round] as const]
  return next.length > 0 ? { ...rest, loops: Object.fromEntries(next) } : rest
}

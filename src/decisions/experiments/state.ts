import { own } from '#lib/record.ts'
import type { Assignment } from './assign.ts'
import type { Experiments } from './in-force.ts'

/** The arms of a hold-out. */
export const HELD_OUT = 'held_out'
export const TREATED = 'treated'

/** Where somebody was put once. */
export interface Assigned {
  readonly arm: string
  /** Log time, epoch ms. */
  readonly at: number
  /** The profile that was drawn. */
  readonly unit: string
  readonly version: number
  /** In (0, 1]. */
  readonly share: number
  /** Of a hold-out that rotates. */
  readonly period?: string
  /** Profiles of different arms became this person. */
  readonly crossed?: true
}

/** What is kept of one person, by `holdoutKey` and `experimentKey`; left out of states where no hold-out and no experiment has ever asked. */
export type Assignments = Readonly<Record<string, Assigned>>

export const holdoutKey = (id: string): string => `holdout:${id}`
export const experimentKey = (id: string): string => `experiment:${id}`
const keyOf = ({ kind, id }: Pick<Assignment, 'kind' | 'id'>): string => (kind === 'holdout' ? holdoutKey(id) : experimentKey(id))

/** The state with fresh arms in it; what is published no more is forgotten. */
export function withFresh(
  assigned: Assignments = {},
  fresh: readonly Assignment[],
  { experiments, now }: { experiments: Experiments; now: number },
): Assignments {
  const known = keysOf(experiments)
  const kept = Object.entries(assigned).filter(([key]) => known.has(key))
  const added = fresh.map((each) => [keyOf(each), assignedAs(each, now)] as const)
  return Object.fromEntries([...kept, ...added])
}

const keysOf = ({ holdouts, all }: Experiments): ReadonlySet<string> =>
  new Set([...holdouts.map(({ holdout }) => holdoutKey(holdout.id)), ...all.map(({ experiment }) => experimentKey(experiment.id))])

const assignedAs = ({ arm, unit, version, share, period, crossed }: Assignment, at: number): Assigned => ({
  arm,
  at,
  unit,
  version,
  share,
  ...(period === '' ? {} : { period }),
  ...(crossed ? { crossed } : {}),
})

export interface United {
  readonly assigned: Assignments | undefined
  /** Arms that two profiles brought and that do not go together. */
  readonly crossed: readonly Assignment[]
}

/**
 * What two profiles that became one were put into. An experiment's first arm stays; whom one of the two says to be held out stays out for the
 * period, so that nothing reaches them any more. Who was in two arms, or in two experiments of a layer, is crossed: they belong to neither.
 */
export function unitedAssignments(ours: Assignments | undefined, theirs: Assignments | undefined, experiments: Experiments): United {
  if (!theirs) return { assigned: ours, crossed: [] }
  const united = new Map(Object.entries(ours ?? {}))
  const crossed = new Map<string, Assigned>()
  for (const [key, b] of Object.entries(theirs)) {
    const a = united.get(key)
    const both = a ? together(a, b, key.startsWith('holdout:')) : b
    united.set(key, both)
    if (both.crossed && a && !a.crossed) crossed.set(key, both)
  }
  if (ours) for (const [key, each] of metInLayers(united, { ours, theirs, experiments })) crossed.set(key, each)
  for (const [key, each] of crossed) united.set(key, each)
  return { assigned: Object.fromEntries(united), crossed: inOrder(crossed).map(([key, each]) => toldAs(key, each, experiments)) }
}

/** Whatever order the states were stored in: what is told must follow from the log. */
const inOrder = (all: ReadonlyMap<string, Assigned>): [string, Assigned][] => [...all].sort(([a], [b]) => (a < b ? -1 : 1))

function together(a: Assigned, b: Assigned, isHoldout: boolean): Assigned {
  const [first, second] = a.at !== b.at ? (a.at < b.at ? [a, b] : [b, a]) : a.unit <= b.unit ? [a, b] : [b, a]
  if ((a.period ?? '') !== (b.period ?? '')) return second
  if (a.arm === b.arm) return a.crossed || b.crossed ? { ...first, crossed: true } : first
  const stays = isHoldout && second.arm === HELD_OUT ? second : first
  return { ...stays, crossed: true }
}

/** Experiments of one layer, one brought by each profile. */
function metInLayers(
  united: ReadonlyMap<string, Assigned>,
  { ours, theirs, experiments }: { ours: Assignments; theirs: Assignments; experiments: Experiments },
): [string, Assigned][] {
  const met: [string, Assigned][] = []
  for (const layer of experiments.byLayer.values()) {
    const keys = layer.map(({ experiment }) => experimentKey(experiment.id)).filter((key) => united.has(key))
    if (keys.length < 2) continue
    const isOurs = (key: string): boolean => own(ours, key) !== undefined
    const isTheirs = (key: string): boolean => own(theirs, key) !== undefined
    if (keys.every(isOurs) || keys.every(isTheirs)) continue
    for (const key of keys) if (!united.get(key)!.crossed) met.push([key, { ...united.get(key)!, crossed: true }])
  }
  return met
}

function toldAs(key: string, { arm, unit, version, share, period = '' }: Assigned, { all }: Experiments): Assignment {
  const [kind, id] = [key.startsWith('holdout:') ? ('holdout' as const) : ('experiment' as const), key.slice(key.indexOf(':') + 1)]
  const isControl =
    kind === 'holdout'
      ? arm === HELD_OUT
      : (all.find(({ experiment }) => experiment.id === id)?.experiment.arms.some((each) => each.id === arm && each.control) ?? false)
  return { kind, id, version, period, unit, arm, isControl, share, crossed: true }
}

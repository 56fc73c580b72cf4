import { type JourneyBody, laneBodies, ROOT, type StepBody, sameList, standingOf } from './body.ts'
import { ends, type Place, placeAfter, placeBefore } from './places.ts'

export const samePlace = (a: Place, b: Place): boolean => a.index === b.index && sameList(a.list, b.list)
export const placeKey = ({ list, index }: Place): string => `${list.step ?? ''}/${list.step === null ? '' : list.lane}/${index}`

/** The place right below a step; `@entry`: the beginning; anything unknown: the end. */
export function below(body: JourneyBody, id: string): Place {
  if (id === '@entry') return { list: ROOT, index: 0 }
  return placeAfter(body, id) ?? { list: ROOT, index: body.steps.length }
}

/** Where a new step may be meant when somebody stands on this one: below it, in each of its branches, above it. */
export function around(body: JourneyBody, id: string): readonly Place[] {
  const found = standingOf(body, id)
  const above = placeBefore(body, id)
  if (!found || !above) return [below(body, id)]
  const inside = laneBodies(found.step).map(({ id: lane }) => ({ list: { step: id, lane }, index: 0 }))
  return [...(ends(found.step) ? [] : [below(body, id)]), ...inside, above]
}

/** Of several steps those that do not stand inside another of them, in written order: what a move or a copy of all of them is about. */
export function outermost(steps: readonly StepBody[], ids: ReadonlySet<string>): readonly StepBody[] {
  return steps.flatMap((step) => (ids.has(step.id) ? [step] : laneBodies(step).flatMap((lane) => outermost(lane.steps, ids))))
}

/** Whether a place is in one of these steps, at any depth: nothing can be put into itself. */
export function isInside(body: JourneyBody, { list }: Place, ids: ReadonlySet<string>): boolean {
  for (let step = list.step; step !== null; ) {
    if (ids.has(step)) return true
    step = standingOf(body, step)?.list.step ?? null
  }
  return false
}

/** The step that gets the focus when this one goes: the one below it, else above, else the one that it stands in. */
export function beside(body: JourneyBody, id: string): string {
  const found = standingOf(body, id)
  if (!found) return '@entry'
  const owner = found.list.step === null ? undefined : standingOf(body, found.list.step)?.step
  const list = owner ? (laneBodies(owner).find((lane) => lane.id === found.list.lane)?.steps ?? []) : body.steps
  return list[found.index + 1]?.id ?? list[found.index - 1]?.id ?? owner?.id ?? '@entry'
}

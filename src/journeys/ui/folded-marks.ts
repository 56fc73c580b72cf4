import { lanes, places } from '../lanes.ts'
import type { Folded } from '../layout.ts'
import { stageKey, stagesOf } from '../stages.ts'
import type { Step } from '../steps.ts'
import type { Mark, Marks } from './marks.ts'

/** Marks as they stand while some steps are folded away: what holds a folded part shows what all of it says, in sum. */
export function foldedMarks(marks: Marks, steps: readonly Step[], folded: Folded): Marks {
  if (folded.size === 0) return marks
  const out: Record<string, Partial<Mark>> = { ...marks }
  const all = [steps, ...places(steps).flatMap(({ step }) => lanes(step).map((lane) => lane.steps))]
  for (const { step } of places(steps)) if (folded.has(step.id)) out[step.id] = summed(marks, [step])
  // The canvas draws its first step for all of it, the outline a row of its own.
  for (const stage of all.flatMap(stagesOf))
    if (folded.has(stageKey(stage.first))) out[stageKey(stage.first)] = out[stage.first] = summed(marks, stage.steps)
  return out
}

function summed(marks: Marks, steps: readonly Step[]): Partial<Mark> {
  const found = places(steps).flatMap(({ step }) => marks[step.id] ?? [])
  const count = (of: 'errors' | 'warnings' | 'comments') => found.reduce((sum, mark) => sum + (mark[of] ?? 0), 0)
  const changes = new Set(found.flatMap(({ change }) => change || []))
  const [change = ''] = changes
  return {
    errors: count('errors'),
    warnings: count('warnings'),
    comments: count('comments'),
    who: [...new Set(found.flatMap(({ who }) => who || []))].join(', '),
    change: changes.size > 1 ? 'changed' : change,
    lit: found.some(({ lit }) => lit),
  }
}

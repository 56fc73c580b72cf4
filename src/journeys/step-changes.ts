import { canonical, type Json } from '#lib/json.ts'
import { type JourneyBody, shallow, standings } from './edit/body.ts'

export type StepChange = 'added' | 'removed' | 'changed'

/** What a step is and where it stands, without what stands inside of it. */
const known = (body: JourneyBody): ReadonlyMap<string, string> =>
  new Map(standings(body).map(({ step, list }) => [step.id, `${list.step ?? ''}/${list.lane} ${canonical(shallow(step) as Json)}`]))

/** Steps that one has and the other has not, or has otherwise; and `@entry` when something beside the steps is not the same. */
export function stepChanges(before: JourneyBody, after: JourneyBody): ReadonlyMap<string, StepChange> {
  const [was, is] = [known(before), known(after)]
  const changes = new Map<string, StepChange>()
  if (canonical({ ...before, steps: [] } as Json) !== canonical({ ...after, steps: [] } as Json)) changes.set('@entry', 'changed')
  for (const [id, text] of is) {
    const old = was.get(id)
    if (old !== text) changes.set(id, old === undefined ? 'added' : 'changed')
  }
  for (const id of was.keys()) if (!is.has(id)) changes.set(id, 'removed')
  return changes
}

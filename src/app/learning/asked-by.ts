import type { Json } from '#lib/json.ts'
import type { Authored } from '#platform/documents-plan.ts'

/** How many live journeys ask each model: in steps that choose, and in those that wait for the best hour. */
export function askedBy(live: readonly Authored[]): Map<string, number> {
  const journeys = live.filter(({ kind }) => kind === 'journey')
  const counts = new Map<string, number>()
  for (const { body } of journeys) for (const model of modelsIn(body)) counts.set(model, (counts.get(model) ?? 0) + 1)
  return counts
}

/** Ids that stand in a field `model`, wherever it is: an id that is none counts for nobody. */
function modelsIn(value: Json): Set<string> {
  const found = new Set<string>()
  const walk = (each: Json, field: string): void => {
    if (typeof each === 'string') {
      if (field === 'model') found.add(each)
    } else if (Array.isArray(each)) for (const inner of each) walk(inner, field)
    else if (each !== null && typeof each === 'object') for (const [name, inner] of Object.entries(each)) walk(inner, name)
  }
  walk(value, '')
  return found
}

import type { Json, JsonObject } from '#lib/json.ts'
import { itemsOf, type JourneyBody, laneBodies, type StepBody, shapeOf, withLane } from './body.ts'

const LONGEST = 64

/** Any text as a slug: `Wait 2 days` → `wait_2_days`. */
export function slugOf(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/ß/g, 'ss')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '_')
    .replace(/^[_-]+|[_-]+$/g, '')
    .slice(0, LONGEST)
    .replace(/[_-]+$/, '')
  return plain
}

/** This id, or with the first free number behind it. */
export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  const base = slugOf(wanted) || 'step'
  if (!taken.has(base)) return base
  for (let n = 2; ; n++) {
    const tail = `_${n}`
    const id = `${base.slice(0, LONGEST - tail.length)}${tail}`
    if (!taken.has(id)) return id
  }
}

/** A readable id for a new step, such as `email_welcome`; `taken` are those of the journey. */
export function idFor(step: JsonObject & { readonly kind: string }, taken: ReadonlySet<string>): string {
  const about = [step['template'], step['journey'], step['event'], step['save'], step['for'], step['name']].find(
    (each): each is string => typeof each === 'string' && each !== '',
  )
  const kind = step.kind === 'waitFor' ? 'wait_for' : step.kind
  return freeId(about === undefined ? kind : `${kind}_${about}`, taken)
}

/** The steps with ids that nobody has; what refers to one of them follows. Adds the new ids to `taken`. */
export function withFreeIds(
  steps: readonly StepBody[],
  taken: Set<string>,
): { steps: readonly StepBody[]; renamed: ReadonlyMap<string, string> } {
  const renamed = new Map<string, string>()
  const name = (step: StepBody): void => {
    const id = taken.has(step.id) || renamed.has(step.id) ? freeId(step.id.replace(/_\d+$/, ''), taken) : step.id
    taken.add(id)
    if (!renamed.has(step.id)) renamed.set(step.id, id)
    fresh.set(step, id)
    for (const lane of laneBodies(step)) lane.steps.forEach(name)
  }
  const fresh = new Map<StepBody, string>()
  steps.forEach(name)
  const given = (step: StepBody): StepBody => {
    let next = { ...step, id: fresh.get(step)! } as StepBody
    for (const lane of laneBodies(step)) if (lane.steps.length > 0) next = withLane(next, lane.id, lane.steps.map(given))
    return refersTo(next, renamed)
  }
  return { steps: steps.map(given), renamed }
}

/** The step with `of` of its own pointing to the new ids. */
export function refersTo(step: StepBody, renamed: ReadonlyMap<string, string>): StepBody {
  if (step.kind !== 'waitFor') return step
  const follow = <T extends JsonObject>(each: T): T => {
    const to = typeof each['of'] === 'string' ? renamed.get(each['of']) : undefined
    return to === undefined || to === each['of'] ? each : { ...each, of: to }
  }
  const next = follow(step)
  const { items } = shapeOf(next)
  if (items === undefined) return next
  const all = itemsOf(next).map(follow)
  return all.every((each, i) => each === itemsOf(next)[i]) ? next : ({ ...next, [items]: all as readonly Json[] } as StepBody)
}

/** The journey with steps under new ids; what refers to them follows, all else stays the same object. */
export function renameSteps(body: JourneyBody, names: ReadonlyMap<string, string>): JourneyBody {
  const follow = (steps: readonly StepBody[]): readonly StepBody[] => {
    const next = steps.map((step) => {
      const to = names.get(step.id)
      let own = refersTo(to === undefined ? step : ({ ...step, id: to } as StepBody), names)
      for (const lane of laneBodies(own)) {
        const inner = follow(lane.steps)
        if (inner !== lane.steps) own = withLane(own, lane.id, inner)
      }
      return own
    })
    return next.every((step, i) => step === steps[i]) ? steps : next
  }
  const steps = follow(body.steps)
  return steps === body.steps ? body : ({ ...body, steps } as JourneyBody)
}

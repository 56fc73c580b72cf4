import type { z } from 'zod'
import { invalid } from '#lib/invalid.ts'
import type { Json } from '#lib/json.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { Journey } from '../schema.ts'
import { type Step, Steps } from '../steps.ts'
import { itemsOf, type JourneyBody, laneBodies, type StepBody, shallow, shapeOf, standings } from './body.ts'

/** All that is wrong, told by the first of it; places from below `from`. */
function faults(error: z.ZodError, from: RegExp = /^/): Problem {
  const problems = (invalid(error).problems ?? []).map((problem) => ({
    ...problem,
    code: 'edit.schema',
    at: (problem.at ?? '').replace(from, ''),
  }))
  const first = problems[0]!
  const field = first.at.split('/').filter((part) => part !== '' && !/^\d+$/.test(part))
  return { ...first, title: field.length > 0 ? `${field.join('.')}: ${first.title}` : first.title, problems }
}

const parsedSteps = new WeakMap<object, Step | Problem>()

/** The step as the engine reads it, lists and all; the same object for the same body. */
function readStep(step: StepBody): Step | Problem {
  const known = parsedSteps.get(step)
  if (known) return known
  const made = parseStep(step)
  parsedSteps.set(step, made)
  return made
}

const isProblem = (value: Step | Problem): value is Problem => 'code' in value && 'status' in value

function parseStep(step: StepBody): Step | Problem {
  const own = ownFault(step)
  if (own) return own
  const bare = Steps.parse([shallow(step)])[0] as unknown as Record<string, unknown>
  const lists = new Map<string, Step[]>()
  for (const lane of laneBodies(step)) {
    const inner: Step[] = []
    for (const each of lane.steps) {
      const read = readStep(each)
      if (isProblem(read)) return read
      inner.push(read)
    }
    lists.set(lane.id, inner)
  }
  const { items, lists: fields } = shapeOf(step)
  for (const field of fields) if (step[field] !== undefined) bare[field] = lists.get(field)
  if (items !== undefined) {
    const all = itemsOf(step)
    bare[items] = (bare[items] as object[]).map((item, i) =>
      all[i]!['steps'] === undefined ? item : { ...item, steps: lists.get(all[i]!.id) },
    )
  }
  return bare as unknown as Step
}

const checkedOwn = new WeakMap<object, Problem | null>()
/** What is wrong with the step itself, whatever stands inside of it. */
export function ownFault(step: StepBody): Problem | undefined {
  const known = checkedOwn.get(step)
  if (known !== undefined) return known ?? undefined
  const parsed = Steps.safeParse([shallow(step)])
  const found = parsed.success ? null : faults(parsed.error, /^\/0/)
  checkedOwn.set(step, found)
  return found ?? undefined
}

/** What is wrong with these steps or with any inside of them. */
export function stepFault(steps: readonly StepBody[]): Problem | undefined {
  for (const step of steps) {
    const found = ownFault(step) ?? stepFault(laneBodies(step).flatMap((lane) => lane.steps))
    if (found) return found
  }
  return undefined
}

/** What is wrong with the journey beside its steps. */
export function journeyFault(body: JourneyBody): Problem | undefined {
  const parsed = Journey.safeParse({ ...body, steps: [] })
  return parsed.success ? undefined : faults(parsed.error)
}

const parsedJourneys = new WeakMap<object, Journey>()

/** The journey as the engine reads it. Steps that did not change are the same objects as before. */
export function readJourney(body: JourneyBody): Outcome<Journey> {
  const known = parsedJourneys.get(body)
  if (known) return known
  const fields = Journey.safeParse({ ...body, steps: [] })
  if (!fields.success) return refuse(faults(fields.error))
  const steps: Step[] = []
  for (const step of body.steps) {
    const read = readStep(step)
    if (isProblem(read)) return refuse(read)
    steps.push(read)
  }
  const journey = { ...fields.data, steps } as Journey
  parsedJourneys.set(body, journey)
  return journey
}

/** Any JSON as a journey that can be edited, or all that is wrong with it; every id of a step is there once. */
export function readBody(value: Json): Outcome<JourneyBody> {
  const parsed = Journey.safeParse(value)
  if (!parsed.success) return refuse(faults(parsed.error))
  const body = value as JourneyBody
  const seen = new Set<string>()
  for (const { step } of standings(body)) {
    if (seen.has(step.id)) return refuse(twice(step.id))
    seen.add(step.id)
    const lanes = laneBodies(step).map(({ id }) => id)
    const double = lanes.find((id, i) => lanes.indexOf(id) !== i)
    if (double !== undefined) return refuse(twoLanes(step.id, double))
  }
  return body
}

const twice = (id: string): Problem => ({
  code: 'edit.repeated',
  status: 422,
  title: `Two steps are called “${id}”`,
  hint: 'Give one of them another id',
  detail: id,
})
const twoLanes = (step: string, lane: string): Problem => ({
  code: 'edit.lanes',
  status: 422,
  title: `Two branches of “${step}” are called “${lane}”`,
  hint: 'Give one of them another id; “otherwise”, “fallback” and “then” are taken',
  detail: `${step} ${lane}`,
})

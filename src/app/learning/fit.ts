import type { Trained } from '#decisions/trainer.ts'
import { LARGEST_BODY } from './body.ts'
import type { Learners } from './learners.ts'
import type { FitAnswer, FitJob } from './thread-messages.ts'

/** Learns, and looks at what came out before anybody is given it. */
export function fitted({ id, type, task, before, data }: FitJob, learners: Learners): FitAnswer {
  const learner = learners.get(type)
  if (!learner) return { id, kind: 'unfit', reason: 'no_learner', detail: `no learner of the type ${type} is known` }
  try {
    const { text, ...rest } = before ?? { text: '' }
    const previous = before && { ...(rest as Omit<typeof before, 'text'>), body: learner.decode(text) }
    const trained = learner.fit({ ...task, previous }, data)
    return trained ? (unsound(id, trained) ?? readable(id, trained, learner.decode)) : { id, kind: 'nothing_new' }
  } catch (error) {
    return { id, kind: 'unfit', reason: 'fit_failed', detail: told(error) }
  }
}

function unsound(id: number, { body, trainedTo, examples, report }: Trained): FitAnswer | null {
  const odd = oddNumber({ trainedTo, examples, report }, 'snapshot')
  if (odd) return { id, kind: 'unfit', reason: 'not_finite', detail: odd }
  if (!Number.isSafeInteger(trainedTo) || !Number.isSafeInteger(examples) || trainedTo < 0 || examples < 0)
    return { id, kind: 'unfit', reason: 'not_finite', detail: `trainedTo ${trainedTo} and examples ${examples} have to be whole numbers` }
  if (body.length > LARGEST_BODY)
    return { id, kind: 'unfit', reason: 'too_large', detail: `${body.length} characters are more than ${LARGEST_BODY}` }
  return null
}

/** What nobody could read afterwards is not handed out. */
function readable(id: number, trained: Trained, decode: (body: string) => unknown): FitAnswer {
  try {
    const odd = oddNumber(decode(trained.body), 'body')
    return odd ? { id, kind: 'unfit', reason: 'not_finite', detail: odd } : { id, kind: 'trained', trained }
  } catch (error) {
    return { id, kind: 'unfit', reason: 'undecodable', detail: told(error) }
  }
}

/** Where a number lies that is none; undefined: nowhere. Looks into arrays, typed arrays, maps, sets and plain objects. */
export function oddNumber(value: unknown, path: string): string | undefined {
  const open: { readonly value: unknown; readonly path: string }[] = [{ value, path }]
  const seen = new Set<object>()
  for (let next = open.pop(); next; next = open.pop()) {
    if (typeof next.value === 'number' && !Number.isFinite(next.value)) return `${next.path} is ${next.value}`
    if (next.value === null || typeof next.value !== 'object' || seen.has(next.value)) continue
    seen.add(next.value)
    if (next.value instanceof Float64Array || next.value instanceof Float32Array) {
      const odd = next.value.findIndex((each) => !Number.isFinite(each))
      if (odd >= 0) return `${next.path}[${odd}] is ${next.value[odd]}`
    } else if (!ArrayBuffer.isView(next.value))
      for (const [name, each] of partsOf(next.value)) open.push({ value: each, path: `${next.path}.${name}` })
  }
  return undefined
}

function partsOf(value: object): Iterable<readonly [string, unknown]> {
  if (value instanceof Map) return [...value].map(([name, each]) => [String(name), each] as const)
  if (value instanceof Set) return [...value].map((each, i) => [String(i), each] as const)
  return Object.entries(value)
}

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error))

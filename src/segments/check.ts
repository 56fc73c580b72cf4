import { isRefusal, type Problem } from '#lib/problem.ts'
import { compileCondition } from './catalogue.ts'
import type { Segment } from './schema.ts'

/** All documents as they would be live together. */
export interface SegmentLibrary {
  get(kind: string, id: string): unknown
  ids(kind: string): readonly string[]
}

/** What is wrong with a segment: its condition, what the condition names and is not there, and circles of segments. */
export function checkSegment(segment: Segment, library: SegmentLibrary): readonly Problem[] {
  const condition = compileCondition(segment.when)
  if (isRefusal(condition)) {
    const { problems, ...first } = condition.refused
    return (problems ?? [first]).map(({ at, ...problem }) => ({ ...problem, at: '/when', detail: `At ${at ?? '1:1'} of the condition` }))
  }
  const { segments, lists } = condition.asks
  const missing = [
    ...segments.filter((id) => id !== segment.id && !library.get('segment', id)).map((id) => unknown('segment', id, library)),
    ...lists.filter((id) => !library.get('list', id)).map((id) => unknown('list', id, library)),
  ]
  const circle = circleFrom(segment, library)
  return circle ? [...missing, inCircle(circle)] : missing
}

function unknown(kind: 'segment' | 'list', id: string, library: SegmentLibrary): Problem {
  const known = library.ids(kind)
  return {
    code: `${kind}.unknown`,
    status: 422,
    title: `There is no ${kind} "${id}".`,
    at: '/when',
    hint: known.length > 0 ? `Use one of: ${known.slice(0, 20).join(', ')}.` : `Publish the ${kind} first, or together with this one.`,
  }
}

const inCircle = (circle: readonly string[]): Problem => ({
  code: 'segment.circle',
  status: 422,
  title: 'Segments ask for each other in a circle.',
  detail: circle.join(' → '),
  at: '/when',
  hint: 'Write the shared part of the condition into a segment of its own.',
})

/** The way from a segment back to itself, if there is one. */
function circleFrom(segment: Segment, library: SegmentLibrary): readonly string[] | undefined {
  const seen = new Set<string>()
  const asked = (id: string): readonly string[] => {
    const when = id === segment.id ? segment.when : (library.get('segment', id) as Segment | undefined)?.when
    const condition = when === undefined ? undefined : compileCondition(when)
    return condition && !isRefusal(condition) ? condition.asks.segments : []
  }
  const walk = (id: string, path: readonly string[]): readonly string[] | undefined => {
    for (const next of asked(id)) {
      if (next === segment.id) return [...path, next]
      if (seen.has(next)) continue
      seen.add(next)
      const found = walk(next, [...path, next])
      if (found) return found
    }
    return undefined
  }
  return walk(segment.id, [segment.id])
}

import type { Problem } from '#lib/problem.ts'
import type { Journey } from './schema.ts'

/** Segments and lists by which conditions, and events of coming and going, call people; and models whose findings journeys hear. */
const NAMED =
  /\b(segment|list)\(\s*(?:\\"|')([a-z0-9_-]+)(?:\\"|')\s*\)|"segment\.(?:entered|left):([a-z0-9_-]+)"|"(?:score\.crossed|pattern\.found|anomaly\.found):([a-z0-9_-]+)"/g

/** Segments, lists and models that a journey names and that are not there: its conditions would never hold, its events never come. */
export function unknownNames(
  journey: Journey,
  library: { ids(kind: string): readonly string[] },
): (Problem & { readonly severity: 'error' })[] {
  const found = new Map<string, Problem & { readonly severity: 'error' }>()
  for (const [, asked, named, heard, told] of JSON.stringify(journey).matchAll(NAMED)) {
    const kind = asked ?? (told === undefined ? 'segment' : 'model')
    const id = named ?? heard ?? told!
    const known = library.ids(kind)
    if (known.includes(id)) continue
    found.set(`${kind} ${id}`, {
      severity: 'error',
      code: `journey.${kind}.unknown`,
      status: 422,
      title: `There is no ${kind} "${id}".`,
      hint: known.length > 0 ? `Use one of: ${known.slice(0, 20).join(', ')}.` : `Publish the ${kind} first, or together with the journey.`,
      at: '',
    })
  }
  return [...found.values()]
}

import type { Problem } from '#lib/problem.ts'
import type { Journey } from './schema.ts'

/** Segments and lists by which conditions, and events of coming and going, call people. */
const NAMED = /\b(segment|list)\(\s*(?:\\"|')([a-z0-9_-]+)(?:\\"|')\s*\)|"segment\.(?:entered|left):([a-z0-9_-]+)"/g

/** Segments and lists that a journey names and that are not there: its conditions would never hold, its events never come. */
export function unknownNames(
  journey: Journey,
  library: { ids(kind: string): readonly string[] },
): (Problem & { readonly severity: 'error' })[] {
  const found = new Map<string, Problem & { readonly severity: 'error' }>()
  for (const [, kind = 'segment', named, heard] of JSON.stringify(journey).matchAll(NAMED)) {
    const id = named ?? heard!
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

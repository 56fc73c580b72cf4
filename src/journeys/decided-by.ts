import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { mentions } from '#segments/condition/mentions.ts'
import { parse } from '#segments/condition/parse.ts'
import type { Published } from './definitions.ts'

/** Fields in which a journey writes conditions, and those in which it names segments. */
const CONDITIONS = new Set(['when', 'where', 'until', 'date'])
const SEGMENTS = new Set(['segment', 'audience', 'segments'])

/** What a text asks; nothing where it cannot be read (publishing refuses such a text). */
function asks(text: string): { readonly attributes: readonly string[]; readonly segments: readonly string[] } {
  const tree = parse(text)
  return isRefusal(tree) ? { attributes: [], segments: [] } : mentions(tree)
}

/** Conditions and segments that an authored thing names, wherever they stand in it. */
export function namedIn(body: Json | undefined): { readonly texts: readonly string[]; readonly segments: readonly string[] } {
  const texts: string[] = []
  const segments: string[] = []
  const visit = (value: Json | undefined, field: string): void => {
    if (typeof value === 'string') {
      if (CONDITIONS.has(field)) texts.push(value)
      if (SEGMENTS.has(field)) segments.push(value)
    } else if (Array.isArray(value)) for (const each of value) visit(each as Json, field)
    else if (value !== null && typeof value === 'object')
      for (const [name, each] of Object.entries(value as JsonObject)) if (name !== 'goal') visit(each, name)
  }
  visit(body, '')
  return { texts, segments }
}

/** Attributes that conditions ask, sorted; `when`: the conditions of a segment. */
export function attributesAsked(body: Json | undefined, when: (segment: string) => readonly string[]): readonly string[] {
  const { texts, segments } = namedIn(body)
  const found = new Set<string>()
  const seen = new Set<string>()
  const ask = (text: string): void => {
    const { attributes, segments: others } = asks(text)
    for (const attribute of attributes) found.add(attribute)
    for (const segment of others) follow(segment)
  }
  const follow = (segment: string): void => {
    if (seen.has(segment)) return
    seen.add(segment)
    for (const text of when(segment)) ask(text)
  }
  for (const text of texts) ask(text)
  for (const segment of segments) follow(segment)
  return [...found].sort()
}

/** Of published journeys, each looked through once. */
export function deciders({
  journeys,
  segments = [],
}: Pick<Published, 'journeys' | 'segments'>): (journey: string, version: number) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  const conditions = new Map(segments.map(({ id, conditions: texts }) => [id, texts]))
  return (id, version) => {
    const name = `${id}@${version}`
    const held = known.get(name)
    if (held) return held
    const body = journeys.find((each) => each.journey.id === id && each.version === version)?.journey
    const made = attributesAsked(body as unknown as Json, (segment) => conditions.get(segment) ?? [])
    known.set(name, made)
    return made
  }
}

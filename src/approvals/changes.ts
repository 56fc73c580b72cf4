import { canonical, type Json } from '#lib/json.ts'

/** One thing that is different between two documents. */
export interface Difference {
  /** Names from the outside in; things of a list that have an id stand under it: `steps`, `welcome`, `template`. */
  readonly at: readonly string[]
  readonly what: 'added' | 'removed' | 'changed' | 'moved'
  /** '' where there is none. */
  readonly before: string
  readonly after: string
}

type Fields = Readonly<Record<string, Json>>
const isFields = (value: Json | undefined): value is Fields => value !== null && typeof value === 'object' && !Array.isArray(value)

const LONGEST = 400
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)

/** A value in few words: texts as they are, a thing with an id by its simple fields. */
export function wordsOf(value: Json): string {
  if (typeof value === 'string') return cut(value)
  if (!isFields(value) || typeof value['id'] !== 'string') return cut(JSON.stringify(value))
  const simple = Object.entries(value).filter(([name, each]) => name !== 'id' && (each === null || typeof each !== 'object'))
  return cut(simple.map(([name, each]) => (name === 'kind' ? String(each) : `${name}: ${each}`)).join(', ') || value['id'])
}

/** All that is different, in the order of the later document. None exactly when both say the same. */
export function differencesBetween(before: Json, after: Json, at: readonly string[] = []): Difference[] {
  if (canonical(before) === canonical(after)) return []
  if (isFields(before) && isFields(after)) return ofFields(before, after, at)
  if (Array.isArray(before) && Array.isArray(after)) return ofLists(before, after, at)
  return [{ at, what: 'changed', before: wordsOf(before), after: wordsOf(after) }]
}

function ofFields(before: Fields, after: Fields, at: readonly string[]): Difference[] {
  const here = Object.keys(after).flatMap((name): Difference[] => {
    const value = after[name]!
    return Object.hasOwn(before, name) ? differencesBetween(before[name]!, value, [...at, name]) : came(value, [...at, name])
  })
  const gone = Object.keys(before).flatMap((name) => (Object.hasOwn(after, name) ? [] : left(before[name]!, [...at, name])))
  return [...here, ...gone]
}

/** A list of things with ids is told thing by thing. */
const came = (value: Json, at: readonly string[]): Difference[] =>
  idsOf(value)?.map(([id, each]) => ({ at: [...at, id], what: 'added', before: '', after: wordsOf(each) })) ?? [
    { at, what: 'added', before: '', after: wordsOf(value) },
  ]
const left = (value: Json, at: readonly string[]): Difference[] =>
  idsOf(value)?.map(([id, each]) => ({ at: [...at, id], what: 'removed', before: wordsOf(each), after: '' })) ?? [
    { at, what: 'removed', before: wordsOf(value), after: '' },
  ]

/** The things of a list by their ids, when it has some and each has one of its own. */
function idsOf(value: Json): (readonly [id: string, value: Json])[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const found = value.flatMap((each) => (isFields(each) && typeof each['id'] === 'string' ? [[each['id'], each] as const] : []))
  return found.length === value.length && new Set(found.map(([id]) => id)).size === value.length ? found : undefined
}

function ofLists(before: readonly Json[], after: readonly Json[], at: readonly string[]): Difference[] {
  const [was, is] = [idsOf([...before]), idsOf([...after])]
  if (!was || !is) return ofPlaces(before, after, at)
  const [old, now] = [new Map(was), new Map(is)]
  const stayed = new Set(
    unmoved(
      [...old.keys()].filter((id) => now.has(id)),
      [...now.keys()].filter((id) => old.has(id)),
    ),
  )
  const here = is.flatMap(([id, value]): Difference[] => {
    const earlier = old.get(id)
    if (earlier === undefined) return [{ at: [...at, id], what: 'added', before: '', after: wordsOf(value) }]
    const moved: Difference[] = stayed.has(id) ? [] : [{ at: [...at, id], what: 'moved', before: '', after: '' }]
    return [...moved, ...differencesBetween(earlier, value, [...at, id])]
  })
  const gone = was.flatMap(([id, value]): Difference[] =>
    now.has(id) ? [] : [{ at: [...at, id], what: 'removed', before: wordsOf(value), after: '' }],
  )
  return [...here, ...gone]
}

function ofPlaces(before: readonly Json[], after: readonly Json[], at: readonly string[]): Difference[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, i): Difference[] => {
    const place = [...at, String(i + 1)]
    if (i >= before.length) return [{ at: place, what: 'added', before: '', after: wordsOf(after[i]!) }]
    if (i >= after.length) return [{ at: place, what: 'removed', before: wordsOf(before[i]!), after: '' }]
    return differencesBetween(before[i]!, after[i]!, place)
  }).flat()
}

/** The longest run of names that kept their order: all others have moved. */
function unmoved(before: readonly string[], after: readonly string[]): string[] {
  const place = new Map(after.map((id, i) => [id, i]))
  const best: { readonly id: string; readonly length: number; readonly from: number }[] = []
  before.forEach((id, i) => {
    let [length, from] = [1, -1]
    for (let j = 0; j < i; j++)
      if (place.get(best[j]!.id)! < place.get(id)! && best[j]!.length >= length) [length, from] = [best[j]!.length + 1, j]
    best.push({ id, length, from })
  })
  let at = best.reduce((most, each, i) => (most < 0 || each.length > best[most]!.length ? i : most), -1)
  const kept: string[] = []
  while (at >= 0) {
    kept.push(best[at]!.id)
    at = best[at]!.from
  }
  return kept.reverse()
}

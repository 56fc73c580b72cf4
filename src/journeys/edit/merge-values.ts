import { canonical, type Json, type JsonObject } from '#lib/json.ts'

export const sameValue = (a: unknown, b: unknown): boolean =>
  a === b || (a !== undefined && b !== undefined && canonical(a) === canonical(b))

/** Two sides changed the same thing in different ways; undefined: it is left out. */
export interface Clash {
  readonly path: readonly string[]
  readonly mine: Json | undefined
  readonly theirs: Json | undefined
}
export interface Three<T> {
  readonly base: T
  readonly mine: T
  readonly theirs: T
}

const isObject = (value: unknown): value is JsonObject => value !== null && typeof value === 'object' && !Array.isArray(value)

/** What both sides wrote, field by field at every depth. Lists are one value. Where they clash theirs stands, and the clash is told. */
export function mergeValues(of: Three<Json | undefined>, clashes: Clash[], path: readonly string[] = []): Json | undefined {
  const { base, mine, theirs } = of
  if (sameValue(mine, theirs) || sameValue(base, mine)) return theirs
  if (sameValue(base, theirs)) return mine
  if (isObject(mine) && isObject(theirs) && (base === undefined || isObject(base))) {
    return mergeObjects({ base: (base ?? {}) as JsonObject, mine, theirs }, clashes, path)
  }
  clashes.push({ path, mine, theirs })
  return theirs
}

export function mergeObjects({ base, mine, theirs }: Three<JsonObject>, clashes: Clash[], path: readonly string[] = []): JsonObject {
  const merged: Record<string, Json> = {}
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const own = (of: JsonObject): Json | undefined => (Object.hasOwn(of, name) ? of[name] : undefined)
    const value = mergeValues({ base: own(base), mine: own(mine), theirs: own(theirs) }, clashes, [...path, name])
    if (value !== undefined) merged[name] = value
  }
  return merged
}

/**
 * One order of `members` from two. Who alone changed the order of what was there decides; where both did, theirs stands.
 * What only one side has comes after what it came after there.
 */
export function mergeOrder(
  { base, mine, theirs }: Three<readonly string[]>,
  members: ReadonlySet<string>,
): { order: string[]; clash: boolean } {
  const moved = (side: readonly string[]): boolean => {
    const both = new Set(side)
    const before = base.filter((id) => both.has(id))
    const had = new Set(before)
    return side.filter((id) => had.has(id)).some((id, i) => id !== before[i])
  }
  const byMine = moved(mine)
  const byTheirs = moved(theirs)
  const [first, second] = byMine && !byTheirs ? [mine, theirs] : [theirs, mine]
  const order = first.filter((id) => members.has(id))
  for (const side of [second, base]) weave(order, side, members)
  const inTheirs = new Set(theirs)
  const inMine = new Set(mine)
  const common = (side: readonly string[]): string => side.filter((id) => inTheirs.has(id) && inMine.has(id) && members.has(id)).join(' ')
  return { order, clash: byMine && byTheirs && common(mine) !== common(theirs) }
}

function weave(order: string[], side: readonly string[], members: ReadonlySet<string>): void {
  for (const [i, id] of side.entries()) {
    if (!members.has(id) || order.includes(id)) continue
    const before = side.slice(0, i).findLast((each) => order.includes(each))
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, id)
  }
}

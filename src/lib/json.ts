/** Any JSON value. Numbers are finite; strings hold no NUL and no lone surrogate (checked at the edge). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** JSON text with object keys in code-unit order at every depth: equal values give equal bytes. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}

/** The value at a dotted path, or undefined. Own properties only, so `__proto__` finds nothing. */
export function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  let here: unknown = value
  for (const name of path) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, name)) return undefined
    here = (here as Record<string, unknown>)[name]
  }
  return here as Json | undefined
}

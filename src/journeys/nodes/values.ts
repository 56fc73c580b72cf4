import type { Json } from '#lib/json.ts'
import { put } from '#lib/record.ts'
import type { Scope } from '#segments/condition/scope.ts'
import { expression } from '../conditions.ts'

/** Named values as an author writes them: as they are, or `=` and an expression. */
export type Values = readonly { readonly name: string; readonly value: (scope: Scope) => Json | undefined }[]

export const valuesOf = (written: Readonly<Record<string, Json>>): Values =>
  Object.entries(written).map(([name, value]) => ({
    name,
    value: typeof value === 'string' && value.startsWith('=') ? expression(value.slice(1)) : () => value,
  }))

/** What the values are now; an expression over something missing has none and is left out. */
export function resultsOf(values: Values, scope: Scope): Record<string, Json> {
  const results: Record<string, Json> = {}
  for (const { name, value } of values) {
    const result = value(scope)
    if (result !== undefined) put(results, name, result)
  }
  return results
}

import type { JsonSchema } from './json-schema.ts'
import { type Shape, shapeOf } from './shape.ts'

/** What is wrong with a value, by code, so that the reader's language tells it. */
export interface Fault {
  readonly path: readonly string[]
  readonly code:
    | 'missing'
    | 'type'
    | 'short'
    | 'long'
    | 'pattern'
    | 'low'
    | 'high'
    | 'above'
    | 'below'
    | 'whole'
    | 'choice'
    | 'few'
    | 'many'
    | 'unknown'
  readonly limit?: number
  /** Of a text with a pattern: what it is for. */
  readonly of?: string
}

const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value)

/** Everything that the schema finds wrong, as far as JSON Schema can say; the server looks closer. */
export function faultsOf(
  schema: JsonSchema,
  value: unknown,
  { root = schema, path = [] }: { root?: JsonSchema; path?: readonly string[] } = {},
): Fault[] {
  const shape = shapeOf(schema, root, path.at(-1))
  const fault = (code: Fault['code'], more: Partial<Fault> = {}): Fault[] => [{ path, code, ...more }]
  switch (shape.kind) {
    case 'any':
      return []
    case 'constant':
      return value === shape.value ? [] : fault('choice')
    case 'choice':
      return shape.values.includes(value as string) ? [] : fault('choice')
    case 'boolean':
      return typeof value === 'boolean' ? [] : fault('type')
    case 'text':
      return typeof value === 'string' ? textFaults(shape, value, path) : fault('type')
    case 'number':
      return typeof value === 'number' ? numberFaults(shape, value, path) : fault('type')
    case 'object':
      return isObject(value) ? objectFaults(shape, value, { root, path }) : fault('type')
    case 'record':
      if (!isObject(value)) return fault('type')
      return Object.entries(value).flatMap(([name, inner]) => faultsOf(shape.values, inner, { root, path: [...path, name] }))
    case 'list':
      if (!Array.isArray(value)) return fault('type')
      return [
        ...(value.length < shape.min ? fault('few', { limit: shape.min }) : []),
        ...(value.length > shape.max ? fault('many', { limit: shape.max }) : []),
        ...value.flatMap((inner, i) => faultsOf(shape.items, inner, { root, path: [...path, String(i)] })),
      ]
    case 'union': {
      const at = optionOf(shape, value, root)
      return at < 0 ? fault('choice') : faultsOf(shape.options[at]!.schema, value, { root, path })
    }
  }
}

function textFaults(shape: Extract<Shape, { kind: 'text' }>, value: string, path: readonly string[]): Fault[] {
  const fits = shape.patterns.length === 0 || shape.patterns.some((pattern) => new RegExp(pattern, 'u').test(value))
  if (value === '' && (shape.min > 0 || !fits)) return [{ path, code: 'missing' }]
  const length = [...value].length
  if (length < shape.min) return [{ path, code: 'short', limit: shape.min }]
  if (length > shape.max) return [{ path, code: 'long', limit: shape.max }]
  return fits ? [] : [{ path, code: 'pattern', of: shape.of }]
}

function numberFaults(shape: Extract<Shape, { kind: 'number' }>, value: number, path: readonly string[]): Fault[] {
  const { whole, min, max, above, below } = shape
  if (whole && !Number.isInteger(value)) return [{ path, code: 'whole' }]
  if (min !== undefined && value < min) return [{ path, code: 'low', limit: min }]
  if (max !== undefined && value > max) return [{ path, code: 'high', limit: max }]
  if (above !== undefined && value <= above) return [{ path, code: 'above', limit: above }]
  if (below !== undefined && value >= below) return [{ path, code: 'below', limit: below }]
  return []
}

function objectFaults(
  shape: Extract<Shape, { kind: 'object' }>,
  value: Record<string, unknown>,
  { root, path }: { root: JsonSchema; path: readonly string[] },
): Fault[] {
  const names = new Set(shape.fields.map(({ name }) => name))
  const unknown = Object.keys(value).filter((name) => !names.has(name))
  return [
    ...shape.fields.flatMap(({ name, schema, required }): Fault[] => {
      const inner = value[name]
      if (inner === undefined) return required ? [{ path: [...path, name], code: 'missing' }] : []
      return faultsOf(schema, inner, { root, path: [...path, name] })
    }),
    ...unknown.map((name): Fault => ({ path: [...path, name], code: 'unknown' })),
  ]
}

/** The option that a value has: the one that fits; else the one whose tag, or most of whose parts, it has; -1: none is of its type. */
export function optionOf(shape: Extract<Shape, { kind: 'union' }>, value: unknown, root: JsonSchema): number {
  const options = shape.options.map(({ schema }) => schema)
  if (shape.tag !== undefined && isObject(value)) {
    const name = shape.tag
    // An option whose tag has a default is the one of those who leave it out.
    const tag = value[name] ?? options.find((schema) => schema.properties?.[name]?.default !== undefined)?.properties?.[name]?.const
    return options.findIndex((schema) => schema.properties?.[name]?.const === tag)
  }
  let best = { at: -1, likeness: -1 }
  for (const [at, schema] of options.entries()) {
    const likeness = likenessOf(schema, value, root)
    if (likeness > best.likeness) best = { at, likeness }
  }
  return best.at
}

/** -1: of another type; the fewer faults and the more parts in common, the more alike. */
function likenessOf(schema: JsonSchema, value: unknown, root: JsonSchema): number {
  const faults = faultsOf(schema, value, { root })
  if (faults.length === 0) return shapeOf(schema, root).kind === 'any' ? 0.5 : 1_000_000
  if (faults.some(({ path, code }) => path.length === 0 && (code === 'type' || code === 'choice'))) return -1
  const unknown = faults.filter(({ code, path }) => code === 'unknown' && path.length === 1).length
  const known = isObject(value) ? Object.keys(value).length - unknown : 1
  return Math.max(0, 1_000 + known * 100 - unknown * 100 - faults.length)
}

import type { JsonSchema } from './json-schema.ts'
import { shapeOf } from './shape.ts'

/** The same record with one part set, or without it. The order of the parts stays; a new one stands last. */
export function withPart(value: unknown, name: string, part: unknown): Record<string, unknown> {
  const before = value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  if (part !== undefined) return { ...before, [name]: part }
  const { [name]: _gone, ...rest } = before
  return rest
}

/** The same record with a part under another name, in its place. */
export const renamed = (value: Readonly<Record<string, unknown>>, from: string, to: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([name, part]) => [name === from ? to : name, part]))

/** The list with one item at another place; outside of the list: as it was. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= items.length) return [...items]
  const rest = items.filter((_item, i) => i !== from)
  return [...rest.slice(0, to), items[from]!, ...rest.slice(to)]
}

/** What a part begins as: what must be there, and nothing else. */
export function blank(schema: JsonSchema, root: JsonSchema, depth = 0): unknown {
  if (schema.default !== undefined) return schema.default
  const shape = shapeOf(schema, root)
  switch (shape.kind) {
    case 'constant':
      return shape.value
    case 'choice':
      return shape.values[0]
    case 'boolean':
      return true
    case 'text':
      return shape.of === 'duration' ? '1d' : shape.of === 'share' ? '10%' : shape.of === 'offset' ? '0d' : ''
    case 'number':
      return (
        shape.min ??
        (shape.above === undefined
          ? 0
          : shape.below === undefined || shape.below > shape.above + 1
            ? shape.above + 1
            : (shape.above + shape.below) / 2)
      )
    case 'list':
      return depth > 6 ? [] : Array.from({ length: shape.min }, () => blank(shape.items, root, depth + 1))
    case 'record':
    case 'any':
      return {}
    case 'union':
      return shape.options[0] ? blank(shape.options[0].schema, root, depth + 1) : null
    case 'object':
      return Object.fromEntries(
        shape.fields.flatMap(({ name, schema: inner, required }) => (required ? [[name, blank(inner, root, depth + 1)]] : [])),
      )
  }
}

/** What a value becomes as another option: the parts of the same name are kept. */
export function asOption(value: unknown, schema: JsonSchema, root: JsonSchema): unknown {
  const fresh = blank(schema, root)
  const shape = shapeOf(schema, root)
  if (shape.kind !== 'object' || value === null || typeof value !== 'object' || Array.isArray(value)) return fresh
  const names = shape.fields.filter((field) => field.schema.const === undefined).map(({ name }) => name)
  const kept = Object.entries(value).filter(([name]) => names.includes(name))
  return { ...(fresh as object), ...Object.fromEntries(kept) }
}

/** `['steps', '2', 'a/b']` → `/steps/2/a~1b` (RFC 6901). */
export const pointer = (path: readonly string[]): string =>
  path.map((name) => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

import { type JsonSchema, resolved } from './json-schema.ts'

/** What a text is written for; each has an input of its own. */
export type TextKind = 'line' | 'long' | 'duration' | 'offset' | 'share' | 'clock' | 'day' | 'moment' | 'zone' | 'url' | 'email'

export interface Field {
  readonly name: string
  readonly schema: JsonSchema
  readonly required: boolean
  readonly standard: unknown
}
/** One of several forms that a value can have; `name` is what the choice between them shows. */
export interface Option {
  readonly name: string
  readonly schema: JsonSchema
}

/** How a part of a document is shown. Parts inside are schemas, read when they are shown: schemas can hold themselves. */
export type Shape =
  | { readonly kind: 'text'; readonly of: TextKind; readonly patterns: readonly string[]; readonly min: number; readonly max: number }
  | {
      readonly kind: 'number'
      readonly whole: boolean
      readonly min?: number
      readonly max?: number
      readonly above?: number
      readonly below?: number
      readonly unit?: string
    }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly (string | number | boolean | null)[] }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'object'; readonly fields: readonly Field[] }
  | { readonly kind: 'record'; readonly values: JsonSchema; readonly names?: JsonSchema }
  | { readonly kind: 'list'; readonly items: JsonSchema; readonly min: number; readonly max: number }
  | { readonly kind: 'union'; readonly options: readonly Option[]; readonly tag?: string }
  /** Anything that JSON can say: shown as YAML. */
  | { readonly kind: 'any' }

/** By schema and name: the name tells a zone, or an address, from another text. */
const made = new WeakMap<JsonSchema, Map<string, Shape>>()

/** Reads the shape of a schema; `name` is the name of the field, which tells a zone from another text. */
export function shapeOf(schema: JsonSchema, root: JsonSchema, name = ''): Shape {
  const names = made.get(schema) ?? new Map<string, Shape>()
  made.set(schema, names)
  const known = names.get(name)
  if (known) return known
  const shape = read(resolved(schema, root), root, name)
  names.set(name, shape)
  return shape
}

function read(schema: JsonSchema, root: JsonSchema, name: string): Shape {
  if (schema.const !== undefined) return { kind: 'constant', value: schema.const }
  if (schema.enum) return { kind: 'choice', values: schema.enum as (string | number | boolean | null)[] }
  const options = schema.oneOf ?? schema.anyOf
  if (options) return unionOf(options, root, name)
  if (Array.isArray(schema.type))
    return unionOf(
      (schema.type as readonly string[]).map((type) => ({ type })),
      root,
      name,
    )
  switch (schema.type) {
    case 'string':
      return textOf([schema], name)
    case 'number':
    case 'integer':
      return numberOf(schema)
    case 'boolean':
      return { kind: 'boolean' }
    case 'null':
      return { kind: 'constant', value: null }
    case 'array':
      return schema.items
        ? { kind: 'list', items: schema.items, min: schema.minItems ?? 0, max: schema.maxItems ?? Number.POSITIVE_INFINITY }
        : { kind: 'any' }
    case 'object':
      return objectOf(schema)
    default:
      return { kind: 'any' }
  }
}

function objectOf(schema: JsonSchema): Shape {
  if (schema.properties && Object.keys(schema.properties).length > 0) {
    const required = new Set(schema.required)
    return {
      kind: 'object',
      fields: Object.entries(schema.properties).map(([name, inner]) => ({
        name,
        schema: inner,
        required: required.has(name) && inner.default === undefined,
        standard: inner.default,
      })),
    }
  }
  if (typeof schema.additionalProperties === 'object')
    return { kind: 'record', values: schema.additionalProperties, ...(schema.propertyNames && { names: schema.propertyNames }) }
  return { kind: 'any' }
}

function numberOf(schema: JsonSchema): Shape {
  // zod says of every whole number that it is a safe one: that is no limit of the matter.
  const told = (limit?: number) => (limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? undefined : limit)
  return {
    kind: 'number',
    whole: schema.type === 'integer',
    min: told(schema.minimum),
    max: told(schema.maximum),
    above: schema.exclusiveMinimum,
    below: schema.exclusiveMaximum,
    unit: schema.unit,
  }
}

/** A pattern is known by what it takes and refuses, so that it may be spelled in several ways. */
const PROBES: readonly (readonly [TextKind, takes: readonly string[], refuses: readonly string[]])[] = [
  ['offset', ['-2d', '2d', '+3h'], ['2', 'x', '']],
  ['duration', ['2d', '1h30m'], ['2', 'x', '-2d', '']],
  ['share', ['10%', '2.5%'], ['10', '']],
  ['clock', ['09:00', '23:59'], ['9', '2026-03-31T09:00', '24:30']],
  ['day', ['2026-03-31'], ['2026-03-31T09:00', '31.3.2026', 'x']],
  ['moment', ['2026-03-31T09:00'], ['2026-03-31', 'x']],
]
const SHORT = new Set(['url', 'href', 'src', 'image'])
const LONG = new Set(['description', 'text', 'body', 'note', 'html', 'instructions', 'reason'])

function textOf(schemas: readonly JsonSchema[], name: string): Shape {
  const patterns = schemas.flatMap(({ pattern }) => pattern ?? [])
  const max = Math.min(...schemas.map(({ maxLength }) => maxLength ?? Number.POSITIVE_INFINITY))
  const min = Math.max(...schemas.map(({ minLength }) => minLength ?? 0))
  return { kind: 'text', of: textKind(schemas, { name, max, patterns }), patterns, min, max }
}

function textKind(
  schemas: readonly JsonSchema[],
  { name, max, patterns }: { name: string; max: number; patterns: readonly string[] },
): TextKind {
  const format = schemas[0]?.format
  if (format === 'uri') return 'url'
  if (format === 'email') return 'email'
  if (patterns.length > 0) {
    const takes = (text: string) => patterns.some((pattern) => new RegExp(pattern, 'u').test(text))
    const found = PROBES.find(([, yes, no]) => yes.every(takes) && !no.some(takes))
    if (found) return found[0]
  }
  if (/zone$/i.test(name)) return 'zone'
  // An address, and what takes no line break, is a line however long it may be.
  if (SHORT.has(name) || !patterns.every((pattern) => new RegExp(pattern, 'u').test('a\nb'))) return 'line'
  return (LONG.has(name) && max > 80) || (max >= 500 && max < Number.POSITIVE_INFINITY) ? 'long' : 'line'
}

function unionOf(given: readonly JsonSchema[], root: JsonSchema, name: string): Shape {
  const schemas = given.flatMap((each) => flat(each, root))
  const shapes = schemas.map((each) => shapeOf(each, root, name))
  if (shapes.every(({ kind }) => kind === 'text')) return textOf(schemas, name)
  if (shapes.every(({ kind }) => kind === 'constant'))
    return { kind: 'choice', values: shapes.map((shape) => (shape as { value: string }).value) }
  if (anything(shapes)) return { kind: 'union', options: anyOptions(schemas, shapes) }
  const tag = tagOf(schemas)
  return { kind: 'union', options: named(schemas, shapes, tag), ...(tag && { tag }) }
}

/** A choice inside a union is several options of it. */
function flat(schema: JsonSchema, root: JsonSchema): JsonSchema[] {
  const here = resolved(schema, root)
  if (here.enum) return here.enum.map((value) => ({ const: value }))
  const inner = here.oneOf ?? here.anyOf
  return inner ? inner.flatMap((each) => flat(each, root)) : [here]
}

const anything = (shapes: readonly Shape[]): boolean =>
  ['text', 'number', 'boolean', 'list'].every((kind) => shapes.some((shape) => shape.kind === kind)) &&
  shapes.some(({ kind }) => kind === 'record')
/** Any JSON: the plain values each by itself, the rest as YAML. */
function anyOptions(schemas: readonly JsonSchema[], shapes: readonly Shape[]): Option[] {
  const plain = schemas.flatMap((schema, i) =>
    ['list', 'record'].includes(shapes[i]!.kind) ? [] : [{ name: plainName(shapes[i]!), schema }],
  )
  return [...plain, { name: 'other', schema: {} }]
}
const plainName = (shape: Shape): string => (shape.kind === 'constant' ? String(shape.value) : shape.kind)

/** The property whose fixed value tells the options apart. */
function tagOf(schemas: readonly JsonSchema[]): string | undefined {
  const [first, ...others] = schemas
  return Object.keys(first?.properties ?? {}).find((name) => {
    const values = [first!, ...others].map((schema) => schema.properties?.[name]?.const)
    return values.every((value) => value !== undefined) && new Set(values).size === values.length
  })
}

function named(schemas: readonly JsonSchema[], shapes: readonly Shape[], tag: string | undefined): Option[] {
  const used = new Set<string>()
  return schemas.map((schema, i) => {
    const wanted = optionName(schema, shapes[i]!, { tag, others: schemas.filter((other) => other !== schema) })
    let name = wanted
    for (let n = 2; used.has(name); n++) name = `${wanted} ${n}`
    used.add(name)
    return { name, schema }
  })
}

function optionName(
  schema: JsonSchema,
  shape: Shape,
  { tag, others }: { tag?: string | undefined; others: readonly JsonSchema[] },
): string {
  if (shape.kind === 'constant') return String(shape.value)
  if (tag) return String(schema.properties?.[tag]?.const)
  if (shape.kind !== 'object') return shape.kind
  // The first part that must be there and that no other option has names it.
  const own = shape.fields.filter(({ name }) => !others.some((other) => other.properties?.[name]))
  const names = own.filter(({ required }) => required)
  return (names[0] ?? own[0] ?? shape.fields[0])?.name ?? 'object'
}

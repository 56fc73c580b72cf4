import { z } from 'zod'
import type { Action } from '#lib/action.ts'

type Schema = { [name: string]: unknown }
export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>>; readonly securitySchemes: Schema; readonly responses: Schema }
  readonly tags: readonly { readonly name: string }[]
}

/** OpenAPI 3.1 (JSON Schema 2020-12) of the declared actions, in the order of their names: equal actions give equal bytes. */
export function documentOf(actions: readonly Action[], { version, url }: { readonly version: string; readonly url: string }): OpenApi {
  const schemas: Record<string, Schema> = { Problem: PROBLEM }
  const paths: Record<string, Record<string, Schema>> = {}
  const sorted = [...actions].sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const action of sorted) {
    const [method, path] = action.route.split(' ') as [string, string]
    const templated = path.replaceAll(/:(\w+)/g, '{$1}')
    paths[templated] = { ...paths[templated], [method.toLowerCase()]: operation(action, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cadenza',
      version,
      description: 'Marketing automation. Errors are problem+json (RFC 9457). Events are taken at /v1 in the Segment format.',
    },
    servers: [{ url }],
    tags: [...new Set(sorted.map(areaOf))].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: SECURITY, responses: { Problem: PROBLEM_RESPONSE } },
  }
}

const areaOf = (action: Action): string => action.name.slice(0, action.name.indexOf('.'))

function operation(action: Action, schemas: Record<string, Schema>): Schema {
  const [method, path] = action.route.split(' ') as [string, string]
  const input = jsonSchema(action.input, { name: `${pascal(action.name)}Input`, io: 'input', schemas })
  const output = jsonSchema(action.output, { name: `${pascal(action.name)}Output`, io: 'output', schemas })
  const inPath = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!)
  const properties = (input.properties ?? {}) as Record<string, Schema>
  const required = new Set((input.required ?? []) as string[])
  const inQuery = method === 'GET' || method === 'DELETE' ? Object.keys(properties).filter((name) => !inPath.includes(name)) : []
  const parameters = [
    ...inPath.map((name) => ({ name, in: 'path', required: true, schema: properties[name] ?? { type: 'string' } })),
    ...inQuery.map((name) => ({ name, in: 'query', required: required.has(name), schema: properties[name] })),
  ]
  const body = method === 'POST' || method === 'PUT' ? withoutNames(input, inPath) : undefined
  return {
    operationId: action.name,
    summary: action.does,
    tags: [areaOf(action)],
    'x-permission': action.may,
    security: action.may === 'public' ? [] : [{ secretKey: [] }, { session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [action.status ?? 200]: {
        description: action.streams ? 'Server-sent events; each has this as its data.' : action.status === 202 ? 'Accepted.' : 'Done.',
        content: action.downloads
          ? { [action.downloads]: { schema: { type: 'string', format: 'binary' } } }
          : { [action.streams ? 'text/event-stream' : 'application/json']: { schema: output } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

/** The body's schema: the input without what the path holds; nothing when nothing is left. */
function withoutNames(input: Schema, names: readonly string[]): Schema | undefined {
  const properties = input.properties as Record<string, Schema> | undefined
  if (!properties) return input
  const rest = Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)))
  if (Object.keys(rest).length === 0) return undefined
  const required = ((input.required ?? []) as string[]).filter((name) => !names.includes(name))
  const { required: _, ...other } = input
  return { ...other, properties: rest, ...(required.length > 0 && { required }) }
}

interface Place {
  readonly name: string
  readonly io: 'input' | 'output'
  readonly schemas: Record<string, Schema>
}

/** JSON Schema of a zod schema; its shared and recursive parts move to `components/schemas`, and references follow them. */
function jsonSchema(schema: z.ZodType, { name, io, schemas }: Place): Schema {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }) as Schema & { $defs?: Record<string, Schema> }
  const names = new Map(Object.keys($defs).map((key, i) => [`#/$defs/${key}`, `${name}${i + 1}`]))
  let recursive = false
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key !== '$ref' || typeof inner !== 'string') return [key, moved(inner)]
        if (inner === '#') recursive = true
        return [key, `#/components/schemas/${inner === '#' ? name : (names.get(inner) ?? inner)}`]
      }),
    )
  }
  for (const [key, inner] of Object.entries($defs)) schemas[names.get(`#/$defs/${key}`)!] = moved(inner) as Schema
  const whole = moved(own) as Schema
  if (recursive) schemas[name] = whole
  return whole
}

const pascal = (name: string): string => name.replaceAll(/(?:^|[.-])(\w)/g, (_, letter: string) => letter.toUpperCase())

const PROBLEM: Schema = {
  type: 'object',
  description: 'RFC 9457 problem: what is wrong, where, and how to mend it.',
  required: ['title', 'status', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string', description: 'What is wrong.' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable machine word.' },
    detail: { type: 'string' },
    hint: { type: 'string', description: 'How to mend it.' },
    at: { type: 'string', description: 'JSON pointer into what was sent.' },
    requestId: { type: 'string' },
    problems: { type: 'array', items: { type: 'object' } },
  },
}
const PROBLEM_RESPONSE: Schema = {
  description: 'Refused.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
}
const SECURITY: Schema = {
  secretKey: { type: 'http', scheme: 'bearer', description: 'A secret key `sk_…`.' },
  session: { type: 'apiKey', in: 'cookie', name: '__Host-cadenza', description: 'A signed-in person (`cadenza` without https).' },
}

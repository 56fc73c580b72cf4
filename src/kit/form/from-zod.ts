import { z } from 'zod'
import type { Problem } from '#lib/problem.ts'
import type { JsonSchema } from './json-schema.ts'
import { pointer } from './value.ts'

const made = new WeakMap<z.ZodType, JsonSchema>()

/** The JSON Schema of what people write: what has a default may be left out. Read once for each schema. */
export function jsonSchemaOf(schema: z.ZodType | JsonSchema): JsonSchema {
  if (!('_zod' in schema)) return schema
  const known = made.get(schema)
  if (known) return known
  const read = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  made.set(schema, read)
  return read
}

/** What zod finds wrong, as problems with JSON pointers, refinements included. */
export function problemsOf(schema: z.ZodType, value: unknown): Problem[] {
  const parsed = schema.safeParse(value)
  if (parsed.success) return []
  return parsed.error.issues.map((issue) => ({
    code: `form.${issue.code}`,
    status: 422,
    title: issue.message,
    at: pointer(issue.path.map(String)),
  }))
}

import type { JsonSchema } from '#kit/form/json-schema.ts'

/** A schema of documents without kind and id, in each of its ways. */
export function unnamed(schema: JsonSchema): JsonSchema {
  const { properties, required, oneOf, anyOf, ...rest } = schema
  const { kind: _kind, id: _id, ...others } = properties ?? {}
  return {
    ...rest,
    ...(properties && { properties: others }),
    ...(required && { required: required.filter((name) => name !== 'kind' && name !== 'id') }),
    ...(oneOf && { oneOf: oneOf.map(unnamed) }),
    ...(anyOf && { anyOf: anyOf.map(unnamed) }),
  }
}

import { z } from 'zod'
import { Journey } from './schema.ts'

/** The JSON Schema (2020-12) of a journey as people write it, for editors: what has a default may be left out. */
export function jsonSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(Journey, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' })
  return { $schema, title: 'Journey', ...schema }
}

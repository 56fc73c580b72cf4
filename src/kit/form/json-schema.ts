/** The part of JSON Schema 2020-12 that zod writes; everything else of a schema is carried along unread. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly propertyNames?: JsonSchema
  readonly items?: JsonSchema
  readonly minItems?: number
  readonly maxItems?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly default?: unknown
  readonly description?: string
  readonly pattern?: string
  readonly format?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  /** Of `z.meta({ field })`: how this part is shown, such as `condition`. */
  readonly field?: string
  /** Of `z.meta({ unit })`: what a number counts. */
  readonly unit?: string
}

/** Follows `#` and `#/$defs/name`; a schema without a reference is itself. */
export function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let here = schema
  for (let hops = 0; here.$ref !== undefined && hops < 16; hops++) {
    const { $ref, ...beside } = here
    const target = $ref === '#' ? root : root.$defs?.[decodeURIComponent($ref.replace('#/$defs/', ''))]
    if (!target) return {}
    here = { ...target, ...beside }
  }
  return here
}

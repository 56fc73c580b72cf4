import { useMemo } from 'react'
import type { z } from 'zod'
import { useWords, type Words } from '../words.ts'
import { COMMON_WORDS } from './form-words.ts'
import { jsonSchemaOf } from './from-zod.ts'
import type { JsonSchema } from './json-schema.ts'
import type { FieldWords } from './labels.ts'
import { Part } from './part.tsx'
import { Form, type FormContext, type FormProblem, type OwnFields } from './spot.ts'
import { pointer } from './value.ts'

interface SchemaFormProps {
  /** A zod schema of what people write, or a JSON Schema. Keep it outside of the component: it is read once. */
  readonly schema: z.ZodType | JsonSchema
  readonly value: unknown
  readonly onChange: (value: unknown) => void
  /** What is wrong, with JSON pointers in `at`, as the server or `problemsOf` tells it. */
  readonly problems?: readonly FormProblem[]
  /** Where the value stands in what `at` points into, such as `/steps/2`. */
  readonly base?: string
  /** Labels, hints and options by path; see `labels.ts`. */
  readonly words?: Words<FieldWords>
  /** Parts with fields of their own, and parts that are not shown. */
  readonly fields?: OwnFields
  /** A name before all paths: `wait` finds `wait.until` before `until`. */
  readonly name?: string
  readonly readOnly?: boolean
  /** Parts of the schema itself that stand last, such as a name that only others refer to. */
  readonly last?: readonly string[]
  /** Of the choice between ways, where the schema itself is one. */
  readonly label?: string
}

const NO_FIELDS: OwnFields = {}
const NO_NAMES: readonly string[] = []
const NO_PROBLEMS: readonly FormProblem[] = []
const NO_WORDS: Words<FieldWords> = { en: {}, de: {} }

/** Fields for everything that a schema says, labelled and validated; what it does not know is shown as YAML and stays as it is. */
export function SchemaForm({
  schema,
  value,
  onChange,
  problems = NO_PROBLEMS,
  base = '',
  words = NO_WORDS,
  fields = NO_FIELDS,
  name = '',
  readOnly = false,
  last = NO_NAMES,
  label = '',
}: SchemaFormProps) {
  const own = useWords(words) as FieldWords
  const common = useWords(COMMON_WORDS)
  const root = useMemo(() => withLast(jsonSchemaOf(schema), last), [schema, last])
  const form = useMemo<FormContext>(() => {
    const prefix = name === '' ? [] : [name]
    const here = (path: readonly string[]) => base + pointer(path.slice(prefix.length))
    return {
      root,
      catalogues: [own, common],
      fields,
      readOnly,
      problems: (path) => problems.filter(({ at }) => at === here(path)),
      troubled: (path) => problems.some(({ at }) => at === here(path) || at?.startsWith(`${here(path)}/`)),
    }
  }, [root, own, common, fields, readOnly, problems, base, name])
  const path = useMemo(() => (name === '' ? [] : [name]), [name])
  return (
    <Form value={form}>
      <div className="@container flex min-w-0 flex-col gap-4">
        <Part schema={root} path={path} value={value} onChange={onChange} label={label} required />
      </div>
    </Form>
  )
}

function withLast(schema: JsonSchema, last: readonly string[]): JsonSchema {
  if (last.length === 0 || schema.properties === undefined) return schema
  const parts = Object.entries(schema.properties)
  return {
    ...schema,
    properties: Object.fromEntries([...parts.filter(([name]) => !last.includes(name)), ...parts.filter(([name]) => last.includes(name))]),
  }
}

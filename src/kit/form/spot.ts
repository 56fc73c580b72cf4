import { type ComponentType, createContext, useContext } from 'react'
import type { JsonSchema } from './json-schema.ts'
import { type FieldWords, namesOf } from './labels.ts'

/** A part of the form: where it stands, what it holds, and how to change it. */
export interface Spot {
  readonly schema: JsonSchema
  readonly path: readonly string[]
  readonly value: unknown
  /** `undefined` leaves the part out. */
  readonly onChange: (value: unknown) => void
  readonly label: string
  readonly hint?: string | undefined
  readonly required: boolean
  /** What counts when it is left out. */
  readonly standard?: unknown
}
/** A field of a capability's own, such as a picker of templates. It shows its label and its problems itself (see `Frame`). */
export type OwnField = ComponentType<Spot>
/** Own fields by path (`goal.where`, or `where` for all of that name) or by `meta({ field })` (`@condition`). `null`: the part is not shown. */
export type OwnFields = Readonly<Record<string, OwnField | null>>

/** What is wrong with a part, at a JSON pointer: any `Problem`. */
export interface FormProblem {
  readonly title: string
  readonly at?: string | undefined
  readonly hint?: string | undefined
}

export interface FormContext {
  readonly root: JsonSchema
  readonly catalogues: readonly FieldWords[]
  readonly fields: OwnFields
  readonly readOnly: boolean
  problems(path: readonly string[]): readonly FormProblem[]
  /** Whether something is wrong with a part or within it. */
  troubled(path: readonly string[]): boolean
}

export const Form = createContext<FormContext | null>(null)
export function useForm(): FormContext {
  const form = useContext(Form)
  if (!form) throw new Error('a field stands outside of its form')
  return form
}

/** The own field of a part; `undefined`: it has none. */
export function ownField(fields: OwnFields, path: readonly string[], schema: JsonSchema): OwnField | null | undefined {
  const names = namesOf(path)
  for (let from = 0; from < names.length; from++) {
    const found = fields[names.slice(from).join('.')]
    if (found !== undefined) return found
  }
  return schema.field === undefined ? undefined : fields[`@${schema.field}`]
}

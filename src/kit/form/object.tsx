import { Plus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button, IconButton } from '../button.tsx'
import { useWords } from '../words.ts'
import { COMMON_WORDS, FORM_WORDS } from './form-words.ts'
import { Troubles, useTroubles } from './frame.tsx'
import type { JsonSchema } from './json-schema.ts'
import { labelFor, wordsFor } from './labels.ts'
import { AsYaml, Part } from './part.tsx'
import { type Field, type Shape, shapeOf } from './shape.ts'
import { ownField, type Spot, useForm } from './spot.ts'
import { blank, withPart } from './value.ts'

type ObjectShape = Extract<Shape, { kind: 'object' }>

/** The parts of an object below each other; what need not be there and is not, folds away when there is much of it. */
export function ObjectParts({ spot, shape, hide }: { spot: Spot; shape: ObjectShape; hide?: string | undefined }) {
  const say = useWords(FORM_WORDS)
  const form = useForm()
  const value = (spot.value ?? {}) as Readonly<Record<string, unknown>>
  const shown = shape.fields.filter(
    (field) =>
      field.name !== hide && field.schema.const === undefined && ownField(form.fields, [...spot.path, field.name], field.schema) !== null,
  )
  const isFolded = ({ name, required }: Field) => !required && value[name] === undefined && !form.troubled([...spot.path, name])
  const folded = shown.filter(isFolded)
  const fold = shown.length > 5 && folded.length > 2
  const part = (field: Field) => <FieldPart key={field.name} spot={spot} field={field} value={value[field.name]} />
  const rest = Object.keys(value).filter((name) => name !== hide && !shape.fields.some((field) => field.name === name))
  return (
    <>
      {(fold ? shown.filter((field) => !isFolded(field)) : shown).map(part)}
      {fold && (
        <details className="group rounded-input border border-line">
          <summary className="hit px-3 py-1.5 text-dense font-medium text-ink-2 hover:text-ink">{say.more(folded.length)}</summary>
          <div className="flex flex-col gap-4 px-3 pt-2 pb-3">{folded.map(part)}</div>
        </details>
      )}
      {rest.length > 0 && <Rest spot={spot} value={value} names={rest} />}
    </>
  )
}

function FieldPart({ spot, field, value }: { spot: Spot; field: Field; value: unknown }) {
  const { root, catalogues, fields } = useForm()
  const common = useWords(COMMON_WORDS)
  const words = [...catalogues, common]
  const path = [...spot.path, field.name]
  const inner: Spot = {
    schema: field.schema,
    path,
    value,
    onChange: (next) => spot.onChange(withPart(spot.value, field.name, next)),
    label: labelFor(path, words),
    hint: wordsFor(path, words, '?') ?? field.schema.description,
    required: field.required,
    standard: field.standard,
  }
  const shape = shapeOf(field.schema, root, field.name)
  const group = shape.kind === 'object' || shape.kind === 'record' || shape.kind === 'union'
  const own = ownField(fields, path, field.schema)
  return group && !own && !field.required && field.standard === undefined && value === undefined ? (
    <Absent spot={inner} />
  ) : (
    <Part {...inner} />
  )
}

/** A group that is not there: one button brings it. */
function Absent({ spot }: { spot: Spot }) {
  const say = useWords(FORM_WORDS)
  const { root, readOnly } = useForm()
  if (readOnly) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button onClick={() => spot.onChange(blank(spot.schema, root))}>
        <Plus size={16} aria-hidden="true" />
        {say.add(spot.label)}
      </Button>
      {spot.hint && <span className="text-meta text-ink-3">{spot.hint}</span>}
    </div>
  )
}

export function ObjectField({ spot, shape }: { spot: Spot; shape: ObjectShape }) {
  return (
    <Group spot={spot}>
      <ObjectParts spot={spot} shape={shape} />
    </Group>
  )
}

/** A titled group of fields; one that need not be there can be taken away. */
export function Group({ spot, children }: { spot: Spot; children: ReactNode }) {
  const say = useWords(FORM_WORDS)
  const { readOnly } = useForm()
  const troubles = useTroubles(spot)
  if (spot.label === '') return <div className="flex flex-col gap-4">{children}</div>
  return (
    <fieldset className="relative flex min-w-0 flex-col gap-4 rounded-card border border-line p-3">
      <legend className="px-1 text-dense font-semibold">{spot.label}</legend>
      {!spot.required && !readOnly && spot.value !== undefined && (
        <IconButton label={say.remove(spot.label)} onClick={() => spot.onChange(undefined)} className="absolute -top-4 right-2 bg-surface">
          <X size={16} aria-hidden="true" />
        </IconButton>
      )}
      {spot.hint && <p className="-mt-1 text-meta text-ink-3">{spot.hint}</p>}
      {children}
      <Troubles troubles={troubles.filter(({ title }) => title !== '')} />
    </fieldset>
  )
}

const ANY: JsonSchema = {}
/** Parts that the form has no fields for. */
function Rest({ spot, value, names }: { spot: Spot; value: Readonly<Record<string, unknown>>; names: readonly string[] }) {
  const say = useWords(FORM_WORDS)
  const rest = Object.fromEntries(names.map((name) => [name, value[name]]))
  const change = (next: unknown) => {
    const known = Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)))
    spot.onChange({ ...known, ...(next !== null && typeof next === 'object' && !Array.isArray(next) ? next : {}) })
  }
  return (
    <AsYaml
      spot={{
        schema: ANY,
        path: spot.path,
        value: rest,
        onChange: change,
        label: say.parts,
        hint: say.partsHint,
        required: false,
        standard: undefined,
      }}
    />
  )
}

import { Suspense } from 'react'
import { lazyPart } from '../lazy-part.tsx'
import { useWords } from '../words.ts'
import { FORM_WORDS } from './form-words.ts'
import { BooleanInput, ChoiceInput, NumberInput, TextInput } from './inputs.tsx'
import { ChoicesField, ListField } from './list.tsx'
import { ObjectField } from './object.tsx'
import { RecordField } from './record.tsx'
import { type Shape, shapeOf } from './shape.ts'
import { ownField, type Spot, useForm } from './spot.ts'
import { UnionField } from './union.tsx'

const YamlField = lazyPart(() => import('./yaml-field.tsx'), 'YamlField')

/** One part of a document: its own field when the caller has one, else what its schema asks for. */
export function Part(spot: Spot) {
  const { root, fields } = useForm()
  const Own = ownField(fields, spot.path, spot.schema)
  if (Own === null) return null
  if (Own) return <Own {...spot} />
  const shape = shapeOf(spot.schema, root, spot.path.at(-1))
  return fits(shape, spot.value) ? <Known spot={spot} shape={shape} /> : <AsYaml spot={spot} />
}

/** A value of another type than the schema says is shown as it is, not lost. */
function fits(shape: Shape, value: unknown): boolean {
  if (value === undefined) return true
  switch (shape.kind) {
    case 'object':
    case 'record':
      return value !== null && typeof value === 'object' && !Array.isArray(value)
    case 'list':
      return Array.isArray(value)
    case 'text':
      return typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'number':
      return value === null || typeof value === 'number' || typeof value === 'string'
    default:
      return true
  }
}

function Known({ spot, shape }: { spot: Spot; shape: Shape }) {
  switch (shape.kind) {
    case 'text':
      return <TextInput spot={spot} shape={shape} />
    case 'number':
      return <NumberInput spot={spot} shape={shape} />
    case 'boolean':
      return <BooleanInput spot={spot} />
    case 'choice':
      return <ChoiceInput spot={spot} shape={shape} />
    case 'constant':
      return null
    case 'object':
      return <ObjectField spot={spot} shape={shape} />
    case 'record':
      return <RecordField spot={spot} shape={shape} />
    case 'list':
      return <ChoicesOrList spot={spot} shape={shape} />
    case 'union':
      return <UnionField spot={spot} shape={shape} />
    case 'any':
      return <AsYaml spot={spot} />
  }
}

function ChoicesOrList({ spot, shape }: { spot: Spot; shape: Extract<Shape, { kind: 'list' }> }) {
  const { root } = useForm()
  const items = shapeOf(shape.items, root)
  const values = Array.isArray(spot.value) ? spot.value : []
  const closed = items.kind === 'choice' && new Set(values).size === values.length && values.every((value) => items.values.includes(value))
  return closed ? <ChoicesField spot={spot} values={items.values} /> : <ListField spot={spot} shape={shape} />
}

export function AsYaml({ spot }: { spot: Spot }) {
  const say = useWords(FORM_WORDS)
  return (
    <Suspense
      fallback={
        <p role="status" className="text-dense text-ink-3">
          {say.loadingYaml}
        </p>
      }
    >
      <YamlField spot={spot} />
    </Suspense>
  )
}

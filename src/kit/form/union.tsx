import { useWords } from '../words.ts'
import { optionOf } from './check.ts'
import { COMMON_WORDS, FORM_WORDS } from './form-words.ts'
import { Frame, INPUT } from './frame.tsx'
import { optionLabel } from './labels.ts'
import { Group, ObjectParts } from './object.tsx'
import { AsYaml, Part } from './part.tsx'
import { type Shape, shapeOf } from './shape.ts'
import { type Spot, useForm } from './spot.ts'
import { asOption } from './value.ts'

/** One of several forms: a choice between them, and the fields of the chosen one below it. */
export function UnionField({ spot, shape }: { spot: Spot; shape: Extract<Shape, { kind: 'union' }> }) {
  const { root } = useForm()
  const value = spot.value === undefined ? spot.standard : spot.value
  const at = value === undefined ? -1 : optionOf(shape, value, root)
  const chosen = shape.options[at]
  const inner = chosen && shapeOf(chosen.schema, root, spot.path.at(-1))
  const select = <Which spot={spot} shape={shape} at={at} />
  if (!chosen || !inner)
    return (
      <>
        {select}
        {value !== undefined && <AsYaml spot={spot} />}
      </>
    )
  if (inner.kind === 'constant') return select
  const within: Spot = { ...spot, schema: chosen.schema, required: true, hint: undefined }
  if (inner.kind === 'object')
    return (
      <Group spot={spot}>
        <Which spot={{ ...spot, hint: undefined }} shape={shape} at={at} bare />
        <ObjectParts spot={within} shape={inner} hide={shape.tag} />
      </Group>
    )
  return (
    <>
      {select}
      <Part {...within} />
    </>
  )
}

function Which({ spot, shape, at, bare = false }: { spot: Spot; shape: Extract<Shape, { kind: 'union' }>; at: number; bare?: boolean }) {
  const say = useWords(FORM_WORDS)
  const common = useWords(COMMON_WORDS)
  const { root, catalogues, readOnly } = useForm()
  const words = [...catalogues, common]
  const choose = (to: string) => {
    const option = shape.options[Number(to)]
    spot.onChange(to === '' || !option ? undefined : asOption(spot.value, option.schema, root))
  }
  const canBeLeft = !spot.required && !bare
  return (
    <Frame spot={bare ? { ...spot, required: true } : spot}>
      {(ids) => (
        <select
          {...ids}
          disabled={readOnly}
          value={at < 0 || (canBeLeft && spot.value === undefined) ? '' : String(at)}
          onChange={(event) => choose(event.target.value)}
          className={INPUT}
        >
          {(canBeLeft || at < 0) && (
            <option value="">{spot.standard === undefined ? say.notSet : say.usual(usualName(spot, shape, { root, words }))}</option>
          )}
          {shape.options.map((option, i) => (
            <option key={option.name} value={i}>
              {optionLabel(spot.path, words, option.name)}
            </option>
          ))}
        </select>
      )}
    </Frame>
  )
}

function usualName(
  spot: Spot,
  shape: Extract<Shape, { kind: 'union' }>,
  { root, words }: { root: Parameters<typeof optionOf>[2]; words: Parameters<typeof optionLabel>[1] },
): string {
  const usual = shape.options[optionOf(shape, spot.standard, root)]
  return usual ? optionLabel(spot.path, words, usual.name) : JSON.stringify(spot.standard)
}

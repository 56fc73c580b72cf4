import { Trash2 } from 'lucide-react'
import type { Block } from '#content/blocks.ts'
import { Button, IconButton } from '#kit/button.tsx'
import type { Choice } from '#kit/field.tsx'
import { useWords } from '#kit/words.ts'
import type { Json } from '#lib/json.ts'
import { useCanvas } from './canvas-context.ts'
import { Area, Choose, Line, Tick } from './fields.tsx'
import { RichField } from './rich-field.tsx'
import { STUDIO_WORDS } from './studio-words.ts'

interface FieldsProps<B extends Block> {
  readonly block: B
  readonly at: string
}
type Of<K extends Block['kind']> = Extract<Block, { kind: K }>

/** A whole number, or nothing where the field is empty. */
const whole = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined)

/** Everything that can be set of a block. */
export function BlockFields({ block, at }: FieldsProps<Block>) {
  const { mayEdit } = useCanvas()
  return (
    <fieldset disabled={!mayEdit} className="grid min-w-0 grid-cols-[repeat(auto-fill,minmax(200px,1fr))] items-start gap-3">
      <OfKind key={at} block={block} at={at} />
    </fieldset>
  )
}

function OfKind({ block, at }: FieldsProps<Block>) {
  switch (block.kind) {
    case 'heading':
      return <HeadingFields block={block} at={at} />
    case 'text':
      return <TextFields block={block} at={at} />
    case 'image':
      return <ImageFields block={block} at={at} />
    case 'button':
      return <ButtonFields block={block} at={at} />
    case 'columns':
      return <ColumnsFields block={block} at={at} />
    case 'products':
      return <ProductsFields block={block} at={at} />
    case 'coupon':
      return <CouponFields block={block} at={at} />
    case 'spacer':
      return <SpacerFields block={block} at={at} />
    case 'conditional':
      return <ConditionalFields block={block} at={at} />
    case 'slot':
      return <SlotFields block={block} at={at} />
    case 'snippet':
      return <SnippetFields block={block} at={at} />
    case 'mjml':
      return <MjmlFields block={block} at={at} />
    case 'divider':
      return null
  }
}

function useField(at: string) {
  const { set } = useCanvas()
  return (name: string) => (value: Json | undefined) => set(`${at}/${name}`, value)
}

/** A value of a list of words in the catalogue. */
function Pick({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: string
  choices: readonly Choice[]
  onChange: (value: string) => void
}) {
  return <Choose label={label} value={value} choices={choices} onChange={onChange} />
}

function AlignField({ align, onChange }: { align: string | undefined; onChange: (value: string | undefined) => void }) {
  const say = useWords(STUDIO_WORDS)
  const choices = [
    { value: '', label: say.options.as },
    ...(['left', 'center', 'right'] as const).map((value) => ({ value, label: say.options[value] })),
  ]
  return <Pick label={say.fields.align} value={align ?? ''} choices={choices} onChange={(value) => onChange(value || undefined)} />
}

function HeadingFields({ block, at }: FieldsProps<Of<'heading'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const levels = ([1, 2, 3] as const).map((level) => ({ value: String(level), label: `${say.options[`h${level}`]} (h${level})` }))
  return (
    <>
      <Pick label={say.fields.level} value={String(block.level)} choices={levels} onChange={(value) => field('level')(Number(value))} />
      <AlignField align={block.align} onChange={field('align')} />
    </>
  )
}

function TextFields({ block, at }: FieldsProps<Of<'text'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const sizes = (['small', 'normal', 'large'] as const).map((value) => ({ value, label: say.options[value] }))
  return (
    <>
      <Pick label={say.fields.size} value={block.size} choices={sizes} onChange={field('size')} />
      <AlignField align={block.align} onChange={field('align')} />
    </>
  )
}

function ImageFields({ block, at }: FieldsProps<Of<'image'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  return (
    <>
      <Line label={say.fields.src} value={block.src} place={`${at}/src`} onChange={field('src')} />
      <Line label={say.fields.alt} value={block.alt} place={`${at}/alt`} hint={say.fields.altHint} onChange={field('alt')} />
      <Line
        label={say.fields.width}
        type="number"
        value={String(block.width ?? '')}
        place={`${at}/width`}
        onChange={(text) => field('width')(whole(text))}
      />
      <Line label={say.fields.href} value={block.href ?? ''} place={`${at}/href`} onChange={(text) => field('href')(text || undefined)} />
      <AlignField align={block.align} onChange={field('align')} />
    </>
  )
}

function ButtonFields({ block, at }: FieldsProps<Of<'button'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const styles = (['primary', 'secondary'] as const).map((value) => ({ value, label: say.options[value] }))
  return (
    <>
      <Line label={say.fields.href} value={block.href} place={`${at}/href`} onChange={field('href')} />
      <Pick label={say.fields.style} value={block.style} choices={styles} onChange={field('style')} />
      <AlignField align={block.align} onChange={field('align')} />
    </>
  )
}

function ColumnsFields({ block, at }: FieldsProps<Of<'columns'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const columns = block.columns as unknown as Json[]
  return (
    <>
      {block.columns.map(({ width }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a column is known by its place
        <div key={i} className="flex items-end gap-1">
          <div className="min-w-0 flex-1">
            <Line
              label={say.fields.columnWidth(i + 1)}
              type="number"
              value={String(width ?? '')}
              onChange={(text) => field(`columns/${i}/width`)(whole(text))}
            />
          </div>
          {block.columns.length > 2 && (
            <IconButton label={say.fields.removeColumn(i + 1)} onClick={() => field('columns')(columns.filter((_column, n) => n !== i))}>
              <Trash2 size={16} aria-hidden="true" />
            </IconButton>
          )}
        </div>
      ))}
      {block.columns.length < 4 && <Button onClick={() => field('columns')([...columns, { blocks: [] }])}>{say.fields.addColumn}</Button>}
      <Line label={say.fields.background} value={block.background ?? ''} onChange={(text) => field('background')(text || undefined)} />
    </>
  )
}

function ProductsFields({ block, at }: FieldsProps<Of<'products'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const layouts = (['grid', 'list'] as const).map((value) => ({ value, label: say.options[value] }))
  return (
    <>
      <Line label={say.fields.from} value={block.from} place={`${at}/from`} hint={say.fields.fromHint} onChange={field('from')} />
      <Pick label={say.fields.layout} value={block.layout} choices={layouts} onChange={field('layout')} />
      {block.layout === 'grid' && (
        <Pick
          label={say.fields.columns}
          value={String(block.columns)}
          choices={['2', '3', '4'].map((value) => ({ value, label: value }))}
          onChange={(value) => field('columns')(Number(value))}
        />
      )}
      <Line label={say.fields.limit} type="number" value={String(block.limit)} onChange={(text) => field('limit')(whole(text) ?? 1)} />
      <Tick label={say.fields.price} checked={block.price} onChange={field('price')} />
      <Line
        label={say.fields.button}
        value={block.button ?? ''}
        hint={say.fields.buttonHint}
        onChange={(text) => field('button')(text || undefined)}
      />
    </>
  )
}

function CouponFields({ block, at }: FieldsProps<Of<'coupon'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const { names } = useCanvas()
  return (
    <>
      <RichField label={say.fields.code} value={block.code} rich={false} names={names} place={`${at}/code`} onChange={field('code')} />
      <Line label={say.fields.label} value={block.label ?? ''} onChange={(text) => field('label')(text || undefined)} />
      <Area label={say.fields.note} value={block.note ?? ''} onChange={(text) => field('note')(text || undefined)} />
    </>
  )
}

function SpacerFields({ block, at }: FieldsProps<Of<'spacer'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  return (
    <Line label={say.fields.height} type="number" value={String(block.height)} onChange={(text) => field('height')(whole(text) ?? 1)} />
  )
}

function ConditionalFields({ block, at }: FieldsProps<Of<'conditional'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  return (
    <>
      <Area
        label={say.fields.when}
        mono
        rows={1}
        value={block.when}
        place={`${at}/when`}
        hint={say.fields.whenHint}
        onChange={field('when')}
      />
      <Tick
        label={say.fields.otherwise}
        checked={block.otherwise !== undefined}
        onChange={(on) => field('otherwise')(on ? [] : undefined)}
      />
    </>
  )
}

function SlotFields({ block, at }: FieldsProps<Of<'slot'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const { slotNames } = useCanvas()
  const names = slotNames.includes(block.id) ? slotNames : [block.id, ...slotNames]
  const next = (): string =>
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].find((id) => !(id in block.variants)) ?? `v${Object.keys(block.variants).length}`
  return (
    <>
      <Choose
        label={say.fields.slot}
        value={block.id}
        hint={say.fields.slotHint}
        choices={names.map((value) => ({ value, label: value }))}
        onChange={field('id')}
      />
      <ul className="flex flex-col gap-1">
        {Object.keys(block.variants).map((id) => (
          <li key={id} className="flex items-center justify-between gap-2">
            <span>{say.variant(id)}</span>
            <IconButton label={`${say.remove}: ${say.variant(id)}`} onClick={() => field(`variants/${id}`)(undefined)}>
              <Trash2 size={16} aria-hidden="true" />
            </IconButton>
          </li>
        ))}
      </ul>
      <Button onClick={() => field(`variants/${next()}`)([])}>{say.fields.addVariant}</Button>
      <Tick
        label={say.fields.otherwise}
        checked={block.otherwise !== undefined}
        onChange={(on) => field('otherwise')(on ? [] : undefined)}
      />
    </>
  )
}

function SnippetFields({ block, at }: FieldsProps<Of<'snippet'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  const { snippetNames } = useCanvas()
  const known = { [block.id]: block.id, ...snippetNames }
  return (
    <Choose
      label={say.fields.snippet}
      value={block.id}
      choices={Object.entries(known).map(([value, label]) => ({ value, label }))}
      onChange={field('id')}
    />
  )
}

function MjmlFields({ block, at }: FieldsProps<Of<'mjml'>>) {
  const say = useWords(STUDIO_WORDS)
  const field = useField(at)
  return <Area label={say.fields.mjml} mono rows={8} value={block.mjml} place={`${at}/mjml`} onChange={field('mjml')} />
}

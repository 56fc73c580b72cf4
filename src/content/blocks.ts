import { z } from 'zod'
import { DocumentId } from './names.ts'
import { LiveName } from './slots.ts'

/** `#rrggbb` or `#rgb`: contrast is computed from it. */
export const Colour = z.string().regex(/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i, 'write a colour such as #1b211c')
const Align = z.enum(['left', 'center', 'right'])
/** An address in which Liquid may stand. */
const Address = z.string().min(1).max(2_000)
const Words = z.string().min(1).max(500)
/** Paragraphs with `**bold**`, `*italic*`, `[a link](https://…)` and lists; see `rich-text.ts`. */
const Rich = z.string().min(1).max(20_000)
/** A list in the data, such as `entry.items` or `slots.similar.items`. */
const DataPath = z
  .string()
  .max(200)
  .regex(/^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*|\[\d{1,3}\])*$/i, 'name a list such as entry.items')
/** What stands in `{% if … %}`: nothing that closes the tag or opens another. */
const Test = z
  .string()
  .min(1)
  .max(500)
  .regex(/^(?:"[^"{}%\n]*"|'[^'{}%\n]*'|[^"'{}%|\n])+$/, 'write a comparison such as profile.plan == "gold", without braces, % and filters')

const Heading = z.strictObject({
  kind: z.literal('heading'),
  text: Words,
  level: z.union([z.literal(1), z.literal(2), z.literal(3)]).default(2),
  align: Align.optional(),
})
const Text = z.strictObject({
  kind: z.literal('text'),
  text: Rich,
  align: Align.optional(),
  size: z.enum(['small', 'normal', 'large']).default('normal'),
})
const Image = z.strictObject({
  kind: z.literal('image'),
  src: Address,
  /** What it shows, for those who do not see it; '' for decoration. */
  alt: z.string().max(500),
  /** Pixels. */
  width: z.int().min(1).max(1_200).optional(),
  href: Address.optional(),
  align: Align.optional(),
})
const Button = z.strictObject({
  kind: z.literal('button'),
  text: Words,
  href: Address,
  align: Align.optional(),
  style: z.enum(['primary', 'secondary']).default('primary'),
})
const Divider = z.strictObject({ kind: z.literal('divider') })
const Spacer = z.strictObject({ kind: z.literal('spacer'), height: z.int().min(1).max(200).default(24) })
const Products = z.strictObject({
  kind: z.literal('products'),
  from: DataPath,
  layout: z.enum(['grid', 'list']).default('grid'),
  /** Of a grid. */
  columns: z.int().min(2).max(4).default(2),
  limit: z.int().min(1).max(12).default(4),
  price: z.boolean().default(true),
  /** Words of the button under each; left out: no button, the picture and the title are links. */
  button: z.string().min(1).max(100).optional(),
})
const Coupon = z.strictObject({
  kind: z.literal('coupon'),
  /** Liquid, such as `{{ coupons.spring.code }}`, or a code that is the same for all. */
  code: Words,
  label: Words.optional(),
  note: Rich.optional(),
})
const SnippetReference = z.strictObject({ kind: z.literal('snippet'), id: DocumentId })
/** Sections at the top level, elements of a column inside columns. */
const RawMjml = z.strictObject({ kind: z.literal('mjml'), mjml: z.string().min(1).max(100_000) })

const Leaf = [Heading, Text, Image, Button, Divider, Spacer, Products, Coupon, SnippetReference, RawMjml] as const
type LeafBlock = z.output<(typeof Leaf)[number]>

interface ColumnsBlock {
  kind: 'columns'
  columns: { width?: number | undefined; blocks: Block[] }[]
  background?: string | undefined
}
interface ConditionalBlock {
  kind: 'conditional'
  when: string
  blocks: Block[]
  otherwise?: Block[] | undefined
}
interface SlotBlock {
  kind: 'slot'
  id: string
  variants: Record<string, Block[]>
  otherwise?: Block[] | undefined
}
/** One piece of the body of an e-mail, from the top down. */
export type Block = LeafBlock | ColumnsBlock | ConditionalBlock | SlotBlock

export const Blocks: z.ZodType<Block[]> = z.lazy(() => z.array(Block).max(200))

const Columns = z
  .strictObject({
    kind: z.literal('columns'),
    columns: z
      .array(z.strictObject({ width: z.int().min(5).max(95).optional(), blocks: Blocks }))
      .min(2)
      .max(4),
    background: Colour.optional(),
  })
  .refine(({ columns }) => columns.reduce((sum, { width = 0 }) => sum + width, 0) <= 100, 'the widths (percent) come to more than 100')
const Conditional = z.strictObject({ kind: z.literal('conditional'), when: Test, blocks: Blocks, otherwise: Blocks.optional() })
const Slot = z.strictObject({
  kind: z.literal('slot'),
  /** A slot of the template; what it chose decides which variant is shown. */
  id: LiveName,
  variants: z.record(DocumentId, Blocks),
  otherwise: Blocks.optional(),
})

const Block = z.discriminatedUnion('kind', [...Leaf, Columns, Conditional, Slot])

/** Deeper than that nobody can read it, and MJML cannot lay it out. */
const DEEPEST = 6
const MOST = 400

/** The lists of blocks that a block holds, by where they stand in it. */
export function within(block: Block): readonly (readonly [at: string, blocks: readonly Block[]])[] {
  switch (block.kind) {
    case 'columns':
      return block.columns.map(({ blocks }, i) => [`/columns/${i}/blocks`, blocks] as const)
    case 'conditional':
      return [['/blocks', block.blocks], ...(block.otherwise ? [['/otherwise', block.otherwise] as const] : [])]
    case 'slot':
      return [
        ...Object.entries(block.variants).map(([id, blocks]) => [`/variants/${id}`, blocks] as const),
        ...(block.otherwise ? [['/otherwise', block.otherwise] as const] : []),
      ]
    default:
      return []
  }
}

export interface Placed {
  readonly block: Block
  /** JSON pointer. */
  readonly at: string
  readonly inColumns: boolean
  readonly depth: number
}

/** Every block with its place, outer ones first. */
export function* walk(blocks: readonly Block[], at: string, around: { inColumns: boolean; depth: number } = TOP): Generator<Placed> {
  for (const [i, block] of blocks.entries()) {
    const here = `${at}/${i}`
    yield { block, at: here, ...around }
    const inside = { inColumns: around.inColumns || block.kind === 'columns', depth: around.depth + 1 }
    for (const [place, inner] of within(block)) yield* walk(inner, `${here}${place}`, inside)
  }
}

const TOP = { inColumns: false, depth: 1 }

/** What a tree of blocks may not be, by place; empty when it can be laid out. */
export function misplaced(blocks: readonly Block[], at: string): { at: string; title: string; hint: string }[] {
  const placed = [...walk(blocks, at)]
  const nested = placed
    .filter(({ block, inColumns }) => block.kind === 'columns' && inColumns)
    .map((each) => ({
      at: each.at,
      title: 'Columns cannot stand in columns',
      hint: 'Put the blocks into one column, one below the other.',
    }))
  const deep = placed
    .filter(({ depth }) => depth === DEEPEST + 1)
    .map((each) => ({ at: each.at, title: `Blocks are nested more than ${DEEPEST} deep`, hint: 'Take the inner ones out into a snippet.' }))
  const many =
    placed.length > MOST ? [{ at, title: `There are ${placed.length} blocks; ${MOST} fit`, hint: 'Mails of this length are clipped.' }] : []
  return [...nested, ...deep, ...many]
}

/** How a text of a block is written: words, rich text, an address, or MJML. */
export type TextKind = 'words' | 'rich' | 'address' | 'mjml'

/** The texts that an author wrote into a block, by field. */
export function textsOf(block: Block): readonly (readonly [field: string, text: string, kind: TextKind])[] {
  switch (block.kind) {
    case 'heading':
      return [['/text', block.text, 'words']]
    case 'text':
      return [['/text', block.text, 'rich']]
    case 'image':
      return [['/src', block.src, 'address'], ['/alt', block.alt, 'words'], ...given('/href', block.href, 'address')]
    case 'button':
      return [
        ['/text', block.text, 'words'],
        ['/href', block.href, 'address'],
      ]
    case 'products':
      return given('/button', block.button, 'words')
    case 'coupon':
      return [['/code', block.code, 'words'], ...given('/label', block.label, 'words'), ...given('/note', block.note, 'rich')]
    case 'mjml':
      return [['/mjml', block.mjml, 'mjml']]
    default:
      return []
  }
}

const given = (field: string, text: string | undefined, kind: TextKind) => (text === undefined ? [] : [[field, text, kind] as const])

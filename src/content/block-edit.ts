import type { Json } from '#lib/json.ts'
import { type Block, walk, within } from './blocks.ts'
import { type Edit, edited, placeOf, valueAt } from './edit.ts'

/** Pieces that an author adds. */
export const PALETTE = [
  'heading',
  'text',
  'image',
  'button',
  'columns',
  'products',
  'coupon',
  'divider',
  'spacer',
  'conditional',
  'slot',
  'snippet',
  'mjml',
] as const satisfies readonly Block['kind'][]
export type BlockKind = (typeof PALETTE)[number]

/** Words of a block that is new. */
export interface FreshWords {
  readonly heading: string
  readonly text: string
  readonly button: string
}

/** A block as it is when it is added: valid, and plainly not finished. */
export function freshBlock(kind: BlockKind, words: FreshWords, named: { slot?: string; snippet?: string } = {}): Block {
  switch (kind) {
    case 'heading':
      return { kind, text: words.heading, level: 2 }
    case 'text':
      return { kind, text: words.text, size: 'normal' }
    case 'image':
      return { kind, src: 'https://', alt: '' }
    case 'button':
      return { kind, text: words.button, href: 'https://', style: 'primary' }
    case 'columns':
      return { kind, columns: [{ blocks: [freshBlock('text', words)] }, { blocks: [freshBlock('text', words)] }] }
    case 'products':
      return { kind, from: 'entry.items', layout: 'grid', columns: 2, limit: 4, price: true }
    case 'coupon':
      return { kind, code: '{{ coupons.welcome.code }}' }
    case 'divider':
      return { kind }
    case 'spacer':
      return { kind, height: 24 }
    case 'conditional':
      return { kind, when: 'profile.plan == "gold"', blocks: [freshBlock('text', words)] }
    case 'slot':
      return { kind, id: named.slot ?? 'hero', variants: { a: [freshBlock('text', words)], b: [freshBlock('text', words)] } }
    case 'snippet':
      return { kind, id: named.snippet ?? 'footer' }
    case 'mjml':
      return { kind, mjml: '<mj-section><mj-column><mj-text></mj-text></mj-column></mj-section>' }
  }
}

const holdsColumns = (block: Block): boolean => [...walk([block], '')].some((each) => each.block.kind === 'columns')

interface Tree {
  readonly blocks: readonly Block[]
  /** Where the list stands. */
  readonly at: string
  readonly inColumns?: boolean
}

/** Every place in the tree where a block may be put, in the order of reading; columns do not go into columns. */
export function* placesFor(block: Block, { blocks, at, inColumns = false }: Tree): Generator<string> {
  const fits = !(inColumns && holdsColumns(block))
  for (const [i, each] of blocks.entries()) {
    if (fits) yield `${at}/${i}`
    for (const [place, inner] of within(each))
      yield* placesFor(block, { blocks: inner, at: `${at}/${i}${place}`, inColumns: inColumns || each.kind === 'columns' })
  }
  if (fits) yield `${at}/${blocks.length}`
}

const treeAt = (doc: Json, root: string): Tree => ({ blocks: (valueAt(doc, root) ?? []) as unknown as Block[], at: root })

/** One place up or down, into and out of columns, conditions and slots; undefined at the end. */
export function movedBy(
  doc: Json,
  { root, at, by }: { root: string; at: string; by: -1 | 1 },
): Extract<Edit, { kind: 'move' }> | undefined {
  const block = valueAt(doc, at) as Block | undefined
  if (block === undefined) return undefined
  const rest = edited(doc, { kind: 'remove', at }).doc
  const places = [...placesFor(block, treeAt(rest, root))]
  const to = places[places.indexOf(at) + by]
  return to === undefined || !places.includes(at) ? undefined : { kind: 'move', from: at, to }
}

/** Where a block that is dropped before `before` (a place of the document as it stands) comes to stand; undefined: it cannot go there. */
export function droppedAt(
  doc: Json,
  { root, from, before }: { root: string; from: string; before: string },
): Extract<Edit, { kind: 'move' }> | undefined {
  const block = valueAt(doc, from) as Block | undefined
  if (block === undefined || before === from || before.startsWith(`${from}/`)) return undefined
  const to = withoutTaken(before, from)
  const rest = edited(doc, { kind: 'remove', at: from }).doc
  const fits = to !== from && [...placesFor(block, treeAt(rest, root))].includes(to)
  return fits ? { kind: 'move', from, to } : undefined
}

/** A place as it is called when the block at `taken` is gone. */
export function withoutTaken(place: string, taken: string): string {
  const { list, index } = placeOf(taken)
  if (!place.startsWith(`${list}/`)) return place
  const [own = '', ...rest] = place.slice(list.length + 1).split('/')
  const before = Number(own)
  return Number.isInteger(before) && before > index ? [`${list}/${before - 1}`, ...rest].join('/') : place
}

/** A copy right below. */
export const duplicated = (doc: Json, at: string): Extract<Edit, { kind: 'insert' }> => {
  const { list, index } = placeOf(at)
  return { kind: 'insert', at: `${list}/${index + 1}`, value: valueAt(doc, at)! }
}

/** Places of all blocks in the order of reading. */
export const order = (blocks: readonly Block[], root: string): string[] => [...walk(blocks, root)].map(({ at }) => at)

import { ArrowDown, ArrowUp, Copy, GripVertical, Trash2 } from 'lucide-react'
import { type CSSProperties, type DragEvent, type KeyboardEvent, type ReactNode, useRef } from 'react'
import type { Block } from '#content/blocks.ts'
import type { Brand } from '#content/brand.ts'
import { IconButton } from '#kit/button.tsx'
import { useWords } from '#kit/words.ts'
import { AddBlock } from './add-block.tsx'
import { BlockFields } from './block-fields.tsx'
import { ALIGNED, BlockView, HEADING_LOOK, TEXT_LOOK } from './block-view.tsx'
import { useCanvas } from './canvas-context.ts'
import { RichField } from './rich-field.tsx'
import { STUDIO_WORDS } from './studio-words.ts'

/** The brand as custom properties: what is inside looks as the mail will. */
export const brandLook = ({ colours, fonts, radius }: Brand): CSSProperties =>
  ({
    '--mail-background': colours.background,
    '--mail-surface': colours.surface,
    '--mail-text': colours.text,
    '--mail-muted': colours.muted,
    '--mail-link': colours.link,
    '--mail-primary': colours.primary,
    '--mail-on-primary': colours.onPrimary,
    '--mail-line': colours.line,
    '--mail-radius': `${radius}px`,
    '--mail-heading': fonts.heading,
    fontFamily: fonts.body,
  }) as CSSProperties

/** The body of a mail, block by block, in the colours of its brand. Everything that a drag does, keys and buttons do too. */
export function BlockCanvas({ blocks }: { blocks: readonly Block[] }) {
  const say = useWords(STUDIO_WORDS)
  const canvas = useCanvas()
  const { brand, root } = canvas
  const box = useRef<HTMLDivElement>(null)
  const walk = (from: Element, by: -1 | 1) => {
    const all = [...(box.current?.querySelectorAll<HTMLElement>('[data-block]') ?? [])]
    all[all.indexOf(from as HTMLElement) + by]?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the blocks inside are heard here
    <div
      ref={box}
      style={brandLook(brand)}
      className="bg-(--mail-background) px-2 py-6 text-(--mail-text) sm:px-6"
      onKeyDown={(event) => keysOf(event, { canvas, walk })}
    >
      <section aria-label={say.canvas} className="mx-auto bg-(--mail-surface) py-4" style={{ maxWidth: brand.width }}>
        {brand.logo && <p className="px-6 pb-2 text-[13px] text-(--mail-muted)">{brand.logo.alt}</p>}
        <BlockList blocks={blocks} at={root} inColumns={false} />
        <p className="mx-6 mt-4 border-t border-(--mail-line) pt-3 text-[13px] leading-[18px] text-(--mail-muted)">{say.footer}</p>
      </section>
    </div>
  )
}

type Canvas = ReturnType<typeof useCanvas>

function keysOf(event: KeyboardEvent, { canvas, walk }: { canvas: Canvas; walk: (from: Element, by: -1 | 1) => void }): void {
  const target = event.target as HTMLElement
  const own = target.dataset['block']
  const at = own ?? target.closest<HTMLElement>('[data-open]')?.dataset['open']
  if (at === undefined) return
  const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : undefined
  const done = (): void => event.preventDefault()
  if (by && event.altKey && canvas.mayEdit) {
    done()
    canvas.move(at, by)
  } else if (event.key === 'Escape' && own === undefined) {
    done()
    event.stopPropagation()
    target.closest<HTMLElement>('[data-open]')?.querySelector<HTMLElement>('[data-block]')?.focus()
  } else if (own === undefined) return
  else if (by) {
    done()
    walk(target, by)
  } else if (canvas.mayEdit && (event.key === 'Delete' || event.key === 'Backspace')) {
    done()
    canvas.remove(at)
  } else if (canvas.mayEdit && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'd') {
    done()
    canvas.duplicate(at)
  }
}

/** A list of blocks, and the place below the last one. */
function BlockList({ blocks, at, inColumns }: { blocks: readonly Block[]; at: string; inColumns: boolean }) {
  const say = useWords(STUDIO_WORDS)
  const { add, mayEdit } = useCanvas()
  return (
    <>
      {blocks.length > 0 && (
        <ol className="flex flex-col">
          {blocks.map((block, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a block is known by its place, and every field of it is drawn from the document
            <li key={i} className="min-w-0">
              <DropLine at={`${at}/${i}`} />
              <OneBlock block={block} at={`${at}/${i}`} inColumns={inColumns} />
            </li>
          ))}
        </ol>
      )}
      <DropLine at={`${at}/${blocks.length}`} />
      {mayEdit && (
        <div className="flex flex-wrap items-center gap-3 px-6 py-2 font-sans">
          <AddBlock label={say.addBlock} inColumns={inColumns} onAdd={(kind) => add(`${at}/${blocks.length}`, kind)} />
          {blocks.length === 0 && <span className="text-dense text-(--mail-muted)">{say.emptyHere}</span>}
        </div>
      )}
    </>
  )
}

/** Shown while something is dragged: here it would come to stand. */
function DropLine({ at }: { at: string }) {
  const { dragging, drop } = useCanvas()
  if (dragging === undefined || at.startsWith(`${dragging}/`)) return null
  const over = (event: DragEvent) => {
    event.preventDefault()
    event.dataTransfer.dropEffect = 'move'
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a drag has keys and buttons that do the same
    <div
      data-drop={at}
      onDragOver={over}
      onDrop={(event) => {
        event.preventDefault()
        drop(at)
      }}
      className="mx-4 my-0.5 h-4 rounded-input border-2 border-dashed border-accent bg-accent-soft"
    />
  )
}

interface OneProps {
  readonly block: Block
  readonly at: string
  readonly inColumns: boolean
}

function OneBlock({ block, at, inColumns }: OneProps) {
  const { selected } = useCanvas()
  const isOpen = selected === at
  if (block.kind === 'columns' || block.kind === 'conditional' || block.kind === 'slot')
    return <Holder block={block} at={at} inColumns={inColumns} isOpen={isOpen} />
  return isOpen ? (
    <Frame block={block} at={at} inColumns={inColumns}>
      <Inline block={block} at={at} />
    </Frame>
  ) : (
    <Closed block={block} at={at}>
      <BlockView block={block} />
    </Closed>
  )
}

/** A block that is not being written: one button, named by its kind and its words. */
function Closed({ block, at, children }: { block: Block; at: string; children: ReactNode }) {
  const say = useWords(STUDIO_WORDS)
  const { select } = useCanvas()
  return (
    <button
      type="button"
      data-block={at}
      onClick={() => select(at)}
      className="block w-full min-w-0 px-6 py-2 text-left outline-offset-[-2px] hover:outline hover:outline-accent"
    >
      <span className="sr-only">{say.named(say.kinds[block.kind])}</span>
      {children}
    </button>
  )
}

/** What can be done to the block that is chosen. */
function Frame({ block, at, inColumns, children }: OneProps & { children: ReactNode }) {
  const say = useWords(STUDIO_WORDS)
  const { add, drag, duplicate, mayEdit, move, remove } = useCanvas()
  const cut = at.lastIndexOf('/')
  const below = `${at.slice(0, cut)}/${Number(at.slice(cut + 1)) + 1}`
  return (
    <div data-open={at} className="relative my-1 outline-2 outline-accent">
      <div className="flex flex-wrap items-center gap-0.5 border-b border-line bg-surface px-1 py-0.5 font-sans text-ink">
        <button
          type="button"
          data-block={at}
          draggable={mayEdit}
          title={mayEdit ? say.drag : undefined}
          onDragStart={(event) => {
            event.dataTransfer.setData('text/plain', at)
            event.dataTransfer.effectAllowed = 'move'
            // The page changes only after the browser has taken its picture of what is dragged.
            setTimeout(() => drag(at))
          }}
          onDragEnd={() => drag(undefined)}
          className="inline-flex h-8 items-center gap-1 rounded-button px-1.5 text-dense font-medium hover:bg-sunken"
        >
          <GripVertical size={16} className="text-ink-3" aria-hidden="true" />
          {say.kinds[block.kind]}
        </button>
        {mayEdit && (
          <span className="ml-auto flex">
            <IconButton label={say.moveUp} onClick={() => move(at, -1)}>
              <ArrowUp size={16} aria-hidden="true" />
            </IconButton>
            <IconButton label={say.moveDown} onClick={() => move(at, 1)}>
              <ArrowDown size={16} aria-hidden="true" />
            </IconButton>
            <IconButton label={say.duplicate} onClick={() => duplicate(at)}>
              <Copy size={16} aria-hidden="true" />
            </IconButton>
            <AddBlock small label={say.addBelow} inColumns={inColumns} onAdd={(kind) => add(below, kind)} />
            <IconButton label={say.remove} onClick={() => remove(at)}>
              <Trash2 size={16} aria-hidden="true" />
            </IconButton>
          </span>
        )}
      </div>
      {children}
      {block.kind !== 'divider' && (
        <div className="border-t border-line bg-surface p-3 font-sans text-ink">
          <BlockFields block={block} at={at} />
        </div>
      )}
    </div>
  )
}

/** The words of a block where they stand; what else can be set stands below them. */
function Inline({ block, at }: { block: Exclude<Block, { kind: 'columns' | 'conditional' | 'slot' }>; at: string }) {
  const say = useWords(STUDIO_WORDS)
  const { mayEdit, names, set } = useCanvas()
  const isText = block.kind === 'text'
  const text = block.kind === 'heading' || isText || block.kind === 'button' ? block.text : undefined
  const isIn = mayEdit && text !== undefined
  const look =
    block.kind === 'heading'
      ? `font-(family-name:--mail-heading) font-bold ${HEADING_LOOK[block.level]} ${ALIGNED[block.align ?? 'left']}`
      : block.kind === 'text'
        ? `${TEXT_LOOK[block.size]} ${ALIGNED[block.align ?? 'left']}`
        : 'text-[16px] leading-[24px] font-bold'
  return (
    <div className="min-w-0 px-6 py-2">
      {isIn ? (
        <RichField
          label={say.fields.text}
          value={text}
          rich={isText}
          names={names}
          place={`${at}/text`}
          autoFocus
          className={look}
          onChange={(value) => set(`${at}/text`, value)}
        />
      ) : (
        <BlockView block={block} />
      )}
    </div>
  )
}

/** Columns, a condition, a slot: a frame with lists inside. */
function Holder({
  block,
  at,
  inColumns,
  isOpen,
}: OneProps & { block: Extract<Block, { kind: 'columns' | 'conditional' | 'slot' }>; isOpen: boolean }) {
  const say = useWords(STUDIO_WORDS)
  const { select } = useCanvas()
  const told = block.kind === 'conditional' ? block.when : block.kind === 'slot' ? block.id : String(block.columns.length)
  const inside = <Lists block={block} at={at} inColumns={inColumns} />
  return isOpen ? (
    <Frame block={block} at={at} inColumns={inColumns}>
      {inside}
    </Frame>
  ) : (
    <div className="my-1 border border-dashed border-(--mail-line)">
      <button
        type="button"
        data-block={at}
        onClick={() => select(at)}
        className="flex min-h-7 w-full items-center gap-2 px-2 text-left font-sans text-meta text-(--mail-muted) outline-offset-[-2px] hover:outline hover:outline-accent"
      >
        <span className="font-medium">{say.kinds[block.kind]}</span>
        {block.kind !== 'columns' && <code className="truncate">{told}</code>}
      </button>
      {inside}
    </div>
  )
}

function Lists({ block, at, inColumns }: OneProps & { block: Extract<Block, { kind: 'columns' | 'conditional' | 'slot' }> }) {
  const say = useWords(STUDIO_WORDS)
  const part = (name: string, inner: { blocks: readonly Block[]; at: string }) => (
    <section key={inner.at} aria-label={name} className="min-w-0 flex-1 border-t border-dashed border-(--mail-line)">
      {block.kind !== 'columns' && <p className="px-6 pt-2 font-sans text-meta text-(--mail-muted) wrap-anywhere">{name}</p>}
      <BlockList blocks={inner.blocks} at={inner.at} inColumns={inColumns || block.kind === 'columns'} />
    </section>
  )
  if (block.kind === 'columns')
    return (
      <div className="flex flex-col sm:flex-row" style={block.background === undefined ? undefined : { background: block.background }}>
        {block.columns.map(({ blocks }, i) => part(say.column(i + 1), { blocks, at: `${at}/columns/${i}/blocks` }))}
      </div>
    )
  const otherwise = block.otherwise && part(say.otherwise, { blocks: block.otherwise, at: `${at}/otherwise` })
  if (block.kind === 'conditional')
    return (
      <div>
        {part(`${say.when} ${block.when}`, { blocks: block.blocks, at: `${at}/blocks` })}
        {otherwise}
      </div>
    )
  return (
    <div>
      {Object.entries(block.variants).map(([id, blocks]) => part(say.variant(id), { blocks, at: `${at}/variants/${id}` }))}
      {otherwise}
    </div>
  )
}

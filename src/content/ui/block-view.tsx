import { Image as ImageIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Block } from '#content/blocks.ts'
import { useWords } from '#kit/words.ts'
import { useCanvas } from './canvas-context.ts'
import { STUDIO_WORDS } from './studio-words.ts'
import { RichView, WordsView } from './written.tsx'

export const HEADING_LOOK = { 1: 'text-[28px] leading-[35px]', 2: 'text-[22px] leading-[28px]', 3: 'text-[18px] leading-[24px]' } as const
export const TEXT_LOOK = {
  small: 'text-[13px] leading-[20px]',
  normal: 'text-[16px] leading-[24px]',
  large: 'text-[19px] leading-[28px]',
} as const
export const ALIGNED = { left: 'text-left', center: 'text-center', right: 'text-right' } as const
const PLACED = { left: 'justify-start', center: 'justify-center', right: 'justify-end' } as const

type Leaf = Exclude<Block, { kind: 'columns' | 'conditional' | 'slot' }>

/** A block as it will look, of spans: it stands inside of a button. Pictures are not loaded here; the preview shows them. */
export function BlockView({ block }: { block: Leaf }): ReactNode {
  const say = useWords(STUDIO_WORDS)
  const { snippetNames } = useCanvas()
  switch (block.kind) {
    case 'heading':
      return (
        <span
          className={`block font-(family-name:--mail-heading) font-bold wrap-anywhere ${HEADING_LOOK[block.level]} ${ALIGNED[block.align ?? 'left']}`}
        >
          <WordsView text={block.text} />
        </span>
      )
    case 'text':
      return (
        <span className={`block wrap-anywhere ${TEXT_LOOK[block.size]} ${ALIGNED[block.align ?? 'left']}`}>
          <RichView text={block.text} />
        </span>
      )
    case 'image':
      return <PictureView block={block} />
    case 'button':
      return (
        <span className={`flex ${PLACED[block.align ?? 'center']}`}>
          <span
            className={`inline-block rounded-(--mail-radius) border border-(--mail-primary) px-6 py-3 text-[16px] leading-[20px] font-bold wrap-anywhere ${block.style !== 'secondary' ? 'bg-(--mail-primary) text-(--mail-on-primary)' : 'text-(--mail-text)'}`}
          >
            <WordsView text={block.text} />
          </span>
        </span>
      )
    case 'divider':
      return <span className="my-2 block border-t border-(--mail-line)" />
    case 'spacer':
      return (
        <span
          className="block w-full border-x border-dashed border-(--mail-line) text-center text-meta text-(--mail-muted)"
          style={{ height: block.height }}
        >
          {block.height >= 20 && `${block.height} px`}
        </span>
      )
    case 'coupon':
      return (
        <span className="block rounded-(--mail-radius) border border-dashed border-(--mail-muted) p-4 text-center">
          {block.label && (
            <span className="block text-[13px]">
              <WordsView text={block.label} />
            </span>
          )}
          <span className="block text-[22px] leading-[30px] font-bold">
            <WordsView text={block.code} />
          </span>
          {block.note && (
            <span className="block text-[13px]">
              <RichView text={block.note} />
            </span>
          )}
        </span>
      )
    case 'products':
      return <ProductsView block={block} />
    case 'snippet':
      return (
        <span className="flex items-center justify-between gap-3 rounded-input border border-dashed border-(--mail-muted) px-3 py-2 text-dense">
          <span className="font-medium">{say.kinds.snippet}</span>
          <span className="wrap-anywhere">{snippetNames[block.id] ?? block.id}</span>
        </span>
      )
    case 'mjml':
      return (
        <span className="block rounded-input border border-dashed border-(--mail-muted) px-3 py-2 text-dense">
          <code className="block truncate">{block.mjml.split('\n')[0]}</code>
          <span className="block text-(--mail-muted)">{say.mjmlStays}</span>
        </span>
      )
  }
}

function PictureView({ block }: { block: Extract<Block, { kind: 'image' }> }) {
  const say = useWords(STUDIO_WORDS)
  const host = /^https?:\/\/([^/]+)/.exec(block.src)?.[1]
  return (
    <span className={`flex ${PLACED[block.align ?? 'center']}`}>
      <span
        className="flex min-h-28 w-full flex-col items-center justify-center gap-1 border border-(--mail-line) bg-(--mail-background) p-4 text-center text-[13px] text-(--mail-muted)"
        style={block.width === undefined ? undefined : { maxWidth: block.width }}
      >
        <ImageIcon size={20} aria-hidden="true" />
        <span className="wrap-anywhere">{block.alt || (host === undefined ? say.noPicture : host)}</span>
      </span>
    </span>
  )
}

function ProductsView({ block }: { block: Extract<Block, { kind: 'products' }> }) {
  const say = useWords(STUDIO_WORDS)
  const isGrid = block.layout === 'grid'
  const shown = Array.from({ length: isGrid ? Math.min(block.columns, block.limit) : Math.min(2, block.limit) }, (_one, i) => i + 1)
  return (
    <span className="block">
      <span className={isGrid ? 'flex gap-3' : 'flex flex-col gap-3'}>
        {shown.map((n) => (
          <span key={n} className={`flex min-w-0 flex-1 gap-3 ${isGrid ? 'flex-col' : ''}`}>
            <span
              className={`flex items-center justify-center bg-(--mail-background) text-(--mail-muted) ${isGrid ? 'aspect-4/3' : 'size-16 shrink-0'}`}
            >
              <ImageIcon size={18} aria-hidden="true" />
            </span>
            <span className="min-w-0 text-[14px] leading-[20px]">
              <span className="block font-bold text-(--mail-link)">
                {say.productTitle} {n}
              </span>
              {block.price && <span className="block">{say.productPrice}</span>}
              {block.button && (
                <span className="mt-1 inline-block rounded-(--mail-radius) border border-(--mail-primary) px-3 py-1 text-[13px]">
                  <WordsView text={block.button} />
                </span>
              )}
            </span>
          </span>
        ))}
      </span>
      <code className="mt-2 block truncate text-meta text-(--mail-muted)">{block.from}</code>
    </span>
  )
}

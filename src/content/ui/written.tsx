import { Fragment, type ReactNode } from 'react'
import { LiquidTokens } from '#content/liquid-tokens.ts'
import { type RichInline, richParts } from '#content/rich-text.ts'

/** Liquid as a chip: its words without the braces; a tag is told apart from an output by its sign. */
function LiquidChip({ source }: { source: string }) {
  const isTag = source.startsWith('{%')
  const words = source.replace(/^\{[{%]-?\s*|\s*-?[%}]\}$/g, '')
  return (
    <span
      title={source}
      className={`mx-px inline-block max-w-full truncate rounded-input px-1 align-bottom font-mono text-[0.82em] leading-[1.45] font-normal ${isTag ? 'bg-warn-soft text-warn' : 'bg-accent-soft text-accent'}`}
    >
      {isTag && '% '}
      {words}
    </span>
  )
}

/** Repeated pieces of one text have nothing but their place to be told apart by. */
const each = <T,>(items: readonly T[], shown: (item: T, i: number) => ReactNode): ReactNode =>
  items.map((item, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <Fragment key={i}>{shown(item, i)}</Fragment>
  ))

const partsIn = (text: string, tokens: LiquidTokens): ReactNode =>
  each(tokens.parted(text), ({ text: part, liquid }) => (liquid ? <LiquidChip source={part} /> : part))

/** Braces that are only characters would become Liquid that prints them; here they are characters. */
const hidden = (source: string, tokens: LiquidTokens): string => {
  const parts = new LiquidTokens()
  const marked = parts.hideIn(source)
  return parts
    .parted(marked)
    .map(({ text, liquid }) => (liquid ? tokens.token(text) : text))
    .join('')
}

/** Words with Liquid in them. */
export function WordsView({ text }: { text: string }) {
  const tokens = new LiquidTokens()
  return partsIn(hidden(text, tokens), tokens)
}

function InlineView({ pieces, tokens }: { pieces: readonly RichInline[]; tokens: LiquidTokens }): ReactNode {
  return each(pieces, (piece) => {
    if (piece.kind === 'text') return partsIn(piece.text, tokens)
    const inner = <InlineView pieces={piece.inner} tokens={tokens} />
    if (piece.kind !== 'link') return piece.kind === 'bold' ? <strong>{inner}</strong> : <em>{inner}</em>
    return (
      <span title={tokens.restore(piece.href)} className="text-(--mail-link) underline">
        {inner}
      </span>
    )
  })
}

/** Rich text as its readers see it, made of spans: it stands inside of a button. */
export function RichView({ text }: { text: string }) {
  const tokens = new LiquidTokens()
  return (
    <span className="flex flex-col gap-[0.75em]">
      {each(richParts(hidden(text, tokens)), ({ kind, lines }) => (
        <span className="block">
          {each(lines, (line, i) => (
            <span className={kind === 'p' ? 'block' : 'flex gap-2 pl-2'}>
              {kind !== 'p' && <span aria-hidden="true">{kind === 'ul' ? '•' : `${i + 1}.`}</span>}
              <span className="min-w-0">
                <InlineView pieces={line} tokens={tokens} />
              </span>
            </span>
          ))}
        </span>
      ))}
    </span>
  )
}

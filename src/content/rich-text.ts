import { escapeHtml } from './links.ts'

/** How marks are written; the text itself is escaped here. */
export interface RichStyle {
  readonly link: (href: string, label: string) => string
  /** Attributes of paragraphs and lists. */
  readonly block: string
}

/** A piece of a line. */
export type RichInline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bold' | 'italic'; readonly inner: readonly RichInline[] }
  | { readonly kind: 'link'; readonly href: string; readonly inner: readonly RichInline[] }
type Line = readonly RichInline[]
/** What becomes one element: a paragraph of lines, or a list of items. */
export interface RichPart {
  readonly kind: 'p' | 'ul' | 'ol'
  readonly lines: readonly Line[]
}

/**
 * Paragraphs (an empty line between), `**bold**`, `*italic*`, `[label](address)`, lists with `- ` or `1. `, and nothing else: the safe part
 * of Markdown. Every other character is text. The source may hold stand-ins of Liquid.
 */
export const richParts = (source: string): RichPart[] => partsOf(source).map(partOf)

/** The same as HTML. */
export function richHtml(source: string, style: RichStyle): string {
  return richParts(source)
    .map(({ kind, lines }) => {
      const written = lines.map((line) => htmlOf(line, style))
      if (kind === 'p') return `<p${style.block}>${written.join('<br />')}</p>`
      return `<${kind}${style.block}>${written.map((item) => `<li>${item}</li>`).join('')}</${kind}>`
    })
    .join('\n')
}

const htmlOf = (line: Line, style: RichStyle): string =>
  line
    .map((piece) => {
      if (piece.kind === 'text') return escapeHtml(piece.text)
      if (piece.kind === 'link') return style.link(piece.href, htmlOf(piece.inner, style))
      const tag = piece.kind === 'bold' ? 'strong' : 'em'
      return `<${tag}>${htmlOf(piece.inner, style)}</${tag}>`
    })
    .join('')

/** Paragraphs and lists. */
const partsOf = (source: string): string[] =>
  source
    .replace(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** What becomes one element each: a tag of Liquid has to end in the one in which it begins. */
export const elementsOf = (source: string): string[] => partsOf(source).flatMap((part) => (listOf(part) ? part.split('\n') : [part]))

const BULLET = /^[-*] +/
const NUMBER = /^\d{1,3}[.)] +/

function listOf(part: string): { mark: RegExp; tag: 'ul' | 'ol' } | undefined {
  const lines = part.split('\n')
  if (lines.every((line) => BULLET.test(line))) return { mark: BULLET, tag: 'ul' }
  return lines.every((line) => NUMBER.test(line)) ? { mark: NUMBER, tag: 'ol' } : undefined
}

function partOf(part: string): RichPart {
  const lines = part.split('\n')
  const list = listOf(part)
  return list
    ? { kind: list.tag, lines: lines.map((line) => inline(line.replace(list.mark, ''))) }
    : { kind: 'p', lines: lines.map(inline) }
}

/** No tag of Liquid stands inside a mark (U+E002 is its stand-in): what it leaves out would take the end of the mark with it. */
const MARK =
  /\\([\\*[\]()_-])|\*\*([^*\n\uE002]+(?:\*[^*\n\uE002]+\*[^*\n\uE002]*)*)\*\*|\*([^*\n\uE002]+)\*|\[([^[\]\n\uE002]+)\]\(([^()\s\uE002]+)\)/g

function inline(text: string): RichInline[] {
  let end = 0
  const pieces: RichInline[] = []
  const say = (words: string) => {
    if (words !== '') pieces.push({ kind: 'text', text: words })
  }
  for (const match of text.matchAll(MARK)) {
    const [whole, escaped, bold, italic, label, target] = match
    say(text.slice(end, match.index))
    end = match.index + whole.length
    if (escaped !== undefined) say(escaped)
    else if (bold !== undefined) pieces.push({ kind: 'bold', inner: inline(bold) })
    else if (italic !== undefined) pieces.push({ kind: 'italic', inner: inline(italic) })
    else pieces.push({ kind: 'link', href: target!, inner: inline(label!) })
  }
  say(text.slice(end))
  return pieces
}

/** Targets of the links in a rich text. */
export const linksIn = (source: string): string[] =>
  [...source.matchAll(MARK)].flatMap(([, , , , , target]) => (target === undefined ? [] : [target]))

/** Plain words of a rich text, near enough to count and to search. */
export const wordsOf = (source: string): string =>
  source
    .replace(/\]\([^()\s]+\)/g, ' ')
    .replace(/[*[\]]/g, '')
    .replace(/^(?:-|\d{1,3}[.)]) +/gm, '')

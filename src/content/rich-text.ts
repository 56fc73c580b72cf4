import { escapeHtml } from './links.ts'

/** How marks are written; the text itself is escaped here. */
export interface RichStyle {
  readonly link: (href: string, label: string) => string
  /** Attributes of paragraphs and lists. */
  readonly block: string
}

/**
 * Paragraphs (an empty line between), `**bold**`, `*italic*`, `[label](address)`, lists with `- ` or `1. `, and nothing else: the safe part
 * of Markdown. Every other character is text. The source may hold stand-ins of Liquid.
 */
export function richHtml(source: string, style: RichStyle): string {
  return partsOf(source)
    .map((part) => blockOf(part, style))
    .join('\n')
}

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

function blockOf(part: string, style: RichStyle): string {
  const lines = part.split('\n')
  const list = listOf(part)
  if (list) {
    const items = lines.map((line) => `<li>${inline(line.replace(list.mark, ''), style)}</li>`)
    return `<${list.tag}${style.block}>${items.join('')}</${list.tag}>`
  }
  return `<p${style.block}>${lines.map((line) => inline(line, style)).join('<br />')}</p>`
}

/** No tag of Liquid stands inside a mark (U+E002 is its stand-in): what it leaves out would take the end of the mark with it. */
const MARK =
  /\\([\\*[\]()_-])|\*\*([^*\n\uE002]+(?:\*[^*\n\uE002]+\*[^*\n\uE002]*)*)\*\*|\*([^*\n\uE002]+)\*|\[([^[\]\n\uE002]+)\]\(([^()\s\uE002]+)\)/g

function inline(text: string, style: RichStyle): string {
  let end = 0
  let html = ''
  for (const match of text.matchAll(MARK)) {
    const [whole, escaped, bold, italic, label, target] = match
    html += escapeHtml(text.slice(end, match.index))
    end = match.index + whole.length
    if (escaped !== undefined) html += escapeHtml(escaped)
    else if (bold !== undefined) html += `<strong>${inline(bold, style)}</strong>`
    else if (italic !== undefined) html += `<em>${inline(italic, style)}</em>`
    else html += style.link(target!, inline(label!, style))
  }
  return html + escapeHtml(text.slice(end))
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

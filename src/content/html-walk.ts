/** A tag with its attributes (names in lower case, entities of values undone as far as links and colours need), or a run of text. */
export type HtmlPiece =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: Readonly<Record<string, string>>; readonly closed: boolean }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string }

/** Elements without an end tag. */
const VOID = new Set(['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'])
const ATTRIBUTE = /([^\s"'=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g

/** The pieces of an HTML text in order, comments left out. Reads each character once: it looks at mails that strangers' data are in. */
export function* piecesOf(html: string): Generator<HtmlPiece> {
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    if (open > at) yield { kind: 'text', text: html.slice(at, open) }
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4)
      if (end < 0) return
      at = end + 3
      continue
    }
    const end = endOfTag(html, open + 1)
    if (end < 0) return
    const piece = tagOf(html.slice(open + 1, end))
    if (piece) yield piece
    at = end + 1
    // What these hold is no text of the message.
    if (piece?.kind === 'open' && (piece.name === 'style' || piece.name === 'title' || piece.name === 'script')) {
      const close = html.indexOf(`</${piece.name}`, at)
      if (close < 0) return
      at = close
    }
  }
  if (at < html.length) yield { kind: 'text', text: html.slice(at) }
}

/** Of the `>` that ends the tag; -1 when there is none. Quotes hide what stands in them. */
function endOfTag(html: string, from: number): number {
  const signs = /["'>]/g
  signs.lastIndex = from
  for (let sign = signs.exec(html); sign; sign = signs.exec(html)) {
    if (sign[0] === '>') return sign.index
    const close = html.indexOf(sign[0], signs.lastIndex)
    if (close < 0) return -1
    signs.lastIndex = close + 1
  }
  return -1
}

function tagOf(inside: string): HtmlPiece | undefined {
  const match = /^(\/?)([a-z][a-z0-9-]*)/i.exec(inside)
  if (!match) return undefined
  const name = match[2]!.toLowerCase()
  if (match[1] === '/') return { kind: 'close', name }
  const attributes: Record<string, string> = {}
  for (const [, attribute = '', double, single, bare] of inside.slice(match[0].length).matchAll(ATTRIBUTE))
    attributes[attribute.toLowerCase()] ??= plain(double ?? single ?? bare ?? '')
  return { kind: 'open', name, attributes, closed: VOID.has(name) || inside.endsWith('/') }
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#34': '"', nbsp: ' ' }
/** The few entities that our own escaping writes, and the commonest of others. */
export const plain = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|nbsp|#39|#x27|#34);/gi, (_whole, name: string) => NAMED[name.toLowerCase()]!)

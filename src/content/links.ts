const ENTITY = /&(?:amp|#38|#x26|quot|#34|#x22|#39|#x27|lt|#60|gt|#62);/gi
const CHARACTERS: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&#38;': '&',
  '&#x26;': '&',
  '&quot;': '"',
  '&#34;': '"',
  '&#x22;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&lt;': '<',
  '&#60;': '<',
  '&gt;': '>',
  '&#62;': '>',
}
/** Schemes that a mail may link to besides the web. */
const HARMLESS = /^(?:mailto:|tel:|sms:|#)/i

const decode = (text: string): string => text.replace(ENTITY, (entity) => CHARACTERS[entity.toLowerCase()]!)
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[character]!)

/** The absolute http(s) address that a link leads to, or undefined. */
export function webAddress(text: string): string | undefined {
  const trimmed = text.trim()
  if (!/^https?:\/\/[^/\\]/i.test(trimmed) || !URL.canParse(trimmed)) return undefined
  const url = new URL(trimmed)
  return url.username === '' && url.password === '' ? url.href : undefined
}

/**
 * Leads every web link through `track`, leaves the `untouched` ones, mail and phone links as they are,
 * and takes the target from anything else (`javascript:`, relative paths): a mail has no page to be relative to.
 */
export function rewriteLinks(
  html: string,
  track: (url: string, index: number) => string,
  untouched: readonly string[],
): { html: string; links: string[] } {
  const links: string[] = []
  const pieces: string[] = []
  let end = 0
  for (const { from, to } of targets(html)) {
    const target = decode(html.slice(from, to)).trim()
    if (untouched.includes(target) || HARMLESS.test(target)) continue
    const url = webAddress(target)
    if (url !== undefined) links.push(url)
    pieces.push(html.slice(end, from - 1), url === undefined ? '"#"' : `"${escapeHtml(track(url, links.length - 1))}"`)
    end = to + 1
  }
  // One text, and not a chain of parts that whoever reads it first has to put together.
  pieces.push(html.slice(end))
  return { html: pieces.join(''), links }
}

/** Where the quoted `href` of each `a` and `area` tag stands. Reads each character once, whatever the text: a regular expression would not. */
function* targets(html: string): Iterable<{ from: number; to: number }> {
  const opening = /<(?:a|area)(?=[\s/])/gi
  for (let open = opening.exec(html); open; open = opening.exec(html)) {
    const { end, href } = readTag(html, opening.lastIndex)
    if (href) yield href
    opening.lastIndex = end
  }
}

/** Up to the end of a tag or of the text; the first quoted `href` on the way. Quotes hide what stands in them. */
function readTag(html: string, from: number): { end: number; href: { from: number; to: number } | undefined } {
  const signs = /["'>]/g
  signs.lastIndex = from
  let href: { from: number; to: number } | undefined
  for (let sign = signs.exec(html); sign; sign = signs.exec(html)) {
    if (sign[0] === '>') return { end: signs.lastIndex, href }
    const close = html.indexOf(sign[0], signs.lastIndex)
    if (close < 0) break
    if (!href && isHref(html, sign.index)) href = { from: signs.lastIndex, to: close }
    signs.lastIndex = close + 1
  }
  return { end: html.length, href }
}

/** Whether the attribute whose value's quote stands here is `href`. */
const isHref = (html: string, quote: number): boolean => /[\s/"']href\s{0,20}=\s{0,20}$/i.test(html.slice(Math.max(0, quote - 48), quote))

/** Puts the invisible picture that tells of an opening before the end of the body. */
export function appendPixel(html: string, url: string): string {
  const picture = `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`
  const end = endOfBody(html)
  return [html.slice(0, end), picture, html.slice(end)].join('')
}

/** Where the last `</body>` stands, whatever its case; the end of the text when there is none. */
function endOfBody(html: string): number {
  const last = html.lastIndexOf('</body>')
  const [from, rest] = last < 0 ? [0, html] : [last, html.slice(last)]
  const found = rest.toLowerCase().lastIndexOf('</body>')
  return found < 0 ? html.length : from + found
}

/** Puts the preheader first into the body, hidden, padded so that inboxes do not go on with the body's own words. */
export function prependPreheader(html: string, preheader: string): string {
  const pad = '&#847;&zwnj;&nbsp;'.repeat(30)
  const hidden = `<div class="preheader" style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preheader}${pad}</div>`
  const body = /<body\b[^>]*>/i.exec(html)
  return body ? html.slice(0, body.index + body[0].length) + hidden + html.slice(body.index + body[0].length) : hidden + html
}

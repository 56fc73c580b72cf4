/** Attributes of an `a` or `area` tag up to its `href`, quoted either way; data cannot forge one because it is escaped. */
const HREF = /(<(?:a|area)\b(?:[^>"']|"[^"]*"|'[^']*')*?\shref\s*=\s*)(?:"([^"]*)"|'([^']*)')/gi
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
  const rewritten = html.replace(HREF, (whole: string, before: string, ...quoted: readonly (string | undefined)[]) => {
    const target = decode(quoted[0] ?? quoted[1] ?? '').trim()
    if (untouched.includes(target) || HARMLESS.test(target)) return whole
    const url = webAddress(target)
    if (url === undefined) return `${before}"#"`
    links.push(url)
    return `${before}"${escapeHtml(track(url, links.length - 1))}"`
  })
  return { html: rewritten, links }
}

/** Puts the invisible picture that tells of an opening before the end of the body. */
export function appendPixel(html: string, url: string): string {
  const picture = `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">`
  const end = html.toLowerCase().lastIndexOf('</body>')
  return end < 0 ? html + picture : html.slice(0, end) + picture + html.slice(end)
}

/** Puts the preheader first into the body, hidden, padded so that inboxes do not go on with the body's own words. */
export function prependPreheader(html: string, preheader: string): string {
  const pad = '&#847;&zwnj;&nbsp;'.repeat(30)
  const hidden = `<div class="preheader" style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preheader}${pad}</div>`
  const body = /<body\b[^>]*>/i.exec(html)
  return body ? html.slice(0, body.index + body[0].length) + hidden + html.slice(body.index + body[0].length) : hidden + html
}

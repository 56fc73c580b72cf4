import { isRefusal, type Outcome, type Refusal, refuse } from '#lib/problem.ts'
import { checkTemplate } from '../check.ts'
import { LIMITS } from '../language.ts'
import { appendPixel, escapeHtml, prependPreheader, rewriteLinks } from '../links.ts'
import { LiquidTokens } from '../liquid-tokens.ts'
import type { EmailTemplate, Rendered, Scope, TemplateProblem } from '../schema.ts'
import { placeSlots } from '../slots.ts'
import { type Parsed, parse, variables } from './liquid.ts'
import { type CompiledLive, compileLive } from './live.ts'
import { htmlOf } from './mjml.ts'
import { type Pieces, piecesOf, renderPieces } from './pieces.ts'
import { plainText } from './plain-text.ts'

/** An e-mail template version, parsed once; rendering it is a function of the scope alone. */
export interface CompiledEmail {
  readonly channel: 'email'
  readonly id: string
  readonly version: number
  readonly sender: string | undefined
  readonly topic: string | undefined
  readonly purpose: EmailTemplate['purpose']
  readonly subject: Parsed
  readonly html: Parsed
  readonly text: Parsed
  /** `/subject`, `/html` and `/text` with their sources, for a renderer. */
  readonly pieces: Pieces
  /** What of it is different for each message: left out when nothing is. */
  readonly live?: CompiledLive
  /** Problems that do not stop it, and errors that stop its publication. */
  readonly problems: readonly TemplateProblem[]
}

export async function compileEmail(given: EmailTemplate, version: number): Promise<Outcome<CompiledEmail>> {
  const live = compileLive(given)
  if (isRefusal(live)) return live
  const template = withSlots(given)
  if (/<mj-include\b/i.test(template.mjml ?? '')) {
    return refuse({
      code: 'template.include',
      status: 422,
      title: 'Templates cannot include files',
      at: '/mjml',
      hint: 'Paste the part in its place.',
    })
  }
  // Read before MJML rewrites the lines, so that a fault is told where its author finds it.
  const source = template.mjml === undefined ? [] : parse(template.mjml, 'html', '/mjml')
  if (isRefusal(source)) return source
  const body = template.mjml === undefined ? (template.html ?? '') : await htmlOf(template.mjml)
  if (isRefusal(body)) return body
  const html = prepareHtml(body, template)
  const plain = template.text ?? plainText(html)
  const parts = {
    subject: parse(template.subject, 'text', '/subject'),
    html: parse(html, 'html', template.mjml === undefined ? '/html' : '/mjml'),
    text: parse(plain, 'text', template.text === undefined ? '/html' : '/text'),
  }
  // A text part that was derived repeats the faults of the HTML.
  const refused = [parts.subject, parts.html, ...(template.text === undefined && isRefusal(parts.html) ? [] : [parts.text])].filter(
    isRefusal,
  )
  if (refused.length > 0) return unite(refused)
  const parsed = parts as Record<keyof typeof parts, Parsed>
  const named = [...new Set([parsed.subject, parsed.html, ...(template.text === undefined ? [] : [parsed.text])].flatMap(variables))]
  return {
    channel: 'email',
    id: template.id,
    version,
    sender: template.sender,
    topic: template.topic,
    purpose: template.purpose,
    ...parsed,
    pieces: piecesOf(
      {
        '/subject': { text: template.subject, escaping: 'text' },
        '/html': { text: html, escaping: 'html' },
        '/text': { text: plain, escaping: 'text' },
      },
      { '/subject': parsed.subject, '/html': parsed.html, '/text': parsed.text },
    ),
    ...(live && { live }),
    problems: [...checkTemplate(template, { variables: named }), ...(live?.problems ?? [])],
  }
}

const withSlots = (template: EmailTemplate): EmailTemplate => ({
  ...template,
  ...(template.mjml !== undefined && { mjml: placeSlots(template.mjml, template.slots, 'mjml') }),
  ...(template.html !== undefined && { html: placeSlots(template.html, template.slots, 'html') }),
})

/** Indentation that MJML writes is a fifth of a mail's bytes; text whose spaces count is left alone. */
function prepareHtml(html: string, template: EmailTemplate): string {
  const lean = template.mjml !== undefined && !/<pre\b|white-space:\s*pre/i.test(html) ? html.replace(/\n\s*/g, '\n') : html
  return template.preheader === undefined ? lean : prependPreheader(lean, escapedWords(template.preheader))
}

/** Words with Liquid in them: nothing else in them is mark-up. */
function escapedWords(text: string): string {
  const tokens = new LiquidTokens()
  return tokens.restore(tokens.hide(text, escapeHtml))
}

function unite(refused: readonly Refusal[]): Refusal {
  const [first, ...rest] = refused
  if (rest.length === 0) return first!
  return refuse({
    code: 'template.invalid',
    status: 422,
    title: 'The template has several problems',
    problems: refused.map(({ refused: problem }) => problem),
  })
}

/** How links and the opening are followed; nothing is followed without it (preview). */
export interface Tracking {
  /** The signed link that stands for the n-th web link. */
  readonly link: (url: string, index: number) => string
  readonly pixel: string
}

/** Same template, scope and tracking: same bytes. */
export function render(template: CompiledEmail, scope: Scope, tracking?: Tracking): Outcome<Rendered> {
  const rendered = renderPieces(template.pieces, scope)
  return isRefusal(rendered) ? rendered : letterOf(rendered, scope, tracking)
}

/** The mail of rendered pieces: one line of subject, links led through the tracking. */
export function letterOf(pieces: Readonly<Record<string, string>>, scope: Scope, tracking?: Tracking): Outcome<Rendered> {
  const { '/subject': subject = '', '/html': html = '', '/text': text = '' } = pieces
  if (html.length > LIMITS.html || text.length > LIMITS.text) {
    return refuse({
      code: 'template.too_large',
      status: 422,
      title: 'The rendered message is too large',
      detail: `${html.length} characters of HTML, ${text.length} of text`,
      hint: `Keep the HTML under ${LIMITS.html} characters; Gmail clips above ${LIMITS.clip}.`,
    })
  }
  const { html: followed, links } = rewriteLinks(
    html,
    tracking?.link ?? ((url) => url),
    [scope.unsubscribe_url, scope.preferences_url ?? '', scope.web_view_url ?? '', scope.confirm_url ?? ''].filter((url) => url !== ''),
  )
  return { subject: oneLine(subject), html: tracking ? appendPixel(followed, tracking.pixel) : followed, text, links }
}

/** A header has one line; whatever the data held. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, LIMITS.subject)

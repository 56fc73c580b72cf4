import { contrast, LEAST_CONTRAST } from './brand.ts'
import { type Finding, warning } from './finding.ts'
import { piecesOf } from './html-walk.ts'

interface Ink {
  readonly name: string
  readonly color: string
  readonly paper: string
  readonly px: number
  readonly bold: boolean
  readonly hidden: boolean
}

const PAGE: Ink = { name: '', color: '#000000', paper: '#ffffff', px: 16, bold: false, hidden: false }
/** Large text is told apart more easily: 3:1 from 24 px, or from 18.66 px in bold (WCAG 2.2, 1.4.3). */
const LARGE = { px: 24, boldPx: 18.66, least: 3 } as const

export interface HtmlFacts {
  readonly findings: Finding[]
  /** Absolute web addresses that links lead to. */
  readonly links: string[]
  readonly words: number
  readonly images: number
}

/** What the rendered HTML shows of links, pictures, colours and language. */
export function htmlFacts(html: string): HtmlFacts {
  const findings: Finding[] = []
  const links = new Set<string>()
  const faint = new Map<string, string>()
  const inks: Ink[] = [PAGE]
  let [words, images] = [0, 0]
  let language: string | undefined
  for (const piece of piecesOf(html)) {
    const ink = inks.at(-1)!
    if (piece.kind === 'text') {
      const text = piece.text.replace(/&[a-z0-9#]+;/gi, ' ').trim()
      if (text === '' || ink.hidden) continue
      words += text.split(/\s+/).length
      const ratio = contrast(ink.color, ink.paper)
      if (ratio < leastFor(ink)) faint.set(`${ink.color} on ${ink.paper}`, `${ratio.toFixed(1)}:1, “${text.slice(0, 40)}”`)
    } else if (piece.kind === 'open') {
      const { name, attributes } = piece
      if (name === 'html') language = attributes['lang']
      if (name === 'img' && attributes['width'] !== '1') images += 1
      if (name === 'img') findings.push(...pictureFindings(attributes))
      if (name === 'a' || name === 'area') findings.push(...linkFindings(attributes['href'], links))
      if (!piece.closed) inks.push(inkOf(piece, ink))
    } else {
      const from = inks.findLastIndex(({ name }) => name === piece.name)
      if (from > 0) inks.length = from
    }
  }
  findings.push(...faintFindings(faint))
  if (language === undefined || language === 'und' || language === '') findings.push(NO_LANGUAGE)
  return { findings: unique(findings), links: [...links], words, images }
}

const leastFor = ({ px, bold }: Ink): number => (px >= LARGE.px || (bold && px >= LARGE.boldPx) ? LARGE.least : LEAST_CONTRAST)

function inkOf({ name, attributes }: { name: string; attributes: Readonly<Record<string, string>> }, around: Ink): Ink {
  const style = stylesOf(attributes['style'] ?? '')
  const paper = hexOf(style['background-color']) ?? hexOf(style['background']?.split(/\s+/)[0]) ?? hexOf(attributes['bgcolor'])
  const size = /^([\d.]+)px$/.exec(style['font-size'] ?? '')?.[1]
  const weight = style['font-weight']
  return {
    name,
    color: hexOf(style['color']) ?? hexOf(name === 'font' ? attributes['color'] : undefined) ?? (name === 'a' ? '#0000ee' : around.color),
    paper: paper ?? around.paper,
    px: size === undefined ? around.px : Number(size),
    bold: weight === undefined ? around.bold || /^(?:b|strong|h[1-6]|th)$/.test(name) : /^(?:bold|bolder|[6-9]00)$/.test(weight),
    hidden: around.hidden || style['display'] === 'none' || name === 'head',
  }
}

const stylesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(';').flatMap((declaration) => {
      const colon = declaration.indexOf(':')
      return colon < 0
        ? []
        : [
            [
              declaration.slice(0, colon).trim().toLowerCase(),
              declaration
                .slice(colon + 1)
                .trim()
                .toLowerCase(),
            ],
          ]
    }),
  )

const WORDS: Readonly<Record<string, string>> = {
  white: '#ffffff',
  black: '#000000',
  red: '#ff0000',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  yellow: '#ffff00',
  blue: '#0000ff',
  green: '#008000',
  orange: '#ffa500',
}

/** `#rgb`, `#rrggbb`, `rgb(…)` and common names; anything else is not known. */
function hexOf(colour: string | undefined): string | undefined {
  const text = colour
    ?.replace(/\s*!important$/, '')
    .trim()
    .toLowerCase()
  if (text === undefined) return undefined
  if (/^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/.test(text)) return text
  const parts = /^rgb\((\d{1,3})[ ,]+(\d{1,3})[ ,]+(\d{1,3})\)$/.exec(text)
  if (parts)
    return `#${parts
      .slice(1)
      .map((part) => Math.min(255, Number(part)).toString(16).padStart(2, '0'))
      .join('')}`
  return Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
}

function pictureFindings({ src = '', alt, width }: Readonly<Record<string, string>>): Finding[] {
  const found: Finding[] = []
  const detail = src.slice(0, 120)
  if (alt === undefined)
    found.push(
      warning({
        code: 'image.alt',
        title: 'A picture has no alternative text',
        detail,
        hint: 'Add alt="…" (alt="" for decoration): many readers block pictures or cannot see them.',
      }),
    )
  if (/^http:/i.test(src))
    found.push(
      warning({
        code: 'image.insecure',
        title: 'A picture is fetched without encryption',
        detail,
        hint: 'Use https:// — mail programs block or warn of the rest.',
      }),
    )
  if (/^data:/i.test(src))
    found.push(
      warning({
        code: 'image.inline',
        title: 'A picture is written into the mail',
        detail: 'data:…',
        hint: 'Gmail and Outlook do not show data: pictures; give an address.',
      }),
    )
  if (width === undefined || !/^\d+(?:px|%)?$/.test(width))
    found.push(
      warning({
        code: 'image.size',
        title: 'A picture does not say how wide it is',
        detail,
        hint: 'Give width="…" in pixels: Outlook shows pictures in their full size otherwise.',
      }),
    )
  return found
}

/** Hosts that hide where a link leads; filters take them for a sign of spam. */
const SHORTENERS = new Set(['bit.ly', 'tinyurl.com', 'goo.gl', 't.co', 'ow.ly', 'is.gd', 'buff.ly', 'cutt.ly', 'rb.gy', 'shorturl.at'])

function linkFindings(href: string | undefined, links: Set<string>): Finding[] {
  const target = href?.trim() ?? ''
  if (target === '' || target === '#')
    return [warning({ code: 'link.empty', title: 'A link leads nowhere', hint: 'Give it an address; check the data that it is made of.' })]
  if (!/^https?:/i.test(target) || !URL.canParse(target)) return []
  links.add(target)
  const { protocol, hostname } = new URL(target)
  const detail = target.slice(0, 200)
  return [
    ...(protocol === 'http:'
      ? [warning({ code: 'link.insecure', title: 'A link leads to a page without encryption', detail, hint: 'Use https://.' })]
      : []),
    ...(SHORTENERS.has(hostname)
      ? [
          warning({
            code: 'link.shortener',
            title: 'A link hides where it leads',
            detail,
            hint: 'Use your own domain: shortened links bring mail into the spam folder.',
          }),
        ]
      : []),
  ]
}

const faintFindings = (faint: ReadonlyMap<string, string>): Finding[] =>
  [...faint].map(([colours, detail]) =>
    warning({
      code: 'contrast',
      title: `${colours} can hardly be read`,
      detail,
      hint: `Text needs ${LEAST_CONTRAST}:1 (large text ${LARGE.least}:1) to be read by people with weak sight (WCAG 2.2, 1.4.3).`,
    }),
  )

const NO_LANGUAGE = warning({
  code: 'language.missing',
  title: 'The message does not say its language',
  hint: 'Set locale (such as en): screen readers and translators go by it.',
  at: '/locale',
})

const unique = (findings: readonly Finding[]): Finding[] => [
  ...new Map(findings.map((each) => [`${each.code} ${each.title} ${each.detail}`, each])).values(),
]

import type { Block } from './blocks.ts'
import type { Brand } from './brand.ts'
import { escapeHtml } from './links.ts'
import { LiquidTokens } from './liquid-tokens.ts'
import { directionOf, wordsFor } from './locales.ts'
import { type RichStyle, richHtml } from './rich-text.ts'

interface Made {
  readonly tokens: LiquidTokens
  readonly brand: Brand
  readonly align: 'left' | 'right'
}

type Columns = Extract<Block, { kind: 'columns' }>
type Products = Extract<Block, { kind: 'products' }>

export interface BlocksInput {
  readonly blocks: readonly Block[]
  readonly brand: Brand
  readonly locale: string | undefined
  readonly purpose: 'marketing' | 'transactional'
}

/** MJML of blocks whose snippets are filled in; Liquid is hidden in it, and comes back with `tokens.restore` when MJML has done its work. */
export function mjmlOfBlocks({ blocks, brand, locale, purpose }: BlocksInput): { mjml: string; tokens: LiquidTokens } {
  const tokens = new LiquidTokens()
  const made: Made = { tokens, brand, align: locale !== undefined && directionOf(locale) === 'rtl' ? 'right' : 'left' }
  const { colours, fonts, width } = brand
  const body = sections(blocks, made) + footerOf(blocks, { locale, purpose }, made)
  const language = locale === undefined ? '' : ` lang="${locale}" dir="${directionOf(locale)}"`
  const head = [
    `<mj-attributes><mj-all font-family="${fonts.body}" color="${colours.text}" />`,
    `<mj-text font-size="16px" line-height="1.5" padding="8px 24px" align="${made.align}" />`,
    `<mj-section padding="0" background-color="${colours.surface}" /><mj-image padding="8px 24px" /><mj-button padding="12px 24px" /></mj-attributes>`,
    `<mj-raw><meta name="color-scheme" content="light" /><meta name="supported-color-schemes" content="light" /></mj-raw>`,
  ].join('')
  const logo = brand.logo === undefined ? '' : section(logoOf(made))
  return {
    mjml: `<mjml${language}><mj-head>${head}</mj-head><mj-body width="${width}px" background-color="${colours.background}">${logo}${body}</mj-body></mjml>`,
    tokens,
  }
}

const section = (columns: string, attributes = ''): string => `<mj-section${attributes}><mj-column>${columns}</mj-column></mj-section>\n`
const raw = (made: Made, liquid: string): string => `<mj-raw>${made.tokens.token(liquid)}</mj-raw>`

/** Blocks that stand beside each other in the list share a section; those that are sections themselves stand between. */
function sections(blocks: readonly Block[], made: Made): string {
  let out = ''
  let open = ''
  const close = (): void => {
    if (open !== '') out += section(open)
    open = ''
  }
  for (const block of blocks) {
    const own = ownSection(block, made)
    if (own === undefined) open += element(block, made)
    else {
      close()
      out += own
    }
  }
  close()
  return out
}

function ownSection(block: Block, made: Made): string | undefined {
  switch (block.kind) {
    case 'columns':
      return columnsOf(block, made)
    case 'conditional':
    case 'slot':
      return choice(block, made, sections)
    case 'products':
      return block.layout === 'grid' ? gridOf(block, made) : loop(block, made, section(itemOf(block, 'item', made)))
    case 'mjml':
      return `${made.tokens.hideIn(block.mjml)}\n`
    default:
      return undefined
  }
}

/** What stands in a column. */
function element(block: Block, made: Made): string {
  const { colours, fonts } = made.brand
  const align = 'align' in block && block.align ? ` align="${block.align}"` : ''
  switch (block.kind) {
    case 'heading': {
      const size = HEADING_PX[block.level]
      const style = `margin:0;font-size:${size}px;line-height:1.25;font-family:${fonts.heading}`
      return `<mj-text font-size="${size}px" padding="16px 24px 4px"${align}><h${block.level} style="${style}">${words(block.text, made)}</h${block.level}></mj-text>\n`
    }
    case 'text':
      return `<mj-text font-size="${TEXT_PX[block.size]}px"${align}>${rich(block.text, made)}</mj-text>\n`
    case 'image': {
      const width = block.width === undefined ? '' : ` width="${block.width}px"`
      const href = block.href === undefined ? '' : ` href="${target(block.href, made)}"`
      return `<mj-image src="${target(block.src, made)}" alt="${words(block.alt, made)}"${width}${href}${align} />\n`
    }
    case 'button':
      return buttonOf(block, align, made)
    case 'divider':
      return `<mj-divider border-width="1px" border-color="${colours.line}" padding="12px 24px" />\n`
    case 'spacer':
      return `<mj-spacer height="${block.height}px" />\n`
    case 'coupon':
      return couponOf(block, made)
    case 'products':
      return loop(block, made, itemOf(block, 'item', made))
    case 'columns':
      return block.columns.map(({ blocks }) => elements(blocks, made)).join('')
    case 'conditional':
    case 'slot':
      return choice(block, made, elements)
    case 'mjml':
      return `${made.tokens.hideIn(block.mjml)}\n`
    case 'snippet':
      return ''
  }
}

const elements = (blocks: readonly Block[], made: Made): string => blocks.map((block) => element(block, made)).join('')
const HEADING_PX = { 1: 28, 2: 22, 3: 18 } as const
const TEXT_PX = { small: 13, normal: 16, large: 19 } as const

/** Words in which nothing is mark-up: safe in an element and in an attribute. */
const words = (text: string, { tokens }: Made): string => tokens.hide(text, escapeHtml)

/** Only what a mail may lead to; anything else leads nowhere. */
function target(text: string, { tokens }: Made): string {
  return tokens.hide(text.trim(), (shown) => (isHarmless(shown) ? escapeHtml(shown) : '#'))
}

/** An address that begins with a stand-in is judged when its link is rewritten, with the data in it. */
const isHarmless = (address: string): boolean => /^(?:https?:\/\/|mailto:|tel:|sms:|#|[\uE000\uE002])/i.test(address)

function rich(text: string, made: Made): string {
  const style: RichStyle = {
    link: (href, label) =>
      `<a href="${isHarmless(href) ? escapeHtml(href) : '#'}" style="color:${made.brand.colours.link};text-decoration:underline">${label}</a>`,
    block: ' style="margin:0 0 12px"',
  }
  return made.tokens.hide(text, (shown) => richHtml(shown, style))
}

function buttonOf({ text, href, style }: Extract<Block, { kind: 'button' }>, align: string, made: Made): string {
  return buttonMjml(
    { label: words(text, made), href: target(href, made), filled: (style === 'primary') === (made.brand.button === 'filled'), align },
    made,
  )
}

function buttonMjml(
  { label, href, filled, align }: { label: string; href: string; filled: boolean; align: string },
  { brand }: Made,
): string {
  const { primary, onPrimary, surface } = brand.colours
  const look = filled ? `background-color="${primary}" color="${onPrimary}"` : `background-color="${surface}" color="${primary}"`
  return `<mj-button href="${href}" ${look} border="2px solid ${primary}" border-radius="${brand.radius}px" font-size="16px" font-weight="600" inner-padding="12px 24px"${align}>${label}</mj-button>\n`
}

function couponOf({ code, label, note }: Extract<Block, { kind: 'coupon' }>, made: Made): string {
  const { colours, radius } = made.brand
  const box = `display:inline-block;padding:12px 24px;border:2px dashed ${colours.primary};border-radius:${radius}px;font-size:22px;letter-spacing:2px`
  const above = label === undefined ? '' : `<p style="margin:0 0 8px">${words(label, made)}</p>`
  const below = note === undefined ? '' : `<div style="margin-top:8px;font-size:13px;color:${colours.muted}">${rich(note, made)}</div>`
  return `<mj-text align="center">${above}<strong style="${box}">${words(code, made)}</strong>${below}</mj-text>\n`
}

function columnsOf({ columns, background }: Columns, made: Made): string {
  const inner = columns.map(
    ({ width, blocks }) => `<mj-column${width === undefined ? '' : ` width="${width}%"`}>${elements(blocks, made)}</mj-column>`,
  )
  return `<mj-section${background === undefined ? '' : ` background-color="${background}"`}>${inner.join('')}</mj-section>\n`
}

/** The branches in Liquid around what they show. */
function choice(
  block: Extract<Block, { kind: 'conditional' | 'slot' }>,
  made: Made,
  show: (blocks: readonly Block[], made: Made) => string,
): string {
  const branches =
    block.kind === 'conditional'
      ? [{ when: block.when, blocks: block.blocks }]
      : Object.entries(block.variants).map(([id, blocks]) => ({ when: `slots.${block.id}.variant == '${id}'`, blocks }))
  const otherwise = block.otherwise ? show(block.otherwise, made) : ''
  if (branches.length === 0) return otherwise
  const shown = branches.map(({ when, blocks }, i) => `${raw(made, `{% ${i === 0 ? 'if' : 'elsif'} ${when} %}`)}${show(blocks, made)}`)
  return `${shown.join('')}${otherwise === '' ? '' : raw(made, '{% else %}') + otherwise}${raw(made, '{% endif %}')}\n`
}

const loop = ({ from, limit }: Products, made: Made, inner: string): string =>
  `${raw(made, `{% for item in ${from} limit: ${limit} %}`)}${inner}${raw(made, '{% endfor %}')}\n`

/** MJML lays columns out before the data come, so a grid is written out up to its limit; rows and cells beyond the list are left out. */
function gridOf(block: Products, made: Made): string {
  const { from, columns, limit } = block
  const rows = Array.from({ length: Math.ceil(limit / columns) }, (_, row) => {
    const cells = Array.from({ length: columns }, (_, column) => {
      const index = row * columns + column
      if (index >= limit) return '<mj-column></mj-column>'
      const begin = `{% assign item = ${from}[${index}] %}{% if item %}`
      return `<mj-column>${raw(made, begin)}${itemOf(block, 'item', made)}${raw(made, '{% endif %}')}</mj-column>`
    })
    return `${raw(made, `{% if ${from}[${row * columns}] %}`)}<mj-section>${cells.join('')}</mj-section>${raw(made, '{% endif %}')}`
  })
  return `${rows.join('\n')}\n`
}

/** One product: picture, title, price, button. Fields are those of the catalogue, and those of e-commerce events beside them. */
function itemOf({ price, button }: Products, item: string, made: Made): string {
  const { tokens, brand } = made
  const title = tokens.token(`{{ ${item}.title | default: ${item}.name }}`)
  const href = tokens.token(`{{ ${item}.url }}`)
  const picture = [
    raw(made, `{% assign picture = ${item}.image | default: ${item}.image_url %}{% if picture and picture != '' %}`),
    `<mj-image src="${tokens.token('{{ picture }}')}" alt="${title}" href="${href}" />`,
    raw(made, '{% endif %}'),
  ].join('')
  const amount = tokens.token(
    `{% if ${item}.sale_price %}<s>{{ ${item}.price }}</s> {{ ${item}.sale_price }}{% else %}{{ ${item}.price }}{% endif %}{% if ${item}.currency %} {{ ${item}.currency }}{% endif %}`,
  )
  const name = `<a href="${href}" style="color:${brand.colours.text};text-decoration:none"><strong>${title}</strong></a>`
  const below =
    button === undefined ? '' : buttonMjml({ label: words(button, made), href, filled: brand.button === 'filled', align: '' }, made)
  return `${picture}<mj-text>${name}${price ? `<br />${amount}` : ''}</mj-text>${below}`
}

function logoOf(made: Made): string {
  const { logo } = made.brand
  if (!logo) return ''
  const href = logo.href === undefined ? '' : ` href="${target(logo.href, made)}"`
  return `<mj-image src="${target(logo.src, made)}" alt="${words(logo.alt, made)}" width="${logo.width}px" padding="24px"${href} />`
}

/** What a message says of itself at its end; a template that names the address or the way out itself keeps its own. */
function footerOf(blocks: readonly Block[], { locale, purpose }: Pick<BlocksInput, 'locale' | 'purpose'>, made: Made): string {
  const written = JSON.stringify(blocks)
  const { footer, colours } = made.brand
  const label = wordsFor(locale)
  const link = (href: string, text: string): string =>
    `<a href="${href}" style="color:${colours.muted};text-decoration:underline">${text}</a>`
  const parts: string[] = []
  if (footer.text !== undefined) parts.push(rich(footer.text, made))
  if (footer.social.length > 0) parts.push(footer.social.map(({ name, href }) => link(target(href, made), words(name, made))).join(' · '))
  if (!written.includes('sender.postal_address')) parts.push(made.tokens.token('{{ sender.name }} · {{ sender.postal_address }}'))
  if (purpose === 'marketing' && !written.includes('unsubscribe_url')) {
    const leave = link(made.tokens.token('{{ unsubscribe_url }}'), label.unsubscribe)
    const choose = `${made.tokens.token('{% if preferences_url %}')} · ${link(made.tokens.token('{{ preferences_url }}'), label.preferences)}${made.tokens.token('{% endif %}')}`
    parts.push(leave + choose)
  }
  if (parts.length === 0) return ''
  const lines = parts.map((part) =>
    part.startsWith('<p') || part.startsWith('<ul') || part.startsWith('<ol') ? part : `<p style="margin:0 0 8px">${part}</p>`,
  )
  const text = `<mj-text align="center" font-size="13px" color="${colours.muted}" padding="24px">${lines.join('')}</mj-text>`
  return section(text, ` background-color="${colours.background}"`)
}

import type { JsonObject } from '#lib/json.ts'
import { escapeHtml } from './links.ts'
import { directionOf } from './locales.ts'
import { isHarmless, type Page, type PageBlock } from './pages.ts'
import { type RichStyle, richHtml, wordsOf } from './rich-text.ts'

/** Where a page and its neighbours are served. */
export interface Place {
  /** Of the page, without a query. */
  readonly url: string
  readonly home: string
}

const STYLE: RichStyle = {
  link: (href, label) => `<a href="${isHarmless(href) ? escapeHtml(href) : '#'}" rel="noopener">${label}</a>`,
  block: '',
}
const rich = (text: string): string => richHtml(text, STYLE)

/** Words of a rich text as one line: for descriptions and structured data. */
export const plainOf = (text: string): string => wordsOf(text).replace(/\s+/g, ' ').trim()

/** Its bytes never change, so that the policy can name it by its hash. */
export const PAGE_STYLE = `:root{color-scheme:light dark}body{margin:0;font:18px/1.6 system-ui,sans-serif;color:#1b211c;background:#fff}main{max-width:42rem;margin:0 auto;padding:2rem 1rem}h1{font-size:2rem;line-height:1.2}.answer{font-size:1.15rem}.about{color:#565e57;font-size:.9rem}img{max-width:100%;height:auto}table{border-collapse:collapse;width:100%}th,td{border:1px solid #d9ddd8;padding:.4rem .6rem;text-align:start}blockquote{margin:1rem 0;padding-inline-start:1rem;border-inline-start:3px solid #868c84}a{color:#0b5fb0}@media(prefers-color-scheme:dark){body{color:#ecf0ec;background:#101311}.about{color:#b4bdb5}a{color:#8cc4fa}}`

/** The whole page, readable without any script. */
export function pageHtml(page: Page, place: Place): string {
  const { locale, title, question, summary, author, published, modified, faq } = page
  const canonical = page.canonical ?? place.url
  const about = `<p class="about">${author.url === undefined ? escapeHtml(author.name) : `<a rel="author" href="${escapeHtml(author.url)}">${escapeHtml(author.name)}</a>`}${author.jobTitle === undefined ? '' : `, ${escapeHtml(author.jobTitle)}`} · <time datetime="${published}">${published}</time>${modified === published ? '' : ` · <time datetime="${modified}">${modified}</time>`}</p>`
  const asked = question === undefined ? '' : `<p><strong>${escapeHtml(question)}</strong></p>`
  const answers = faq.map((each) => `<section><h3>${escapeHtml(each.question)}</h3>${rich(each.answer)}</section>`).join('\n')
  return `<!doctype html>
<html lang="${locale}" dir="${directionOf(locale)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><meta name="description" content="${escapeHtml(plainOf(summary).slice(0, 300))}">
<link rel="canonical" href="${escapeHtml(canonical)}"><link rel="alternate" type="text/markdown" href="${escapeHtml(place.url)}.md">
<style>${PAGE_STYLE}</style>
<script type="application/ld+json">${inScript(jsonLdOf(page, place))}</script></head>
<body><main><article><h1>${escapeHtml(title)}</h1>${asked}<div class="answer">${rich(summary)}</div>${about}
${page.blocks.map(blockHtml).join('\n')}
${answers === '' ? '' : `<h2>${escapeHtml(FAQ)}</h2>\n${answers}`}</article></main></body></html>
`
}

const FAQ = 'FAQ'

/** JSON that can close no element and open no comment of the page around it. */
const inScript = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)

function blockHtml(block: PageBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`
    case 'text':
      return rich(block.text)
    case 'image':
      return `<img src="${escapeHtml(block.src)}" alt="${escapeHtml(block.alt)}" width="${block.width}" height="${block.height}" loading="lazy">`
    case 'quote': {
      const cite = block.source === undefined ? escapeHtml(block.by) : `<a href="${escapeHtml(block.source)}">${escapeHtml(block.by)}</a>`
      return `<blockquote${block.source === undefined ? '' : ` cite="${escapeHtml(block.source)}"`}>${rich(block.text)}<footer>— ${cite}</footer></blockquote>`
    }
    case 'table': {
      const head = block.head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('')
      const rows = block.rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`).join('')
      return `<table><caption>${escapeHtml(block.caption)}</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`
    }
    case 'divider':
      return '<hr>'
  }
}

/** The same as Markdown, for those who read text (llmstxt.org). */
export function pageMarkdown(page: Page, place: Place): string {
  const { title, question, summary, author, published, modified, faq } = page
  const parts = [
    `# ${line(title)}`,
    ...(question === undefined ? [] : [`**${line(question)}**`]),
    summary,
    `${line(author.name)} · ${published}${modified === published ? '' : ` · ${modified}`} · ${page.canonical ?? place.url}`,
    ...page.blocks.map(blockMarkdown),
    ...(faq.length === 0 ? [] : [`## ${FAQ}`, ...faq.flatMap((each) => [`### ${line(each.question)}`, each.answer])]),
  ]
  return `${parts.join('\n\n')}\n`
}

const line = (text: string): string => text.replace(/([\\`*_[\]<>#|])/g, '\\$1')

function blockMarkdown(block: PageBlock): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${line(block.text)}`
    case 'text':
      return block.text
    case 'image':
      return `![${line(block.alt)}](${block.src})`
    case 'quote':
      return `${block.text.replace(/^/gm, '> ')}\n>\n> — ${block.source === undefined ? line(block.by) : `[${line(block.by)}](${block.source})`}`
    case 'table':
      return [
        `**${line(block.caption)}**`,
        '',
        row(block.head),
        row(
          block.head.map(() => '---'),
          false,
        ),
        ...block.rows.map((each) => row(each)),
      ].join('\n')
    case 'divider':
      return '---'
  }
}

const row = (cells: readonly string[], escaped = true): string => `| ${cells.map((cell) => (escaped ? line(cell) : cell)).join(' | ')} |`

/** Structured data made of what the page shows, and what its author added. */
export function jsonLdOf(page: Page, place: Place): JsonObject {
  const url = page.canonical ?? place.url
  const { author, publisher, faq } = page
  const organization = {
    '@type': 'Organization',
    name: publisher.name,
    ...(publisher.url !== undefined && { url: publisher.url }),
    ...(publisher.logo !== undefined && { logo: publisher.logo }),
    ...(publisher.sameAs.length > 0 && { sameAs: publisher.sameAs }),
  }
  const article: JsonObject = {
    '@type': page.type,
    headline: page.title,
    abstract: plainOf(page.summary),
    url,
    inLanguage: page.locale,
    datePublished: page.published,
    dateModified: page.modified,
    author: {
      '@type': 'Person',
      name: author.name,
      ...(author.url !== undefined && { url: author.url }),
      ...(author.jobTitle !== undefined && { jobTitle: author.jobTitle }),
      ...(author.sameAs.length > 0 && { sameAs: author.sameAs }),
    },
    publisher: organization,
  }
  const crumbs: JsonObject = {
    '@type': 'BreadcrumbList',
    itemListElement: [
      { '@type': 'ListItem', position: 1, name: publisher.name, item: publisher.url ?? place.home },
      { '@type': 'ListItem', position: 2, name: page.title, item: url },
    ],
  }
  const questions: JsonObject[] =
    faq.length === 0
      ? []
      : [
          {
            '@type': 'FAQPage',
            mainEntity: faq.map(({ question, answer }) => ({
              '@type': 'Question',
              name: question,
              acceptedAnswer: { '@type': 'Answer', text: plainOf(answer) },
            })),
          },
        ]
  return { '@context': 'https://schema.org', '@graph': [article, crumbs, ...questions, ...(page.data as JsonObject[])] }
}

import { escapeHtml } from './links.ts'
import type { Page } from './pages.ts'
import { plainOf } from './pages-write.ts'

export interface Listed {
  readonly page: Page
  readonly url: string
}

/** The overview for language models (llmstxt.org): title, summary, sections of links to the Markdown of each page; `Optional` last. */
export function llmsTxt(name: string, listed: readonly Listed[]): string {
  const sections = [...new Set(listed.map(({ page }) => page.section))].sort(
    (a, b) => Number(a === 'Optional') - Number(b === 'Optional') || (a < b ? -1 : 1),
  )
  const linesOf = (section: string): string[] =>
    listed
      .filter(({ page }) => page.section === section)
      .map(({ page, url }) => `- [${bracketless(page.title)}](${url}.md): ${plainOf(page.summary).slice(0, 200)}`)
  return `${[`# ${bracketless(name)}`, `> Pages of ${bracketless(name)}: each answers one question first, then in full.`, ...sections.map((section) => [`## ${bracketless(section)}`, '', ...linesOf(section)].join('\n'))].join('\n\n')}\n`
}

const bracketless = (text: string): string =>
  text
    .replace(/[[\]()]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** sitemaps.org 0.9; `lastmod` is the date that the page itself gives. */
export const sitemap = (listed: readonly Listed[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n${listed.map(({ page, url }) => `<url><loc>${escapeHtml(page.canonical ?? url)}</loc><lastmod>${page.modified}</lastmod></url>\n`).join('')}</urlset>\n`

/** Bots that fetch a page to answer somebody now. */
const RETRIEVING = ['OAI-SearchBot', 'ChatGPT-User', 'PerplexityBot', 'Claude-SearchBot', 'Claude-User']
/** Bots that gather text to train models with. */
const TRAINING = ['GPTBot', 'ClaudeBot', 'Google-Extended']

/** A part for the site's robots.txt (RFC 9309): answering engines may read, training is for the site's owner to allow. */
export const robotsPart = (path: string, sitemapUrl: string): string =>
  [
    ...RETRIEVING.map((name) => `User-agent: ${name}`),
    `Allow: ${path}`,
    '',
    ...TRAINING.map((name) => `User-agent: ${name}`),
    `Disallow: ${path}`,
    '',
    `Sitemap: ${sitemapUrl}`,
    '',
  ].join('\n')

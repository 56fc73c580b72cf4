import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { CheckPage } from '#content/check-api.ts'
import { checkPage } from '#content/geo-checks.ts'
import { type Listed, llmsTxt, robotsPart, sitemap } from '#content/geo-files.ts'
import { Page } from '#content/pages.ts'
import { jsonLdOf, PAGE_STYLE, type Place, pageHtml, pageMarkdown } from '#content/pages-write.ts'
import { refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { findWorkspace } from '#workspaces/store.ts'

interface Options {
  readonly db: Queryable
  /** Where people reach the server; known when it listens. */
  readonly address: { readonly url: string }
  readonly hsts: boolean
}

interface Site {
  readonly name: string
  readonly listed: readonly Listed[]
}

/** No script, no form, no frame; the one style is named by its hash. Structured data is no script to a browser. */
const POLICY = `default-src 'none'; img-src https:; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
/** A new version shows after this long (ms). */
const KEPT_MS = 5_000
const CACHE = 'public, max-age=300'

/** Published pages for readers and answer engines: read-only, without cookies and without a log-in. */
export async function registerPages(server: FastifyInstance, { db, address, hsts }: Options): Promise<void> {
  const sites = new LRUCache<string, Promise<Site>>({ max: 200, ttl: KEPT_MS })
  const site = (workspace: string): Promise<Site> => {
    const known = sites.get(workspace)
    if (known) return known
    const asked = siteOf(db, workspace, address.url)
    sites.set(workspace, asked)
    asked.catch(() => sites.delete(workspace))
    return asked
  }
  await server.register(async (scope) => {
    secureHeaders(scope, { policy: POLICY, hsts })
    scope.get<{ Params: { workspace: string; file: string } }>('/pages/:workspace/:file', async (request, reply) => {
      const { workspace, file } = request.params
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(workspace)) return lost(reply)
      const made = answerOf(file, await site(workspace), `${address.url}/pages/${workspace}`)
      return made ? answered(request, reply, made) : lost(reply)
    })
  })
}

interface Answer {
  readonly type: string
  readonly text: string
}

function answerOf(file: string, { name, listed }: Site, home: string): Answer | undefined {
  const path = new URL(home).pathname
  if (listed.length === 0) return undefined
  if (file === 'llms.txt') return { type: 'text/plain', text: llmsTxt(name, listed) }
  if (file === 'sitemap.xml') return { type: 'application/xml', text: sitemap(listed) }
  if (file === 'robots.txt') return { type: 'text/plain', text: robotsPart(`${path}/`, `${home}/sitemap.xml`) }
  const markdown = file.endsWith('.md')
  const slug = markdown ? file.slice(0, -3) : file
  const found = listed.find(({ page }) => page.slug === slug)
  if (!found) return undefined
  const place: Place = { url: found.url, home }
  return markdown
    ? { type: 'text/markdown', text: pageMarkdown(found.page, place) }
    : { type: 'text/html', text: pageHtml(found.page, place) }
}

function answered(request: FastifyRequest, reply: FastifyReply, { type, text }: Answer): FastifyReply {
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  void reply.header('cache-control', CACHE).header('etag', tag).header('cross-origin-resource-policy', 'cross-origin')
  return request.headers['if-none-match'] === tag ? reply.code(304).send() : reply.type(`${type}; charset=utf-8`).send(text)
}

const lost = (reply: FastifyReply): FastifyReply => reply.code(404).type('text/plain; charset=utf-8').send('There is no such page.\n')

async function siteOf(db: Queryable, workspace: string, url: string): Promise<Site> {
  const [found, documents] = await Promise.all([findWorkspace(db, workspace), liveDocuments(db, workspace)])
  const pages = documents.filter(({ kind }) => kind === 'page').map(({ body }) => Page.parse(body))
  return { name: found?.name ?? '', listed: pages.map((page) => ({ page, url: urlOf(url, workspace, page) })) }
}

const urlOf = (url: string, workspace: string, { slug }: Page): string => `${url}/pages/${workspace}/${slug}`

/** Looks at a page, live or not yet. */
export const pageBindings = ({ pool, address }: { pool: Pool; address: Options['address'] }): Binding[] => [
  bind(CheckPage, async ({ id, draft }, { workspace }) => {
    const live =
      id === undefined
        ? undefined
        : (await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))).find((each) => each.kind === 'page' && each.id === id)
    const page = draft ?? (live && Page.parse(live.body))
    if (!page)
      return refuse({
        code: 'page.unknown',
        status: 404,
        title: 'There is no such page',
        hint: 'Give the id of a published page, or a draft.',
      })
    const place: Place = { url: urlOf(address.url, workspace, page), home: `${address.url}/pages/${workspace}` }
    return {
      findings: checkPage(page, place),
      html: pageHtml(page, place),
      markdown: pageMarkdown(page, place),
      jsonLd: jsonLdOf(page, place) as never,
      url: place.url,
    }
  }),
]

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { LinkKeys } from '#channels/adapters/keys.ts'
import type { GetMessage } from '#channels/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import { page } from './link-pages.ts'
import { linksOpenOutside, mailPolicy } from './mail-views.ts'
import { languageOf } from './preference-words.ts'

interface Options {
  readonly links: Pick<LinkKeys, 'claim'>
  /** The message as it was handed over. */
  readonly message: (id: string, workspace: string) => Promise<Outcome<OutputOf<typeof GetMessage>>>
  readonly hsts: boolean
}

/**
 * `GET /w/:token`, the address of `{{ web_view_url }}`: the mail as a page, for readers whose mail program shows it badly. It runs no script,
 * changes nothing, is found by no search engine, and is gone when the person or the archive is.
 */
export async function registerWebView(server: FastifyInstance, { links, message, hsts }: Options): Promise<void> {
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts, policy: mailPolicy({ images: true, links: true }), cache: 'no-store' })
    scope.get<{ Params: { token: string } }>('/w/:token', async (request, reply) => {
      const claim = links.claim(request.params.token)
      if (claim?.kind !== 'preferences' || claim.channel !== 'email') return lost(request, reply.code(404))
      const found = await message(claim.effect, claim.ws)
      const html = isRefusal(found) ? undefined : found.rendered?.html
      if (!html) return lost(request, reply.code(410))
      return reply
        .header('referrer-policy', 'no-referrer')
        .header('x-robots-tag', 'noindex')
        .type('text/html; charset=utf-8')
        .send(linksOpenOutside(html))
    })
  })
}

const lost = (request: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply.type('text/html; charset=utf-8').send(page.lost(languageOf(request.headers['accept-language'])))

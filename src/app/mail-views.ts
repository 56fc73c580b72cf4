import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { GetMail, GetMessage } from '#channels/api.ts'
import type { OutputOf, Permission } from '#lib/action.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'

interface MailViewOptions {
  readonly authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<Outcome<Principal>>
  readonly message: (id: string, principal: Principal) => Promise<Outcome<OutputOf<typeof GetMessage>>>
  readonly mail: (id: string, principal: Principal) => Promise<Outcome<OutputOf<typeof GetMail>>>
  /** One of the examples of a request for approval. */
  readonly example?: (
    asked: { readonly id: string; readonly index: number },
    principal: Principal,
  ) => Promise<Outcome<{ readonly html: string }>>
  readonly hsts?: boolean
}

const MAY: Permission = 'messages:read'

/** No script, no form, an opaque origin: a mail is text of strangers. `images` only where loading them is wanted. */
export const mailPolicy = ({ images, links }: { images: boolean; links: boolean }): string =>
  [
    "default-src 'none'",
    `img-src data:${images ? ' https: http:' : ''}`,
    "style-src 'unsafe-inline'",
    'font-src data:',
    "form-action 'none'",
    "frame-ancestors 'self'",
    links ? 'sandbox allow-popups allow-popups-to-escape-sandbox' : 'sandbox',
  ].join('; ')

/** `/view/messages/:id` shows what was sent, `/view/approvals/:id/:index` what would be (dead links, no images); `/view/mailbox/:id` is read as its recipient would. */
export async function registerMailViews(server: FastifyInstance, options: MailViewOptions): Promise<void> {
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts: options.hsts ?? false, policy: mailPolicy({ images: false, links: false }), cache: 'no-store' })
    scope.get<{ Params: { id: string } }>('/view/messages/:id', async (request, reply) => {
      const principal = await enter(request, reply, options)
      if (!principal) return reply
      const found = await options.message(request.params.id, principal)
      if (isRefusal(found)) return sendProblem(reply, found.refused)
      return send(reply, withoutImages(found.rendered?.html ?? ''))
    })
    scope.get<{ Params: { id: string; index: string } }>('/view/approvals/:id/:index', async (request, reply) => {
      const principal = await enter(request, reply, options)
      if (!principal) return reply
      const { id, index } = request.params
      const found = await (options.example?.({ id, index: Number(index) }, principal) ?? NO_EXAMPLE)
      if (isRefusal(found)) return sendProblem(reply, found.refused)
      return send(reply, withoutImages(found.html))
    })
    scope.get<{ Params: { id: string }; Querystring: { images?: string } }>('/view/mailbox/:id', async (request, reply) => {
      const principal = await enter(request, reply, options)
      if (!principal) return reply
      const found = await options.mail(request.params.id, principal)
      if (isRefusal(found)) return sendProblem(reply, found.refused)
      const page = found.html || `<pre style="white-space:pre-wrap;font:14px/1.5 sans-serif">${escaped(found.text)}</pre>`
      const images = request.query.images === '1'
      return send(reply.header('content-security-policy', mailPolicy({ images, links: true })), images ? page : withoutImages(page))
    })
  })
}

const NO_EXAMPLE = refuse({ code: 'approval.example', status: 404, title: 'There is no such example' })

async function enter(request: FastifyRequest, reply: FastifyReply, { authenticate }: MailViewOptions): Promise<Principal | undefined> {
  const principal = await authenticate(request, reply)
  const problem = isRefusal(principal) ? principal.refused : denied(MAY, principal)
  if (problem === undefined) return principal as Principal
  sendProblem(reply, problem)
  return undefined
}

const send = (reply: FastifyReply, html: string): FastifyReply => reply.type('text/html; charset=utf-8').send(linksOpenOutside(html))

/** A link never replaces the mail inside its frame: it opens a tab, or nothing where the sandbox allows no tabs. */
export const linksOpenOutside = (html: string): string => {
  const base = '<base target="_blank">'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + base) : base + html
}

/** The policy refuses them anyhow; this shows their alternative text and keeps the browser from reporting each. */
const withoutImages = (html: string): string => html.replace(/(<img\b[^>]*?\ssrc\s*=\s*["'])(?!data:)/gi, '$1data:,#')

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PreviewTemplate } from '#content/schema.ts'
import type { OutputOf, Permission } from '#lib/action.ts'
import { isRefusal, type Outcome, type Problem, type Refusal } from '#lib/problem.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'

interface PreviewViewOptions {
  readonly authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<Outcome<Principal>>
  readonly checkOrigin: (request: FastifyRequest) => Problem | undefined
  readonly preview: (input: Input, workspace: string) => Promise<Outcome<OutputOf<typeof PreviewTemplate>>>
  readonly hsts?: boolean
}
type Input = ReturnType<(typeof PreviewTemplate.input)['parse']>

const MAY: Permission = 'documents:read'
/** A draft with all its languages. */
const LARGEST = 4 * 1_048_576

/** No script, no form, an opaque origin: what is shown holds data of people. */
const policy = (images: boolean): string =>
  [
    "default-src 'none'",
    `img-src data:${images ? ' https: http:' : ''}`,
    "style-src 'unsafe-inline'",
    'font-src data:',
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox',
  ].join('; ')

/**
 * `POST /view/preview`: an unsaved draft as its reader would see it, for a frame of the editor. It is a form and no fetch, because only a
 * document that the server answers has a policy of its own; one that a script writes has that of the page around it.
 */
export async function registerPreviewViews(server: FastifyInstance, options: PreviewViewOptions): Promise<void> {
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts: options.hsts ?? false, policy: policy(false), cache: 'no-store' })
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: LARGEST }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    )
    scope.post('/view/preview', { bodyLimit: LARGEST }, async (request, reply) => {
      const principal = await enter(request, reply, options)
      if (isRefusal(principal)) return sendProblem(reply, principal.refused)
      const form = request.body
      if (!(form instanceof URLSearchParams)) return sendProblem(reply, NO_FORM)
      const input = PreviewTemplate.input.safeParse(read(form.get('input') ?? ''))
      const shown = input.success ? await options.preview(input.data, principal.workspace) : undefined
      const html = shown && !isRefusal(shown) ? (shown.rendered?.html ?? '') : ''
      const images = form.get('images') === '1'
      const page = images ? html : withoutImages(html)
      return reply
        .header('content-security-policy', policy(images))
        .type('text/html; charset=utf-8')
        .send(form.get('dark') === '1' ? turned(page) : page)
    })
  })
}

const NO_FORM: Problem = {
  code: 'http.media-type',
  status: 415,
  title: 'A preview is asked for by a form.',
  hint: 'Send the draft as the field `input` of application/x-www-form-urlencoded.',
}

async function enter(request: FastifyRequest, reply: FastifyReply, options: PreviewViewOptions): Promise<Principal | Refusal> {
  const foreign = options.checkOrigin(request)
  if (foreign) return { refused: foreign } as Refusal
  const principal = await options.authenticate(request, reply)
  if (isRefusal(principal)) return principal
  const problem = denied(MAY, principal)
  return problem ? ({ refused: problem } as Refusal) : principal
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The policy refuses them anyhow; this shows their alternative text and keeps the browser from reporting each. */
const withoutImages = (html: string): string =>
  html
    .replace(/(<img\b[^>]*?\ssrc\s*=\s*["'])(?!data:)/gi, '$1data:,#')
    .replace(/(<(?:table|td|div|body)\b[^>]*?\sbackground\s*=\s*["'])(?!data:)/gi, '$1data:,#')
    .replace(/url\(\s*(?:&quot;|["'])?https?:[^)]*\)/gi, 'none')

/** Turned round as mail programs do that darken by force; pictures are turned back. */
const turned = (html: string): string => {
  const style = '<style>html{background:#fff;filter:invert(1) hue-rotate(180deg)}img{filter:invert(1) hue-rotate(180deg)}</style>'
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => head + style) : style + html
}

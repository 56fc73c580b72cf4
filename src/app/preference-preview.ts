import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { consentTerms } from './consent-gate.ts'
import { languageOf } from './preference-words.ts'
import { preferencesPreview } from './preferences.ts'

interface Options {
  readonly authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<Outcome<Principal>>
  readonly pool: Pool
  readonly hsts: boolean
}

/** As the page itself, and nothing in it can be sent. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; sandbox"

/** `GET /view/preferences?lang=de`: the preference centre of the workspace, as somebody would find it who has not chosen yet. */
export async function registerPreferencePreview(server: FastifyInstance, { authenticate, pool, hsts }: Options): Promise<void> {
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts, policy: POLICY, cache: 'no-store' })
    scope.get<{ Querystring: { lang?: string } }>('/view/preferences', async (request, reply) => {
      const principal = await authenticate(request, reply)
      const problem = isRefusal(principal) ? principal.refused : denied('documents:read', principal)
      if (problem) return sendProblem(reply, problem)
      const { workspace } = principal as Principal
      const terms = await inWorkspace(pool, workspace, (tx) => consentTerms(tx, workspace))
      const language = languageOf(request.query.lang)
      const page = preferencesPreview(terms, { language, address: 'ada@example.com', now: 0 })
      return reply.type('text/html; charset=utf-8').send(page)
    })
  })
}

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import type { Hook, ProviderType } from '#channels/provider.ts'
import { ProviderDocument } from '#channels/provider-document.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { secureHeaders } from '#platform/http/headers.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'
import type { Queryable } from '#platform/log.ts'
import type { Metrics } from '#platform/metrics.ts'
import { connectionOf, type ExitsParts, toolsOf } from './exits.ts'
import type { Reception } from './reception.ts'

interface Options {
  readonly db: Queryable
  readonly reception: Reception
  readonly metrics: Metrics
  readonly types?: ReadonlyMap<string, ProviderType>
  /** As adapters use them for sending. */
  readonly parts: Pick<ExitsParts, 'tools' | 'told' | 'now' | 'secret' | 'publicUrl'>
}

const MOST = 1_048_576
/** Documents are looked up again after this long (ms): a flood of requests must not be a flood of queries. */
const REMEMBER_MS = 2_000
const MOST_REMEMBERED = 1_000

const NOBODY: Problem = { code: 'hook.unknown', status: 404, title: 'No provider listens at this address' }

interface Door {
  readonly document: ProviderDocument
  readonly type: ProviderType
}

/** Where providers post what became of messages. The signature is all that counts here: no cookie, no key, no session. */
export async function registerHooks(server: FastifyInstance, options: Options): Promise<void> {
  const taken = options.metrics.counter({ name: 'cadenza_hooks_total', help: 'Posts of providers', labels: ['type', 'outcome'] })
  const doors = rememberedDoors(options)
  await server.register(async (scope) => {
    secureHeaders(scope, { policy: "default-src 'none'; frame-ancestors 'none'", cache: 'no-store', hsts: false })
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST }, (_request, body, done) => done(null, body))
    scope.route<{ Params: { workspace: string; provider: string } }>({
      method: ['GET', 'POST'],
      url: '/hooks/:workspace/:provider',
      exposeHeadRoute: false,
      bodyLimit: MOST,
      handler: async (request, reply) => {
        const { workspace: ws, provider: id } = request.params
        const door = await doors(ws, id)
        if (!door?.type.receive) return sendProblem(reply, NOBODY)
        const { document, type } = door
        const connection = connectionOf({ ws, id, document, type }, options.parts)
        const received = await type.receive!(hookOf(request, options.parts.publicUrl()), connection, toolsOf({ ws, id }, options.parts))
        if (isRefusal(received)) {
          taken.inc({ type: type.type, outcome: 'refused' })
          // Nothing of what was posted: whoever posted it is not known.
          request.log.warn({ ws, provider: id, code: received.refused.code }, 'a post to a provider address was refused')
          return sendProblem(reply, received.refused)
        }
        await options.reception.told({ ws, id }, received)
        taken.inc({ type: type.type, outcome: 'taken' })
        return answered(reply, received.answer)
      },
    })
  })
}

const answered = (reply: FastifyReply, answer: { status: number; type: string; body: string } | undefined): FastifyReply =>
  answer ? reply.code(answer.status).type(answer.type).send(answer.body) : reply.code(200).send('')

function hookOf(request: FastifyRequest, publicUrl: string): Hook {
  const query = Object.entries(request.query as Record<string, string | string[]>).map(([name, value]) => [name, [value].flat()[0] ?? ''])
  const headers = Object.entries(request.headers).map(([name, value]) => [name, [value].flat().join(', ')])
  return {
    method: request.method === 'GET' ? 'GET' : 'POST',
    url: `${publicUrl}${request.url}`,
    query: Object.fromEntries(query),
    headers: Object.fromEntries(headers),
    raw: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
  }
}

function rememberedDoors({ db, types = PROVIDERS }: Options): (ws: string, id: string) => Promise<Door | undefined> {
  const known = new Map<string, { readonly until: number; readonly door: Promise<Door | undefined> }>()
  return (ws, id) => {
    const key = `${ws}\u0000${id}`
    const held = known.get(key)
    if (held && held.until > performance.now()) return held.door
    if (known.size >= MOST_REMEMBERED) known.clear()
    const door = findDoor(db, { ws, id, types })
    known.set(key, { until: performance.now() + REMEMBER_MS, door })
    door.catch(() => known.delete(key))
    return door
  }
}

async function findDoor(
  db: Queryable,
  { ws, id, types }: { ws: string; id: string; types: ReadonlyMap<string, ProviderType> },
): Promise<Door | undefined> {
  const found = (await liveDocuments(db, ws)).find((each) => each.kind === 'provider' && each.id === id)
  const document = ProviderDocument.safeParse(found?.body)
  const type = document.success ? types.get(document.data.type) : undefined
  return document.success && type?.settings.safeParse(document.data.settings).success ? { document: document.data, type } : undefined
}

import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Call, LIMITS } from '#events/accept.ts'
import type { Problem } from '#lib/problem.ts'
import { PROBLEM_JSON, problemBody } from '#platform/http/problem-reply.ts'
import type { Judged, Verdict } from './arrivals.ts'
import { Overloaded } from './ingest.ts'
import type { Arrivals } from './receive.ts'

export interface IngestRoutes {
  /** Judges what came and makes it durable. Rejects with `Overloaded`, or with the database's error. */
  readonly arrived: Arrivals
  /** The workspace of a write key, or undefined. Called for every request: cached. */
  readonly writeKey: (key: string) => Promise<{ readonly workspace: string; readonly source: string } | undefined>
  /** Epoch ms. */
  readonly now: () => number
  readonly onVerdict: (verdict: { readonly accepted: number; readonly rejected: readonly Problem[] }) => void
}

/** Segment's paths: the long ones of the HTTP API, and the short ones that the browser library calls. */
const CALLS: Readonly<Record<string, Call>> = {
  identify: 'identify',
  track: 'track',
  page: 'page',
  screen: 'screen',
  group: 'group',
  alias: 'alias',
  i: 'identify',
  t: 'track',
  p: 'page',
  s: 'screen',
  g: 'group',
  a: 'alias',
}
const BATCHES = ['batch', 'import', 'b'] as const
const SETTLE_SECONDS = 1
const unzip = promisify(gunzip)

/** The Segment HTTP API: the answer 200 leaves only after the log has committed, or after a quorum of the stream in front of it has the events. */
export async function registerIngest(server: FastifyInstance, routes: IngestRoutes): Promise<void> {
  await server.register(async (scope) => {
    // Clients mislabel bodies (text/plain, form-urlencoded over gzip): what counts is the content.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: LIMITS.batch }, (_request, body, done) => done(null, body))
    scope.addHook('onRequest', async (request, reply) => allowAnyOrigin(request, reply))
    for (const [path, call] of Object.entries(CALLS))
      scope.post(`/v1/${path}`, (request, reply) => receive(routes, { request, reply, call }))
    for (const path of BATCHES) scope.post(`/v1/${path}`, (request, reply) => receive(routes, { request, reply, call: null }))
    scope.options('/v1/*', (_request, reply) => reply.code(204).send())
    scope.get<{ Params: { key: string } }>('/v1/projects/:key/settings', async (request, reply) => {
      const known = await routes.writeKey(request.params.key)
      if (!known) return refuse(reply, UNKNOWN_KEY)
      return reply.header('cache-control', 'public, max-age=300').send(settingsOf(request.params.key, request))
    })
  })
}

/** Write keys are public and carry no cookies, so any page may send events. */
function allowAnyOrigin(request: FastifyRequest, reply: FastifyReply): void {
  if (!request.headers.origin) return
  reply.header('access-control-allow-origin', '*')
  // Without it a page cannot read how long it should wait.
  reply.header('access-control-expose-headers', 'retry-after')
  if (request.method !== 'OPTIONS') return
  reply.header('access-control-allow-methods', 'GET, POST, OPTIONS')
  reply.header('access-control-allow-headers', 'authorization, content-type, anonymousid, sentat, x-retry-count, sec-gpc')
  reply.header('access-control-max-age', '86400')
}

/** What `@segment/analytics-next` asks for before it sends anything. */
function settingsOf(key: string, request: FastifyRequest): object {
  const host = `${request.headers.host ?? request.hostname}/v1`
  return {
    integrations: {
      'Segment.io': {
        apiKey: key,
        apiHost: host,
        protocol: request.protocol,
        type: 'browser',
        bundlingStatus: 'bundled',
        versionSettings: { version: '4.4.7', componentTypes: ['browser'] },
      },
    },
    plan: {
      track: { __default: { enabled: true, integrations: {} } },
      identify: { __default: { enabled: true } },
      group: { __default: { enabled: true } },
    },
    edgeFunction: {},
    analyticsNextEnabled: true,
    middlewareSettings: {},
    enabledMiddleware: {},
    metrics: { sampleRate: 0 },
    legacyVideoPluginsEnabled: false,
    remotePlugins: [],
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly call: Call | null
}

async function receive(routes: IngestRoutes, { request, reply, call }: Exchange): Promise<FastifyReply> {
  const body = await readBody(request.body)
  if ('code' in body) return refuse(reply, body)
  const key = keyOf(request, body.json)
  if (!key) return refuse(reply, NO_KEY)
  const known = await routes.writeKey(key)
  if (!known) return refuse(reply, UNKNOWN_KEY)
  const raws = call ? [body.json] : body.json['batch']
  if (!Array.isArray(raws)) return refuse(reply, NO_BATCH)
  if (raws.length > LIMITS.events) return refuse(reply, { ...TOO_MANY, detail: `${raws.length} events` })
  const { workspace, source } = known
  const arrival = {
    call,
    source,
    sentAt: body.json['sentAt'],
    now: routes.now(),
    bytes: body.bytes,
    gpc: request.headers['sec-gpc'] === '1',
  }
  let judged: Judged
  try {
    judged = await routes.arrived(workspace, raws, arrival)
  } catch (error) {
    return busy(request, reply, error)
  }
  const { accepted, quarantined, rejected } = judged
  routes.onVerdict({ accepted: accepted.length + quarantined.length, rejected: rejected.map((verdict) => verdict.problem) })
  if (accepted.length + quarantined.length === 0 && rejected.length > 0)
    return refuse(reply, call ? rejected[0]!.problem : allRejected(rejected))
  if (rejected.length + quarantined.length === 0) return reply.header('content-type', 'application/json').send('{"success":true}')
  return reply.send({
    success: true,
    accepted: accepted.length,
    ...(quarantined.length > 0 && { quarantined: quarantined.length }),
    rejected: rejected.map(({ index, messageId, problem: { status: _status, ...problem } }) => ({ index, messageId, ...problem })),
  })
}

/** Nothing was lost on the client's side: it holds the events and sends them again. */
function busy(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
  reply.header('retry-after', String(SETTLE_SECONDS))
  if (error instanceof Overloaded) return refuse(reply, OVERLOADED)
  request.log.error({ err: error }, 'events could not be stored')
  return refuse(reply, UNAVAILABLE)
}

async function readBody(body: unknown): Promise<{ json: Record<string, unknown>; bytes: number } | Problem> {
  if (!Buffer.isBuffer(body) || body.length === 0) return { ...NOT_JSON, detail: 'The body is empty' }
  let text = body
  if (body[0] === 0x1f && body[1] === 0x8b) {
    try {
      text = await unzip(body, { maxOutputLength: LIMITS.batch })
    } catch (error) {
      return (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
        ? TOO_LARGE
        : { ...NOT_JSON, detail: 'The body is not valid gzip' }
    }
  }
  try {
    const json: unknown = JSON.parse(text.toString('utf8'))
    if (json !== null && typeof json === 'object' && !Array.isArray(json))
      return { json: json as Record<string, unknown>, bytes: text.length }
  } catch (error) {
    return { ...NOT_JSON, detail: (error as Error).message }
  }
  return NOT_JSON
}

/** Basic (the key is the user name), Bearer, or `writeKey` in the body. */
function keyOf(request: FastifyRequest, json: Record<string, unknown>): string | null {
  const header = request.headers.authorization ?? ''
  if (/^basic /i.test(header)) {
    const [user] = Buffer.from(header.slice(6), 'base64').toString('utf8').split(':')
    if (user) return user
  }
  if (/^bearer /i.test(header)) return header.slice(7).trim()
  return typeof json['writeKey'] === 'string' ? json['writeKey'] : null
}

function refuse(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_JSON)
    .send(JSON.stringify(problemBody(problem, reply.request.id)))
}

const allRejected = (rejected: readonly Verdict[]): Problem => ({
  code: 'batch.rejected',
  status: 400,
  title: 'No event of the batch could be accepted',
  problems: rejected.slice(0, 100).map(({ index, problem }) => ({ ...problem, at: `/batch/${index}${problem.at ?? ''}` })),
})

const NOT_JSON: Problem = {
  code: 'body.not_json',
  status: 400,
  title: 'The body must be a JSON object',
  hint: 'Send JSON, plain or gzipped',
}
const TOO_LARGE: Problem = {
  code: 'body.too_large',
  status: 413,
  title: 'The unpacked body is too large',
  hint: `Send at most ${LIMITS.batch} bytes`,
}
const NO_BATCH: Problem = {
  code: 'batch.missing',
  status: 400,
  title: 'A batch needs an array “batch”',
  hint: 'Send { "batch": [ … ] }',
  at: '/batch',
}
const TOO_MANY: Problem = {
  code: 'batch.too_many',
  status: 400,
  title: `A batch holds at most ${LIMITS.events} events`,
  hint: 'Send several batches',
  at: '/batch',
}
const NO_KEY: Problem = {
  code: 'key.missing',
  status: 401,
  title: 'The request has no write key',
  hint: 'Send it as the user name of Basic authentication, or as "writeKey" in the body',
}
const UNKNOWN_KEY: Problem = {
  code: 'key.unknown',
  status: 401,
  title: 'This write key is not known',
  hint: 'Look it up under Settings → Keys',
}
const OVERLOADED: Problem = {
  code: 'overloaded',
  status: 429,
  title: 'More events arrive than can be stored',
  hint: 'Send them again after the time in Retry-After',
}
const UNAVAILABLE: Problem = {
  code: 'unavailable',
  status: 503,
  title: 'Events cannot be stored right now',
  hint: 'Send them again after the time in Retry-After',
}

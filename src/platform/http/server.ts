import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify'
import type { Logger } from 'pino'
import type { Metrics } from '../metrics.ts'
import { BUG, methodNotAllowed, notFound, PROBLEM_JSON, problemBody, problemOf, sendProblem } from './problem-reply.ts'

/** Resolves when the part works; rejects with what is wrong. */
export type Check = () => Promise<void>

export interface ServerOptions {
  readonly log: Logger
  readonly metrics: Metrics
  /** What `/readyz` asks, by name. */
  readonly checks: Readonly<Record<string, Check>>
  /** Addresses or CIDR ranges of proxies whose `X-Forwarded-*` is believed. */
  readonly trustProxy?: readonly string[]
  /** Bytes; routes may set their own. */
  readonly bodyLimit?: number
  /** When set, `/metrics` wants it as bearer token. */
  readonly metricsToken?: string
}

/** One method of one path, as it was registered. */
export interface RouteLine {
  readonly method: string
  readonly url: string
}

/** What the process is about to do; `/readyz` says no while it stops. */
interface Life {
  stopping: boolean
}

const CHECK_MS = 2_000

/**
 * A Fastify server in which every error is problem+json. It logs no requests by itself and sets no headers that ingest
 * would pay for: scopes that serve people add `secureHeaders` and `logRequests`.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const boot = randomBytes(6).toString('base64url')
  let count = 0
  const server = fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `${boot}-${(count++).toString(36)}`,
    bodyLimit: options.bodyLimit ?? 1_048_576,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    trustProxy: options.trustProxy?.length ? [...options.trustProxy] : false,
    http: { maxHeaderSize: 16_384, headersTimeout: 20_000 },
    routerOptions: { maxParamLength: 512 },
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply as FastifyReply),
    clientErrorHandler: answerBrokenRequest,
  }) as unknown as FastifyInstance
  const routes: RouteLine[] = []
  const life: Life = { stopping: false }
  server.decorate('routeLines', routes)
  server.decorate('life', life)
  server.decorate('checks', options.checks)
  server.addHook('onRoute', ({ method, url }) => {
    for (const each of Array.isArray(method) ? method : [method]) routes.push({ method: each, url })
  })
  server.setErrorHandler<FastifyError>((error, request, reply) => answerError(error, request, reply))
  server.setNotFoundHandler((request, reply) => answerNotFound(request, reply, routes))
  addHealth(server, options, life)
  return server
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route so far, also of plugins. */
    readonly routeLines: readonly RouteLine[]
    readonly life: { stopping: boolean }
    /** What `/readyz` asks. */
    readonly checks: Readonly<Record<string, Check>>
  }
}

/** One line for each answer of this scope: method, route pattern (not the path: it may hold personal data), status, time. */
export function logRequests(scope: FastifyInstance): void {
  scope.addHook('onResponse', (request, reply, done) => {
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? '-',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    request.log.info(line, 'request')
    done()
  })
}

/** Starts to listen; returns the address, e.g. `http://127.0.0.1:8080`. Port 0 takes a free one. */
export const listen = (server: FastifyInstance, { host, port }: { readonly host: string; readonly port: number }): Promise<string> =>
  server.listen({ host, port })

/** Refuses new work at once, lets running requests end for `graceMs`, then cuts what is left (also event streams). */
export async function stop(server: FastifyInstance, graceMs = 5_000): Promise<void> {
  server.life.stopping = true
  const cut = setTimeout(() => server.server.closeAllConnections(), graceMs)
  await server.close()
  clearTimeout(cut)
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error)
  if (!problem) request.log.error({ route: request.routeOptions?.url, err: error }, 'request failed')
  const retry = (error as { retryAfter?: unknown }).retryAfter
  if (typeof retry === 'number') reply.header('retry-after', Math.ceil(retry))
  return sendProblem(reply, problem ?? BUG)
}

/** 405 with `Allow` when the path exists under other methods, else 404. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply, routes: readonly RouteLine[]): FastifyReply {
  const path = request.url.split('?', 1)[0]!
  const allowed = [
    ...new Set(routes.filter((route) => !route.url.endsWith('*') && matches(route.url, path)).map((route) => route.method)),
  ].sort()
  if (allowed.length === 0 || allowed.includes(request.method)) return sendProblem(reply, notFound(path))
  return sendProblem(reply.header('allow', allowed.join(', ')), methodNotAllowed(request.method, allowed))
}

/** Whether a route pattern such as `/api/keys/:id` matches the path. */
export function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, i) => (part.startsWith(':') ? given[i] !== '' : part === given[i]))
}

/** The HTTP parser gave up before there was a request: the answer is written by hand. */
function answerBrokenRequest(error: Error & { code?: string; bytesParsed?: number }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy()
  const [status, text, code] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', 'http.headers.too-large']
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'http.timeout']
        : [400, 'Bad Request', 'http.malformed']
  const body = JSON.stringify(problemBody({ code: code as string, status: status as number, title: `${text}.` }))
  socket.end(
    `HTTP/1.1 ${status} ${text}\r\nContent-Type: ${PROBLEM_JSON}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function addHealth(server: FastifyInstance, { metrics, metricsToken }: ServerOptions, life: Life): void {
  server.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const results = await stateOf(server)
    const ready = !life.stopping && Object.values(results).every((state) => state === 'ok')
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: life.stopping ? 'stopping' : ready ? 'ok' : 'not ready', checks: results })
  })
  server.get('/metrics', async (request, reply) => {
    if (metricsToken && request.headers.authorization !== `Bearer ${metricsToken}`) {
      return sendProblem(reply, {
        code: 'auth.needed',
        status: 401,
        title: 'The metrics want their token.',
        hint: 'Send `Authorization: Bearer …`.',
      })
    }
    return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

type State = 'ok' | 'failed' | 'slow'

/** How each part that the server needs is, by name; a stopping server needs none. */
export async function stateOf(server: FastifyInstance): Promise<Readonly<Record<string, State>>> {
  const asked = Object.entries(server.checks).map(async ([name, check]) => [name, await outcome(name, check, server)] as const)
  return Object.fromEntries(await Promise.all(asked))
}

/** `ok`, `failed` or `slow`: the reason goes to the log, not to whoever asks. */
async function outcome(name: string, check: Check, server: FastifyInstance): Promise<State> {
  const limit = Promise.withResolvers<'slow'>()
  const timer = setTimeout(() => limit.resolve('slow'), CHECK_MS)
  try {
    return await Promise.race([check().then(() => 'ok' as const), limit.promise])
  } catch (error) {
    server.log.warn({ check: name, err: error }, 'readiness check failed')
    return 'failed'
  } finally {
    clearTimeout(timer)
  }
}

import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { z } from 'zod'
import type { Action, InputOf, OutputOf } from '#lib/action.ts'
import { invalid } from '#lib/invalid.ts'
import { type Language, languageAsked } from '#lib/language.ts'
import { isRefusal, type Outcome, type Problem, type Refusal } from '#lib/problem.ts'
import { problemIn } from '#lib/problem-words.ts'
import type { Queryable } from '../log.ts'
import type { AuditEntry, AuditNote, AuditTrail, Begun } from './audit.ts'
import { type EventStream, sse } from './event-stream.ts'
import { secureHeaders } from './headers.ts'
import { readInput } from './input.ts'
import { documentOf } from './openapi.ts'
import { denied, type Principal } from './principal.ts'
import { PROBLEM_JSON, problemBody, sendProblem } from './problem-reply.ts'
import { addReference } from './reference.ts'
import { answerNotFound, logRequests } from './server.ts'

/** What a handler may know of the request, and say besides its output. */
export interface Call {
  readonly requestId: string
  readonly ip: string
  /** Scheme, host and port that the client asked for, e.g. `http://127.0.0.1:8080`. */
  readonly origin: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** `If-Match` without quotes; undefined when not given. */
  readonly ifMatch: string | undefined
  /** Answer header; `set-cookie` may be set several times. */
  setHeader(name: string, value: string): void
  /** What the audit line says beyond the action: the object, and the hashes before and after. */
  note(about: AuditNote): void
  /** Adds the audit line in the handler's own transaction, as the last thing in it: both are there or neither is. For `bindAudited`. */
  audit(tx: Queryable, about: AuditNote): Promise<void>
}

export type Handler<A extends Action> = (input: InputOf<A>, principal: Principal, call: Call) => Promise<Outcome<OutputOf<A>>>
/** Sends until the stream is closed. A refusal before the first `stream()` call becomes an ordinary problem. */
export type StreamHandler<A extends Action> = (
  input: InputOf<A>,
  principal: Principal,
  call: Call & { readonly stream: () => TypedStream<OutputOf<A>> },
) => Promise<undefined | Refusal>
export interface TypedStream<T> extends Omit<EventStream, 'send'> {
  send(data: T): boolean
}

/** What is sent as a file, piece by piece. */
export interface Download {
  readonly filename: string
  readonly body: AsyncIterable<string | Uint8Array>
}
export type DownloadHandler<A extends Action> = (input: InputOf<A>, principal: Principal, call: Call) => Promise<Outcome<Download>>

/** An action with what it does. */
export interface Binding {
  readonly action: Action
  readonly handle?: Handler<Action>
  readonly stream?: StreamHandler<Action>
  readonly download?: DownloadHandler<Action>
  /** The handler adds the audit line itself, in its transaction. */
  readonly audits?: true
}

export const bind = <A extends Action>(action: A, handle: Handler<A>): Binding => ({ action, handle: handle as unknown as Handler<Action> })

/** For an audited action that changes one database in one transaction: its handler calls `call.audit` with that transaction. */
export const bindAudited = <A extends Action>(action: A, handle: Handler<A>): Binding => ({ ...bind(action, handle), audits: true })

/** The action answers with a file. */
export const bindDownload = <A extends Action>(action: A, download: DownloadHandler<A>): Binding => ({
  action,
  download: download as unknown as DownloadHandler<Action>,
})

/** The action answers with server-sent events; its output schema is that of each event's data. */
export const bindStream = <A extends Action>(action: A, stream: StreamHandler<A>): Binding => ({
  action,
  stream: stream as unknown as StreamHandler<Action>,
})

/** The first answer to an `Idempotency-Key`, kept for repeats. */
export interface KeptAnswer {
  readonly status: number
  readonly body: string
}
export interface IdempotencyStore {
  /** Claims the key: `new`, or the first answer, or why not. */
  begin(claim: {
    workspace: string
    key: string
    action: string
    fingerprint: string
  }): Promise<'new' | 'running' | 'mismatch' | KeptAnswer>
  /** Keeps the answer; without one the key is free again. */
  finish(claim: { workspace: string; key: string }, answer: KeptAnswer | undefined): Promise<void>
}

export interface ApiOptions {
  /** All declared actions: each must be bound exactly once, and nothing else. */
  readonly actions: readonly Action[]
  readonly bindings: readonly Binding[]
  /** Permissions that somebody can hold, and those that need no grant: an action that asks for another one stops the start. */
  readonly granted?: ReadonlySet<string>
  /** Who calls. Nobody when there are no credentials; a refusal when they are wrong. */
  readonly authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<Outcome<Principal>>
  /** Refuses what did not come from our own pages (CSRF); asked before every route of this scope. */
  readonly checkOrigin: (request: FastifyRequest) => Problem | undefined
  readonly audit: AuditTrail
  readonly idempotency: IdempotencyStore
  readonly hsts?: boolean
  /** The answer in the language that `Accept-Language` asks for, when that is not English. */
  readonly inLanguage?: (answer: unknown, language: Language, asked: unknown) => unknown
  /** For the reference: the product's version and public address. */
  readonly version: string
  readonly url: string
  /** Routes under /api that are no actions, e.g. `/api/auth/*`; registered by these in the same scope. */
  readonly others?: readonly ((scope: FastifyInstance) => void | Promise<void>)[]
  /** Addresses of those, so that an undeclared route stops the start. */
  readonly otherRoutes?: readonly string[]
}

const REFERENCE = ['/api/openapi.json', '/api/docs', '/api/docs/*']

/** Mounts every declared action under its route, with OpenAPI at `/api/openapi.json` and the reference at `/api/docs`. */
export async function registerActions(server: FastifyInstance, options: ApiOptions): Promise<void> {
  checkBindings(options)
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts: options.hsts ?? false, cache: 'no-store' })
    logRequests(scope)
    // A form of another site can send plain text, but not JSON.
    scope.removeContentTypeParser('text/plain')
    scope.addHook('onRequest', async (request, reply) => {
      const problem = options.checkOrigin(request)
      if (problem) return sendProblem(reply, problem)
    })
    for (const binding of options.bindings) addRoute(scope, binding, options)
    addReference(scope, documentOf(options.actions, options))
    for (const other of options.others ?? []) await other(scope)
    scope.route({
      method: scope.supportedMethods as HTTPMethods[],
      url: '/api/*',
      handler: (request, reply) => answerNotFound(request, reply, server.routeLines),
    })
  })
  server.addHook('onReady', async () => checkRoutes(server, options))
}

function checkBindings({ actions, bindings, granted }: ApiOptions): void {
  const wrong: string[] = []
  const count = (name: string, list: readonly Action[]): number => list.filter((each) => each.name === name).length
  const bound = bindings.map((binding) => binding.action)
  for (const action of actions) {
    if (count(action.name, actions) > 1) wrong.push(`${action.name} is declared twice`)
    if (count(action.name, bound) !== 1) wrong.push(`${action.name} is bound ${count(action.name, bound)} times`)
    if (!action.may) wrong.push(`${action.name} asks for no permission`)
    else if (granted && !granted.has(action.may)) wrong.push(`${action.name} asks for ${action.may}, which no role holds`)
    if (!/^(GET|POST|PUT|DELETE) \/api\/\S+$/.test(action.route)) wrong.push(`${action.name} has no route under /api`)
  }
  for (const { action, stream, download, audits } of bindings) {
    if (Boolean(stream) !== Boolean(action.streams)) wrong.push(`${action.name} is ${stream ? '' : 'not '}bound as a stream`)
    if (Boolean(download) !== Boolean(action.downloads)) wrong.push(`${action.name} is ${download ? '' : 'not '}bound as a file`)
    if (audits && !action.audited) wrong.push(`${action.name} writes an audit line and is not declared as audited`)
  }
  for (const action of bound) if (!actions.includes(action)) wrong.push(`${action.name} is bound but not declared`)
  if (wrong.length > 0) throw new Error(`The API does not start: ${[...new Set(wrong)].join('; ')}.`)
}

/** Deny by default: an address under /api that no action declares, and so no permission guards, stops the start. */
function checkRoutes(server: FastifyInstance, { actions, otherRoutes = [] }: ApiOptions): void {
  const known = new Set([...actions.map((action) => pathOf(action)), ...REFERENCE, ...otherRoutes, '/api/*'])
  const strays = server.routeLines.filter((route) => route.url.startsWith('/api') && !known.has(route.url))
  if (strays.length > 0)
    throw new Error(`These routes belong to no action: ${strays.map((route) => `${route.method} ${route.url}`).join(', ')}.`)
}

const methodOf = (action: Action): HTTPMethods => action.route.slice(0, action.route.indexOf(' ')) as HTTPMethods
const pathOf = (action: Action): string => action.route.slice(action.route.indexOf(' ') + 1)

function addRoute(scope: FastifyInstance, binding: Binding, options: ApiOptions): void {
  const { action } = binding
  scope.route({
    method: methodOf(action),
    url: pathOf(action),
    exposeHeadRoute: false,
    bodyLimit: action.largestBody,
    handler: (request, reply) => answer(request, reply, { binding, options }),
  })
}

interface Bound {
  readonly binding: Binding
  readonly options: ApiOptions
}

async function answer(request: FastifyRequest, reply: FastifyReply, { binding, options }: Bound): Promise<FastifyReply> {
  const { action } = binding
  reply.header('request-id', request.id)
  const principal = await options.authenticate(request, reply)
  if (isRefusal(principal)) return sendProblem(reply, principal.refused)
  const problem = denied(action.may, principal)
  if (problem) {
    if (action.audited) request.log.warn({ action: action.name, actor: principal.actor, code: problem.code }, 'refused')
    return sendProblem(reply, problem)
  }
  const given = readInput(request)
  if (isRefusal(given)) return sendProblem(reply, given.refused)
  const input = await action.input.safeParseAsync(given.input)
  if (!input.success) return sendProblem(reply, invalid(input.error))
  if (binding.download) return answerDownload(request, reply, { bound: { binding, options }, principal, input: input.data })
  if (binding.stream) return answerStream(request, reply, { binding, input: input.data, principal })
  return answerOnce(request, reply, { bound: { binding, options }, principal, input: input.data, fingerprint: given.fingerprint })
}

interface Turn {
  readonly bound: Bound
  readonly principal: Principal
  readonly input: unknown
  readonly fingerprint: string
}

/** Runs the handler, or repeats the first answer to the same `Idempotency-Key`. */
async function answerOnce(request: FastifyRequest, reply: FastifyReply, turn: Turn): Promise<FastifyReply> {
  const { options, binding } = turn.bound
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string' || request.method === 'GET' || turn.principal.workspace === '')
    return deliver(reply, await run(request, reply, turn))
  const claim = { workspace: turn.principal.workspace, key: `${turn.principal.actor} ${key}` }
  if (key.length > 200) return sendProblem(reply, KEY_TOO_LONG)
  const first = await options.idempotency.begin({ ...claim, action: binding.action.name, fingerprint: turn.fingerprint })
  if (first === 'mismatch') return sendProblem(reply, KEY_REUSED)
  if (first === 'running') return sendProblem(reply.header('retry-after', '1'), KEY_RUNNING)
  if (first !== 'new') return deliver(reply.header('idempotent-replayed', 'true'), first)
  let kept: KeptAnswer | undefined
  try {
    kept = await run(request, reply, turn)
  } finally {
    await options.idempotency.finish(claim, kept)
  }
  return deliver(reply, kept)
}

const KEY_TOO_LONG: Problem = { code: 'idempotency.key', status: 400, title: 'The Idempotency-Key is longer than 200 characters.' }
const KEY_REUSED: Problem = {
  code: 'idempotency.reused',
  status: 422,
  title: 'This Idempotency-Key was used for a different request.',
  hint: 'Use a new key for a new request; repeat a request with its own key.',
}
const KEY_RUNNING: Problem = {
  code: 'idempotency.running',
  status: 409,
  title: 'The first request with this Idempotency-Key is still running.',
  hint: 'Wait a second and ask again.',
}

async function run(request: FastifyRequest, reply: FastifyReply, { bound, principal, input }: Turn): Promise<KeptAnswer> {
  const { action, handle } = bound.binding
  const told = await audited(request, reply, { bound, principal })
  const outcome = await handle!(input as never, principal, told.call)
  await told.ended(isRefusal(outcome))
  const language = languageAsked(request.headers['accept-language'])
  if (isRefusal(outcome))
    return { status: outcome.refused.status, body: JSON.stringify(problemBody(problemIn(outcome.refused, language), request.id)) }
  // Parsing the output strips what the schema does not name, so that a column too many never leaves.
  const output = await checked(action, outcome)
  const answer = language === 'en' ? output : (bound.options.inLanguage?.(output, language, input) ?? output)
  return { status: action.status ?? 200, body: JSON.stringify(answer) }
}

interface Told {
  readonly call: Call
  /** The handler has ended. When it throws instead, what had begun stays noted, and is told later as interrupted. */
  ended(refused: boolean): Promise<void>
}

/** Says before the handler that it begins, unless it adds the audit line in its own transaction; and afterwards what it noted. */
async function audited(
  request: FastifyRequest,
  reply: FastifyReply,
  { bound: { binding, options }, principal }: { bound: Bound; principal: Principal },
): Promise<Told> {
  const { action, audits } = binding
  const { workspace, actor } = principal
  const entry: AuditEntry = { workspace, actor, action: action.name, requestId: request.id, object: '' }
  let noted: AuditNote | undefined
  let written = false
  const begun: Begun | undefined = action.audited && !audits ? await options.audit.begin(entry) : undefined
  const call = callOf(request, reply, {
    note: (about) => {
      noted = about
    },
    audit: async (tx, about) => {
      await options.audit.within(tx, { ...entry, ...about })
      written = true
    },
  })
  return {
    call,
    async ended(refused) {
      if (begun) return refused ? begun.nothing() : begun.done({ ...entry, ...noted })
      if (audits && !refused && !written) throw new Error(`${action.name} changed something and added no audit line`)
    },
  }
}

async function answerDownload(
  request: FastifyRequest,
  reply: FastifyReply,
  { bound, principal, input }: Omit<Turn, 'fingerprint'>,
): Promise<FastifyReply> {
  const { action, download } = bound.binding
  const told = await audited(request, reply, { bound, principal })
  const outcome = await download!(input as never, principal, told.call)
  await told.ended(isRefusal(outcome))
  if (isRefusal(outcome)) return sendProblem(reply, outcome.refused)
  return reply
    .header('content-type', action.downloads!)
    .header('content-disposition', `attachment; filename="${outcome.filename.replace(/[^\w.-]/g, '_')}"`)
    .send(Readable.from(outcome.body, { objectMode: false }))
}

async function checked(action: Action, output: unknown): Promise<unknown> {
  const result = await (action.output as z.ZodType).safeParseAsync(output)
  if (result.success) return result.data
  throw new Error(`The output of ${action.name} does not fit its schema: ${result.error.message}`)
}

const deliver = (reply: FastifyReply, { status, body }: KeptAnswer): FastifyReply =>
  reply
    .code(status)
    .header('content-type', status < 400 ? 'application/json; charset=utf-8' : PROBLEM_JSON)
    .send(body)

function callOf(request: FastifyRequest, reply: FastifyReply, audit: Pick<Call, 'note' | 'audit'>): Call {
  const match = request.headers['if-match']
  return {
    requestId: request.id,
    ip: request.ip,
    origin: `${request.protocol}://${request.host}`,
    headers: request.headers,
    ifMatch: match?.replace(/^W\//, '').replace(/^"(.*)"$/, '$1'),
    setHeader: (name, value) => void reply.header(name, value),
    ...audit,
  }
}

async function answerStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { binding, input, principal }: { binding: Binding; input: unknown; principal: Principal },
): Promise<FastifyReply> {
  let opened: EventStream | undefined
  const stream = (): EventStream => {
    opened ??= sse(reply)
    return opened
  }
  const call = { ...callOf(request, reply, { note: () => undefined, audit: async () => undefined }), stream }
  try {
    const refused = await binding.stream!(input as never, principal, call)
    if (refused && !opened) return sendProblem(reply, refused.refused)
  } catch (error) {
    if (!opened) throw error
    request.log.error({ action: binding.action.name, err: error }, 'stream failed')
  }
  opened?.close()
  return reply
}

import { betterAuth } from 'better-auth'
import { APIError, createAuthEndpoint } from 'better-auth/api'
import { setSessionCookie } from 'better-auth/cookies'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Kysely, PostgresDialect } from 'kysely'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Call } from '#platform/http/actions.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { boundTo, dropSession, factorOf, passwordOf } from '../account/store.ts'
import { findPerson } from '../store.ts'
import { BUSY } from './hashed.ts'
import { createPasswords, type Passwords, PasswordsBusy } from './passwords.ts'
import { cookieIn, pendingSteps } from './second-factor.ts'
import { tellOf } from './told.ts'

export interface SignInOptions {
  readonly pool: Pool
  /** Signs the cookies. */
  readonly secret: string
  /** Address at which people reach the server; https makes the cookie `__Host-` and Secure. */
  readonly url: string
  /** Epoch ms; left out: the machine's clock. */
  readonly now?: () => number
}

/** A signed-in person, and the cookies that prolong the session. */
export interface Session {
  readonly id: string
  readonly person: { readonly id: string; readonly name: string; readonly email: string }
  readonly cookies: readonly string[]
}

/** Signing people in with e-mail address and password, by better-auth on our own tables. */
export interface SignIn {
  readonly passwords: Passwords
  /** Who the cookie belongs to; undefined when nobody, or when the session is over. */
  session(request: FastifyRequest): Promise<Session | undefined>
  /** `Set-Cookie` values of a new session; undefined when address or password is wrong. */
  start(call: Pick<Call, 'headers' | 'ip' | 'origin'>, by: { email: string; password: string }): Promise<string[] | undefined>
  /** `Set-Cookie` values of a new session of somebody who has proved who they are; `via`: the workspace whose provider vouched for it. */
  enter(call: Pick<Call, 'headers' | 'ip' | 'origin'>, by: { person: string; via: string | null }): Promise<string[]>
  /** Whose password was right a moment ago, and whose second factor is still to come. */
  pending(call: Pick<Call, 'headers'>): string | undefined
  /** Whether this is the person's password; refused after ten tries a minute. */
  checkPassword(call: Pick<Call, 'ip'>, by: { person: string; password: string }): Promise<Outcome<{ right: boolean }>>
  /** Mounts the routes of `AUTH_ROUTES`. */
  mount(scope: FastifyInstance): void
}

/** A session ends after this long without a request, and after a working day in any case. */
const IDLE_S = 2 * 3_600
const WHOLE_MS = 12 * 3_600_000
const RENEW_S = 300
const PER_ADDRESS = { max: 5, window: 60 }
const PER_ACCOUNT = { max: 10, windowMs: 60_000 }
const IP_HEADER = 'x-cadenza-client'

const ROUTES = [
  ['POST', '/api/auth/sign-in/email'],
  ['POST', '/api/auth/sign-out'],
  ['POST', '/api/auth/change-password'],
  ['POST', '/api/auth/revoke-sessions'],
] as const
export const AUTH_ROUTES: readonly string[] = ROUTES.map(([, url]) => url)

export function createSignIn(options: SignInOptions): SignIn {
  const passwords = createPasswords()
  const auth = authOf(options, passwords)
  const { pool, now = Date.now } = options
  const steps = pendingSteps(options.secret)
  const secure = options.url.startsWith('https:')
  const cookieName = secure ? '__Host-cadenza-step' : 'cadenza-step'
  const stepCookie = (value: string, seconds: number): string =>
    `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`
  const attempts = new LRUCache<string, { count: number }>({ max: 10_000, ttl: PER_ACCOUNT.windowMs, noUpdateTTL: true })
  const accountIsBusy = (email: string): boolean => {
    const seen = attempts.get(email) ?? { count: 0 }
    seen.count += 1
    if (seen.count === 1) attempts.set(email, seen)
    return seen.count > PER_ACCOUNT.max
  }
  return {
    passwords,
    session: async (request) => {
      if (!request.headers.cookie) return undefined
      const found = await auth.api.getSession({ headers: headersOf(request), returnHeaders: true })
      const session = found.response
      if (!session || Date.now() - session.session.createdAt.getTime() > WHOLE_MS) return undefined
      const { id, name, email } = session.user
      return { id: session.session.id, person: { id, name, email }, cookies: found.headers.getSetCookie() }
    },
    start: async (call, { email, password }) => {
      const answer = await auth.handler(authRequest(call, '/api/auth/sign-in/email', { email, password }))
      return answer.ok ? answer.headers.getSetCookie() : undefined
    },
    enter: async (call, { person, via }) => {
      const { headers, response } = await auth.api.enter({ headers: headersOf(call), body: { person }, returnHeaders: true })
      if (via !== null) await boundTo(pool, response.session, via)
      return [...headers.getSetCookie(), stepCookie('', 0)]
    },
    pending: ({ headers }) => steps.read(cookieIn(headers, cookieName), now()),
    checkPassword: async (_call, { person, password }) => {
      if (accountIsBusy(`person ${person}`)) return refuse(TOO_OFTEN)
      const stored = await passwordOf(pool, person)
      try {
        return { right: stored !== undefined && (await passwords.verify(stored, password)) }
      } catch (error) {
        if (error instanceof PasswordsBusy) return refuse(BUSY)
        throw error
      }
    },
    mount: (scope) => {
      const mounted = {
        handler: auth.handler,
        accountIsBusy,
        pool,
        now,
        pendingCookie: (person: string) => stepCookie(steps.issue(person, now()), 600),
      }
      for (const [method, url] of ROUTES)
        scope.route({ method, url, handler: (request, reply) => answer(request, reply, { ...mounted, url }) })
    },
  }
}

/** Gives a session to somebody who proved who they are by other means than a password; reached from here only. */
const entering = {
  id: 'cadenza-enter',
  endpoints: {
    enter: createAuthEndpoint.serverOnly({ method: 'POST', body: z.object({ person: z.string() }) }, async (ctx) => {
      const user = await ctx.context.internalAdapter.findUserById(ctx.body.person)
      if (!user) throw new APIError('NOT_FOUND')
      const session = await ctx.context.internalAdapter.createSession(user.id, false)
      await setSessionCookie(ctx, { session, user })
      return { session: session.id }
    }),
  },
}

const person = { userId: 'person_id' }
const times = { createdAt: 'created_at', updatedAt: 'updated_at' }
/** better-auth's models on our tables. */
const TABLES = {
  user: { modelName: 'auth_people', fields: { emailVerified: 'email_verified', ...times } },
  session: {
    modelName: 'auth_sessions',
    fields: { ...person, ...times, expiresAt: 'expires_at', ipAddress: 'ip_address', userAgent: 'user_agent' },
  },
  account: {
    modelName: 'auth_accounts',
    fields: {
      ...person,
      ...times,
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
    },
  },
  verification: { modelName: 'auth_verifications', fields: { ...times, expiresAt: 'expires_at' } },
}

function authOf({ pool, secret, url }: SignInOptions, passwords: Passwords) {
  const secure = url.startsWith('https:')
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) })
  const busy = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (error) {
      if (error instanceof PasswordsBusy) throw new APIError('TOO_MANY_REQUESTS', { message: error.message })
      throw error
    }
  }
  return betterAuth({
    appName: 'Cadenza',
    baseURL: url,
    basePath: '/api/auth',
    secret,
    database: { db, type: 'postgres', transaction: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [entering],
    trustedOrigins: (request) => (request ? [new URL(request.url).origin] : []),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 8,
      maxPasswordLength: 128,
      password: {
        hash: (password) => busy(passwords.hash(password)),
        verify: ({ hash, password }) => busy(passwords.verify(hash, password)),
      },
    },
    ...TABLES,
    session: { ...TABLES.session, expiresIn: IDLE_S, updateAge: RENEW_S },
    rateLimit: {
      enabled: true,
      storage: 'database',
      modelName: 'auth_rate_limits',
      fields: { lastRequest: 'last_request' },
      window: 60,
      max: 60,
      customRules: { '/sign-in/email': PER_ADDRESS, '/change-password': PER_ADDRESS },
    },
    advanced: {
      useSecureCookies: false,
      cookies: {
        session_token: { name: secure ? '__Host-cadenza' : 'cadenza', attributes: { secure, sameSite: 'lax', path: '/', httpOnly: true } },
        dont_remember: {
          name: secure ? '__Host-cadenza-short' : 'cadenza-short',
          attributes: { secure, sameSite: 'lax', path: '/', httpOnly: true },
        },
      },
      ipAddress: { ipAddressHeaders: [IP_HEADER] },
    },
  })
}

function headersOf(request: Pick<Call, 'headers' | 'ip'>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers.set(name, value)
  // The server's own word, so that a client cannot choose the address that its attempts count for.
  headers.set(IP_HEADER, request.ip)
  return headers
}

function authRequest(call: Pick<Call, 'headers' | 'ip' | 'origin'>, url: string, body: unknown): Request {
  const headers = headersOf(call)
  for (const name of ['content-length', 'transfer-encoding', 'connection']) headers.delete(name)
  headers.set('content-type', 'application/json')
  // The API's own check has passed by now; it knows addresses that better-auth does not.
  headers.set('origin', call.origin)
  return new Request(`${call.origin}${url}`, { method: 'POST', headers, body: JSON.stringify(body ?? {}) })
}

interface Mounted {
  readonly handler: (request: Request) => Promise<Response>
  readonly url: string
  readonly accountIsBusy: (email: string) => boolean
  readonly pool: Pool
  readonly now: () => number
  readonly pendingCookie: (person: string) => string
}

async function answer(request: FastifyRequest, reply: FastifyReply, mounted: Mounted): Promise<FastifyReply> {
  const { handler, url, accountIsBusy } = mounted
  const given = (request.body ?? {}) as Record<string, unknown>
  // A changed password ends every other session, whatever the client asks for.
  const body = url.endsWith('/change-password') ? { ...given, revokeOtherSessions: true } : given
  const entry = url.endsWith('/sign-in/email')
  if (entry && accountIsBusy(String(given['email']).toLowerCase())) return sendProblem(reply.header('retry-after', '60'), TOO_OFTEN)
  const response = await handler(
    authRequest({ headers: request.headers, ip: request.ip, origin: `${request.protocol}://${request.host}` }, url, body),
  )
  const second = entry && response.ok ? await secondStep(request, response.clone(), mounted) : undefined
  if (second) return reply.header('set-cookie', second).send({ done: false, next: 'code' })
  await tellEntry(request, response.clone(), mounted)
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie)
  if (response.ok) return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify({ done: true }))
  if (response.status >= 500) request.log.error({ route: url, status: response.status }, 'sign-in failed')
  const retry = response.headers.get('x-retry-after')
  if (response.status === 429) reply.header('retry-after', retry ?? '1')
  return sendProblem(reply, await problemOf(response))
}

/** The cookie that says the password was right, when a second factor is still to come; the session that was made for it never leaves. */
async function secondStep(request: FastifyRequest, response: Response, { pool, pendingCookie }: Mounted): Promise<string | undefined> {
  const said = (await response.json()) as { token: string; user: { id: string } }
  if (!(await factorOf(pool, said.user.id))) return undefined
  await dropSession(pool, said.token)
  request.log.info('password right, second factor to come')
  return pendingCookie(said.user.id)
}

/** Into the audit log of the person's workspaces: who came in, whose password was tried in vain, who changed it. */
async function tellEntry(request: FastifyRequest, response: Response, { url, pool, now }: Mounted): Promise<void> {
  const tell = (person: string, action: string, actor?: string) =>
    tellOf(pool, { person, action, requestId: request.id, ...(actor !== undefined && { actor }) }, now())
  if (url.endsWith('/sign-in/email') && response.status === 401) {
    const person = await findPerson(pool, { email: String((request.body as { email?: unknown }).email).toLowerCase() })
    if (person) await tell(person.id, 'account.sign_in_refused', 'system:sign-in')
  }
  if (!response.ok || url.endsWith('/sign-out') || url.endsWith('/revoke-sessions')) return
  const said = (await response.json()) as { user?: { id: string } }
  if (said.user) await tell(said.user.id, url.endsWith('/change-password') ? 'account.password_changed' : 'account.signed_in')
}

const TOO_OFTEN: Problem = { code: 'auth.too-often', status: 429, title: 'Too many attempts.', hint: 'Wait a minute and try again.' }

async function problemOf(response: Response): Promise<Problem> {
  if (response.status === 429) return TOO_OFTEN
  const said = (await response.json().catch(() => ({}))) as { code?: string; message?: string }
  if (response.status === 401 && said.code === 'INVALID_EMAIL_OR_PASSWORD') {
    return {
      code: 'auth.wrong',
      status: 401,
      title: 'The e-mail address or the password is wrong.',
      hint: 'Check both. An administrator can invite you again.',
    }
  }
  const code = `auth.${(said.code ?? String(response.status)).toLowerCase().replaceAll('_', '-')}`
  return { code, status: response.status, title: said.message || 'The request was refused.' }
}

import { betterAuth } from 'better-auth'
import { APIError } from 'better-auth/api'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Kysely, PostgresDialect } from 'kysely'
import { LRUCache } from 'lru-cache'
import type { Problem } from '#lib/problem.ts'
import type { Call } from '#platform/http/actions.ts'
import { sendProblem } from '#platform/http/problem-reply.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { createPasswords, type Passwords, PasswordsBusy } from './passwords.ts'

export interface SignInOptions {
  readonly pool: Pool
  /** Signs the cookies. */
  readonly secret: string
  /** Address at which people reach the server; https makes the cookie `__Host-` and Secure. */
  readonly url: string
}

/** A signed-in person, and the cookies that prolong the session. */
export interface Session {
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
      return { person: { id, name, email }, cookies: found.headers.getSetCookie() }
    },
    start: async (call, { email, password }) => {
      const answer = await auth.handler(authRequest(call, '/api/auth/sign-in/email', { email, password }))
      return answer.ok ? answer.headers.getSetCookie() : undefined
    },
    mount: (scope) => {
      for (const [method, url] of ROUTES) {
        scope.route({ method, url, handler: (request, reply) => answer(request, reply, { handler: auth.handler, url, accountIsBusy }) })
      }
    },
  }
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
}

async function answer(request: FastifyRequest, reply: FastifyReply, { handler, url, accountIsBusy }: Mounted): Promise<FastifyReply> {
  const given = (request.body ?? {}) as Record<string, unknown>
  // A changed password ends every other session, whatever the client asks for.
  const body = url.endsWith('/change-password') ? { ...given, revokeOtherSessions: true } : given
  if (url.endsWith('/sign-in/email') && accountIsBusy(String(given.email).toLowerCase()))
    return sendProblem(reply.header('retry-after', '60'), TOO_OFTEN)
  const response = await handler(
    authRequest({ headers: request.headers, ip: request.ip, origin: `${request.protocol}://${request.host}` }, url, body),
  )
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie)
  if (response.ok) return reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify({ done: true }))
  if (response.status >= 500) request.log.error({ route: url, status: response.status }, 'sign-in failed')
  const retry = response.headers.get('x-retry-after')
  if (response.status === 429) reply.header('retry-after', retry ?? '1')
  return sendProblem(reply, await problemOf(response))
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

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Egress } from '#platform/egress.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { CannotOpen, type SecretBox } from '#platform/secrets.ts'
import type { Provider } from '../entrance/api.ts'
import { readSettings } from '../entrance/store.ts'
import { authorizationOf, discover, type Errand, vouchedBy } from './identity-provider.ts'
import { admit, CALLBACK, callbackOf, secretPlace } from './let-in.ts'
import { cookieIn } from './second-factor.ts'
import type { SignIn } from './sign-in.ts'
import { tellOf } from './told.ts'

interface Options {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  readonly secrets: SecretBox
  /** The guarded way out. */
  readonly egress: Egress
  readonly address: { readonly url: string }
  readonly signIn: SignIn
}

const BEGIN = '/api/auth/provider/:workspace'
/** Routes that are no actions: the browser is sent to the provider, and comes back. */
export const PROVIDER_ROUTES: readonly string[] = [BEGIN, CALLBACK]

const COOKIE = 'cadenza-errand'
const PLACE = { workspace: '', table: 'cookie', id: COOKIE }
const ERRAND_MS = 10 * 60_000

interface Kept extends Errand {
  readonly workspace: string
  readonly to: string
  readonly until: number
}

export function mountProviders(scope: FastifyInstance, options: Options): void {
  const { secrets, now, address } = options
  const cookie = (value: string, seconds: number): string =>
    `${COOKIE}=${value}; Path=/api/auth/provider; HttpOnly; SameSite=Lax; Max-Age=${seconds}${address.url.startsWith('https:') ? '; Secure' : ''}`
  const away = (reply: FastifyReply, problem: Problem) =>
    reply.header('set-cookie', cookie('', 0)).redirect(`/sign-in?${new URLSearchParams({ problem: problem.code })}`, 303)
  scope.get<{ Params: { workspace: string } }>(BEGIN, async (request, reply) => {
    const { workspace } = request.params
    const found = await configured(options, workspace)
    if (isRefusal(found)) return refused(request, found.refused, () => away(reply, found.refused))
    const { url, errand } = await authorizationOf(found.config, callbackOf(options))
    const kept: Kept = { ...errand, workspace, to: safePath((request.query as { to?: unknown }).to), until: now() + ERRAND_MS }
    return reply.header('set-cookie', cookie(secrets.seal(JSON.stringify(kept), PLACE), ERRAND_MS / 1_000)).redirect(url, 303)
  })
  scope.get(CALLBACK, async (request, reply) => {
    const entered = await enter(request, options)
    if (isRefusal(entered)) return refused(request, entered.refused, () => away(reply, entered.refused))
    for (const each of [...entered.cookies, cookie('', 0)]) reply.header('set-cookie', each)
    return reply.redirect(entered.to, 303)
  })
}

/** The reason in full stands in the log; the browser is told the code. */
function refused(request: FastifyRequest, { code, detail }: Problem, answer: () => FastifyReply): FastifyReply {
  request.log.warn({ code, detail }, 'a provider of identities let nobody in')
  return answer()
}

async function configured({ pool, secrets, egress }: Options, workspace: string) {
  const settings = await readSettings(pool, workspace)
  if (!settings?.provider || settings.clientSecret === null) return refuse(NONE)
  const config = await discover(egress, settings.provider, secrets.open(settings.clientSecret, secretPlace(workspace)))
  return isRefusal(config) ? config : { provider: settings.provider as Provider, config }
}

const NONE: Problem = { code: 'provider.none', status: 404, title: 'This workspace has no provider.' }
const OVER: Problem = {
  code: 'provider.over',
  status: 403,
  title: 'The way through the provider took too long, or did not begin in this browser.',
}

async function enter(request: FastifyRequest, options: Options): Promise<Outcome<{ to: string; cookies: readonly string[] }>> {
  const { secrets, now, signIn, pool } = options
  const kept = keptOf(cookieIn(request.headers, COOKIE), secrets)
  if (!kept || kept.until < now()) return refuse(OVER)
  const found = await configured(options, kept.workspace)
  if (isRefusal(found)) return found
  const query = request.url.slice(request.url.indexOf('?') + 1)
  const vouched = await vouchedBy(found.config, callbackOf(options), { query, errand: kept })
  if (isRefusal(vouched)) return vouched
  const { workspace } = kept
  const admitted = await admit(options, { workspace, provider: found.provider, vouched })
  if (isRefusal(admitted)) return admitted
  const call = { headers: request.headers, ip: request.ip, origin: `${request.protocol}://${request.host}` }
  const cookies = await signIn.enter(call, { person: admitted.person, via: workspace })
  await tellOf(pool, { person: admitted.person, action: 'account.signed_in_by_provider', requestId: request.id, workspace }, now())
  return { to: kept.to, cookies }
}

function keptOf(sealed: string | undefined, secrets: Options['secrets']): Kept | undefined {
  if (sealed === undefined) return undefined
  try {
    return JSON.parse(secrets.open(sealed, PLACE)) as Kept
  } catch (error) {
    if (error instanceof CannotOpen) return undefined
    throw error
  }
}

/** A path of this app: an address from outside must not lead away after sign-in. */
const safePath = (to: unknown): string => (typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : '/')

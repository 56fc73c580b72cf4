import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Permission } from '#lib/action.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { NOBODY, type Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import { ROLE_PERMISSIONS } from '../schema.ts'
import { memberships } from '../store.ts'
import type { KeyLookup } from './key-lookup.ts'
import type { SignIn } from './sign-in.ts'

export interface PrincipalSources {
  readonly db: Queryable
  readonly keys: KeyLookup
  readonly signIn: SignIn
}

const granted: ReadonlyMap<string, ReadonlySet<Permission>> = new Map(
  Object.entries(ROLE_PERMISSIONS).map(([role, scopes]) => [role, new Set<Permission>(scopes)]),
)

/** Who calls: the holder of `Authorization: Bearer sk_…`, else the person of the session cookie, else nobody. */
export async function resolvePrincipal(
  request: FastifyRequest,
  reply: FastifyReply,
  { db, keys, signIn }: PrincipalSources,
): Promise<Outcome<Principal>> {
  const { authorization } = request.headers
  if (authorization !== undefined) return ofKey(authorization, keys)
  const session = await signIn.session(request)
  if (!session) return NOBODY
  for (const cookie of session.cookies) reply.header('set-cookie', cookie)
  const actor = `person:${session.person.id}`
  const places = await memberships(db, session.person.id)
  const wanted = request.headers['cadenza-workspace']
  const place = wanted === undefined ? places[0] : places.find((each) => each.id === wanted)
  if (!place && wanted !== undefined) return refuse(NOT_YOURS)
  // Fail closed: nobody works in a workspace that was only guessed.
  if (!place || (wanted === undefined && places.length > 1)) return { workspace: '', actor, permissions: new Set() }
  return { workspace: place.id, actor, permissions: granted.get(place.role) ?? new Set() }
}

async function ofKey(authorization: string, keys: KeyLookup): Promise<Outcome<Principal>> {
  const value = /^Bearer (sk_\S+)$/i.exec(authorization)?.[1]
  const owner = value === undefined ? undefined : await keys.secretKey(value)
  if (!owner) return refuse(BAD_KEY)
  return { workspace: owner.workspace, actor: `key:${owner.id}`, permissions: new Set(owner.scopes) }
}

const BAD_KEY: Problem = {
  code: 'auth.key',
  status: 401,
  title: 'This secret key is unknown, revoked or expired.',
  hint: 'Send `Authorization: Bearer sk_…` with a key from Settings → Keys.',
}
const NOT_YOURS: Problem = { code: 'auth.workspace', status: 404, title: 'You belong to no workspace with this id.' }

/**
 * Refuses what another site's page made a browser send (CSRF): an `Origin` that is not ours, or a cookie from a browser that does not say
 * the request came from here. Clients that are no browsers and carry no cookie pass.
 */
export function checkOrigin(request: FastifyRequest, url: string): Problem | undefined {
  const { method, headers } = request
  if (method === 'GET' || method === 'HEAD' || headers.authorization !== undefined) return undefined
  const { origin, cookie } = headers
  const site = headers['sec-fetch-site']
  if (origin !== undefined)
    return origin === `${request.protocol}://${request.host}` || origin === new URL(url).origin ? undefined : FOREIGN
  if (site !== undefined) return site === 'same-origin' || site === 'none' ? undefined : FOREIGN
  return cookie === undefined ? undefined : FOREIGN
}

const FOREIGN: Problem = {
  code: 'auth.origin',
  status: 403,
  title: 'The request came from another site.',
  hint: 'Open Cadenza at its own address. Behind a proxy, set PUBLIC_URL to that address.',
}

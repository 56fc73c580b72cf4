import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Permission } from '#lib/action.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { WORKSPACE_PARAMETER } from '#platform/http/input.ts'
import { NOBODY, type Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import { ROLE_PERMISSIONS } from '../schema.ts'
import { type Standing, standings } from '../store.ts'
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
  const { via, factor, places } = await standings(db, { person: session.person.id, session: session.id })
  const who = { actor, session: { id: session.id, via } }
  // What a provider of one workspace vouched for opens that one only: whoever runs the provider could say to be anybody.
  const open = places.filter((each) => via === null || each.id === via)
  const wanted = wantedWorkspace(request)
  const place = wanted === undefined ? open[0] : open.find((each) => each.id === wanted)
  if (!place && wanted !== undefined) return refuse(NOT_YOURS)
  // Fail closed: nobody works in a workspace that was only guessed.
  if (!place || (wanted === undefined && open.length > 1)) return { ...who, workspace: '', permissions: new Set() }
  const barred = barOf(place, { via, factor })
  if (barred) return { ...who, workspace: place.id, permissions: new Set(), barred }
  return { ...who, workspace: place.id, permissions: granted.get(place.role) ?? new Set() }
}

/** Streams, pictures, downloads and forms of frames carry no header of ours: they say it in the address. */
function wantedWorkspace({ headers, query, method, url }: FastifyRequest): string | undefined {
  const header = headers['cadenza-workspace']
  if (header !== undefined) return String(header)
  const asked =
    method === 'GET' || url.startsWith('/view/') ? (query as Record<string, unknown> | undefined)?.[WORKSPACE_PARAMETER] : undefined
  return asked === undefined ? undefined : String(asked)
}

/** Why the workspace is closed to a member who came in like this. An administrator with a second factor always gets in, to mend a provider that is broken. */
function barOf(
  place: Pick<Standing, 'id' | 'role' | 'secondFactor' | 'onlyProvider'>,
  { via, factor }: { via: string | null; factor: boolean },
): Problem | undefined {
  if (via === place.id) return undefined
  if (place.onlyProvider && !(place.role === 'admin' && factor)) return BY_PROVIDER_ONLY
  return place.secondFactor && !factor ? FACTOR_NEEDED : undefined
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
const FACTOR_NEEDED: Problem = {
  code: 'auth.second-factor',
  status: 403,
  title: 'This workspace asks everybody for a second factor.',
  hint: 'Set one up under Account.',
}
const BY_PROVIDER_ONLY: Problem = {
  code: 'auth.provider-only',
  status: 403,
  title: 'This workspace is entered through its provider of identities only.',
  hint: 'Sign out, and sign in with the button of the provider.',
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

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { ACTIONS } from '#app/actions.ts'
import { IMPORT_ROUTE } from '#app/list-import.ts'
import type { Permission } from '#lib/action.ts'
import type { RouteLine } from '#platform/http/server.ts'
import { newKey, newWorkspaceId } from '#workspaces/adapters/new-key.ts'
import { createPasswords } from '#workspaces/adapters/passwords.ts'
import { ROLE_PERMISSIONS, Role, type Scope } from '#workspaces/schema.ts'
import { insertKey, insertPerson, insertWorkspace, putMember } from '#workspaces/store.ts'
import { type Answer, type AskOptions, ask, cookieOf } from '../fixtures/api.ts'
import { startWorld, type World } from '../roads/world.ts'

/** The whole server with a workspace, a person of every role in it, and a stranger: the administrator of another workspace. */
export interface Town {
  readonly world: World
  /** Every route that the server has, also of plugins. */
  readonly routes: readonly RouteLine[]
  /** A session of each role. */
  readonly cookies: Readonly<Record<Role, string>>
  /** In both workspaces. */
  readonly commuter: string
  readonly stranger: { readonly workspace: string; readonly key: string }
  ask(route: string, options?: AskOptions): Promise<Answer>
  /** A secret key of the workspace with just these scopes. */
  key(scopes: readonly Scope[]): Promise<string>
  stop(): Promise<void>
}

/** A route with the permission that it asks for. */
export interface Guarded {
  readonly route: string
  readonly may: Permission
}

/** Every route that asks for a permission, and the public actions: the declared ones, and those whose body or answer is no JSON. */
export const GUARDED: readonly Guarded[] = [
  ...ACTIONS.map(({ route, may }) => ({ route, may })),
  { route: `POST ${IMPORT_ROUTE}`, may: 'people:write' },
  { route: 'GET /view/messages/:id', may: 'messages:read' },
  { route: 'GET /view/mailbox/:id', may: 'messages:read' },
  { route: 'GET /view/approvals/:id/:index', may: 'messages:read' },
  { route: 'POST /view/preview', may: 'documents:read' },
  { route: 'GET /view/preferences', may: 'documents:read' },
]

/** The address with a name in place of every parameter. */
export const addressed = (route: string, name = 'no-such-thing'): string => route.replace(/:\w+/g, encodeURIComponent(name))

const PASSWORD = 'a long and good password'

export async function startTown(env: Readonly<Record<string, string>> = {}): Promise<Town> {
  const servers: FastifyInstance[] = []
  const note = (message: unknown): void => void servers.push((message as { fastify: FastifyInstance }).fastify)
  subscribe('fastify.initialization', note)
  const world = await startWorld({ env }).finally(() => unsubscribe('fastify.initialization', note))
  try {
    return await inhabited(world, servers)
  } catch (error) {
    await world.stop()
    throw error
  }
}

async function inhabited(world: World, servers: readonly FastifyInstance[]): Promise<Town> {
  const { work } = world.app.parts
  const at = Date.now()
  const stranger = { workspace: newWorkspaceId(), key: '' }
  await insertWorkspace(work, {
    id: stranger.workspace,
    name: 'Strangers',
    timezone: 'UTC',
    currency: 'EUR',
    consentMode: 'opt-out',
    postalAddress: '2 Side Street',
    createdAt: at,
  })
  const keyOf = async (workspace: string, scopes: readonly Scope[]): Promise<string> => {
    const made = newKey({ kind: 'secret', name: 'test', scopes, by: 'test', at, expiresAt: null })
    await insertKey(work, workspace, { ...made.key, hash: made.hash })
    return made.value
  }
  stranger.key = await keyOf(stranger.workspace, ROLE_PERMISSIONS.admin)
  const passwordHash = await createPasswords().hash(PASSWORD)
  const signedIn = async (id: string, places: readonly (readonly [workspace: string, role: Role])[]): Promise<string> => {
    const email = `${id}@town.example`
    await insertPerson(work, { id, name: id, email, passwordHash })
    for (const [workspace, role] of places) await putMember(work, workspace, { person: id, role, at })
    // One machine signs all of them in, which the limit on attempts is there to stop.
    await work.query('delete from auth_rate_limits')
    const answer = await ask(world.url, 'POST /api/auth/sign-in/email', { body: { email, password: PASSWORD } })
    if (answer.status !== 200) throw new Error(`Signing in answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return cookieOf(answer)
  }
  const cookies = {} as Record<Role, string>
  for (const role of Role.options) cookies[role] = await signedIn(`town-${role}`, [[world.workspace, role]])
  return {
    world,
    routes: servers.flatMap((server) => server.routeLines ?? []),
    cookies,
    commuter: await signedIn('town-commuter', [
      [world.workspace, 'admin'],
      [stranger.workspace, 'admin'],
    ]),
    stranger,
    ask: (route, options) => ask(world.url, route, options),
    key: (scopes) => keyOf(world.workspace, scopes),
    stop: () => world.stop(),
  }
}

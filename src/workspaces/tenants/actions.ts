import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { newKey, newWorkspaceId } from '../adapters/new-key.ts'
import { appendAudit } from '../audit-store.ts'
import type { Workspace } from '../schema.ts'
import { deleteMember, insertKey, insertWorkspace, lockAdmins, memberships, putMember } from '../store.ts'
import { CreateWorkspace, LeaveWorkspace } from './api.ts'

interface Options {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
}

export interface NewWorkspace {
  readonly name: string
  readonly timezone: string
  readonly currency: string
  /** Becomes its administrator. */
  readonly person: string
  /** Epoch ms. */
  readonly at: number
  readonly requestId: string
  readonly consentMode?: Workspace['consentMode']
  readonly postalAddress?: string
}

/** A workspace with its administrator and a write key, in the caller's transaction; the last thing in it is its first audit line. */
export async function createWorkspace(tx: Queryable, given: NewWorkspace): Promise<{ workspace: Workspace; writeKey: string }> {
  const { name, timezone, currency, person, at, requestId, consentMode = 'opt-in', postalAddress = '' } = given
  const workspace: Workspace = { id: newWorkspaceId(), name, timezone, currency, consentMode, postalAddress, createdAt: at }
  const by = `person:${person}`
  const made = newKey({ kind: 'write', name: 'Website', scopes: [], by, at, expiresAt: null })
  await insertWorkspace(tx, workspace)
  await putMember(tx, workspace.id, { person, role: 'admin', at })
  await insertKey(tx, workspace.id, { ...made.key, hash: made.hash })
  await appendAudit(
    tx,
    { workspace: workspace.id, actor: by, action: CreateWorkspace.name, requestId, object: `workspace:${workspace.id}` },
    at,
  )
  return { workspace, writeKey: made.value }
}

export const tenantBindings = ({ pool, now }: Options): Binding[] => [
  bind(CreateWorkspace, (input, { actor, session }, call) =>
    transaction(pool, async (tx): Promise<Outcome<{ workspace: Workspace; writeKey: string }>> => {
      if (!session || session.via !== null) return refuse(PASSWORD_ONLY)
      const person = actor.slice('person:'.length)
      const places = await memberships(tx, person)
      if (!places.some(({ role }) => role === 'admin')) return refuse(NOT_ADMIN)
      return createWorkspace(tx, { ...input, person, at: now(), requestId: call.requestId })
    }),
  ),
  bind(LeaveWorkspace, ({ id }, { actor, session }, call) =>
    transaction(pool, async (tx): Promise<Outcome<{ done: true }>> => {
      if (!session) return refuse(PASSWORD_ONLY)
      const person = actor.slice('person:'.length)
      const admins = await lockAdmins(tx, id)
      if (!(await memberships(tx, person)).some((each) => each.id === id)) return refuse(NOT_YOURS)
      if (admins.length === 1 && admins[0] === person) return refuse(LAST_ADMIN)
      await deleteMember(tx, id, person)
      const line = { workspace: id, actor, action: LeaveWorkspace.name, requestId: call.requestId, object: actor }
      await appendAudit(tx, line, now())
      return { done: true }
    }),
  ),
]

const PASSWORD_ONLY: Problem = {
  code: 'workspaces.person',
  status: 403,
  title: 'Only a person who signed in with a password may do this.',
  hint: 'A session of a provider opens one workspace, and a key belongs to one.',
}
const NOT_ADMIN: Problem = {
  code: 'workspaces.not-admin',
  status: 403,
  title: 'Only an administrator of a workspace may make another one.',
  hint: 'Ask an administrator to make it and to invite you.',
}
const NOT_YOURS: Problem = { code: 'auth.workspace', status: 404, title: 'You belong to no workspace with this id.' }
const LAST_ADMIN: Problem = {
  code: 'members.last-admin',
  status: 409,
  title: 'This is the last administrator.',
  hint: 'Make somebody else an administrator first, or delete the workspace.',
}

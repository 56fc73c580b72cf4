import { randomBytes, randomUUID } from 'node:crypto'
import type { InputOf, OutputOf } from '#lib/action.ts'
import { canonical } from '#lib/json.ts'
import { languageAsked } from '#lib/language.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Announce, nextRevision } from '#platform/documents.ts'
import { type Binding, bind, bindAudited, bindDownload, type Call, type IdempotencyStore } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { anchorsIn, readAnchorText } from './adapters/anchor-file.ts'
import { checkAudit } from './adapters/audit-check.ts'
import { hashed } from './adapters/hashed.ts'
import type { KeyLookup } from './adapters/key-lookup.ts'
import { newKey, newWorkspaceId } from './adapters/new-key.ts'
import type { SetupToken } from './adapters/setup-token.ts'
import type { SignIn } from './adapters/sign-in.ts'
import {
  AcceptInvitation,
  CreateSetup,
  ExportAudit,
  GetSession,
  GetWorkspace,
  InviteMember,
  ListAudit,
  ListMembers,
  RemoveMember,
  RevokeInvitation,
  SetMemberRole,
  SetupStatus,
  ShowInvitation,
  UpdateWorkspace,
  VerifyAudit,
} from './api.ts'
import { appendAudit, auditAfter, auditBefore, sha256 } from './audit-store.ts'
import { keyBindings } from './keys/actions.ts'
import { invitationLetter, letterLanguage, type Post } from './letters.ts'
import { type AuditLine, type Member, Scope, type Workspace } from './schema.ts'
import * as store from './store.ts'

export interface WorkspacesOptions {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  /** Where people reach the server. */
  readonly address: { readonly url: string }
  readonly signIn: SignIn
  readonly keys: KeyLookup
  readonly secrets: SecretBox
  readonly setup: SetupToken
  /** Puts a new revision of the definitions on the log; the last thing in its transaction. */
  readonly announce: Announce
  /** Where signed points of the audit chain are kept outside the database, and whose signature counts. */
  readonly anchors: Anchors
  /** Hands mail over by itself; left out: links are only shown. */
  readonly post?: Post
}

export interface Anchors {
  readonly path: string
  /** Public keys; the present one first. */
  readonly trusted: readonly string[]
}

const INVITATION_MS = 3 * 86_400_000
const DONE = { done: true as const }
const NOT_HERE = {
  workspace: 'There is no such workspace in this installation.',
  invitation: 'There is no such invitation in this workspace.',
  member: 'There is no such member in this workspace.',
}
const notHere = (what: keyof typeof NOT_HERE): Problem => ({ code: `${what}.unknown`, status: 404, title: NOT_HERE[what] })
const LAST_ADMIN: Problem = {
  code: 'members.last-admin',
  status: 409,
  title: 'This is the last administrator.',
  hint: 'Make somebody else an administrator first.',
}

const STALE_MS = 5 * 60_000

/** Keeps first answers, sealed: they may hold a key's value. */
export function idempotencyStore({ pool, now, secrets }: Pick<WorkspacesOptions, 'pool' | 'now' | 'secrets'>): IdempotencyStore {
  const place = (workspace: string, key: string) => ({ workspace, table: 'idempotency_keys', id: key })
  return {
    begin: ({ workspace, ...claim }) =>
      inWorkspace(pool, workspace, async (tx) => {
        const row = await store.claimIdempotencyKey(tx, { workspace, ...claim, now: now(), abandoned: now() - STALE_MS })
        if (!row) return 'new'
        if (row.action !== claim.action || row.fingerprint !== claim.fingerprint) return 'mismatch'
        return row.status === 0 ? 'running' : { status: row.status, body: secrets.open(row.body, place(workspace, claim.key)) }
      }),
    finish: ({ workspace, key }, answer) =>
      inWorkspace(pool, workspace, (tx) =>
        answer
          ? store.keepAnswer(tx, { workspace, key, status: answer.status, body: secrets.seal(answer.body, place(workspace, key)) })
          : store.freeIdempotencyKey(tx, { workspace, key }),
      ),
  }
}

/** What the actions of workspaces do; those of documents are in `documents/actions.ts`. */
export const workspaceBindings = (options: WorkspacesOptions): Binding[] => [
  bind(SetupStatus, async () => ({ needed: !(await store.anyWorkspace(options.pool)) })),
  bind(CreateSetup, (input, _principal, call) => createSetup(options, input, call)),
  bind(GetSession, async (_input, principal, call) => {
    const spoken = call.headers['accept-language']
    if (principal.actor.startsWith('person:') && spoken !== undefined)
      await store.noteLanguage(options.pool, { person: principal.actor.slice('person:'.length), language: languageAsked(spoken) })
    return session(options, principal)
  }),
  bind(GetWorkspace, async (_input, { workspace }) => (await store.findWorkspace(options.pool, workspace)) ?? refuse(notHere('workspace'))),
  bindAudited(UpdateWorkspace, (input, { workspace }, call) => updateWorkspace(options, { workspace, input, call })),
  ...memberBindings(options),
  ...keyBindings(options),
  ...auditBindings(options),
]

type SetupInput = InputOf<typeof CreateSetup>

/** The first workspace, its administrator and one key of each kind, in one transaction; then the administrator is signed in. */
async function createSetup(options: WorkspacesOptions, input: SetupInput, call: Call): Promise<Outcome<OutputOf<typeof CreateSetup>>> {
  const { pool, now, signIn, setup } = options
  if (await store.anyWorkspace(pool)) return refuse(SET_UP)
  if (!setup.fits(input.token)) return refuse(BAD_TOKEN)
  const password = await hashed(signIn, input.admin.password)
  if (isRefusal(password)) return password
  const made = await transaction(pool, async (tx) => {
    if (await store.lockSetup(tx)) return refuse(SET_UP)
    const first = await insertFirst(tx, { ...input, passwordHash: password.hash, at: now() })
    const workspace = first.workspace.id
    const line = { workspace, actor: `person:${first.person}`, action: CreateSetup.name, requestId: call.requestId }
    await appendAudit(tx, { ...line, object: `workspace:${workspace}` }, now())
    return first
  })
  if (isRefusal(made)) return made
  setup.spend()
  const { person: _person, ...output } = made
  for (const cookie of (await signIn.start(call, input.admin)) ?? []) call.setHeader('set-cookie', cookie)
  return output
}

async function insertFirst(
  tx: Queryable,
  { workspace: given, admin, passwordHash, at }: SetupInput & { passwordHash: string; at: number },
) {
  const workspace: Workspace = { ...given, id: newWorkspaceId(), consentMode: 'opt-in', postalAddress: '', createdAt: at }
  const person = randomUUID()
  const [write, secret] = [
    newKey({ kind: 'write', name: 'Website', scopes: [], by: `person:${person}`, at, expiresAt: null }),
    newKey({ kind: 'secret', name: 'First key', scopes: Scope.options, by: `person:${person}`, at, expiresAt: null }),
  ]
  await store.insertWorkspace(tx, workspace)
  await store.insertPerson(tx, { id: person, name: admin.name, email: admin.email, passwordHash })
  await store.putMember(tx, workspace.id, { person, role: 'admin', at })
  for (const { key, hash } of [write, secret]) await store.insertKey(tx, workspace.id, { ...key, hash })
  return { workspace, writeKey: write.value, secretKey: secret.value, person }
}

const SET_UP: Problem = { code: 'setup.done', status: 409, title: 'Cadenza is set up already.', hint: 'Sign in.' }
const BAD_TOKEN: Problem = {
  code: 'setup.token',
  status: 403,
  title: 'This is not the setup token, or its 15 minutes are over.',
  hint: 'The server prints it when it starts; restart the server for a new one.',
}

const auditBindings = ({ pool, anchors }: WorkspacesOptions): Binding[] => [
  bind(ListAudit, (input, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const lines = await auditBefore(tx, workspace, input)
      const members = await store.listMembers(pool, workspace)
      const names = Object.fromEntries(members.map(({ id, name }) => [`person:${id}`, name]))
      return { lines, names, next: lines.length === input.limit ? lines.at(-1)!.seq : null }
    }),
  ),
  bind(VerifyAudit, async (_input, { workspace }) => {
    const text = await readAnchorText(anchors.path)
    return checkAudit(auditPages(pool, workspace), anchorsIn(text, { workspace, trusted: anchors.trusted }))
  }),
  bindDownload(ExportAudit, async (_input, { workspace }) => ({
    filename: `audit-${workspace}.jsonl`,
    body: jsonLines(auditPages(pool, workspace)),
  })),
]

const AUDIT_PAGE = 5_000

/** The whole chain in order, page by page, each in a transaction of its own: lines that are there never change. */
export async function* auditPages(pool: Pool, workspace: string): AsyncGenerator<readonly AuditLine[]> {
  let after = 0
  for (;;) {
    const lines = await inWorkspace(pool, workspace, (tx) => auditAfter(tx, workspace, { after, limit: AUDIT_PAGE }))
    if (lines.length === 0) return
    after = lines.at(-1)!.seq
    yield lines
  }
}

async function* jsonLines(pages: AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  for await (const lines of pages) yield lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

async function session({ pool }: WorkspacesOptions, { workspace, actor, permissions, barred, session: own }: Principal) {
  const id = actor.startsWith('person:') ? actor.slice('person:'.length) : undefined
  const person = id === undefined ? undefined : await store.findPerson(pool, { id })
  const via = own?.via ?? null
  const places = id === undefined ? [] : await store.memberships(pool, id)
  const workspaces = places.filter((each) => via === null || each.id === via)
  const here = workspace === '' ? undefined : await store.findWorkspace(pool, workspace)
  return {
    person: person ?? null,
    workspace: here ? { id: here.id, name: here.name, sample: here.sample ?? null } : null,
    role: workspaces.find((each) => each.id === workspace)?.role ?? null,
    permissions: [...permissions] as Scope[],
    workspaces,
    closed: barred ? { code: barred.code, title: barred.title, hint: barred.hint ?? '' } : null,
    via,
  }
}

function updateWorkspace(
  { pool, announce }: WorkspacesOptions,
  { workspace, input, call }: { workspace: string; input: Partial<Workspace>; call: Call },
) {
  return inWorkspace(pool, workspace, async (tx): Promise<Outcome<Workspace>> => {
    const before = await store.findWorkspace(tx, workspace)
    if (!before) return refuse(notHere('workspace'))
    const after = { ...before, ...input }
    await store.updateWorkspace(tx, after)
    const note = { object: `workspace:${workspace}`, before: sha256(canonical(before)), after: sha256(canonical(after)) }
    if (after.consentMode !== before.consentMode) {
      const revision = await nextRevision(tx)
      await store.setConsentMode(tx, workspace, { revision, mode: after.consentMode })
      await announce(tx, revision)
    }
    await call.audit(tx, note)
    return after
  })
}

const memberBindings = (options: WorkspacesOptions): Binding[] => {
  const { pool, now, address, signIn, post } = options
  return [
    bind(ListMembers, async (_input, { workspace }) => ({
      members: await store.listMembers(pool, workspace),
      invitations: await inWorkspace(pool, workspace, (tx) => store.openInvitations(tx, workspace, now())),
    })),
    bindAudited(InviteMember, async ({ email, role }, { workspace, actor }, call) => {
      const token = `inv_${randomBytes(32).toString('base64url')}`
      const invitation = {
        id: `inv_${randomBytes(9).toString('base64url')}`,
        email,
        role,
        expiresAt: now() + INVITATION_MS,
        invitedBy: actor,
      }
      const problem = await transaction(pool, async (tx) => {
        if ((await store.listMembers(tx, workspace)).some((each) => each.email === email)) return MEMBER
        await store.insertInvitation(tx, workspace, { ...invitation, tokenHash: sha256(token) })
        await call.audit(tx, { object: `invitation:${invitation.id}`, after: sha256(role) })
        return undefined
      })
      if (problem) return refuse(problem)
      // In the fragment, so that the token reaches no server log on its way.
      const link = `${address.url}/invitation#${token}`
      const name = (await store.findWorkspace(pool, workspace))?.name ?? ''
      const mailed = await post?.({
        workspace,
        to: email,
        ...invitationLetter({ name, link }, letterLanguage(call.headers['accept-language'])),
      })
      return { invitation, link, mailed: mailed === true }
    }),
    bindAudited(RevokeInvitation, ({ id }, { workspace }, call) =>
      inWorkspace(pool, workspace, async (tx): Promise<Outcome<typeof DONE>> => {
        if (!(await store.deleteInvitation(tx, workspace, id))) return refuse(notHere('invitation'))
        await call.audit(tx, { object: `invitation:${id}` })
        return DONE
      }),
    ),
    bind(ShowInvitation, async ({ token }) => (await store.invitationBy(pool, sha256(token), now())) ?? refuse(EXPIRED)),
    bind(AcceptInvitation, (input) => acceptInvitation({ pool, now, signIn }, input)),
    bindAudited(SetMemberRole, ({ id, role }, { workspace }, call) =>
      changeMember(pool, { workspace, id, admin: role === 'admin' }, async (tx) => {
        await store.putMember(tx, workspace, { person: id, role, at: now() })
        await call.audit(tx, { object: `person:${id}`, after: sha256(role) })
      }),
    ),
    bindAudited(RemoveMember, async ({ id }, { workspace }, call) => {
      const outcome = await changeMember(pool, { workspace, id, admin: false }, async (tx) => {
        await store.deleteMember(tx, workspace, id)
        await call.audit(tx, { object: `person:${id}` })
      })
      return isRefusal(outcome) ? outcome : DONE
    }),
  ]
}

/** Changes one member and ends their sessions; refuses to leave the workspace without an administrator. */
function changeMember(
  pool: Pool,
  { workspace, id, admin }: { workspace: string; id: string; admin: boolean },
  change: (tx: Queryable) => Promise<void>,
): Promise<Outcome<Member>> {
  return transaction(pool, async (tx): Promise<Outcome<Member>> => {
    const admins = await store.lockAdmins(tx, workspace)
    const [member] = await store.listMembers(tx, workspace, id)
    if (!member) return refuse(notHere('member'))
    if (!admin && admins.length === 1 && admins[0] === id) return refuse(LAST_ADMIN)
    await store.endSessions(tx, id)
    await change(tx)
    const [after = member] = await store.listMembers(tx, workspace, id)
    return after
  })
}

/** Makes the account where there is none yet; who has one keeps name and password, and the token opens nothing of it. */
async function acceptInvitation(
  { pool, now, signIn }: Pick<WorkspacesOptions, 'pool' | 'now' | 'signIn'>,
  { token, name, password }: InputOf<typeof AcceptInvitation>,
): Promise<Outcome<{ email: string }>> {
  const passwordHash = password === undefined ? undefined : await hashed(signIn, password)
  if (passwordHash && isRefusal(passwordHash)) return passwordHash
  const open = await store.invitationBy(pool, sha256(token), now())
  if (!open) return refuse(EXPIRED)
  return transaction(pool, async (tx): Promise<Outcome<{ email: string }>> => {
    await store.lockAddress(tx, open.email)
    const known = await store.findPerson(tx, { email: open.email })
    if (!known && (name === undefined || !passwordHash)) return refuse(NEW_ACCOUNT)
    const place = await store.takeInvitation(tx, sha256(token), now())
    if (!place) return refuse(EXPIRED)
    const id = known?.id ?? randomUUID()
    if (!known) await store.insertPerson(tx, { id, name: name!, email: place.email, passwordHash: passwordHash!.hash })
    // A member already, by another invitation or by the provider: their role stays.
    const [member] = await store.listMembers(tx, place.workspace, id)
    if (!member) await store.putMember(tx, place.workspace, { person: id, role: place.role, at: now() })
    return { email: place.email }
  })
}

const MEMBER: Problem = {
  code: 'members.there',
  status: 409,
  title: 'Somebody with this e-mail address is a member already.',
  hint: 'Change their role in the list of members.',
}
const NEW_ACCOUNT: Problem = {
  code: 'invitation.account',
  status: 422,
  title: 'The address has no account yet: give a name and choose a password.',
}
const EXPIRED: Problem = {
  code: 'invitation.over',
  status: 410,
  title: 'This invitation was used, taken back, or is over.',
  hint: 'Ask for a new one.',
}

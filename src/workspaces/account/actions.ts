import { randomBytes } from 'node:crypto'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Binding, bind, bindAudited, type Call } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { hashed } from '../adapters/hashed.ts'
import { factorPlace, takeCode } from '../adapters/second-factor.ts'
import type { SignIn } from '../adapters/sign-in.ts'
import { tellOf, tellWorkspaces } from '../adapters/told.ts'
import { newRecoveryCodes, newTotpSecret, qrOf, recoveryHash, totpUri } from '../adapters/totp.ts'
import { sha256 } from '../audit-store.ts'
import { letterLanguage, type Post, resetLetter } from '../letters.ts'
import { endSessions, findPerson, listMembers } from '../store.ts'
import {
  BeginSecondFactor,
  ConfirmSecondFactor,
  DropMemberFactor,
  EndOtherSessions,
  EndSession,
  EnterCode,
  GetAccount,
  MakeResetLink,
  RemoveSecondFactor,
  RenameAccount,
  RenewRecoveryCodes,
  ResetPassword,
} from './api.ts'
import * as store from './store.ts'

export interface AccountOptions {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  readonly secrets: SecretBox
  readonly signIn: SignIn
  /** Where people reach the server. */
  readonly address: { readonly url: string }
  /** Hands mail over by itself; left out: links are only shown. */
  readonly post?: Post
}

const DONE = { done: true as const }
const RESET_MS = 86_400_000
const NOT_A_PERSON: Problem = {
  code: 'account.person',
  status: 403,
  title: 'A key has no account.',
  hint: 'Sign in as a person.',
}
const BY_PROVIDER: Problem = {
  code: 'account.by_provider',
  status: 403,
  title: 'You came in through a provider of identities: password and second factor are looked after there.',
  hint: 'Sign in with a password to change them here.',
}
const LAST_FACTOR: Problem = { code: 'factor.there', status: 409, title: 'There is a second factor already.', hint: 'Remove it first.' }
const WRONG_PASSWORD: Problem = { code: 'auth.wrong', status: 403, title: 'The password is wrong.' }
const OVER: Problem = { code: 'reset.over', status: 410, title: 'This link was used, replaced, or is over.', hint: 'Ask for a new one.' }
const FOREIGN: Problem = {
  code: 'members.elsewhere',
  status: 403,
  title: 'This person works in a workspace that you do not administer.',
  detail: 'Whoever holds the link holds the account, in every workspace.',
  hint: 'Ask somebody who administers all of them.',
}
const UNKNOWN: Problem = { code: 'member.unknown', status: 404, title: 'There is no such member in this workspace.' }
const NO_SESSION: Problem = { code: 'session.unknown', status: 404, title: 'There is no such session of yours.' }

type Me = { readonly person: string; readonly session: NonNullable<Principal['session']> }

/** The person who asks; a key is nobody here. */
function personOf({ actor, session }: Principal): Outcome<Me> {
  if (!actor.startsWith('person:') || !session) return refuse(NOT_A_PERSON)
  return { person: actor.slice('person:'.length), session }
}

const withPassword = (principal: Principal): Outcome<Me> => {
  const me = personOf(principal)
  return !isRefusal(me) && me.session.via !== null ? refuse(BY_PROVIDER) : me
}

export const ownAccountBindings = (options: AccountOptions): Binding[] => [
  bind(GetAccount, (_input, principal) => account(options, principal)),
  bind(RenameAccount, async ({ name }, principal) => {
    const me = personOf(principal)
    if (isRefusal(me)) return me
    await store.setName(options.pool, me.person, name)
    return DONE
  }),
  ...factorBindings(options),
  ...sessionBindings(options),
  ...helpBindings(options),
]

async function account({ pool }: AccountOptions, principal: Principal) {
  const me = personOf(principal)
  if (isRefusal(me)) return me
  const person = await findPerson(pool, { id: me.person })
  if (!person) return refuse(NOT_A_PERSON)
  const sessions = await store.listSessions(pool, me.person)
  return {
    person,
    hasPassword: (await store.passwordOf(pool, me.person)) !== undefined,
    secondFactor: (await store.factorOf(pool, me.person)) ?? null,
    byProvider: me.session.via !== null,
    sessions: sessions.map((each) => ({ ...each, current: each.id === me.session.id })),
  }
}

const factorBindings = (options: AccountOptions): Binding[] => {
  const { pool, now, secrets, signIn } = options
  const tell = (person: string, action: string, call: Call) => tellOf(pool, { person, action, requestId: call.requestId }, now())
  const freshCodes = async (db: Queryable, person: string): Promise<string[]> => {
    const codes = newRecoveryCodes()
    await store.setRecovery(
      db,
      person,
      codes.map((code) => recoveryHash(person, code)),
    )
    return codes
  }
  return [
    bind(BeginSecondFactor, async ({ password }, principal, call) => {
      const me = withPassword(principal)
      if (isRefusal(me)) return me
      const right = await signIn.checkPassword(call, { person: me.person, password })
      if (isRefusal(right)) return right
      if (!right.right) return refuse(WRONG_PASSWORD)
      const person = await findPerson(pool, { id: me.person })
      const secret = newTotpSecret()
      if (!(await store.putFactor(pool, me.person, secrets.seal(secret, factorPlace(me.person))))) return refuse(LAST_FACTOR)
      const uri = totpUri(secret, person!.email)
      return { secret, uri, qr: qrOf(uri) }
    }),
    bind(ConfirmSecondFactor, async ({ code }, principal, call) => {
      const me = withPassword(principal)
      if (isRefusal(me)) return me
      const taken = await takeCode(options, { person: me.person, code, unconfirmed: true })
      if (isRefusal(taken)) return taken
      const recoveryCodes = await transaction(pool, async (tx) => {
        await store.confirmFactor(tx, me.person, now())
        await store.endSessionsOf(tx, me.person, { but: me.session.id })
        return freshCodes(tx, me.person)
      })
      await tell(me.person, 'account.factor_set', call)
      return { recoveryCodes }
    }),
    bind(RenewRecoveryCodes, async ({ code }, principal, call) => {
      const me = withPassword(principal)
      if (isRefusal(me)) return me
      const taken = await takeCode(options, { person: me.person, code })
      if (isRefusal(taken)) return taken
      const recoveryCodes = await freshCodes(pool, me.person)
      await tell(me.person, 'account.recovery_renewed', call)
      return { recoveryCodes }
    }),
    bind(RemoveSecondFactor, async ({ code }, principal, call) => {
      const me = withPassword(principal)
      if (isRefusal(me)) return me
      const taken = await takeCode(options, { person: me.person, code })
      if (isRefusal(taken)) return taken
      await store.deleteFactor(pool, me.person)
      await tell(me.person, 'account.factor_removed', call)
      return DONE
    }),
    bind(EnterCode, async ({ code }, _principal, call) => {
      const person = signIn.pending(call)
      if (person === undefined) return refuse(NO_PASSWORD_YET)
      const taken = await takeCode(options, { person, code })
      if (isRefusal(taken)) {
        await tell(person, 'account.code_refused', call)
        return taken
      }
      for (const cookie of await signIn.enter(call, { person, via: null })) call.setHeader('set-cookie', cookie)
      await tell(person, 'account.signed_in', call)
      return { ...DONE, ...taken }
    }),
  ]
}

const NO_PASSWORD_YET: Problem = {
  code: 'auth.password-first',
  status: 401,
  title: 'Enter e-mail and password first.',
  hint: 'After that there are ten minutes for the code.',
}

const sessionBindings = ({ pool, now }: AccountOptions): Binding[] => {
  const end = (me: Me, which: Parameters<typeof store.endSessionsOf>[2], call: Call): Promise<number> =>
    transaction(pool, async (tx) => {
      const ended = await store.endSessionsOf(tx, me.person, which)
      if (ended > 0) await tellWorkspaces(tx, { person: me.person, action: 'account.sessions_ended', requestId: call.requestId }, now())
      return ended
    })
  return [
    bind(EndSession, async ({ id }, principal, call) => {
      const me = personOf(principal)
      if (isRefusal(me)) return me
      return (await end(me, { id }, call)) === 1 ? DONE : refuse(NO_SESSION)
    }),
    bind(EndOtherSessions, async (_input, principal, call) => {
      const me = personOf(principal)
      if (isRefusal(me)) return me
      return { ended: await end(me, { but: me.session.id }, call) }
    }),
  ]
}

/** What an administrator can do for a member who cannot get in. */
const helpBindings = ({ pool, now, signIn, address, post }: AccountOptions): Binding[] => [
  bindAudited(MakeResetLink, async ({ id }, principal, call) => {
    const made = await transaction(pool, async (tx): Promise<Outcome<{ link: string; expiresAt: number; email: string }>> => {
      const problem = await mayHelp(tx, { principal, id })
      if (problem) return refuse(problem)
      const token = `rst_${randomBytes(32).toString('base64url')}`
      const expiresAt = now() + RESET_MS
      await store.insertReset(tx, { tokenHash: sha256(token), person: id, expiresAt, by: principal.actor })
      await call.audit(tx, { object: `person:${id}` })
      // In the fragment, so that the token reaches no server log on its way.
      return { link: `${address.url}/reset#${token}`, expiresAt, email: (await findPerson(tx, { id }))?.email ?? '' }
    })
    if (isRefusal(made)) return made
    const { link, expiresAt, email } = made
    const { workspace } = principal
    const letter = resetLetter({ link }, letterLanguage(call.headers['accept-language']))
    const mailed = email !== '' && (await post?.({ workspace, to: email, ...letter }))
    return { link, expiresAt, mailed: mailed === true }
  }),
  bindAudited(DropMemberFactor, ({ id }, principal, call) =>
    transaction(pool, async (tx): Promise<Outcome<typeof DONE>> => {
      const problem = await mayHelp(tx, { principal, id })
      if (problem) return refuse(problem)
      if (!(await store.deleteFactor(tx, id)))
        return refuse({ ...UNKNOWN, code: 'factor.none', title: 'This member has no second factor.' })
      await endSessions(tx, id)
      await call.audit(tx, { object: `person:${id}` })
      return DONE
    }),
  ),
  bind(ResetPassword, async ({ token, password }, _principal, call) => {
    const hash = await hashed(signIn, password)
    if (isRefusal(hash)) return hash
    return transaction(pool, async (tx): Promise<Outcome<{ email: string }>> => {
      const id = await store.takeReset(tx, sha256(token), now())
      const person = id === undefined ? undefined : await findPerson(tx, { id })
      if (!person) return refuse(OVER)
      await store.setPassword(tx, person.id, hash.hash)
      await endSessions(tx, person.id)
      await tellWorkspaces(tx, { person: person.id, action: 'account.password_reset', requestId: call.requestId }, now())
      return { email: person.email }
    })
  }),
]

/** A key or a session that a provider vouched for speaks for one workspace, so it may help only those who are in no other. */
async function mayHelp(tx: Queryable, { principal, id }: { principal: Principal; id: string }): Promise<Problem | undefined> {
  const [member] = await listMembers(tx, principal.workspace, id)
  if (!member) return UNKNOWN
  const speaksWidely = principal.session !== undefined && principal.session.via === null
  const others = speaksWidely
    ? await store.administersAll(tx, id, principal.actor.slice('person:'.length))
    : await store.worksOnlyIn(tx, id, principal.workspace)
  return others ? undefined : FOREIGN
}

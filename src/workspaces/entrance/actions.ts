import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import type { Egress } from '#platform/egress.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { SecretBox } from '#platform/secrets.ts'
import { factorOf } from '../account/store.ts'
import { discover } from '../adapters/identity-provider.ts'
import { callbackOf, secretPlace } from '../adapters/let-in.ts'
import { GetSignInSettings, ListProviders, PutSignInSettings } from './api.ts'
import * as store from './store.ts'

export interface EntranceOptions {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  readonly secrets: SecretBox
  /** The guarded way out. */
  readonly egress: Egress
  readonly address: { readonly url: string }
}

export const entranceBindings = (options: EntranceOptions): Binding[] => [
  bind(ListProviders, async () => ({ providers: await store.listProviders(options.pool) })),
  bind(GetSignInSettings, async (_input, { workspace }) => {
    const found = await store.readSettings(options.pool, workspace)
    return {
      secondFactor: found?.secondFactor ?? false,
      provider: found?.provider ?? null,
      onlyProvider: found?.onlyProvider ?? false,
      callback: callbackOf(options),
      withoutFactor: await store.withoutFactor(options.pool, workspace),
    }
  }),
  bindAudited(PutSignInSettings, async ({ secondFactor, provider, clientSecret, onlyProvider }, principal, call) => {
    const { pool, secrets, egress, now } = options
    const { workspace, actor, session } = principal
    const before = await store.readSettings(pool, workspace)
    const same = provider !== null && before?.provider?.issuer === provider.issuer && before.provider.clientId === provider.clientId
    // A kept secret goes to the issuer that it was given for, and to no other.
    const kept = same && before.clientSecret !== null ? secrets.open(before.clientSecret, secretPlace(workspace)) : undefined
    const secret = clientSecret ?? kept
    if (provider !== null && secret === undefined) return refuse(NO_SECRET)
    if (onlyProvider && provider === null) return refuse(NOBODY_COULD)
    if (onlyProvider && !before?.onlyProvider && session?.via !== workspace) {
      const safe = actor.startsWith('person:') && (await factorOf(pool, actor.slice('person:'.length)))
      if (!safe) return refuse(LOCKED_OUT)
    }
    if (provider !== null && (!same || clientSecret !== undefined)) {
      const found = await discover(egress, provider, secret!)
      if (isRefusal(found)) return found
    }
    return transaction(pool, async (tx): Promise<Outcome<{ done: true }>> => {
      const sealed = provider === null ? null : secrets.seal(secret!, secretPlace(workspace))
      await store.putSettings(tx, workspace, { secondFactor, provider, clientSecret: sealed, onlyProvider, at: now(), by: actor })
      await call.audit(tx, { object: `workspace:${workspace}` })
      return { done: true }
    })
  }),
]

const NO_SECRET: Problem = {
  code: 'provider.secret',
  status: 422,
  title: 'The client secret is missing.',
  hint: 'Copy it from the provider. It has to be given again when issuer or client change.',
  at: '/clientSecret',
}
const NOBODY_COULD: Problem = {
  code: 'provider.none',
  status: 422,
  title: 'Without a provider nobody could come in.',
  hint: 'Set the provider up first.',
  at: '/onlyProvider',
}
const LOCKED_OUT: Problem = {
  code: 'provider.locked-out',
  status: 409,
  title: 'You would lock yourself out.',
  hint: 'Set up a second factor of your own, or sign in through the provider once, and then switch passwords off.',
  at: '/onlyProvider',
}

import { canonical } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { KeyLookup } from '../adapters/key-lookup.ts'
import { newKey } from '../adapters/new-key.ts'
import { CreateKey, ListKeys, RevokeKey, RotateKey } from '../api.ts'
import { sha256 } from '../audit-store.ts'
import type { Key, Scope } from '../schema.ts'
import * as store from '../store.ts'

interface Options {
  readonly pool: Pool
  /** Epoch ms. */
  readonly now: () => number
  readonly keys: KeyLookup
}

const DONE = { done: true as const }
const UNKNOWN: Problem = { code: 'key.unknown', status: 404, title: 'There is no such key in this workspace.' }

export const keyBindings = ({ pool, now, keys }: Options): Binding[] => [
  bind(ListKeys, (_input, { workspace }) => inWorkspace(pool, workspace, async (tx) => ({ keys: await store.listKeys(tx, workspace) }))),
  bindAudited(CreateKey, async (input, { workspace, actor, permissions }, call) => {
    const scopes = input.kind === 'secret' ? input.scopes : []
    const problem = tooMuch(scopes, permissions)
    if (problem) return refuse(problem)
    const made = newKey({ ...input, scopes, by: actor, at: now(), expiresAt: input.kind === 'secret' ? input.expiresAt : null })
    await inWorkspace(pool, workspace, async (tx) => {
      await store.insertKey(tx, workspace, { ...made.key, hash: made.hash })
      await call.audit(tx, { object: `key:${made.key.id}`, after: sha256(canonical(made.key)) })
    })
    return { key: made.key, value: made.value }
  }),
  bindAudited(RevokeKey, async ({ id }, principal, call) => {
    const { workspace } = principal
    const outcome = await inWorkspace(pool, workspace, async (tx): Promise<Outcome<{ hash: string }>> => {
      const key = await store.lockKey(tx, workspace, id)
      const problem = key ? othersKey(key, principal) : UNKNOWN
      if (problem) return refuse(problem)
      const hash = await store.revokeKey(tx, workspace, { id, at: now() })
      await call.audit(tx, { object: `key:${id}` })
      return { hash: hash! }
    })
    if (isRefusal(outcome)) return outcome
    keys.forget(outcome.hash)
    return DONE
  }),
  bindAudited(RotateKey, async ({ id, overlapHours }, principal, call) => {
    const { workspace, actor, permissions } = principal
    const outcome = await inWorkspace(pool, workspace, async (tx) => {
      const old = await store.lockKey(tx, workspace, id)
      const problem = old ? (othersKey(old, principal) ?? tooMuch(old.scopes, permissions)) : UNKNOWN
      if (problem || !old) return refuse(problem!)
      if (old.expiresAt !== null && old.expiresAt <= now()) return refuse(UNKNOWN)
      const until = now() + overlapHours * 3_600_000
      // The new one lives as long as the old one was to live from the start.
      const lives = old.expiresAt === null ? null : now() + (old.expiresAt - old.createdAt)
      const made = newKey({ ...old, by: actor, at: now(), expiresAt: lives })
      await store.insertKey(tx, workspace, { ...made.key, hash: made.hash })
      const hash = await store.endKeyAt(tx, workspace, { id, at: until })
      await call.audit(tx, { object: `key:${id} key:${made.key.id}` })
      return { made, hash: hash! }
    })
    if (isRefusal(outcome)) return outcome
    keys.forget(outcome.hash)
    return { key: outcome.made.key, value: outcome.made.value }
  }),
]

/** Secret keys of others are an administrator's to end: whoever made them may rely on them. */
const othersKey = (key: Key, { actor, permissions }: Principal): Problem | undefined =>
  key.kind === 'write' || key.createdBy === actor || permissions.has('workspace:admin')
    ? undefined
    : {
        code: 'keys.others',
        status: 403,
        title: 'This secret key was made by somebody else.',
        hint: 'Ask whoever made it, or an administrator.',
      }

function tooMuch(scopes: readonly Scope[], permissions: Principal['permissions']): Problem | undefined {
  const beyond = scopes.find((scope) => !permissions.has(scope))
  return (
    beyond && {
      code: 'keys.scope',
      status: 403,
      title: 'A key cannot do more than whoever makes it.',
      detail: `You do not hold ${beyond}.`,
    }
  )
}

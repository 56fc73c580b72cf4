import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Queryable } from '#platform/log.ts'
import { findKey, type KeyOwner } from '../store.ts'

/** A revoked key may still work for this long in other processes of the server. */
const KNOWN_MS = 10_000
const UNKNOWN_MS = 2_000
/** While the database does not answer, known write keys go on working, because a stream may stand in front of it. So long (ms) an answer is waited for. */
const PATIENCE_MS = 300
/** For so long (ms) after a failure there is no waiting. */
const BROKEN_MS = 2_000
const SHAPE = /^(wk|sk)_[\w-]{20,64}$/

export interface KeyLookup {
  /** Workspace and source of a write key; undefined when it is unknown, revoked or expired. */
  writeKey(value: string): Promise<{ readonly workspace: string; readonly source: string } | undefined>
  /** Who holds a secret key. */
  secretKey(value: string): Promise<KeyOwner | undefined>
  /** From now on this key is asked for again. */
  forget(hashed: string): void
  /** From now on every key of this workspace is asked for again. */
  forgetWorkspace(workspace: string): void
}

export const keyHash = (value: string): string => hash('sha256', value)

/** Whose a key is, from memory for ten seconds; many requests for one key ask the database once. */
export function createKeyLookup(db: Queryable, now: () => number, { knownMs = KNOWN_MS }: { readonly knownMs?: number } = {}): KeyLookup {
  const owners = new LRUCache<string, { readonly owner: KeyOwner | undefined }>({
    max: 10_000,
    ttl: knownMs,
    noDeleteOnStaleGet: true,
    noDeleteOnFetchRejection: true,
    fetchMethod: async (hashed, _stale, { options }) => {
      const owner = await findKey(db, hashed, now())
      if (!owner) options.ttl = UNKNOWN_MS
      return { owner }
    },
  })
  let brokenUntil = 0
  const asked = async (hashed: string, kind: KeyOwner['kind']): Promise<{ readonly owner: KeyOwner | undefined }> => {
    const before = owners.peek(hashed, { allowStale: true })
    const asking = owners.fetch(hashed)
    if (!before?.owner || kind !== 'write') return (await asking) ?? { owner: undefined }
    const missed = (): typeof before => {
      brokenUntil = now() + BROKEN_MS
      return before
    }
    const answer = asking.then((found) => found ?? before, missed)
    if (now() < brokenUntil) return before
    const timer = Promise.withResolvers<typeof before>()
    const late = setTimeout(() => timer.resolve(missed()), PATIENCE_MS)
    return Promise.race([answer, timer.promise]).finally(() => clearTimeout(late))
  }
  const find = async (value: string, kind: KeyOwner['kind']): Promise<KeyOwner | undefined> => {
    if (!SHAPE.test(value)) return undefined
    const hashed = keyHash(value)
    const { owner } = owners.get(hashed) ?? (await asked(hashed, kind))
    const alive = owner?.kind === kind && (owner.expiresAt === null || owner.expiresAt > now())
    return alive ? owner : undefined
  }
  return {
    writeKey: async (value) => {
      const owner = await find(value, 'write')
      return owner && { workspace: owner.workspace, source: owner.id }
    },
    secretKey: (value) => find(value, 'secret'),
    forget: (hashed) => void owners.delete(hashed),
    forgetWorkspace: (workspace) => {
      for (const [hashed, { owner }] of [...owners.entries()]) if (owner?.workspace === workspace) owners.delete(hashed)
    },
  }
}

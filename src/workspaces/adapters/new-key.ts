import { randomBytes } from 'node:crypto'
import type { Key, Scope } from '../schema.ts'
import { keyHash } from './key-lookup.ts'

interface Given {
  readonly kind: Key['kind']
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly by: string
  readonly at: number
  readonly expiresAt: number | null
}

/** A new key with its value, which is not kept. */
export function newKey({ kind, name, scopes, by, at, expiresAt }: Given) {
  const value = kind === 'write' ? `wk_${randomBytes(18).toString('base64url')}` : `sk_${randomBytes(32).toString('base64url')}`
  const key: Key = {
    id: `key_${randomBytes(9).toString('base64url')}`,
    kind,
    name,
    lastFour: value.slice(-4),
    scopes: [...scopes],
    createdAt: at,
    createdBy: by,
    expiresAt,
    revokedAt: null,
    usedAt: null,
  }
  return { key, value, hash: keyHash(value) }
}

export const newWorkspaceId = (): string => `ws_${randomBytes(9).toString('hex')}`

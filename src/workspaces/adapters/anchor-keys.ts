import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonical } from '#lib/json.ts'
import { deriveKey } from '#platform/secrets.ts'

/** Signs with Ed25519 (RFC 8032). The key comes from SECRET_KEY, which no database holds. */
export interface Signer {
  /** Public key: 32 octets in base64url. */
  readonly key: string
  sign(value: unknown): string
}

/** Head of PKCS #8 before the 32 octets of an Ed25519 seed (RFC 8410 §7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A key of its own for each purpose. */
export function signer(secretKey: string, purpose: 'audit anchors' | 'proof packs'): Signer {
  const seed = deriveKey(secretKey, purpose)
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return { key: x!, sign: (value) => sign(null, Buffer.from(canonical(value)), key).toString('base64url') }
}

const known = new Map<string, KeyObject>()

function publicKey(x: string): KeyObject {
  const found = known.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  if (known.size < 100) known.set(x, found)
  return found
}

/** Whether the holder of the key signed exactly this; false also for a key that is none. */
export function signedBy(x: string, value: unknown, signature: string): boolean {
  if (!/^[A-Za-z0-9_-]{43}$/.test(x)) return false
  return verify(null, Buffer.from(canonical(value)), publicKey(x), Buffer.from(signature, 'base64url'))
}

/** A short name of a key, to be read aloud and held against what was noted at set-up. */
export const fingerprint = (x: string): string => createHash('sha256').update(Buffer.from(x, 'base64url')).digest('hex').slice(0, 16)

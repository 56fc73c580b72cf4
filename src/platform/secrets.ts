import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** Where a secret belongs: bound into its seal, so that it opens nowhere else. */
export interface SecretPlace {
  readonly workspace: string
  readonly table: string
  readonly id: string
}

export interface SecretBox {
  /** Text that can be stored; each call gives another. */
  seal(secret: string, place: SecretPlace): string
  /** Throws `CannotOpen` when the text was changed, moved to another place, or sealed with a key that is gone. */
  open(sealed: string, place: SecretPlace): string
  /** The same secret under the present key: run over all rows after a change of SECRET_KEY. */
  rewrap(sealed: string, place: SecretPlace): string
}

export class CannotOpen extends Error {
  override readonly name = 'CannotOpen'
}

const NONCE = 12
const TAG = 16

/** A key of its own for each purpose (HKDF-SHA-256, RFC 5869), so that one use tells nothing about another. */
export const deriveKey = (secretKey: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secretKey, 'cadenza', purpose, 32))

/**
 * Envelope encryption: each secret has its own AES-256-GCM key, which is wrapped by one from SECRET_KEY.
 * `olderKeys` still open what they sealed. Form: `v1.<key id>.<wrapped key>.<secret>`, base64url.
 */
export function secretBox(secretKey: string, olderKeys: readonly string[] = []): SecretBox {
  const wrapping = [secretKey, ...olderKeys].map((text) => deriveKey(text, 'secrets at rest'))
  const present = wrapping[0]!
  const byId = new Map(wrapping.map((key) => [idOf(key), key]))
  const unwrap = (sealed: string, place: SecretPlace): { key: Buffer; secret: Buffer } => {
    const [version, id = '', wrapped = '', secret = ''] = sealed.split('.')
    const outer = byId.get(id)
    if (version !== 'v1' || !outer) throw new CannotOpen('The secret was sealed with a key that this server does not have')
    return { key: decrypt(outer, Buffer.from(wrapped, 'base64url'), `key|${aad(place)}`), secret: Buffer.from(secret, 'base64url') }
  }
  const wrap = (key: Buffer, secret: Buffer, place: SecretPlace): string =>
    ['v1', idOf(present), encrypt(present, key, `key|${aad(place)}`).toString('base64url'), secret.toString('base64url')].join('.')
  return {
    seal: (secret, place) => {
      const key = randomBytes(32)
      return wrap(key, encrypt(key, Buffer.from(secret), aad(place)), place)
    },
    open: (sealed, place) => {
      const { key, secret } = unwrap(sealed, place)
      return decrypt(key, secret, aad(place)).toString()
    },
    rewrap: (sealed, place) => {
      const { key, secret } = unwrap(sealed, place)
      return wrap(key, secret, place)
    },
  }
}

const idOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8)

/** Lengths first, so that no two places give one text. */
const aad = ({ workspace, table, id }: SecretPlace): string => [workspace, table, id].map((part) => `${part.length}:${part}`).join('|')

function encrypt(key: Buffer, plain: Buffer, about: string): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(about))
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: Buffer, sealed: Buffer, about: string): Buffer {
  if (sealed.length < NONCE + TAG) throw new CannotOpen('The sealed secret is cut short')
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), { authTagLength: TAG })
    .setAAD(Buffer.from(about))
    .setAuthTag(sealed.subarray(sealed.length - TAG))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()])
  } catch (error) {
    throw new CannotOpen('The sealed secret was changed, or belongs somewhere else', { cause: error })
  }
}

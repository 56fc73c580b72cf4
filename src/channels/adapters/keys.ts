import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { type Returned, type Returning, readReturn, returnLocal } from '../return-path.ts'
import { decodeToken, encodeToken, type LinkClaim } from '../token.ts'

/** Makes and reads the signed links of messages. */
export interface LinkKeys {
  token(claim: LinkClaim): string
  claim(token: string): LinkClaim | undefined
  /** Local part of the address to which what concerns a message comes back. */
  returnTo(message: Returning): string
  returned(local: string): Returned | undefined
}

const derive = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'cadenza', purpose, 32))

/** Keys derived from SECRET_KEY (RFC 5869). Earlier secrets, oldest first, keep the links readable that they signed. */
export function linkKeys(secret: string, earlier: readonly string[] = []): LinkKeys {
  const secrets = [...earlier, secret]
  const keyNumber = secrets.length
  const mac = macOf(secrets.map((one) => derive(one, 'links')))
  const returnMac = macOf(secrets.map((one) => derive(one, 'return addresses')))
  const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
  return {
    token: (claim) => encodeToken(claim, { keyNumber, mac }),
    claim: (token) => decodeToken(token, { mac, same }),
    returnTo: (message) => returnLocal(message, { keyNumber, mac: returnMac }),
    returned: (local) => readReturn(local, { mac: returnMac, same }),
  }
}

const macOf =
  (keys: readonly Buffer[]) =>
  (keyNumber: number, text: string): Uint8Array | undefined => {
    const key = keys[keyNumber - 1]
    return key && createHmac('sha256', key).update(text).digest()
  }

/** The secret that a workspace's webhooks are signed with, as the receiver gets it (Standard Webhooks: `whsec_` + base64). */
export const webhookSecret = (secret: string, workspace: string, generation = 0): string =>
  `whsec_${derive(secret, generation === 0 ? `webhooks ${workspace}` : `webhooks ${workspace} ${generation}`).toString('base64')}`

/** The secret with which a workspace's own server says who reads an inbox. */
export const identitySecret = (secret: string, workspace: string): string => derive(secret, `identity ${workspace}`).toString('hex')

/** Whether `hash` is HMAC-SHA256 of the user id in hexadecimal under that secret: only the workspace's own server can have made it. */
export function isIdentityProof(secret: string, { workspace, userId, hash }: { workspace: string; userId: string; hash: string }): boolean {
  const expected = createHmac('sha256', identitySecret(secret, workspace)).update(userId).digest()
  const given = /^[0-9a-f]{64}$/i.test(hash) ? Buffer.from(hash, 'hex') : Buffer.alloc(0)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

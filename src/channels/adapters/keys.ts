import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { decodeToken, encodeToken, type LinkClaim } from '../token.ts'

/** Makes and reads the signed links of messages. */
export interface LinkKeys {
  token(claim: LinkClaim): string
  claim(token: string): LinkClaim | undefined
}

const derive = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, 'cadenza', purpose, 32))

/** Keys derived from SECRET_KEY (RFC 5869). Earlier secrets, oldest first, keep the links readable that they signed. */
export function linkKeys(secret: string, earlier: readonly string[] = []): LinkKeys {
  const keys = [...earlier, secret].map((one) => derive(one, 'links'))
  const mac = (keyNumber: number, text: string): Uint8Array | undefined => {
    const key = keys[keyNumber - 1]
    return key && createHmac('sha256', key).update(text).digest()
  }
  const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)
  return {
    token: (claim) => encodeToken(claim, { keyNumber: keys.length, mac }),
    claim: (token) => decodeToken(token, { mac, same }),
  }
}

/** The secret that a workspace's webhooks are signed with, as the receiver gets it (Standard Webhooks: `whsec_` + base64). */
export const webhookSecret = (secret: string, workspace: string): string =>
  `whsec_${derive(secret, `webhooks ${workspace}`).toString('base64')}`

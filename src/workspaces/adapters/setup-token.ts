import { randomBytes, timingSafeEqual } from 'node:crypto'
import { keyHash } from './key-lookup.ts'

/** The proof that whoever makes the first workspace can read this server's log. A new one at each start; it lives in memory only. */
export interface SetupToken {
  readonly value: string
  /** Epoch ms. */
  readonly expiresAt: number
  /** Whether the text is the token, in time and not used up; takes equally long for each text. */
  fits(text: string): boolean
  /** It can be used once. */
  spend(): void
}

const VALID_MS = 15 * 60_000

export function createSetupToken(now: () => number): SetupToken {
  const value = `setup_${randomBytes(24).toString('base64url')}`
  const expected = Buffer.from(keyHash(value))
  const expiresAt = now() + VALID_MS
  let used = false
  return {
    value,
    expiresAt,
    fits: (text) => timingSafeEqual(Buffer.from(keyHash(text)), expected) && !used && now() < expiresAt,
    spend: () => {
      used = true
    },
  }
}

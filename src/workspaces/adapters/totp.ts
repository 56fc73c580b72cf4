import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import qrcode from 'qrcode-generator'

const STEP_MS = 30_000
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new secret of 160 bits (RFC 4226 §4), in base32 as authenticator apps take it. */
export const newTotpSecret = (): string => base32(randomBytes(20))

/** The half minute of a moment (epoch ms). */
export const stepAt = (ms: number): number => Math.floor(ms / STEP_MS)

/** The six digits of a half minute (RFC 6238 with SHA-1, as every app reckons). */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', unbase32(secret)).update(counter).digest()
  const offset = mac[19]! & 0xf
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}

/** The half minute that a code belongs to: this one, the one before or the one after, because clocks differ. */
export function stepOf(secret: string, code: string, now: number): number | undefined {
  const given = Buffer.from(code)
  const middle = stepAt(now)
  return [middle, middle - 1, middle + 1].find((step) => {
    const wanted = Buffer.from(codeAt(secret, step))
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  })
}

export const totpUri = (secret: string, email: string): string =>
  `otpauth://totp/${encodeURIComponent(`Cadenza:${email}`)}?${new URLSearchParams({ secret, issuer: 'Cadenza' })}`

/** A text as a QR code: the dark squares as one SVG path on a grid of `size`. */
export function qrOf(text: string): { readonly size: number; readonly path: string } {
  const code = qrcode(0, 'M')
  code.addData(text)
  code.make()
  const size = code.getModuleCount()
  let path = ''
  for (let row = 0; row < size; row++) for (let at = 0; at < size; at++) if (code.isDark(row, at)) path += `M${at} ${row}h1v1h-1z`
  return { size, path }
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
/** Ten codes of about 49 bits each, without letters that are taken for one another. */
export const newRecoveryCodes = (): string[] =>
  Array.from({ length: 10 }, () => {
    const text = Array.from({ length: 10 }, () => LETTERS[randomBelow(LETTERS.length)]).join('')
    return `${text.slice(0, 5)}-${text.slice(5)}`
  })

/** Bound to the person, so that two people with one code have two hashes. */
export const recoveryHash = (person: string, code: string): string =>
  hash('sha256', `${person} ${code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`)

function randomBelow(limit: number): number {
  for (;;) {
    const byte = randomBytes(1)[0]!
    // Bytes beyond the last whole round would make the first letters likelier.
    if (byte < 256 - (256 % limit)) return byte % limit
  }
}

function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return bits
    .match(/.{5}/g)!
    .map((five) => ALPHABET[Number.parseInt(five, 2)])
    .join('')
}

function unbase32(text: string): Buffer {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

import { digest, murmur32 } from '#lib/hash.ts'

/** Bounces come back to one address, words of people who want to leave to the other; neither serves as the other. */
export type ReturnKind = 'bounce' | 'unsubscribe'

/** A message, as its return addresses know it. */
export interface Returning {
  readonly kind: ReturnKind
  readonly workspace: string
  /** The effect's id. */
  readonly id: string
  /** When it was decided (epoch ms). */
  readonly at: number
}

/** What a return address that is ours says: when the message was decided, and how to know it among those of that moment. */
export interface Returned {
  readonly kind: ReturnKind
  readonly at: number
  isOf(workspace: string): boolean
  is(id: string): boolean
}

/** HMAC-SHA256 with the key of this number; undefined when there is no such key. */
export type ReturnMac = (keyNumber: number, text: string) => Uint8Array | undefined
type Same = (a: Uint8Array, b: Uint8Array) => boolean

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const LETTERS = { bounce: 'b', unsubscribe: 'u' } as const
/** Octets: key number, time, workspace, message, and 96 bits of the MAC. */
const SIZES = { number: 1, at: 6, workspace: 4, id: 8, tag: 12 }
const BODY = SIZES.number + SIZES.at + SIZES.workspace + SIZES.id
const WHOLE = BODY + SIZES.tag

/**
 * The local part of a return address (VERP, Bernstein 1997): 52 characters of base32 (RFC 4648 §6), in any case of letters because
 * mail servers may change it. Whoever does not have the key cannot make one, and it leads to its message without being stored.
 */
export function returnLocal({ kind, workspace, id, at }: Returning, { keyNumber, mac }: { keyNumber: number; mac: ReturnMac }): string {
  const body = new Uint8Array(BODY)
  const view = new DataView(body.buffer)
  body[0] = keyNumber
  view.setUint16(1, Math.floor(at / 2 ** 32))
  view.setUint32(3, at >>> 0)
  view.setUint32(7, murmur32(workspace))
  body.set(Uint8Array.fromHex(digest(id).slice(0, SIZES.id * 2)), 11)
  const tag = mac(keyNumber, signed(kind, body))
  if (!tag) throw new Error(`There is no return key ${keyNumber}`)
  const whole = new Uint8Array(WHOLE)
  whole.set(body)
  whole.set(tag.subarray(0, SIZES.tag), BODY)
  return `${LETTERS[kind]}+${base32(whole)}`
}

/** Reads a local part; undefined for everything that we have not made. */
export function readReturn(local: string, { mac, same }: { mac: ReturnMac; same: Same }): Returned | undefined {
  const found = /^([bu])\+([a-z2-7]{50})$/.exec(local.toLowerCase())
  const bytes = found && unbase32(found[2]!)
  if (!found || !bytes) return undefined
  const kind = found[1] === 'b' ? 'bounce' : 'unsubscribe'
  const body = bytes.subarray(0, BODY)
  const tag = mac(body[0]!, signed(kind, body))
  if (!tag || !same(tag.subarray(0, SIZES.tag), bytes.subarray(BODY))) return undefined
  const view = new DataView(body.buffer, body.byteOffset)
  const [workspace, message] = [view.getUint32(7), body.subarray(11).toHex()]
  return {
    kind,
    at: view.getUint16(1) * 2 ** 32 + view.getUint32(3),
    isOf: (id) => murmur32(id) === workspace,
    is: (id) => digest(id).startsWith(message),
  }
}

const signed = (kind: ReturnKind, body: Uint8Array): string => `return ${kind} ${body.toHex()}`

function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >>> (bits - 5)) & 31]
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text
}

/** Undefined for a text that `base32` does not write. */
function unbase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8))
  let bits = 0
  let held = 0
  let at = 0
  for (const letter of text) {
    held = ((held << 5) | ALPHABET.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = (held >>> bits) & 0xff
  }
  return base32(bytes) === text ? bytes : undefined
}

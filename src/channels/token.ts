/** What a link of a message stands for. Signed, so nobody can make or change one; it never expires. */
export type LinkClaim =
  | { readonly kind: 'open'; readonly ws: string; readonly profile: string; readonly effect: string }
  | {
      readonly kind: 'click'
      readonly ws: string
      readonly profile: string
      readonly effect: string
      readonly index: number
      readonly url: string
    }
  | {
      readonly kind: 'unsubscribe'
      readonly ws: string
      readonly profile: string
      readonly effect: string
      readonly topic: string
      readonly address: string
    }
  /** The preference centre of whoever reads what comes to this address by this channel. */
  | {
      readonly kind: 'preferences'
      readonly ws: string
      readonly profile: string
      readonly effect: string
      readonly channel: string
      readonly address: string
    }
  /** Whoever reads this address wants what they asked for at `at` (epoch ms). */
  | {
      readonly kind: 'confirm'
      readonly ws: string
      readonly profile: string
      readonly effect: string
      readonly channel: string
      readonly topic: string
      readonly address: string
      readonly at: number
    }

/** HMAC-SHA256 of the text with the key of this number; undefined when there is no such key. */
export type Mac = (keyNumber: number, text: string) => Uint8Array | undefined
/** Compares in a time that does not depend on the content. */
export type Same = (a: Uint8Array, b: Uint8Array) => boolean

/** Octets of the MAC that a token carries: 128 bits. */
const TAG = 16
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/** Key number, claim and tag in one base64url text. */
export function encodeToken(claim: LinkClaim, { keyNumber, mac }: { keyNumber: number; mac: Mac }): string {
  const body = encoder.encode(JSON.stringify(fieldsOf(claim)))
  const text = signedText(keyNumber, body)
  const tag = mac(keyNumber, text)
  if (!tag) throw new Error(`There is no link key ${keyNumber}`)
  const bytes = new Uint8Array(1 + body.length + TAG)
  bytes[0] = keyNumber
  bytes.set(body, 1)
  bytes.set(tag.subarray(0, TAG), 1 + body.length)
  return base64url(bytes)
}

/** The claim, if the tag is right; undefined for anything else whatever. */
export function decodeToken(token: string, { mac, same }: { mac: Mac; same: Same }): LinkClaim | undefined {
  if (token.length > 8_192 || !/^[A-Za-z0-9_-]+$/.test(token)) return undefined
  const bytes = fromBase64url(token)
  if (!bytes || bytes.length < 1 + 2 + TAG) return undefined
  const body = bytes.subarray(1, bytes.length - TAG)
  const tag = mac(bytes[0]!, signedText(bytes[0]!, body))
  if (!tag || !same(tag.subarray(0, TAG), bytes.subarray(bytes.length - TAG))) return undefined
  return claimOf(JSON.parse(decoder.decode(body)) as readonly unknown[])
}

const signedText = (keyNumber: number, body: Uint8Array): string => `link ${keyNumber} ${base64url(body)}`

function fieldsOf(claim: LinkClaim): readonly (string | number)[] {
  const who = [claim.ws, claim.profile, claim.effect]
  switch (claim.kind) {
    case 'open':
      return ['o', ...who]
    case 'click':
      return ['c', ...who, claim.index, claim.url]
    case 'unsubscribe':
      return ['u', ...who, claim.topic, claim.address]
    case 'preferences':
      return ['p', ...who, claim.channel, claim.address]
    case 'confirm':
      return ['y', ...who, claim.channel, claim.topic, claim.address, claim.at]
  }
}

function claimOf([kind, ws, profile, effect, fourth, fifth, sixth, seventh]: readonly unknown[]): LinkClaim | undefined {
  const who = { ws: String(ws), profile: String(profile), effect: String(effect) }
  if (kind === 'o') return { kind: 'open', ...who }
  if (kind === 'c') return { kind: 'click', ...who, index: Number(fourth), url: String(fifth) }
  if (kind === 'u') return { kind: 'unsubscribe', ...who, topic: String(fourth), address: String(fifth) }
  if (kind === 'p') return { kind: 'preferences', ...who, channel: String(fourth), address: String(fifth) }
  if (kind === 'y')
    return { kind: 'confirm', ...who, channel: String(fourth), topic: String(fifth), address: String(sixth), at: Number(seventh) }
  return undefined
}

const base64url = (bytes: Uint8Array): string => bytes.toBase64({ alphabet: 'base64url', omitPadding: true })

/** Undefined for anything that is not exactly what `base64url` writes. */
function fromBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = Uint8Array.fromBase64(text, { alphabet: 'base64url', lastChunkHandling: 'loose' })
  return base64url(bytes) === text ? bytes : undefined
}

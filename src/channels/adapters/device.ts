import { sign } from 'node:crypto'
import type { Device } from '#profiles/schema.ts'
import type { Handover, PreparedPush } from '../channel.ts'

/** How one device took it; `gone`: it never will again. */
export type Taken = Handover | { readonly kind: 'gone' }

/** Shows a message on devices of some platforms. */
export interface DeviceSender {
  readonly platforms: ReadonlySet<Device['platform']>
  send(device: Device, prepared: PreparedPush, signal: AbortSignal): Promise<Taken>
}

/** One message on all devices: it was sent when any took it, for a repeat would be a second one there. */
export function together(taken: readonly Taken[]): Handover {
  const count = (kind: Taken['kind']): number => taken.filter((each) => each.kind === kind).length
  const props = { devices: taken.length, reached: count('sent'), gone: count('gone') }
  const first = taken.find((each) => each.kind === 'sent')
  if (first) return { ...first, props, units: props.reached }
  const worst =
    taken.find((each) => each.kind === 'ambiguous') ??
    taken.find((each) => each.kind === 'retry') ??
    taken.find((each) => each.kind === 'failed')
  return worst ? (worst as Handover) : { kind: 'failed', reason: 'push_devices_gone', address: false }
}

const base64url = (value: object | Buffer): string =>
  (Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))).toString('base64url')

/** A JSON Web Token (RFC 7519) with RS256 or ES256 (RFC 7518 §3.3, §3.4) under a PEM key. */
export function webToken({
  header,
  claims,
  key,
}: {
  header: { alg: 'RS256' | 'ES256'; kid?: string }
  claims: object
  key: string
}): string {
  const text = `${base64url({ typ: 'JWT', ...header })}.${base64url(claims)}`
  const signature = sign('sha256', Buffer.from(text), header.alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : { key })
  return `${text}.${base64url(signature)}`
}

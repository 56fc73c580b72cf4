import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { PreparedPush } from '../channel.ts'
import type { Answered, Connection, Tools } from '../provider.ts'
import { jsonOf, textOf, unread } from './answers.ts'
import { type DeviceSender, type Taken, webToken } from './device.ts'

export const ApnsSettings = z.strictObject({
  keyId: z.string().regex(/^[A-Z0-9]{10}$/),
  teamId: z.string().regex(/^[A-Z0-9]{10}$/),
  /** Bundle ID of the app. */
  topic: z.string().regex(/^[A-Za-z0-9.-]{1,155}$/),
  /** `https://api.sandbox.push.apple.com` for development builds. */
  host: z.url({ protocol: /^https?$/ }).default('https://api.push.apple.com'),
})
type ApnsSettings = z.output<typeof ApnsSettings>

/** Apple refuses tokens that are older than an hour, and new ones more often than every 20 minutes. */
const TOKEN_MS = 40 * 60_000

/** iPhones: APNs over HTTP/2 with token authentication (https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns). */
export function apnsSender(settings: ApnsSettings, connection: Connection, tools: Tools): DeviceSender {
  let signed: { readonly token: string; readonly at: number } | undefined
  const bearer = async (): Promise<string | undefined> => {
    const key = await connection.secret('apnsKey')
    if (key === undefined) return undefined
    const now = tools.now()
    if (!signed || now - signed.at > TOKEN_MS) {
      const claims = { iss: settings.teamId, iat: Math.floor(now / 1_000) }
      signed = { token: webToken({ header: { alg: 'ES256', kid: settings.keyId }, claims, key }), at: now }
    }
    return signed.token
  }
  return {
    platforms: new Set(['ios']),
    async send({ token }, prepared, signal) {
      const authorization = await bearer()
      if (authorization === undefined) return { kind: 'retry', reason: 'apns_secret_missing', provider: true }
      const answer = await tools.request({
        url: `${settings.host.replace(/\/$/, '')}/3/device/${encodeURIComponent(token)}`,
        method: 'POST',
        http2: true,
        headers: { authorization: `bearer ${authorization}`, ...headersOf(settings, prepared, { token, now: tools.now() }) },
        body: JSON.stringify(bodyOf(prepared)),
        signal,
      })
      if (answer.kind === 'answer' && answer.status === 403) signed = undefined
      return takenOf(answer, tools.now())
    },
  }
}

function headersOf(
  { topic }: ApnsSettings,
  { id, ttl, urgency, collapse }: PreparedPush,
  { token, now }: { token: string; now: number },
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'apns-push-type': 'alert',
    'apns-topic': topic,
    'apns-id': uuidOf(`${id} ${token}`),
    'apns-expiration': String(ttl === 0 ? 0 : Math.floor(now / 1_000) + ttl),
    'apns-priority': urgency === 'high' || urgency === 'normal' ? '10' : '5',
    ...(collapse === '' ? {} : { 'apns-collapse-id': collapse.slice(0, 64) }),
  }
}

/** The same message to the same device has the same id on every attempt (RFC 9562 §5.8). */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const bodyOf = ({ id, title, body, url, image, data }: PreparedPush): object => ({
  aps: { alert: { title, body }, sound: 'default', ...(image === '' ? {} : { 'mutable-content': 1 }) },
  ...data,
  cadenza_id: id,
  ...(url === '' ? {} : { url }),
  ...(image === '' ? {} : { image }),
})

/** https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
const GONE = new Set(['BadDeviceToken', 'Unregistered', 'ExpiredToken', 'DeviceTokenNotForTopic'])
const OURS = new Set([
  'ExpiredProviderToken',
  'InvalidProviderToken',
  'MissingProviderToken',
  'TooManyProviderTokenUpdates',
  'BadCertificate',
])

function takenOf(answer: Answered, now: number): Taken {
  if (answer.kind !== 'answer') return unread(answer, { name: 'apns', now, idempotent: false })!
  if (answer.status === 200) return { kind: 'sent', providerId: textOf(answer.headers['apns-id']) }
  const reason = textOf(jsonOf(answer.body)['reason'])
  if (answer.status === 410 || GONE.has(reason)) return { kind: 'gone' }
  if (OURS.has(reason)) return { kind: 'retry', reason: `apns_${reason}`, provider: true }
  return (
    unread(answer, { name: 'apns', now, idempotent: false }) ?? {
      kind: 'failed',
      reason: `apns_${reason || answer.status}`,
      address: false,
    }
  )
}

import { createHash } from 'node:crypto'
import webPush from 'web-push'
import { z } from 'zod'
import type { PreparedPush } from '../channel.ts'
import type { Answered, Connection, Tools } from '../provider.ts'
import { unread } from './answers.ts'
import type { DeviceSender, Taken } from './device.ts'

export const WebPushSettings = z.strictObject({
  /** Who answers for these messages: `mailto:` or an https address (RFC 8292 §2.1). */
  subject: z.string().regex(/^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/, 'write mailto:… or an https address'),
  /** VAPID public key, base64url; the page subscribes with it. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{87}$/, 'write the public key: 87 characters of base64url'),
})

/** A new VAPID pair (RFC 8292): the page gets one, the secrets of the workspace the other. */
export const pushKeys = (): { publicKey: string; privateKey: string } => webPush.generateVAPIDKeys()

/** Largest payload that every push service takes (RFC 8291 §4: 4,096 octets with the encryption's own). */
const LARGEST = 3_993

/** Browsers: Web Push (RFC 8030), encrypted for the one browser (RFC 8291), signed by VAPID (RFC 8292). */
export function webPushSender(settings: z.output<typeof WebPushSettings>, connection: Connection, tools: Tools): DeviceSender {
  return {
    platforms: new Set(['web']),
    async send({ token }, prepared, signal) {
      const privateKey = await connection.secret('vapidPrivateKey')
      if (privateKey === undefined) return { kind: 'retry', reason: 'webpush_secret_missing', provider: true }
      const payload = payloadOf(prepared)
      if (Buffer.byteLength(payload) > LARGEST) return { kind: 'failed', reason: 'push_too_large', address: false }
      const { endpoint, headers, body } = webPush.generateRequestDetails(JSON.parse(token) as webPush.PushSubscription, payload, {
        vapidDetails: { subject: settings.subject, publicKey: settings.publicKey, privateKey },
        TTL: prepared.ttl,
        urgency: prepared.urgency,
        contentEncoding: 'aes128gcm',
        ...(prepared.collapse === '' ? {} : { topic: topicOf(prepared.collapse) }),
      })
      const kept = Object.fromEntries(
        Object.entries(headers as Record<string, unknown>).flatMap(([name, value]) =>
          /^content-length$/i.test(name) ? [] : [[name.toLowerCase(), String(value)]],
        ),
      )
      return takenOf(await tools.request({ url: endpoint, method: 'POST', headers: kept, body: body as Buffer, signal }), tools.now())
    },
  }
}

/** What the service worker shows. */
function payloadOf({ id, title, body, url, image, data }: PreparedPush): string {
  return JSON.stringify({ id, title, body, ...(url === '' ? {} : { url }), ...(image === '' ? {} : { image }), data })
}

/** At most 32 characters of base64url (RFC 8030 §5.4). */
const topicOf = (collapse: string): string => createHash('sha256').update(collapse).digest('base64url').slice(0, 32)

function takenOf(answer: Answered, now: number): Taken {
  // A repeat would be shown twice, so that what got no answer stays unknown.
  const soon = unread(answer, { name: 'webpush', now, idempotent: false })
  if (soon) return soon
  const { status, headers } = answer as Extract<Answered, { kind: 'answer' }>
  if (status >= 200 && status < 300) return { kind: 'sent', providerId: String(headers['location'] ?? '') }
  if (status === 404 || status === 410) return { kind: 'gone' }
  return { kind: 'failed', reason: `webpush_${status}`, address: false }
}

import { z } from 'zod'
import type { PreparedPush } from '../channel.ts'
import type { Answered, Connection, Tools } from '../provider.ts'
import { jsonOf, listOf, recordOf, textOf, unread } from './answers.ts'
import { type DeviceSender, type Taken, webToken } from './device.ts'

export const FcmSettings = z.strictObject({
  projectId: z.string().regex(/^[a-z][a-z0-9-]{4,61}$/),
  /** `client_email` of the service account. */
  clientEmail: z.email(),
  host: z.url({ protocol: /^https?$/ }).default('https://fcm.googleapis.com'),
  tokenUrl: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
})
type FcmSettings = z.output<typeof FcmSettings>

/** A token is renewed so long before its end (ms). */
const EARLY_MS = 60_000
const HOUR_S = 3_600
const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'

/** Android (and iOS by Firebase): FCM HTTP v1 (https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages). */
export function fcmSender(
  settings: FcmSettings,
  connection: Connection,
  { tools, platforms }: { tools: Tools; platforms: DeviceSender['platforms'] },
): DeviceSender {
  let access: { readonly token: string; readonly until: number } | undefined
  const renewed = async (): Promise<typeof access | Answered | 'secret_missing'> => {
    const key = await connection.secret('fcmPrivateKey')
    if (key === undefined) return 'secret_missing'
    const now = tools.now()
    const answer = await tools.request(assertion(settings, key, now))
    if (answer.kind !== 'answer' || answer.status !== 200) return answer
    const { access_token: token, expires_in: seconds } = jsonOf(answer.body)
    return { token: textOf(token), until: now + Number(seconds) * 1_000 }
  }
  return {
    platforms,
    async send({ token }, prepared, signal) {
      if (!access || access.until - EARLY_MS <= tools.now()) {
        const fresh = await renewed()
        if (fresh === 'secret_missing') return { kind: 'retry', reason: 'fcm_secret_missing', provider: true }
        if (!fresh || 'kind' in fresh)
          return { kind: 'retry', reason: `fcm_token_${fresh?.kind === 'answer' ? fresh.status : 'no_answer'}`, provider: true }
        access = fresh
      }
      const answer = await tools.request({
        url: `${settings.host.replace(/\/$/, '')}/v1/projects/${settings.projectId}/messages:send`,
        method: 'POST',
        headers: { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ message: messageOf(token, prepared) }),
        signal,
      })
      if (answer.kind === 'answer' && answer.status === 401) access = undefined
      return takenOf(answer, tools.now())
    },
  }
}

/** OAuth 2.0 with a signed assertion (RFC 7523). */
function assertion({ clientEmail, tokenUrl }: FcmSettings, key: string, now: number) {
  const iat = Math.floor(now / 1_000)
  const claims = { iss: clientEmail, scope: SCOPE, aud: tokenUrl, iat, exp: iat + HOUR_S }
  const jwt = webToken({ header: { alg: 'RS256' }, claims, key })
  return {
    url: tokenUrl,
    method: 'POST' as const,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: jwt }).toString(),
  }
}

function messageOf(token: string, { id, title, body, url, image, data, ttl, urgency, collapse }: PreparedPush): object {
  return {
    token,
    notification: { title, body, ...(image === '' ? {} : { image }) },
    // Values are texts here.
    data: { ...data, cadenza_id: id, ...(url === '' ? {} : { url }) },
    android: {
      priority: urgency === 'high' ? 'HIGH' : 'NORMAL',
      ttl: `${ttl}s`,
      ...(collapse === '' ? {} : { collapse_key: collapse, notification: { tag: collapse } }),
    },
  }
}

function takenOf(answer: Answered, now: number): Taken {
  if (answer.kind !== 'answer') return unread(answer, { name: 'fcm', now, idempotent: false })!
  const fields = jsonOf(answer.body)
  if (answer.status === 200) return { kind: 'sent', providerId: textOf(fields['name']) }
  const error = recordOf(fields['error'])
  const code =
    listOf(error['details'])
      .map((detail) => textOf(detail['errorCode']))
      .find((each) => each !== '') ?? textOf(error['status'])
  // The token belongs to another project, or to nobody any more.
  if (code === 'UNREGISTERED' || code === 'SENDER_ID_MISMATCH') return { kind: 'gone' }
  if (answer.status === 401 || answer.status === 403) return { kind: 'retry', reason: `fcm_${code || answer.status}`, provider: true }
  return (
    unread(answer, { name: 'fcm', now, idempotent: false }) ?? { kind: 'failed', reason: `fcm_${code || answer.status}`, address: false }
  )
}

import { createPublicKey, createVerify } from 'node:crypto'
import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedEmail } from '../channel.ts'
import { type Answered, type Connection, type Hook, type ProviderReceipt, provider, type Tools } from '../provider.ts'
import { jsonOf, listOf, textOf, unread } from './answers.ts'
import { isNoAddress, seen } from './mail-events.ts'

const Settings = z.strictObject({
  /** Of the signed event webhook: base64 of a P-256 key. Without it nothing that is posted is taken. */
  verificationKey: z
    .string()
    .regex(/^[A-Za-z0-9+/=]{100,200}$/)
    .optional(),
  /** `https://api.eu.sendgrid.com` for the European region. */
  host: z.url({ protocol: /^https?$/ }).default('https://api.sendgrid.com'),
})
type Settings = z.output<typeof Settings>

/** SendGrid, Mail Send v3 (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send). */
export const sendgrid = provider<Settings, PreparedEmail>({
  type: 'sendgrid',
  channel: 'email',
  does: 'E-mail by SendGrid',
  settings: Settings as z.ZodType<Settings>,
  secrets: { apiKey: 'API key with Mail Send' },
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'email',
    async send(prepared, signal) {
      const key = await connection.secret('apiKey')
      if (key === undefined) return { kind: 'retry', reason: 'sendgrid_secret_missing', provider: true }
      const answer = await tools.request({
        url: `${connection.settings.host.replace(/\/$/, '')}/v3/mail/send`,
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(prepared)),
        signal,
      })
      return handoverOf(answer, tools.now())
    },
    close: async () => undefined,
  }),
  receive,
})

/** SendGrid writes these itself, and refuses a request that names them. */
const RESERVED = /^(?:message-id|mime-version|content-type|content-transfer-encoding|dkim-signature|received|x-sg-id|x-sg-eid|cc|bcc)$/i
const OFF = { enable: false }

function bodyOf({ id, parts: { from, to, replyTo, subject, html, text, headers, attachments = [] } }: PreparedEmail): object {
  const person = ({ name, address }: { name: string; address: string }): object => ({ email: address, ...(name === '' ? {} : { name }) })
  return {
    personalizations: [{ to: [person(to)], custom_args: { cadenza: id } }],
    from: person(from),
    ...(replyTo === undefined ? {} : { reply_to: { email: replyTo } }),
    subject,
    content: [
      { type: 'text/plain', value: text || ' ' },
      { type: 'text/html', value: html },
    ],
    headers: Object.fromEntries(headers.filter(([name]) => !RESERVED.test(name))),
    ...(attachments.length > 0 && {
      attachments: attachments.map(({ name, type, bytes }) => ({
        content: bytes.toBase64(),
        filename: name,
        type,
        disposition: 'attachment',
      })),
    }),
    // Links are followed and people unsubscribe by our own means: a second layer would break both.
    tracking_settings: { click_tracking: OFF, open_tracking: OFF, subscription_tracking: OFF },
  }
}

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'sendgrid', now, idempotent: false })
  if (soon) return soon
  const { status, headers, body } = answer as Extract<Answered, { kind: 'answer' }>
  if (status === 202 || status === 200) return { kind: 'sent', providerId: textOf(headers['x-message-id']) }
  if (status === 401 || status === 403) return { kind: 'retry', reason: `sendgrid_${status}`, provider: true }
  const [error] = listOf(jsonOf(body)['errors'])
  const address = /personalizations\.\d+\.to/.test(textOf(error?.['field'])) && /valid/i.test(textOf(error?.['message']))
  return { kind: 'failed', reason: `sendgrid_${status}`, address }
}

/** ECDSA over time stamp and body (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features). */
async function receive(hook: Hook, { settings }: Connection<Settings>, tools: Tools) {
  const at = hook.headers['x-twilio-email-event-webhook-timestamp'] ?? ''
  const signature = hook.headers['x-twilio-email-event-webhook-signature'] ?? ''
  const fresh = /^\d{1,12}$/.test(at) && Math.abs(tools.now() / 1_000 - Number(at)) < LONGEST_S
  if (!fresh || settings.verificationKey === undefined || !isSigned({ key: settings.verificationKey, at, raw: hook.raw, signature }))
    return refuse(FORGED)
  const events: unknown = JSON.parse(Buffer.from(hook.raw).toString('utf8'))
  return { receipts: listOf(events).flatMap(receiptOf), inbound: [] }
}

/** SendGrid tries for a day to post something. */
const LONGEST_S = 90_000

function isSigned({ key, at, raw, signature }: { key: string; at: string; raw: Uint8Array; signature: string }): boolean {
  const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' })
  return createVerify('sha256').update(at).update(raw).verify(publicKey, signature, 'base64')
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not SendGrid’s, or is too old',
  hint: 'Switch on the signed event webhook, and give its key as verificationKey.',
}

function receiptOf(event: Readonly<Record<string, unknown>>): ProviderReceipt[] {
  const effect = textOf(event['cadenza'])
  // The id that was answered is the part before the first full stop.
  const about = {
    providerId: textOf(event['sg_message_id']).split('.')[0]!,
    ...(effect === '' ? {} : { effect }),
    at: Number(event['timestamp']) * 1_000,
  }
  const address = textOf(event['email']).toLowerCase()
  const once = textOf(event['sg_event_id'])
  switch (event['event']) {
    case 'delivered':
      return [{ ...about, name: 'message.delivered', once: '' }]
    case 'bounce': {
      const status = textOf(event['status'])
      // `blocked` is the receiver's refusal of this message or sender, not of the address.
      const permanent = event['type'] !== 'blocked' && (isNoAddress(status) || status === '' || status.startsWith('5.0'))
      return [
        { ...about, name: 'message.bounced', once, reason: `sendgrid_${textOf(event['type']) || 'bounce'}_${status}`, permanent, address },
      ]
    }
    case 'dropped':
      return [
        { ...about, name: 'message.failed', once, reason: `sendgrid_dropped_${textOf(event['reason']).replace(/\W+/g, '_').slice(0, 60)}` },
      ]
    case 'spamreport':
      return [{ ...about, name: 'message.complained', once: '', reason: 'abuse', address }]
    case 'unsubscribe':
    case 'group_unsubscribe':
      return [{ ...about, name: 'message.unsubscribed', once, address }]
    case 'open':
      return [seen(about, { name: 'message.opened', agent: textOf(event['useragent']), once })]
    case 'click':
      return [seen(about, { name: 'message.clicked', agent: textOf(event['useragent']), url: textOf(event['url']), once })]
    default:
      return []
  }
}

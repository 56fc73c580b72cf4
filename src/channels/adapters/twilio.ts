import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedSms } from '../channel.ts'
import { type Answered, type Connection, type Hook, type ProviderReceipt, provider, type Received, type Tools } from '../provider.ts'
import { smsLength } from '../sms-length.ts'
import { hmac, jsonOf, optedOut, sameText, textOf, unread } from './answers.ts'

const Settings = z
  .strictObject({
    accountSid: z.string().regex(/^AC[0-9a-f]{32}$/, 'write the account SID: AC and 32 hexadecimal digits'),
    /** A number of yours in E.164, a short code, or a name of up to 11 letters and digits. */
    from: z
      .string()
      .regex(
        /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11})$/,
        'write a number such as +15005550006, or a name of up to 11 letters',
      )
      .optional(),
    messagingServiceSid: z
      .string()
      .regex(/^MG[0-9a-f]{32}$/)
      .optional(),
    /** Another region or edge: `https://api.dublin.ie1.twilio.com`. */
    host: z.url({ protocol: /^https?$/ }).default('https://api.twilio.com'),
  })
  .refine(
    ({ from, messagingServiceSid }) => (from === undefined) !== (messagingServiceSid === undefined),
    'give either from or messagingServiceSid',
  )
type Settings = z.output<typeof Settings>

/** Twilio Programmable Messaging, API 2010-04-01 (https://www.twilio.com/docs/messaging/api/message-resource). */
export const twilio = provider<Settings, PreparedSms>({
  type: 'twilio',
  channel: 'sms',
  does: 'Text messages by Twilio',
  settings: Settings as z.ZodType<Settings>,
  secrets: { authToken: 'The account’s auth token: it signs in, and checks what Twilio posts' },
  // A request that is repeated is a second message: Twilio knows no idempotency key here.
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'sms',
    async send(prepared, signal) {
      const token = await connection.secret('authToken')
      if (token === undefined) return { kind: 'retry', reason: 'twilio_secret_missing', provider: true }
      const { accountSid, from, messagingServiceSid, host } = connection.settings
      const form = new URLSearchParams({
        To: prepared.to,
        ...(from === undefined ? { MessagingServiceSid: messagingServiceSid! } : { From: from }),
        Body: prepared.text,
        StatusCallback: callbackOf(connection, prepared.id),
      })
      const answer = await tools.request({
        url: `${host.replace(/\/$/, '')}/2010-04-01/Accounts/${accountSid}/Messages.json`,
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${accountSid}:${token}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: form.toString(),
        signal,
      })
      const handover = handoverOf(answer, prepared, tools.now())
      // Twilio holds the person's STOP: now we do as well.
      if (handover.kind === 'failed' && handover.reason === 'sms_opted_out') await tools.told(optedOut(prepared, tools.now()))
      return handover
    },
    close: async () => undefined,
  }),
  receive,
})

/** The effect goes along in the address, which is under Twilio's signature. */
const callbackOf = ({ hookUrl }: Connection, effect: string): string => `${hookUrl}?effect=${encodeURIComponent(effect)}`

/** https://www.twilio.com/docs/api/errors: the number is none, is no mobile one, or cannot be reached by this country's rules. */
const NO_ADDRESS = new Set(['21211', '21214', '21217', '21614', '21635'])
/** The person has texted STOP to this sender. */
const OPTED_OUT = '21610'
/** Queue of this sender is full; too many requests. */
const BUSY = new Set(['20429', '21611', '14107'])
/** Our sign-in is wrong, or the account is suspended: that is no fault of the message. */
const OURS = new Set(['20003', '20005', '30002'])

function handoverOf(answer: Answered, { text }: PreparedSms, now: number): Handover {
  const soon = unread(answer, { name: 'twilio', now, idempotent: false })
  if (soon) return soon
  const { status, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  if (status >= 200 && status < 300) {
    const { segments, encoding } = smsLength(text)
    const told = Number(textOf(fields['num_segments']))
    const units = told > 0 ? told : segments
    return { kind: 'sent', providerId: textOf(fields['sid']), units, props: { segments: units, encoding } }
  }
  const code = textOf(fields['code'])
  if (OURS.has(code) || status === 401) return { kind: 'retry', reason: `twilio_${code || status}`, provider: true }
  if (BUSY.has(code)) return { kind: 'retry', reason: `twilio_${code}`, provider: true }
  if (code === OPTED_OUT) return { kind: 'failed', reason: 'sms_opted_out', address: false }
  return { kind: 'failed', reason: `twilio_${code || status}`, address: NO_ADDRESS.has(code) }
}

/** `X-Twilio-Signature`: HMAC-SHA1 of the address and the sorted form fields, in base64 (https://www.twilio.com/docs/usage/security). */
export function twilioSignature(token: string, url: string, form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort()
  const fields = names.flatMap((name) => form.getAll(name).map((value) => name + value))
  return hmac('sha1', token, url + fields.join('')).toString('base64')
}

/** Numbers that take nothing any more: unknown, or no mobile telephones. */
const GONE = new Set(['30005', '30006', '21610', '21614', '63024'])

async function receive(hook: Hook, connection: Connection<Settings>, tools: Tools) {
  const token = await connection.secret('authToken')
  const form = new URLSearchParams(Buffer.from(hook.raw).toString('utf8'))
  const given = hook.headers['x-twilio-signature'] ?? ''
  if (token === undefined || !sameText(twilioSignature(token, hook.url, form), given)) return refuse(FORGED)
  const field = (name: string): string => form.get(name) ?? ''
  const status = field('MessageStatus') || field('SmsStatus')
  if (status === 'received') return { ...ANSWER, receipts: [], inbound: [inboundOf(field, tools.now())] }
  const receipt = receiptOf({ status, code: field('ErrorCode'), to: field('To') })
  const ids = { providerId: field('MessageSid') || field('SmsSid'), ...(hook.query['effect'] ? { effect: hook.query['effect'] } : {}) }
  return { ...ANSWER, receipts: receipt ? [{ ...ids, ...receipt, at: tools.now() }] : [], inbound: [] }
}

const inboundOf = (field: (name: string) => string, at: number): Received['inbound'][number] => ({
  channel: 'sms',
  from: field('From'),
  to: field('To'),
  text: field('Body'),
  id: field('MessageSid'),
  at,
})

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not Twilio’s',
  hint: 'Check that PUBLIC_URL is the address that Twilio calls, and that the auth token is the account’s.',
}
/** No TwiML: nothing is answered to the person by Twilio. */
const ANSWER = { answer: { status: 200, type: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' } } as const

function receiptOf({ status, code, to }: { status: string; code: string; to: string }): Omit<ProviderReceipt, 'at'> | null {
  switch (status) {
    case 'delivered':
    case 'read':
      return { name: 'message.delivered', once: '' }
    case 'undelivered':
    case 'failed':
      return { name: 'message.bounced', reason: `twilio_${code || status}`, permanent: GONE.has(code), address: to }
    default:
      return null
  }
}

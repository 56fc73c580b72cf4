import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedWhatsapp } from '../channel.ts'
import { type Answered, type Connection, type Hook, type Inbound, type ProviderReceipt, provider } from '../provider.ts'
import { hmac, jsonOf, listOf, optedOut, recordOf, sameText, textOf, unread } from './answers.ts'

const Settings = z.strictObject({
  /** Of the business number; digits. */
  phoneNumberId: z.string().regex(/^\d{5,25}$/, 'write the phone number ID: digits'),
  version: z
    .string()
    .regex(/^v\d{2}\.\d$/)
    .default('v23.0'),
  host: z.url({ protocol: /^https?$/ }).default('https://graph.facebook.com'),
})
type Settings = z.output<typeof Settings>

/** WhatsApp Business Platform, Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api). */
export const whatsapp = provider<Settings, PreparedWhatsapp>({
  type: 'whatsapp',
  channel: 'whatsapp',
  does: 'WhatsApp messages by Meta’s Cloud API',
  settings: Settings as z.ZodType<Settings>,
  secrets: {
    accessToken: 'Token of a system user with whatsapp_business_messaging',
    appSecret: 'The app’s secret: it checks what Meta posts',
    verifyToken: 'A word of your own: Meta repeats it when the webhook is set up',
  },
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'whatsapp',
    async send(prepared, signal) {
      const token = await connection.secret('accessToken')
      if (token === undefined) return { kind: 'retry', reason: 'whatsapp_secret_missing', provider: true }
      const { host, version, phoneNumberId } = connection.settings
      const answer = await tools.request({
        url: `${host.replace(/\/$/, '')}/${version}/${phoneNumberId}/messages`,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(prepared)),
        signal,
      })
      const handover = handoverOf(answer, tools.now())
      if (handover.kind === 'failed' && handover.reason === 'whatsapp_opted_out') await tools.told(optedOut(prepared, tools.now()))
      return handover
    },
    close: async () => undefined,
  }),
  receive,
})

/** Meta brings our id back with every status of the message. */
const LONGEST_NOTE = 512

function bodyOf({ id, to, approved, text }: PreparedWhatsapp): object {
  const about = {
    messaging_product: 'whatsapp',
    recipient_type: 'individual',
    to: to.slice(1),
    ...(id.length <= LONGEST_NOTE ? { biz_opaque_callback_data: id } : {}),
  }
  if (!approved) return { ...about, type: 'text', text: { preview_url: false, body: text } }
  const parameters = approved.parameters.map((value) => ({ type: 'text', text: value }))
  const components = parameters.length === 0 ? [] : [{ type: 'body', parameters }]
  return { ...about, type: 'template', template: { name: approved.name, language: { code: approved.language }, components } }
}

/** https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes: rates, and faults that pass. */
const LATER = new Set(['4', '80007', '130429', '131056', '131000', '131016', '131048', '133004', '133016'])
/** Our token or account. */
const OURS = new Set(['0', '3', '10', '190', '131031', '131042', '131045', '368'])
/** Not on WhatsApp, or cannot be written to. */
const NO_ADDRESS = new Set(['131026', '131021', '1013'])

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'whatsapp', now, idempotent: false })
  // Meta answers 500 also with faults of the message: the code tells them apart.
  if (soon && answer.kind !== 'answer') return soon
  const { status, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  const [message] = listOf(fields['messages'])
  if (status >= 200 && status < 300 && message) return { kind: 'sent', providerId: textOf(message['id']) }
  const code = textOf(recordOf(fields['error'])['code'])
  if (LATER.has(code) || OURS.has(code)) return { kind: 'retry', reason: `whatsapp_${code}`, provider: true }
  if (code === '131050') return { kind: 'failed', reason: 'whatsapp_opted_out', address: false }
  if (code === '131047') return { kind: 'failed', reason: 'whatsapp_window_closed', address: false }
  if (code === '' && soon) return soon
  return { kind: 'failed', reason: `whatsapp_${code || status}`, address: NO_ADDRESS.has(code) }
}

async function receive(hook: Hook, connection: Connection<Settings>) {
  if (hook.method === 'GET') return greeted(hook, await connection.secret('verifyToken'))
  const secret = await connection.secret('appSecret')
  const given = (hook.headers['x-hub-signature-256'] ?? '').replace(/^sha256=/, '')
  if (secret === undefined || !sameText(hmac('sha256', secret, hook.raw).toString('hex'), given)) return refuse(FORGED)
  const values = listOf(jsonOf(Buffer.from(hook.raw).toString('utf8'))['entry'])
    .flatMap((entry) => listOf(entry['changes']))
    .map((change) => recordOf(change['value']))
    // One app may serve several numbers: the others have hooks of their own.
    .filter((value) => textOf(recordOf(value['metadata'])['phone_number_id']) === connection.settings.phoneNumberId)
  return {
    receipts: values.flatMap((value) => listOf(value['statuses']).flatMap(receiptOf)),
    inbound: values.flatMap((value) => {
      const to = `+${textOf(recordOf(value['metadata'])['display_phone_number']).replace(/\D/g, '')}`
      return listOf(value['messages']).flatMap((message) => inboundOf(message, to))
    }),
  }
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not Meta’s',
  hint: 'Check the app secret of this provider.',
}

/** The webhook is being set up: Meta asks for its challenge back. */
function greeted({ query }: Hook, expected: string | undefined) {
  if (expected === undefined || query['hub.mode'] !== 'subscribe' || !sameText(query['hub.verify_token'] ?? '', expected))
    return refuse({
      ...FORGED,
      title: 'The verify token is not the one that is kept',
      hint: 'Give Meta the same word as in the secret verifyToken.',
    })
  return { receipts: [], inbound: [], answer: { status: 200, type: 'text/plain', body: query['hub.challenge'] ?? '' } }
}

const secondsOf = (value: unknown): number => Number(textOf(value)) * 1_000

function receiptOf(status: Readonly<Record<string, unknown>>): ProviderReceipt[] {
  const effect = textOf(status['biz_opaque_callback_data'])
  const about = { providerId: textOf(status['id']), ...(effect === '' ? {} : { effect }), at: secondsOf(status['timestamp']) }
  switch (status['status']) {
    case 'delivered':
      return [{ ...about, name: 'message.delivered', once: '' }]
    case 'read':
      return [{ ...about, name: 'message.opened', once: '', props: { fetcher: 'person' } }]
    case 'failed': {
      const code = textOf(listOf(status['errors'])[0]?.['code'])
      const address = `+${textOf(status['recipient_id'])}`
      return [
        { ...about, name: 'message.bounced', reason: `whatsapp_${code}`, permanent: NO_ADDRESS.has(code) || code === '131050', address },
      ]
    }
    default:
      return []
  }
}

function inboundOf(message: Readonly<Record<string, unknown>>, to: string): Inbound[] {
  const text =
    textOf(recordOf(message['text'])['body']) ||
    textOf(recordOf(message['button'])['text']) ||
    textOf(recordOf(recordOf(message['interactive'])['button_reply'])['title'])
  const from = textOf(message['from'])
  if (from === '') return []
  return [{ channel: 'whatsapp', from: `+${from}`, to, text, id: textOf(message['id']), at: secondsOf(message['timestamp']) }]
}

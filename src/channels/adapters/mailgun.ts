import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedEmail } from '../channel.ts'
import { type Answered, type Connection, type Hook, type ProviderReceipt, provider, type Tools } from '../provider.ts'
import { hmac, jsonOf, recordOf, sameText, textOf, unread } from './answers.ts'
import { seen } from './mail-events.ts'

const Settings = z.strictObject({
  /** Sending domain. */
  domain: z.string().regex(/^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)+$/),
  /** `https://api.eu.mailgun.net` for the European region. */
  host: z.url({ protocol: /^https?$/ }).default('https://api.mailgun.net'),
})
type Settings = z.output<typeof Settings>

/** Mailgun, `messages.mime` (https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages). */
export const mailgun = provider<Settings, PreparedEmail>({
  type: 'mailgun',
  channel: 'email',
  does: 'E-mail by Mailgun',
  settings: Settings as z.ZodType<Settings>,
  secrets: { apiKey: 'Sending key of the domain', signingKey: 'HTTP webhook signing key' },
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'email',
    async send(prepared, signal) {
      const key = await connection.secret('apiKey')
      if (key === undefined) return { kind: 'retry', reason: 'mailgun_secret_missing', provider: true }
      const { host, domain } = connection.settings
      const boundary = `cadenza-${createHash('sha256').update(prepared.message).digest('hex').slice(0, 32)}`
      const answer = await tools.request({
        url: `${host.replace(/\/$/, '')}/v3/${domain}/messages.mime`,
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`api:${key}`).toString('base64')}`,
          'content-type': `multipart/form-data; boundary=${boundary}`,
        },
        body: formOf(prepared, boundary),
        signal,
      })
      return handoverOf(answer, tools.now())
    },
    close: async () => undefined,
  }),
  receive,
})

function formOf({ id, envelope, message }: PreparedEmail, boundary: string): Uint8Array {
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const before = [field('to', envelope.to), field('v:cadenza', id), field('o:tracking', 'no')].join('')
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="message"; filename="message.mime"\r\nContent-Type: message/rfc822\r\n\r\n`
  return Buffer.concat([Buffer.from(before + file), message, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'mailgun', now, idempotent: false })
  if (soon) return soon
  const { status, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  if (status === 200) return { kind: 'sent', providerId: textOf(fields['id']).replace(/^<|>$/g, '') }
  if (status === 401 || status === 403 || status === 404) return { kind: 'retry', reason: `mailgun_${status}`, provider: true }
  return {
    kind: 'failed',
    reason: `mailgun_${status}`,
    address: status === 400 && /to parameter is not a valid address/i.test(textOf(fields['message'])),
  }
}

/** Mailgun tries for eight hours to post something. */
const LONGEST_S = 32_400
/** The signature covers a time and a token, not what is said: a token counts for the words it first came with. Held by each process for itself. */
const tokens = new LRUCache<string, string>({ max: 50_000, ttl: LONGEST_S * 1_000 })

async function receive(hook: Hook, connection: Connection<Settings>, tools: Tools) {
  const key = await connection.secret('signingKey')
  const said = jsonOf(Buffer.from(hook.raw).toString('utf8'))
  const { timestamp, token, signature } = recordOf(said['signature'])
  const [at, once] = [textOf(timestamp), textOf(token)]
  const fresh = /^\d{1,12}$/.test(at) && Math.abs(tools.now() / 1_000 - Number(at)) < LONGEST_S
  if (key === undefined || !fresh || once === '' || !sameText(hmac('sha256', key, at + once).toString('hex'), textOf(signature)))
    return refuse(FORGED)
  const words = createHash('sha256').update(hook.raw).digest('base64url')
  const place = `${connection.workspace} ${connection.id} ${once}`
  const first = tokens.get(place) ?? words
  tokens.set(place, first)
  if (first !== words) return refuse({ ...FORGED, title: 'The token of this webhook was used for something else' })
  return { receipts: receiptOf(recordOf(said['event-data'])), inbound: [] }
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not Mailgun’s, or is too old',
  hint: 'Give the HTTP webhook signing key as the secret signingKey.',
}

function receiptOf(event: Readonly<Record<string, unknown>>): ProviderReceipt[] {
  const effect = textOf(recordOf(event['user-variables'])['cadenza'])
  const about = {
    providerId: textOf(recordOf(recordOf(event['message'])['headers'])['message-id']),
    ...(effect === '' ? {} : { effect }),
    at: Math.round(Number(event['timestamp']) * 1_000),
  }
  const address = textOf(event['recipient']).toLowerCase()
  const once = textOf(event['id'])
  const status = recordOf(event['delivery-status'])
  switch (event['event']) {
    case 'delivered':
      return [{ ...about, name: 'message.delivered', once: '' }]
    case 'failed': {
      if (event['severity'] !== 'permanent') return []
      const code = textOf(status['code'])
      // 550 and 551 speak of the mailbox; 554 and policy refusals of us. `suppress-…`: Mailgun's own list, which bounced before.
      const permanent = /^suppress-bounce$/.test(textOf(event['reason'])) || /^(?:550|551|605)$/.test(code)
      return [{ ...about, name: 'message.bounced', once, reason: `mailgun_${textOf(event['reason'])}_${code}`, permanent, address }]
    }
    case 'complained':
      return [{ ...about, name: 'message.complained', once: '', reason: 'abuse', address }]
    case 'unsubscribed':
      return [{ ...about, name: 'message.unsubscribed', once, address }]
    case 'opened':
      return [seen(about, { name: 'message.opened', agent: textOf(recordOf(event['client-info'])['user-agent']), once })]
    case 'clicked':
      return [
        seen(about, {
          name: 'message.clicked',
          agent: textOf(recordOf(event['client-info'])['user-agent']),
          url: textOf(event['url']),
          once,
        }),
      ]
    default:
      return []
  }
}

import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedEmail } from '../channel.ts'
import { type Answered, type Connection, type Hook, type ProviderReceipt, provider } from '../provider.ts'
import { jsonOf, recordOf, sameText, textOf, unread } from './answers.ts'
import { named, seen } from './mail-events.ts'

const Settings = z.strictObject({
  /** Message stream; left out: `outbound` for transactional and `broadcast` for marketing messages. */
  stream: z
    .string()
    .regex(/^[a-z0-9-]{1,30}$/)
    .optional(),
  host: z.url({ protocol: /^https?$/ }).default('https://api.postmarkapp.com'),
})
type Settings = z.output<typeof Settings>

/** Postmark, Email API (https://postmarkapp.com/developer/api/email-api). */
export const postmark = provider<Settings, PreparedEmail>({
  type: 'postmark',
  channel: 'email',
  does: 'E-mail by Postmark',
  settings: Settings as z.ZodType<Settings>,
  secrets: {
    serverToken: 'Server API token',
    hookPassword: 'Word of your own: Postmark signs nothing, so its webhook sends it as the password of Basic authentication',
  },
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'email',
    async send(prepared, signal) {
      const token = await connection.secret('serverToken')
      if (token === undefined) return { kind: 'retry', reason: 'postmark_secret_missing', provider: true }
      const answer = await tools.request({
        url: `${connection.settings.host.replace(/\/$/, '')}/email`,
        method: 'POST',
        headers: { 'x-postmark-server-token': token, accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(prepared, connection.settings)),
        signal,
      })
      return handoverOf(answer, tools.now())
    },
    close: async () => undefined,
  }),
  receive,
})

/** Longest value of metadata; of a longer id Postmark's own is enough. */
const LONGEST = 80

function bodyOf(
  { id, lane, parts: { from, to, replyTo, subject, html, text, headers, attachments = [] } }: PreparedEmail,
  { stream }: Settings,
): object {
  return {
    From: named(from),
    To: named(to),
    ...(replyTo === undefined ? {} : { ReplyTo: replyTo }),
    Subject: subject,
    HtmlBody: html,
    TextBody: text,
    Headers: headers.map(([Name, Value]) => ({ Name, Value })),
    ...(attachments.length > 0 && {
      Attachments: attachments.map(({ name, type, bytes }) => ({ Name: name, Content: bytes.toBase64(), ContentType: type })),
    }),
    ...(id.length <= LONGEST ? { Metadata: { cadenza: id } } : {}),
    MessageStream: stream ?? (lane === 'transactional' ? 'outbound' : 'broadcast'),
    TrackOpens: false,
    TrackLinks: 'None',
  }
}

/** https://postmarkapp.com/developer/api/overview#error-codes: token, account and sender; recipients that Postmark holds inactive. */
const OURS = new Set(['10', '100', '400', '401', '402', '405', '412', '413', '1235'])
const INACTIVE = '406'

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'postmark', now, idempotent: false })
  if (soon) return soon
  const { status, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  const code = textOf(fields['ErrorCode'])
  if (status === 200 && code === '0') return { kind: 'sent', providerId: textOf(fields['MessageID']) }
  if (OURS.has(code) || status === 401) return { kind: 'retry', reason: `postmark_${code || status}`, provider: true }
  // It bounced, complained or left before: Postmark knows, now we do.
  return { kind: 'failed', reason: `postmark_${code || status}`, address: code === INACTIVE }
}

async function receive(hook: Hook, connection: Connection<Settings>) {
  const password = await connection.secret('hookPassword')
  const given = Buffer.from((hook.headers['authorization'] ?? '').replace(/^Basic /i, ''), 'base64').toString('utf8')
  const word = given.slice(given.indexOf(':') + 1)
  if (password === undefined || password === '' || !given.includes(':') || !sameText(word, password)) return refuse(FORGED)
  return { receipts: receiptOf(jsonOf(Buffer.from(hook.raw).toString('utf8'))), inbound: [] }
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The webhook does not bring the word that is kept',
  hint: 'In Postmark give the webhook Basic authentication with the secret hookPassword.',
}

function receiptOf(said: Readonly<Record<string, unknown>>): ProviderReceipt[] {
  const effect = textOf(recordOf(said['Metadata'])['cadenza'])
  const when = textOf(said['DeliveredAt']) || textOf(said['BouncedAt']) || textOf(said['ReceivedAt']) || textOf(said['ChangedAt'])
  const about = { providerId: textOf(said['MessageID']), ...(effect === '' ? {} : { effect }), at: Date.parse(when) || 0 }
  const address = (textOf(said['Recipient']) || textOf(said['Email'])).toLowerCase()
  const once = textOf(said['ID']) || when
  switch (said['RecordType']) {
    case 'Delivery':
      return [{ ...about, name: 'message.delivered', once: '' }]
    case 'Bounce':
      return [
        {
          ...about,
          name: 'message.bounced',
          once,
          reason: `postmark_${textOf(said['Type'])}`,
          permanent: said['Type'] === 'HardBounce' || said['Type'] === 'BadEmailAddress',
          address,
        },
      ]
    case 'SpamComplaint':
      return [{ ...about, name: 'message.complained', once: '', reason: 'abuse', address }]
    case 'SubscriptionChange':
      return said['SuppressSending'] === true && said['SuppressionReason'] === 'ManualSuppression'
        ? [{ ...about, name: 'message.unsubscribed', once, address }]
        : []
    case 'Open':
      return [seen(about, { name: 'message.opened', agent: textOf(said['UserAgent']), once })]
    case 'Click':
      return [seen(about, { name: 'message.clicked', agent: textOf(said['UserAgent']), url: textOf(said['OriginalLink']), once })]
    default:
      return []
  }
}

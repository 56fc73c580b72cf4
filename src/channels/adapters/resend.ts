import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedEmail } from '../channel.ts'
import { type Answered, type Connection, type Hook, type ProviderReceipt, provider, type Tools } from '../provider.ts'
import { jsonOf, listOf, recordOf, sameText, textOf, unread } from './answers.ts'
import { effectOf, named, seen, tagOf } from './mail-events.ts'

const Settings = z.strictObject({ host: z.url({ protocol: /^https?$/ }).default('https://api.resend.com') })
type Settings = z.output<typeof Settings>

/** Resend (https://resend.com/docs/api-reference/emails/send-email): it keeps an idempotency key for a day. */
export const resend = provider<Settings, PreparedEmail>({
  type: 'resend',
  channel: 'email',
  does: 'E-mail by Resend',
  settings: Settings as z.ZodType<Settings>,
  secrets: { apiKey: 'API key with sending access', hookSecret: 'Signing secret of the webhook (whsec_…)' },
  idempotent: true,
  connect: (connection, tools) => ({
    kind: 'email',
    async send(prepared, signal) {
      const key = await connection.secret('apiKey')
      if (key === undefined) return { kind: 'retry', reason: 'resend_secret_missing', provider: true }
      const answer = await tools.request({
        url: `${connection.settings.host.replace(/\/$/, '')}/emails`,
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': tagOf(`${prepared.workspace} ${prepared.id}`).slice(0, 256),
        },
        body: JSON.stringify(bodyOf(prepared)),
        signal,
      })
      return handoverOf(answer, tools.now())
    },
    close: async () => undefined,
  }),
  receive,
})

function bodyOf({ id, parts: { from, to, replyTo, subject, html, text, headers, attachments = [] } }: PreparedEmail): object {
  return {
    from: named(from),
    to: [named(to)],
    ...(replyTo === undefined ? {} : { reply_to: replyTo }),
    subject,
    html,
    text,
    headers: Object.fromEntries(headers),
    ...(attachments.length > 0 && {
      attachments: attachments.map(({ name, type, bytes }) => ({ filename: name, content: bytes.toBase64(), content_type: type })),
    }),
    tags: [{ name: 'cadenza', value: tagOf(id).slice(0, 256) }],
  }
}

/** A repeat while the first is still running; quotas. */
const LATER = new Set([
  'concurrent_idempotent_requests',
  'rate_limit_exceeded',
  'daily_quota_exceeded',
  'monthly_quota_exceeded',
  'application_error',
  'internal_server_error',
])

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'resend', now, idempotent: true })
  if (soon) return soon
  const { status, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  if (status === 200 || status === 201) return { kind: 'sent', providerId: textOf(fields['id']) }
  const name = textOf(fields['name'])
  if (LATER.has(name) || status === 401 || status === 403) return { kind: 'retry', reason: `resend_${name || status}`, provider: true }
  return { kind: 'failed', reason: `resend_${name || status}`, address: name === 'invalid_to_address' }
}

/** Standard Webhooks, as Svix sends them: older ones are replays. */
const FRESH_S = 300

async function receive(hook: Hook, connection: Connection<Settings>, tools: Tools) {
  const secret = await connection.secret('hookSecret')
  const header = (name: string): string => hook.headers[`svix-${name}`] ?? hook.headers[`webhook-${name}`] ?? ''
  const [id, at] = [header('id'), header('timestamp')]
  const fresh = /^\d{1,12}$/.test(at) && Math.abs(tools.now() / 1_000 - Number(at)) <= FRESH_S
  if (
    secret === undefined ||
    !fresh ||
    !isSigned({ secret, text: `${id}.${at}.${Buffer.from(hook.raw).toString('utf8')}`, given: header('signature') })
  )
    return refuse(FORGED)
  return { receipts: receiptOf(jsonOf(Buffer.from(hook.raw).toString('utf8')), id), inbound: [] }
}

function isSigned({ secret, text, given }: { secret: string; text: string; given: string }): boolean {
  const signature = createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(text)
    .digest('base64')
  // Several while the secret is being changed.
  return given.split(' ').some((each) => sameText(each, `v1,${signature}`))
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not Resend’s, or is too old',
  hint: 'Give the signing secret of the webhook as the secret hookSecret.',
}

/** Tags come as an object or as a list. */
function tagIn(tags: unknown): string {
  return textOf(recordOf(tags)['cadenza']) || textOf(listOf(tags).find(({ name }) => name === 'cadenza')?.['value'])
}

function receiptOf(said: Readonly<Record<string, unknown>>, once: string): ProviderReceipt[] {
  const data = recordOf(said['data'])
  const about = { providerId: textOf(data['email_id']), ...effectOf(tagIn(data['tags'])), at: Date.parse(textOf(said['created_at'])) || 0 }
  switch (said['type']) {
    case 'email.delivered':
      return [{ ...about, name: 'message.delivered', once: '' }]
    case 'email.bounced': {
      const bounce = recordOf(data['bounce'])
      const reason = `resend_${textOf(bounce['type'])}_${textOf(bounce['subType'])}`.toLowerCase()
      return [{ ...about, name: 'message.bounced', once, reason, permanent: bounce['type'] === 'Permanent' }]
    }
    case 'email.complained':
      return [{ ...about, name: 'message.complained', once: '', reason: 'abuse' }]
    case 'email.failed':
      return [{ ...about, name: 'message.failed', once: '', reason: `resend_${textOf(recordOf(data['failed'])['reason']) || 'failed'}` }]
    case 'email.opened':
      return [seen(about, { name: 'message.opened', agent: textOf(recordOf(data['open'])['userAgent']), once })]
    case 'email.clicked': {
      const click = recordOf(data['click'])
      return [seen(about, { name: 'message.clicked', agent: textOf(click['userAgent']), url: textOf(click['link']), once })]
    }
    default:
      return []
  }
}

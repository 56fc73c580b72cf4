import { z } from 'zod'
import { refuse } from '#lib/problem.ts'
import type { Handover, PreparedSlack } from '../channel.ts'
import { type Answered, type Connection, type Hook, type Inbound, provider, type Tools } from '../provider.ts'
import { hmac, jsonOf, recordOf, sameText, textOf, unread } from './answers.ts'

const Settings = z.strictObject({ host: z.url({ protocol: /^https?$/ }).default('https://slack.com') })
type Settings = z.output<typeof Settings>

/** Slack Web API, `chat.postMessage` (https://docs.slack.dev/reference/methods/chat.postMessage). */
export const slack = provider<Settings, PreparedSlack>({
  type: 'slack',
  channel: 'slack',
  does: 'Slack messages by a bot of your workspace',
  settings: Settings as z.ZodType<Settings>,
  secrets: {
    botToken: 'Bot token (xoxb-…) with chat:write',
    signingSecret: 'The app’s signing secret: it checks what Slack posts',
  },
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'slack',
    async send(prepared, signal) {
      const token = await connection.secret('botToken')
      if (token === undefined) return { kind: 'retry', reason: 'slack_secret_missing', provider: true }
      const answer = await tools.request({
        url: `${connection.settings.host.replace(/\/$/, '')}/api/chat.postMessage`,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json; charset=utf-8' },
        body: JSON.stringify({
          channel: prepared.to,
          text: prepared.text,
          unfurl_links: false,
          metadata: { event_type: 'cadenza_message', event_payload: { id: prepared.id } },
        }),
        signal,
      })
      return handoverOf(answer, tools.now())
    },
    close: async () => undefined,
  }),
  receive,
})

const LATER = new Set(['ratelimited', 'rate_limited', 'internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])
const OURS = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'org_login_required',
])
const NO_ADDRESS = new Set(['channel_not_found', 'user_not_found', 'users_not_found', 'user_disabled', 'is_archived'])

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'slack', now, idempotent: false })
  if (soon) return soon
  const { status, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  // Faults come with 200 as well.
  if (fields['ok'] === true) return { kind: 'sent', providerId: `${textOf(fields['channel'])}:${textOf(fields['ts'])}` }
  const error = textOf(fields['error'])
  if (LATER.has(error) || OURS.has(error)) return { kind: 'retry', reason: `slack_${error}`, provider: true }
  return { kind: 'failed', reason: `slack_${error || status}`, address: NO_ADDRESS.has(error) }
}

/** Older requests are replays (https://docs.slack.dev/authentication/verifying-requests-from-slack). */
const FRESH_S = 300

async function receive(hook: Hook, connection: Connection<Settings>, tools: Tools) {
  const secret = await connection.secret('signingSecret')
  const at = hook.headers['x-slack-request-timestamp'] ?? ''
  const signed = secret && `v0=${hmac('sha256', secret, `v0:${at}:${Buffer.from(hook.raw).toString('utf8')}`).toString('hex')}`
  const stale = !/^\d{1,12}$/.test(at) || Math.abs(tools.now() / 1_000 - Number(at)) > FRESH_S
  if (!signed || stale || !sameText(signed, hook.headers['x-slack-signature'] ?? '')) return refuse(FORGED)
  const fields = jsonOf(Buffer.from(hook.raw).toString('utf8'))
  if (fields['type'] === 'url_verification')
    return { receipts: [], inbound: [], answer: { status: 200, type: 'text/plain', body: textOf(fields['challenge']) } }
  return { receipts: [], inbound: fields['type'] === 'event_callback' ? inboundOf(fields) : [] }
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not Slack’s, or is too old',
  hint: 'Check the signing secret of this provider, and this server’s clock.',
}

/** What a person writes to the bot; not what the bot itself and others say in channels. */
function inboundOf(fields: Readonly<Record<string, unknown>>): Inbound[] {
  const event = recordOf(fields['event'])
  const said =
    event['type'] === 'message' && event['channel_type'] === 'im' && event['bot_id'] === undefined && event['subtype'] === undefined
  if (!said) return []
  const at = Math.round(Number(textOf(event['ts'])) * 1_000)
  return [
    {
      channel: 'slack',
      from: textOf(event['user']),
      to: textOf(event['channel']),
      text: textOf(event['text']),
      id: textOf(fields['event_id']),
      at,
    },
  ]
}

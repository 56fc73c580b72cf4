import { createHmac } from 'node:crypto'
import { findUnstorable } from '#events/accept.ts'
import type { Json } from '#lib/json.ts'
import type { Egress, EgressAnswer } from '#platform/egress.ts'
import type { Channel, Handover, PreparedWebhook } from '../channel.ts'
import { retryAfter } from './answers.ts'

export interface WebhookParts {
  readonly egress: Egress
  /** `whsec_…` of a workspace. */
  readonly secret: (workspace: string) => string
  readonly now: () => number
}

/** Signs as Standard Webhooks say; the id is the same on every attempt, so that a receiver can drop a repeat. */
export function webhookChannel({ egress, secret, now }: WebhookParts): Channel<PreparedWebhook> {
  return {
    kind: 'webhook',
    async send(prepared, signal) {
      const seconds = Math.floor(now() / 1_000)
      const answer = await egress.send({
        url: prepared.url,
        method: prepared.method,
        ...(prepared.method === 'GET' ? {} : { body: prepared.body }),
        signal,
        headers: {
          ...own(prepared.headers),
          ...(prepared.method === 'GET' ? {} : { 'content-type': 'application/json' }),
          ...(prepared.answer ? { accept: 'application/json' } : {}),
          'user-agent': 'Cadenza',
          'idempotency-key': prepared.id,
          'webhook-id': prepared.id,
          'webhook-timestamp': String(seconds),
          'webhook-signature': signature(
            secret(prepared.workspace),
            `${prepared.id}.${seconds}.${prepared.method === 'GET' ? '' : prepared.body}`,
          ),
        },
      })
      const handover = handoverOf(answer, now())
      return handover.kind === 'sent' && prepared.answer ? withAnswer(handover, answer) : handover
    },
    close: () => egress.close(),
  }
}

/** `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` (standardwebhooks.com). */
const signature = (secret: string, text: string): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(text)
    .digest('base64')}`

/** Headers that the author may set: none that says where the message goes or how long it is. */
function own(headers: PreparedWebhook['headers']): Record<string, string> {
  const kept = headers.filter(
    ([name, value]) =>
      /^[A-Za-z0-9-]+$/.test(name) &&
      !/^(?:host|content-length|transfer-encoding|connection|upgrade|expect|te|trailer)$/i.test(name) &&
      !/[\r\n\0]/.test(value),
  )
  return Object.fromEntries(kept.map(([name, value]) => [name.toLowerCase(), value]))
}

/** Bytes of an answer that is wanted. */
const LARGEST_ANSWER = 16_384

/** An answer that cannot be kept is no success: asking again would bring the same. */
function withAnswer(sent: Extract<Handover, { kind: 'sent' }>, answer: EgressAnswer): Handover {
  const told = answer.kind === 'answer' ? readAnswer(answer.headers['content-type'], answer.body) : 'answer_not_json'
  return typeof told === 'string' ? { kind: 'failed', reason: told, address: false } : { ...sent, answer: told.json }
}

function readAnswer(type: string | string[] | undefined, body: string): { readonly json: Json } | string {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/i.test(String(type ?? ''))) return 'answer_not_json'
  if (Buffer.byteLength(body) > LARGEST_ANSWER) return 'answer_too_large'
  let json: Json
  try {
    json = JSON.parse(body) as Json
  } catch (error) {
    if (error instanceof SyntaxError) return 'answer_not_json'
    throw error
  }
  return findUnstorable(json) === null ? { json } : 'answer_not_storable'
}

/** A lost answer is tried again: the receiver knows the id. */
function handoverOf(answer: EgressAnswer, now: number): Handover {
  if (answer.kind === 'blocked') return { kind: 'failed', reason: 'webhook_blocked', address: false }
  if (answer.kind === 'lost') return { kind: 'retry', reason: 'webhook_no_answer', provider: true }
  const { status, headers } = answer
  if (status >= 200 && status < 300) return { kind: 'sent', providerId: String(status) }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const after = retryAfter(headers['retry-after'], now)
    return { kind: 'retry', reason: `webhook_${status}`, provider: true, ...(after === undefined ? {} : { after }) }
  }
  return { kind: 'failed', reason: `webhook_${status}`, address: false }
}

import { createHmac } from 'node:crypto'
import { findUnstorable } from '#events/accept.ts'
import type { Json } from '#lib/json.ts'
import type { Egress, EgressAnswer } from '#platform/egress.ts'
import type { Channel, Handover, PreparedWebhook } from '../channel.ts'
import { retryAfter } from './answers.ts'

export interface WebhookParts {
  readonly egress: Egress
  /** `whsec_…` of a workspace; several while one follows another: each signs. */
  readonly secrets: (workspace: string) => Promise<readonly string[]>
  readonly now: () => number
  /** Told of each call and what came of it; left out: nobody keeps a log. */
  readonly note?: (attempt: WebhookAttempt) => void
}

/** One call and what came of it. */
export interface WebhookAttempt {
  readonly workspace: string
  readonly effect: string
  readonly url: string
  readonly method: string
  readonly at: number
  /** 0: no answer. */
  readonly status: number
  readonly ms: number
  readonly reason: string
  /** The first characters of the answer. */
  readonly excerpt: string
}

/** Signs as Standard Webhooks say; the id is the same on every attempt, so that a receiver can drop a repeat. */
export function webhookChannel({ egress, secrets, now, note }: WebhookParts): Channel<PreparedWebhook> {
  return {
    kind: 'webhook',
    async send(prepared, signal) {
      const at = now()
      const begun = performance.now()
      const seconds = Math.floor(at / 1_000)
      const signed = `${prepared.id}.${seconds}.${prepared.method === 'GET' ? '' : prepared.body}`
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
          'webhook-signature': (await secrets(prepared.workspace)).map((secret) => signature(secret, signed)).join(' '),
        },
      })
      const handover = handoverOf(answer, now())
      const { workspace, id: effect, url, method } = prepared
      note?.({ workspace, effect, url, method, at, ms: Math.round(performance.now() - begun), ...toldBy(answer, handover) })
      return handover.kind === 'sent' && prepared.answer ? withAnswer(handover, answer) : handover
    },
    close: () => egress.close(),
  }
}

const EXCERPT = 500

function toldBy(answer: EgressAnswer, handover: Handover): Pick<WebhookAttempt, 'status' | 'reason' | 'excerpt'> {
  const reason = 'reason' in handover ? handover.reason : ''
  if (answer.kind !== 'answer') return { status: 0, reason, excerpt: answer.reason.slice(0, EXCERPT) }
  return { status: answer.status, reason, excerpt: answer.body.slice(0, EXCERPT) }
}

/** `v1,` and the base64 HMAC-SHA256 of `id.timestamp.body` (standardwebhooks.com). */
export const signature = (secret: string, text: string): string =>
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

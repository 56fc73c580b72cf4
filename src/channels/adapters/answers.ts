import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Answered, Received } from '../provider.ts'

/** What every provider's answers have in common: lost and blocked requests, overload, and times to wait. Null: the answer has to be read. */
export function unread(answer: Answered, { name, now, idempotent }: { name: string; now: number; idempotent: boolean }) {
  if (answer.kind === 'blocked') return { kind: 'failed', reason: `${name}_blocked`, address: false } as const
  if (answer.kind === 'lost') {
    const reason = `${name}_no_answer`
    return answer.sent && !idempotent ? ({ kind: 'ambiguous', reason } as const) : ({ kind: 'retry', reason, provider: true } as const)
  }
  const { status, headers } = answer
  if (status !== 408 && status !== 425 && status !== 429 && status < 500) return null
  const after = retryAfter(headers['retry-after'], now)
  return { kind: 'retry', reason: `${name}_${status}`, provider: true, ...(after === undefined ? {} : { after }) } as const
}

/** Milliseconds of a Retry-After, in seconds or as a date (RFC 9110 §10.2.3). */
export function retryAfter(value: string | string[] | undefined, now: number): number | undefined {
  const text = Array.isArray(value) ? value[0] : value
  if (text === undefined) return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at - now
}

type Fields = Readonly<Record<string, unknown>>
const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The body as a JSON object; an empty one for anything else, so that reading it finds nothing. */
export function jsonOf(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

export const recordOf = (value: unknown): Fields => (isRecord(value) ? value : {})
export const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? value.map(recordOf) : [])
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')

/** Compares signatures in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}

export const hmac = (algorithm: 'sha1' | 'sha256', key: string, data: string | Uint8Array): Buffer =>
  createHmac(algorithm, key).update(data).digest()

/** The provider says that this person wants no more of it: that is an opt-out, not a dead address. */
export const optedOut = ({ id }: { readonly id: string }, at: number): Received => ({
  receipts: [{ effect: id, name: 'message.unsubscribed', at, once: 'provider', reason: 'opted_out_at_provider' }],
  inbound: [],
})

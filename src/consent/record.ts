import type { ConsentFact } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import { BASES, type Basis, type Permit, type PermitStatus } from './schema.ts'
import { type WordingHashes, wordingKey } from './topics.ts'

/** What shows that a person said something: kept word for word in each consent record. */
export interface Evidence {
  readonly source: string
  /** `checkbox`, `double-opt-in`, `verbal`, `keyword`, `one-click`, … */
  readonly method: string
  readonly basis: Basis
  readonly wording?: { readonly id: string; readonly version: number }
  readonly wordingHash: string
  readonly locale: string
  readonly address: string
  readonly ip: string
  readonly userAgent: string
  readonly url: string
  readonly token: string
  readonly jurisdiction: string
  readonly controller: string
  readonly proof: string
  readonly actor: string
  readonly by?: 'parent'
  /** As the sender asked for it (epoch ms). */
  readonly expires?: number
}

/** Reads the evidence of an event; what its properties do not say, its context may. */
export function evidenceOf(record: EventRecord, wordings: WordingHashes): Evidence {
  const { props, context } = record
  const page = objectOf(context && own(context, 'page'))
  const basis = BASES.find((each) => each === props['basis'])
  const id = text(props['wording'])
  const version = Number(props['wording_version'] ?? Number.NaN)
  const wording = id !== '' && Number.isSafeInteger(version) && version > 0 ? { id, version } : undefined
  const locale = text(props['locale']) || text(context && own(context, 'locale'))
  const expires = time(props['expires_at'])
  return {
    source: text(props['source']) || (record.type === 'system' ? record.name : 'api'),
    method: text(props['method']),
    basis: basis ?? 'consent',
    ...(wording && { wording }),
    wordingHash: wording ? hashOf(wordings, wording, locale) : '',
    locale,
    address: text(props['address']),
    ip: text(props['ip']) || text(context && own(context, 'ip')),
    userAgent: text(props['user_agent']) || text(context && own(context, 'userAgent')),
    url: text(props['url']) || text(page && own(page, 'url')),
    token: text(props['token']),
    jurisdiction: text(props['jurisdiction']),
    controller: text(props['controller']),
    proof: text(props['proof_ref']),
    actor: text(props['actor']),
    ...(props['by'] === 'parent' ? { by: 'parent' as const } : {}),
    ...(expires === undefined ? {} : { expires }),
  }
}

/** SHA-256 of the text as the person read it, in their language or the nearest that there is; '' when no such version is known. */
function hashOf(wordings: WordingHashes, { id, version }: { id: string; version: number }, locale: string): string {
  const hashes = wordings.get(wordingKey(id, version))
  if (!hashes) return ''
  return own(hashes, locale) ?? own(hashes, locale.split('-')[0] ?? '') ?? own(hashes, 'en') ?? ''
}

/** One change of what a person allows, or one that was said and changed nothing. */
export interface Change {
  readonly channel: string
  readonly topic: string
  readonly status: PermitStatus | 'paused' | 'resumed' | 'blocked' | 'unblocked'
  readonly at: number
  /** Why it changed nothing; '' when it did: `older`, `weaker`, `repeated`, `limit`. */
  readonly ineffective: '' | 'older' | 'weaker' | 'repeated' | 'limit'
  readonly expires?: number
  /** The permit that it took the place of. */
  readonly before?: Permit
  /** Why it happened by itself: `expired`, `not_confirmed`; '' when somebody said it. */
  readonly reason?: string
  /** What shows it; left out where it happened by itself. */
  readonly evidence?: Evidence
}

/** The change as a row of ClickHouse's `consents`. `record`: what caused it; of a timer its id is made of the change. */
export function consentFact({ ws, key, id, at }: { ws: string; key: string; id: string; at: number }, change: Change): ConsentFact {
  const { before } = change
  const evidence: Partial<Evidence> = change.evidence ?? {}
  return {
    workspace_id: ws,
    profile_id: key,
    record_id: `${id}:${change.channel}:${change.topic}`,
    channel: change.channel,
    topic: change.topic,
    status: change.status,
    effective: change.ineffective === '' ? 1 : 0,
    reason: change.ineffective || (change.reason ?? ''),
    basis: evidence.basis ?? '',
    captured_at: change.at,
    at,
    source: evidence.source ?? '',
    method: evidence.method ?? '',
    wording: evidence.wording?.id ?? '',
    wording_version: evidence.wording?.version ?? 0,
    wording_hash: evidence.wordingHash ?? '',
    locale: evidence.locale ?? '',
    address: evidence.address ?? '',
    ip: evidence.ip ?? '',
    user_agent: evidence.userAgent ?? '',
    url: evidence.url ?? '',
    token: evidence.token ?? '',
    jurisdiction: evidence.jurisdiction ?? '',
    controller: evidence.controller ?? '',
    by: evidence.by ?? 'self',
    expires_at: change.expires ?? 0,
    proof_ref: evidence.proof ?? '',
    actor: evidence.actor ?? '',
    supersedes: before ? `${before.status}@${before.at}` : '',
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 2_000) : '')
const objectOf = (value: Json | null | undefined): JsonObject | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined

/** Epoch ms of a number or an ISO text. */
export function time(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Date.parse(value) : Number.NaN
  return Number.isFinite(ms) && Math.abs(ms) < 8.64e15 ? Math.round(ms) : undefined
}

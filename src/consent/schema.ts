/** On which lawful ground a message may go (GDPR Art. 6(1), ePrivacy Art. 13(2), CASL s.10(9)-(10)). */
export const BASES = [
  'consent',
  'soft-opt-in',
  'contract',
  'legitimate-interest',
  'legal-obligation',
  'implied-purchase',
  'implied-inquiry',
] as const
export type Basis = (typeof BASES)[number]

/** `pending`: asked to confirm (double opt-in). `expired`: the grant ran out, or was never confirmed. */
export const PERMIT_STATUSES = ['granted', 'withdrawn', 'pending', 'expired'] as const
export type PermitStatus = (typeof PERMIT_STATUSES)[number]

/** Times are event times (epoch ms); a withdrawal wins a tie, and an older grant never re-enables. */
export interface Permit {
  readonly status: PermitStatus
  readonly at: number
  /** Where it came from: `one-click`, `page`, `identify`, `api`, … */
  readonly source: string
  /** Left out: consent. */
  readonly basis?: Basis
  /** What the person read: wording document and its version. */
  readonly wording?: { readonly id: string; readonly version: number }
  /** A grant or a question ends by itself then (epoch ms). */
  readonly expires?: number
  /** A parent or guardian said it for a child. */
  readonly by?: 'parent'
  /** Of `pending`: when the person was asked to confirm. */
  readonly asked?: readonly number[]
}

export type BlockReason = 'bounced' | 'complained' | 'manual' | 'imported' | 'erased'

/** The consent section of a profile's keyed state. */
export interface ConsentSection {
  /** Key `channel` (all topics) or `channel:topic`; `ads` is the sale and sharing of data for advertising. */
  readonly permits: Readonly<Record<string, Permit>>
  /** Addresses that must not be written to, with the reason. */
  readonly blocked: Readonly<Record<string, BlockReason>>
  /** No marketing before `until` (epoch ms); said at `at`. */
  readonly paused?: { readonly until: number; readonly at: number }
  /** When the next permit runs out, or the pause ends (epoch ms). */
  readonly due?: number
}

export const NO_CONSENT_YET: ConsentSection = { permits: {}, blocked: {} }

export const permitKey = (channel: string, topic: string): string => (topic === '' ? channel : `${channel}:${topic}`)

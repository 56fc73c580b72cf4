import type { Json } from '#lib/json.ts'
import type { Handover } from './channel.ts'

/** Limits on trying; times in milliseconds. */
export interface RetryLimits {
  readonly attempts: number
  readonly first: number
  readonly cap: number
  /** The longest that a provider may ask us to wait. */
  readonly longestAsk: number
  /** How long a marketing message without an answer waits for a sign before it counts as sent. */
  readonly hold: number
}
export const RETRY_LIMITS: RetryLimits = { attempts: 12, first: 5_000, cap: 900_000, longestAsk: 21_600_000, hold: 900_000 }

/** What becomes of the outbox entry, and the receipt that goes back on the log (none while it will be tried again). */
export interface Verdict {
  readonly status: 'ready' | 'sent' | 'failed' | 'skipped' | 'ambiguous' | 'dead'
  readonly due: number
  readonly reason: string
  readonly receipt: 'message.sent' | 'message.failed' | 'message.skipped' | 'message.ambiguous' | 'message.dead' | 'message.deferred' | null
  /** The address does not exist: block it. */
  readonly bounced: boolean
  /** What came back, where it was wanted. */
  readonly answer?: Json
  /** The queue that it waits in from now on, or the provider that it left by; left out: as before. */
  readonly route?: string
  /** The claim was no attempt: nothing was tried. */
  readonly untried?: true
  /** What the receipt says besides. */
  readonly props?: Readonly<Record<string, Json>>
}

interface Attempted {
  readonly lane: 'transactional' | 'marketing'
  readonly attempt: number
  /** How many of `attempt` were none; left out: 0. */
  readonly deferred?: number
  readonly expires: number
}

/** Exponential with full jitter (Brooker 2015, “Exponential backoff and jitter”); `dice` in [0, 1). */
export const backoff = (attempt: number, dice: number, { first, cap }: Pick<RetryLimits, 'first' | 'cap'>): number =>
  Math.ceil(dice * Math.min(cap, first * 2 ** Math.min(attempt - 1, 30)))

/** What follows from one attempt. */
export function afterAttempt(
  entry: Attempted,
  handover: Handover,
  { now, dice, limits }: { now: number; dice: number; limits: RetryLimits },
): Verdict {
  switch (handover.kind) {
    case 'sent':
      return {
        status: 'sent',
        due: now,
        reason: '',
        receipt: 'message.sent',
        bounced: false,
        ...(handover.answer === undefined ? {} : { answer: handover.answer }),
        ...(handover.props === undefined ? {} : { props: handover.props }),
      }
    case 'failed':
      return { status: 'failed', due: now, reason: handover.reason, receipt: 'message.failed', bounced: handover.address }
    case 'retry':
      return again(entry, handover, { now, dice, limits })
    case 'ambiguous':
      if (entry.lane === 'transactional') return again(entry, { reason: handover.reason }, { now, dice, limits })
      return { status: 'ambiguous', due: now + limits.hold, reason: handover.reason, receipt: 'message.ambiguous', bounced: false }
  }
}

function again(
  entry: Attempted,
  { reason, after }: { reason: string; after?: number },
  { now, dice, limits }: { now: number; dice: number; limits: RetryLimits },
): Verdict {
  const tried = entry.attempt - (entry.deferred ?? 0)
  if (tried >= limits.attempts) return { status: 'dead', due: now, reason, receipt: 'message.dead', bounced: false }
  const asked = after === undefined ? 0 : Math.min(Math.max(after, 0), limits.longestAsk)
  const due = now + Math.max(asked, backoff(tried, dice, limits))
  // At its end it is looked at once more, and skipped as expired.
  return { status: 'ready', due: Math.min(due, entry.expires + 1), reason, receipt: null, bounced: false }
}

/** The gate just before handing over: consent as it is now, whether it is still wanted, and time. */
export function gate(
  entry: { readonly suppressed: boolean; readonly refused?: string; readonly takenBack?: boolean; readonly expires: number },
  now: number,
): Verdict | null {
  const skipped = (reason: string): Verdict => ({ status: 'skipped', due: now, reason, receipt: 'message.skipped', bounced: false })
  if (entry.suppressed) return skipped('consent_withdrawn')
  if (entry.refused) return skipped(entry.refused)
  if (entry.takenBack) return skipped('exited')
  return now > entry.expires ? skipped('expired') : null
}

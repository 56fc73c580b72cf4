import type { DeliveryFact } from '#events/reaction.ts'
import type { Dispatch } from './enrollment.ts'

/** What each receipt makes of a delivery, and of the mark that a run keeps of its message. */
export const RECEIPTS: Readonly<Record<string, { readonly delivery: DeliveryFact['status']; readonly mark?: Dispatch['status'] }>> = {
  'message.sent': { delivery: 'sent', mark: 'sent' },
  'message.failed': { delivery: 'failed', mark: 'failed' },
  'message.dead': { delivery: 'failed', mark: 'failed' },
  'message.skipped': { delivery: 'skipped', mark: 'failed' },
  'message.cancelled': { delivery: 'cancelled', mark: 'cancelled' },
  'message.ambiguous': { delivery: 'ambiguous' },
  /** A rule of law lets it go later. */
  'message.deferred': { delivery: 'held' },
  'message.delivered': { delivery: 'delivered' },
  'message.bounced': { delivery: 'bounced' },
  'message.opened': { delivery: 'opened' },
  'message.clicked': { delivery: 'clicked' },
  'message.unsubscribed': { delivery: 'unsubscribed' },
  'message.complained': { delivery: 'complained' },
}

/** The system events that are receipts. */
export const RECEIPT_NAMES: readonly string[] = Object.keys(RECEIPTS)

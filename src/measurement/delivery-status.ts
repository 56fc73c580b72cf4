/** What a message's line among the facts can say of it. */
export const DELIVERY_STATUSES = [
  'held',
  'queued',
  'sent',
  'delivered',
  'failed',
  'skipped',
  'cancelled',
  'ambiguous',
  'bounced',
  'opened',
  'clicked',
  'unsubscribed',
  'complained',
] as const

import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Inbound, ProviderReceipt } from './provider.ts'
import { receipt, type Subject } from './receipts.ts'

/** The message that a provider speaks of, as it is known here. */
export interface Known extends Subject {
  readonly address: string
  readonly topic: string
  readonly status: string
  readonly createdAt: number
}

/** An address to which nothing may go any more, and why. */
export interface Blocked {
  readonly ws: string
  readonly address: string
  readonly topic: string
  readonly reason: 'bounced' | 'complained' | 'unsubscribed'
}

/** What a receipt comes to: what goes on the log, whom it blocks, and whether it shows that a message without an answer did arrive. */
export interface Consequence {
  readonly record: EventRecord
  readonly blocked: Blocked | null
  readonly arrived: boolean
}

/** Channels whose address stands for a person with many devices: one that is gone blocks nobody. */
const MANY_DEVICES = new Set(['push', 'inapp'])

/** A provider's clock may be off: nothing happens before the message was decided, or after now. */
const within = (at: number, { from, to }: { from: number; to: number }): number => Math.min(Math.max(at, from), Math.max(from, to))

/** What a receipt of a provider means for its message. The same receipt gives the same record, so that a repeat is dropped. */
export function consequenceOf(said: ProviderReceipt, known: Known, { provider, now }: { provider: string; now: number }): Consequence {
  const at = within(said.at, { from: known.createdAt, to: now })
  const props: JsonObject = {
    ...said.props,
    via: provider,
    ...(said.reason === undefined ? {} : { reason: said.reason }),
    ...(said.permanent === undefined ? {} : { permanent: said.permanent }),
    ...(BLOCKS.has(said.name) ? { address: known.address, topic: said.name === 'message.unsubscribed' ? known.topic : '' } : {}),
  }
  const record = receipt(known, { name: said.name, at, ...(said.once === undefined ? {} : { once: said.once }), props })
  return { record: { ...record, received: now }, blocked: blockedBy(said, known), arrived: said.name !== 'message.failed' }
}

const BLOCKS = new Set(['message.bounced', 'message.complained', 'message.unsubscribed'])

function blockedBy({ name, permanent }: ProviderReceipt, { ws, address, topic, channel }: Known): Blocked | null {
  if (address === '' || MANY_DEVICES.has(channel)) return null
  switch (name) {
    case 'message.bounced':
      return permanent === true ? { ws, address, topic: '', reason: 'bounced' } : null
    case 'message.complained':
      return { ws, address, topic: '', reason: 'complained' }
    case 'message.unsubscribed':
      return { ws, address, topic, reason: 'unsubscribed' }
    default:
      return null
  }
}

/** Longest text of a person that is kept. */
const LONGEST = 4_000

/** What a person wrote to us, on their own log. A provider that tells it twice tells it once. */
export function inboundRecord(
  { channel, from, to, text, id, at }: Inbound,
  about: { ws: string; key: string; provider: string; now: number },
): EventRecord {
  return {
    kind: 'event',
    ws: about.ws,
    key: about.key,
    id: `in:${about.provider}:${id}`,
    type: 'system',
    name: 'message.received',
    at: Math.min(at, about.now),
    received: about.now,
    // PostgreSQL stores no NUL.
    props: { channel, from, to, text: text.replaceAll('\u0000', '').slice(0, LONGEST), provider: about.provider, provider_id: id },
    ids: [],
  }
}

/** A receipt that came before its message was settled is tried again for so long (ms). */
export const EARLY_MS = 5 * 60_000

import type { EventEmitter } from 'node:events'
import type { ProviderReceipt } from '../provider.ts'

/** A protocol data unit as the library `smpp` gives it; what we use of it. */
export interface Pdu {
  readonly command: string
  readonly command_status: number
  readonly message_id?: string
  readonly esm_class: number
  readonly data_coding: number
  readonly source_addr: string
  readonly destination_addr: string
  readonly short_message?: { readonly message: string | Uint8Array } | string | Uint8Array
  readonly receipted_message_id?: string
  /** 1 enroute … 2 delivered, 3 expired, 4 deleted, 5 undeliverable, 7 unknown, 8 rejected (§5.2.28). */
  readonly message_state?: number
  response(fields?: object): Pdu
}

export type Session = EventEmitter & {
  send(pdu: Pdu): boolean
  destroy(): void
} & Record<string, (fields: object, answered: (answer: Pdu) => void) => boolean>

export function textOfPdu({ short_message: given }: Pick<Pdu, 'short_message'>): string {
  const message = given !== undefined && typeof given === 'object' && 'message' in given ? given.message : given
  return typeof message === 'string' ? message : message === undefined ? '' : Buffer.from(message).toString('latin1')
}

const IS_RECEIPT = 0x04
const STATES = ['', 'ENROUTE', 'DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'ACCEPTD', 'UNKNOWN', 'REJECTD']

/** What an SMS centre says of a message: by the optional fields, else by the text of Appendix B (`id:… stat:DELIVRD err:000 …`). Null: it is none, or the message is still on its way. */
export function deliveryReceipt(pdu: Pdu, now: number): ProviderReceipt | null {
  if ((pdu.esm_class & 0x3c) !== IS_RECEIPT) return null
  const text = textOfPdu(pdu)
  const field = (name: string): string => new RegExp(`\\b${name}:\\s*([A-Za-z0-9._-]+)`, 'i').exec(text)?.[1] ?? ''
  const providerId = pdu.receipted_message_id || field('id')
  const state = (pdu.message_state === undefined ? '' : STATES[pdu.message_state]) || field('stat').toUpperCase()
  if (providerId === '') return null
  const about = { providerId, at: now }
  if (state === 'DELIVRD') return { ...about, name: 'message.delivered', once: '' }
  if (state !== 'EXPIRED' && state !== 'DELETED' && state !== 'UNDELIV' && state !== 'REJECTD') return null
  // Networks say “absent”, “barred” and “unknown” by codes of their own: nothing here is certain enough to block a number.
  return { ...about, name: 'message.bounced', reason: `smpp_${state.toLowerCase()}${errorOf(field('err'))}`, permanent: false }
}

const errorOf = (code: string): string => (code === '' || /^0+$/.test(code) ? '' : `_${code}`)

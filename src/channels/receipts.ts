import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { contactOf, originOf } from './payload.ts'

/** The message that a receipt speaks of. */
export interface Subject {
  readonly ws: string
  /** Profile. */
  readonly key: string
  /** The effect's id. */
  readonly id: string
  readonly channel: string
  readonly payload: Readonly<Record<string, unknown>>
}

export interface Said {
  /** `message.…` */
  readonly name: string
  readonly at: number
  /** Distinguishes receipts of one name; a repeat with the same text is dropped as a duplicate. */
  readonly once?: string
  readonly props?: JsonObject
}

/** A receipt as an event of ours on the log. */
export function receipt({ ws, key, id, channel, payload }: Subject, { name, at, once, props }: Said): EventRecord {
  const status = name.slice(name.indexOf('.') + 1)
  return {
    kind: 'event',
    ws,
    key,
    id: `${id}:${status}${once === undefined ? '' : `:${once}`}`,
    type: 'system',
    name,
    at,
    received: at,
    // A note to a colleague is no message to the person.
    props: { effect_id: id, channel: payload['note'] === true ? 'note' : channel, ...originOf(payload), ...contactOf(payload), ...props },
    ids: [],
  }
}

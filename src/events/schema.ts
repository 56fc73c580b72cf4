import type { Json, JsonObject } from '#lib/json.ts'

/** Kinds of identifier that resolve a person, strongest first. Custom kinds come after these. */
export const ID_KINDS = ['user_id', 'email', 'phone', 'anonymous_id'] as const
export type IdKind = (typeof ID_KINDS)[number] | (string & {})
export interface Identifier {
  readonly kind: IdKind
  readonly value: string
}

export type EventType = 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias' | 'system'

/** One way in which an event breaks the tracking plan. */
export interface Fault {
  readonly kind: 'unplanned_event' | 'missing' | 'type' | 'value' | 'unplanned_property' | 'blocked' | 'renamed'
  /** Path of the property; '' for the event itself. */
  readonly at: string
  /** What is wrong there, without the value: it may be personal. */
  readonly says: string
}

/** Something that happened to one profile. Times are epoch milliseconds. */
export interface EventRecord {
  readonly kind: 'event'
  /** Workspace. */
  readonly ws: string
  /** Profile id: the key whose order is kept. */
  readonly key: string
  /** `messageId` of the sender; remembered per key for deduplication. */
  readonly id: string
  readonly type: EventType
  /** Event name: of a track call its own; `Page Viewed`/`Screen Viewed`; `message.*` for receipts of ours. */
  readonly name: string
  /** When it happened, corrected for the client's clock. */
  readonly at: number
  /** When the server accepted it. */
  readonly received: number
  /** Properties (track, page, screen, system) or traits (identify, group). */
  readonly props: JsonObject
  /** Identifiers that the sender gave; they belong to this profile. */
  readonly ids: readonly Identifier[]
  readonly context?: JsonObject
  /** Id of the write key that it came by; left out: from Cadenza itself. */
  readonly source?: string
  /** How it breaks the tracking plan that was in force when it was accepted; left out: it does not. */
  readonly faults?: readonly Fault[]
}

/** This key turned out to be the same person as `into`; its state moves there. */
export interface MergeRecord {
  readonly kind: 'merge'
  readonly ws: string
  readonly key: string
  readonly into: string
}

/** The state of `from`, arriving at the profile that survives. */
export interface AbsorbRecord {
  readonly kind: 'absorb'
  readonly ws: string
  readonly key: string
  readonly from: string
  readonly state: Json
}

/** The partition's clock has reached the block's time: timers due by then fire. It has no key. */
export interface TickRecord {
  readonly kind: 'tick'
}

/** From here on this partition works with definitions revision `revision`. It has no key. */
export interface DefinitionsRecord {
  readonly kind: 'definitions'
  readonly revision: number
}

/** Look at this key again: what is due by the last tick fires. Written before the parked records of a key when they are replayed. */
export interface WakeRecord {
  readonly kind: 'wake'
  readonly ws: string
  readonly key: string
  /** The key is not parked any more. */
  readonly replay?: true
}

/**
 * Look at this person again under the definitions in force: a segment was built, a new version wants its people, a journey was resumed.
 * `history` brings what happened before its conditions were watched, by slot of the catalogue (see `segments/windows.ts`).
 */
export interface ReviewRecord {
  readonly kind: 'review'
  readonly ws: string
  readonly key: string
  readonly history?: Readonly<Record<string, Json>>
}

/** Stands where a record of somebody was who has been erased: nothing follows from it, and the numbers of the others stay. */
export interface ErasedRecord {
  readonly kind: 'erased'
}

export type KeyedRecord = EventRecord | MergeRecord | AbsorbRecord | ReviewRecord
export type LogRecord = KeyedRecord | WakeRecord | TickRecord | DefinitionsRecord | ErasedRecord

/** Where a record stands on the log, and when the log took it (epoch ms, never decreasing within a partition). */
export interface Position {
  readonly partition: number
  readonly seq: number
  readonly at: number
}
export interface LoggedRecord extends Position {
  readonly record: LogRecord
}

/** Event names that only Cadenza itself may write begin so. */
export const RESERVED_PREFIXES = ['message.', 'segment.', 'list.', 'score.', 'pattern.', 'anomaly.', 'journey.'] as const

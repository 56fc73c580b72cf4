import type { Json } from '#lib/json.ts'

/** Value and the event time that wrote it: the last writer by event time wins. */
export type Attribute = readonly [value: Json, at: number]
/** How often an event was seen, and when first and last (event time, epoch ms). */
export type Activity = readonly [count: number, first: number, last: number]

/** Something of the person's that shows push messages. */
export interface Device {
  readonly platform: 'web' | 'ios' | 'android'
  /** Registration token; of a browser its subscription as JSON text (`endpoint`, `keys`). */
  readonly token: string
  /** When it last said that it is there (event time, epoch ms). */
  readonly at: number
}

/** The profile's own section of its keyed state. */
export interface ProfileSection {
  readonly id: string
  /** Set when this profile turned out to be another: records are forwarded there. */
  readonly mergedInto?: string
  /** Identifiers by kind, oldest first. */
  readonly ids: Readonly<Record<string, readonly string[]>>
  readonly attributes: Readonly<Record<string, Attribute>>
  readonly activity: Readonly<Record<string, Activity>>
  /** Message ids already handled, as short hashes by UTC day: `{ "2026-11-22": "h1 h2 …" }`. */
  readonly seen: Readonly<Record<string, string>>
  /** Newest last; left out: none. */
  readonly devices?: readonly Device[]
  readonly firstSeen: number
  readonly lastSeen: number
}

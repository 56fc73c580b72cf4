import type { EventType } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'

/** A time of the person's own at which a journey may begin. */
export interface Appointment {
  /** The date, the year of a yearly one, or the local time of a broadcast: it is kept once, whatever becomes of zones. */
  readonly occurrence: string
  /** Epoch ms; reckoned again whenever the person's date or zone changes. */
  readonly due: number
}

/** What one journey has agreed with one person. */
export interface Appointments {
  readonly waiting: readonly Appointment[]
  /** Occurrences that were kept, oldest first. */
  readonly done: readonly string[]
}
export const NO_APPOINTMENTS: Appointments = { waiting: [], done: [] }

/** An event as the state remembers it. */
export interface Remembered {
  readonly id: string
  readonly type: EventType
  readonly name: string
  /** Event time and log time, epoch ms. */
  readonly at: number
  readonly heard: number
  readonly props: JsonObject
  /** Journeys and keys (`journey key`) whose goal it has reached. */
  readonly reached?: readonly string[]
}

/** By journey id and key: when what ends the run of this key happened, and when it was heard (log time); epoch ms. */
export type Closed = Readonly<Record<string, Readonly<Record<string, readonly [at: number, heard: number]>>>>

/** An event that did not find the person as its entry condition wants them, and is held against them again until the settle window ends. */
export interface Settling {
  readonly journey: string
  readonly until: number
  readonly event: Remembered
}

import type { EventRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import type { RunWindows } from '#segments/run-windows.ts'
import type { Appointments, Closed, Remembered, Settling } from './entries/state.ts'

/** What became of the message of one step. `heard` are later receipts (`opened`, `clicked`, …) in order of arrival. */
export interface Dispatch {
  /** Effect id. */
  readonly id: string
  readonly status: 'queued' | 'sent' | 'failed' | 'cancelled'
  readonly heard: readonly string[]
  /** Of a message with several ways: which of them, from 0. */
  readonly way?: number
  /** `Enrollment.loops` when it was sent: a message of an earlier round is not this round's. */
  readonly loops?: Readonly<Record<string, number>>
}

/** The event that began a run. */
export interface EntryEvent {
  readonly name: string
  /** Event time, epoch ms. */
  readonly at: number
  readonly properties: JsonObject
}

/** One run of one person through one version of one journey. */
export interface Enrollment {
  /** digest(journey, profile at entry, key, entry message id): stable over replays and merges. */
  readonly id: string
  readonly journey: string
  /** Stays on this version, unless the publish of a later one says otherwise. */
  readonly version: number
  /** Entry key (cart id, …); '' without one. */
  readonly key: string
  /** What random choices hang on: the profile id with which the person first entered this journey, kept through merges. */
  readonly unit: string
  /** The step that the person stands on. */
  readonly step: string
  /** When the step was reached, and when its timer fires (epoch ms); null waits for an event or a receipt only. */
  readonly since: number
  readonly due: number | null
  /** Log time, epoch ms. */
  readonly enteredAt: number
  /** Steps left behind: how far the run has come. */
  readonly passed: number
  readonly entry: EntryEvent
  /** Messages by step: own ones, and those of runs that merged into this one, so that no step writes twice. */
  readonly messages: Readonly<Record<string, readonly Dispatch[]>>
  /** What the step that the run stands on remembers; gone when the run moves on. */
  readonly memo?: number
  /** Round of each repeat that the run is in, from 1, by step id. */
  readonly loops?: Readonly<Record<string, number>>
  /** What choices have chosen, by the step and its round: another visit gets the same. */
  readonly chosen?: Readonly<Record<string, string>>
  /** What the last choice expects of what it chose, net, in the workspace's currency; left out where no model said anything. */
  readonly worth?: number
  /** What calls have answered, by the name that they save it under. */
  readonly context?: JsonObject
  /** What the run has heard, for conditions that ask `in run` or `in step`. */
  readonly windows?: RunWindows
  /** Revision of the newest change of the journey's mode that the run has followed. */
  readonly mode?: number
  /** While the journey is paused: when the timer was due (epoch ms), and the first event that its step would have heard. */
  readonly held?: number
  readonly kept?: EventRecord
}

/** What re-entry rules and sticky choices need to remember of one journey. Log times, epoch ms. */
export interface JourneyMemory {
  readonly entries: number
  readonly firstEntry: number
  /** Last entry by entry key ('' without one). */
  readonly keys: Readonly<Record<string, number>>
  /** Last end by entry key, if re-entry is reckoned from it. */
  readonly ended?: Readonly<Record<string, number>>
  /** The last entries one by one, if some limit counts them. */
  readonly entered?: readonly number[]
  /** See `Enrollment.unit`. */
  readonly unit: string
}

/** A run whose goal may still be reached, in or out of the journey, treated or held out. */
export interface GoalWatch {
  readonly enrollment: string
  readonly journey: string
  readonly version: number
  readonly key: string
  readonly arm: 'treated' | 'held_out'
  /** Window of event times in which the goal counts (epoch ms), both ends included. */
  readonly from: number
  readonly until: number
  /** Log time of entry: the newest run takes the credit. */
  readonly enteredAt: number
  /** The entry event, if the goal's condition asks for it. */
  readonly entry?: EntryEvent
}

/** The journeys section of a profile's keyed state. */
export interface JourneysSection {
  readonly enrollments: readonly Enrollment[]
  /** By journey id. */
  readonly memory: Readonly<Record<string, JourneyMemory>>
  readonly watches: readonly GoalWatch[]
  /** By journey id: times of the person's own that it waits for. */
  readonly appointments?: Readonly<Record<string, Appointments>>
  /** Events that wait for late traits. */
  readonly settling?: readonly Settling[]
  /** What has just happened, for runs that arrive from a profile that became this one. */
  readonly recent?: readonly Remembered[]
  /** Keys whose end has been heard, for events that begin a run and come late. */
  readonly closed?: Closed
}

export const NO_JOURNEYS_YET: JourneysSection = { enrollments: [], memory: {}, watches: [] }

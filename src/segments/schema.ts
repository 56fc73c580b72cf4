import type { Json } from '#lib/json.ts'

/** What one person has done inside one watched window, or since ever; the shape belongs to `segments/windows.ts`. */
export type WindowState = Json

/** The segments section of a profile's keyed state. */
export interface SegmentsSection {
  /** By slot of the catalogue: one for each aggregate that a condition asks for. */
  readonly windows: Readonly<Record<string, WindowState>>
  /** Conditions that hold, by key of the catalogue, with the log time since when (epoch ms). */
  readonly holds: Readonly<Record<string, number>>
  /** Lists that the person is on, by list id, with the event time since when (epoch ms); a negative time: taken off then. */
  readonly lists: Readonly<Record<string, number>>
  /** Scores by name: value and the event time that wrote it. */
  readonly scores: Readonly<Record<string, readonly [value: number, at: number]>>
  /** Something happened while a condition was being built: look again then. */
  readonly awaiting?: true
  /** When a condition may change by the passing of time alone (epoch ms); null: by nothing but events. */
  readonly due: number | null
}

export const NO_SEGMENTS_YET: SegmentsSection = { windows: {}, holds: {}, lists: {}, scores: {}, due: null }

import { z } from 'zod'
import type { Json } from '#lib/json.ts'

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/
const Slug = z.string().regex(SLUG, 'use lower-case letters, digits, - and _ (at most 64)')

/** Which people: everybody for whom the condition holds, at every moment. */
export const Segment = z.strictObject({
  kind: z.literal('segment'),
  id: Slug,
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** A condition over the person (see `segments/condition`). */
  when: z.string().min(1),
})
export type Segment = z.output<typeof Segment>

/** People that somebody put there: by the API, or with a file. */
export const List = z.strictObject({
  kind: z.literal('list'),
  id: Slug,
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
})
export type List = z.output<typeof List>

/** What one person has done inside one watched window, or since ever; the shape belongs to `segments/windows.ts`. */
export type WindowState = Json

/** The segments section of a profile's keyed state. */
export interface SegmentsSection {
  /** By slot of the catalogue: one for each aggregate that a condition asks for. */
  readonly windows: Readonly<Record<string, WindowState>>
  /** Segments that the person was told to be in, by id, with the log time since when (epoch ms). */
  readonly holds: Readonly<Record<string, number>>
  /** Lists that the person is on, by list id, with the event time since when (epoch ms); a negative time: taken off then. */
  readonly lists: Readonly<Record<string, number>>
  /** Scores by name: value and the event time that wrote it. */
  readonly scores: Readonly<Record<string, readonly [value: number, at: number]>>
  /** Marks of pending conditions (see `Decider`) whose past is complete for this person already. */
  readonly ready?: readonly string[]
  /** Something happened, first at this log time (epoch ms), that a condition which is still being built asks for: look again. */
  readonly awaiting?: number
  /** When a condition may change by the passing of time alone, or it is time to look again (epoch ms); null: by nothing but events. */
  readonly due: number | null
}

export const NO_SEGMENTS_YET: SegmentsSection = { windows: {}, holds: {}, lists: {}, scores: {}, due: null }

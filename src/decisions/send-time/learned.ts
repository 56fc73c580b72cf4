import { z } from 'zod'
import { BINS, COARSE, PARTS, type PartOfDay } from './week.ts'

/** Hours after the hand-over that the delay of a reading is followed. */
export const DELAYS = 72
/** Messages at an hour by chance that a group of people needs before what came of them counts. */
export const ENOUGH = 30

const Share = z.number().min(0).max(1)
const Week = z.array(Share).length(BINS)
const Counts = z.array(z.number().nonnegative()).length(COARSE)

/** What a send-time model has learned, as it is kept. */
const Body = z.strictObject({
  v: z.literal(1),
  /** Readings that the population counts for, in the rhythm of one person. */
  strength: z.number().positive(),
  everybody: Week,
  /** By country code. */
  countries: z.record(z.string(), Week),
  /** Share of readings that come so many hours after the hand-over. */
  delay: z.array(Share).length(DELAYS),
  /** What came of messages that went at an hour drawn by chance: by when people like this read, and by hour of working days and weekends. */
  /** Chance of reading by the worth of the hour: intercept + slope · ln(worth, 1 is the mean), in logits; null: too few messages went by chance. */
  response: z.strictObject({ intercept: z.number(), slope: z.number() }).nullable(),
  tried: z.partialRecord(z.enum(PARTS), z.strictObject({ sends: Counts, reads: Counts })),
})
export type Body = z.output<typeof Body>

export interface Learned {
  readonly strength: number
  readonly everybody: Float64Array
  readonly countries: ReadonlyMap<string, Float64Array>
  readonly delay: Float64Array
  readonly response: Body['response']
  readonly tried: ReadonlyMap<PartOfDay, Tried>
}
export interface Tried {
  readonly sends: readonly number[]
  readonly reads: readonly number[]
  /** Altogether. */
  readonly total: number
}

/** Reads the body of a snapshot; throws what is wrong with it. */
export function decodeLearned(text: string): Learned {
  const body = Body.parse(JSON.parse(text))
  for (const [name, week] of [['everybody', body.everybody] as const, ...Object.entries(body.countries)])
    if (Math.abs(sum(week) - 1) > 1e-3) throw new Error(`The hours of ${name} sum to ${sum(week)}, not to 1`)
  if (Math.abs(sum(body.delay) - 1) > 1e-3) throw new Error(`The delays sum to ${sum(body.delay)}, not to 1`)
  const tried = Object.entries(body.tried).map(
    ([part, { sends, reads }]) => [part as PartOfDay, { sends, reads, total: sum(sends) }] as const,
  )
  return {
    strength: body.strength,
    everybody: Float64Array.from(body.everybody),
    countries: new Map(Object.entries(body.countries).map(([country, week]) => [country, Float64Array.from(week)])),
    delay: Float64Array.from(body.delay),
    response: body.response,
    tried: new Map(tried),
  }
}

const sum = (all: readonly number[]): number => all.reduce((total, each) => total + each, 0)

import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import type { ModelOf } from '../schema.ts'
import { BINS, binAt, HOUR } from './week.ts'

/**
 * When one person read, for one model: weights by hour of the week, as they were at `at` (epoch ms); later they count half as much after each
 * half-life. `last`: the hour (since the epoch) that was counted last, so that ten clicks in one sitting are one reading.
 */
interface Kept {
  readonly at: number
  readonly bins: string
  readonly last: number
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const VALUES = new Map([...ALPHABET].map((letter, i) => [letter, i]))
/** A weight is its logarithm in 18 bits: 2^-16 to 2^16 in steps of 0.0085 %. */
const [LETTERS, OCTAVES, STEPS] = [3, 16, 8_192]
/** Before its weights grow out of that range the histogram gets a new reference: after so many half-lives. */
const REFERENCE = 8

/** At most 504 letters: all bins one after the other; with fewer of them each has its number before it. */
function written(weights: Float64Array): string {
  let some = ''
  let all = ''
  for (let bin = 0; bin < BINS; bin++) {
    const code = coded(weights[bin]!)
    all += code
    if (code !== EMPTY) some += `${ALPHABET[bin >> 6]}${ALPHABET[bin & 63]}${code}`
  }
  return some.length < all.length ? some : `*${all}`
}

const EMPTY = 'AAA'
function coded(weight: number): string {
  if (weight <= 0) return EMPTY
  const level = Math.round((Math.log2(weight) + OCTAVES) * STEPS)
  const held = Math.min(2 * OCTAVES * STEPS - 1, level)
  return held <= 0 ? EMPTY : `${ALPHABET[held >> 12]}${ALPHABET[(held >> 6) & 63]}${ALPHABET[held & 63]}`
}

const letter = (text: string, at: number): number => VALUES.get(text[at]!) ?? 0
function weightAt(text: string, at: number): number {
  const level = (letter(text, at) << 12) | (letter(text, at + 1) << 6) | letter(text, at + 2)
  return level === 0 ? 0 : 2 ** (level / STEPS - OCTAVES)
}

function read(text: string): Float64Array {
  const weights = new Float64Array(BINS)
  if (text.startsWith('*')) for (let bin = 0; bin < BINS; bin++) weights[bin] = weightAt(text, 1 + bin * LETTERS)
  else
    for (let at = 0; at < text.length; at += 2 + LETTERS) {
      const bin = (letter(text, at) << 6) | letter(text, at + 1)
      if (bin < BINS) weights[bin] = weightAt(text, at + 2)
    }
  return weights
}

/** What is kept for a model; null: nothing yet. */
function keptOf(hours: Json | undefined, model: string): Kept | null {
  const found = hours !== null && typeof hours === 'object' && !Array.isArray(hours) ? own(hours as JsonObject, model) : undefined
  return found === undefined ? null : (found as unknown as Kept)
}

const NO_HOURS: JsonObject = {}
function withKept(hours: Json | undefined, model: string, kept: Kept): JsonObject {
  const all: Record<string, Json> = { ...((hours as JsonObject | undefined) ?? NO_HOURS) }
  put(all, model, { ...kept })
  return all
}

/** The weights at another reference time. */
function moved(weights: Float64Array, halfLives: number): Float64Array {
  const factor = 2 ** -halfLives
  return weights.map((weight) => weight * factor)
}

export interface Hearing {
  /** The person's, or what is taken for it. */
  readonly zone: string
  readonly model: ModelOf<'send-time'>
}

/** Whether an event says that its person was reading: programs that open and click ahead of people (Apple MPP, gateways) do not count. */
export function isReading({ name, props }: EventRecord, { events }: ModelOf<'send-time'>): boolean {
  const fetcher = props['fetcher']
  return events.includes(name) && (fetcher === undefined || fetcher === 'person')
}

/**
 * The hours in which a person reads, after one more event. The hour is the one that the person's clock showed then: who moves to another zone
 * takes their habits along, and what they did before stays at the hours of before.
 */
export function hearHours(hours: Json | undefined, event: EventRecord, { zone, model }: Hearing): Json | undefined {
  if (!isReading(event, model)) return hours
  const at = Math.min(event.at, event.received)
  const hour = Math.floor(at / HOUR)
  const kept = keptOf(hours, model.id)
  if (kept?.last === hour) return hours
  const halfLife = milliseconds(model.halfLife)!
  let [reference, weights] = kept ? [kept.at, read(kept.bins)] : [at, new Float64Array(BINS)]
  const since = (at - reference) / halfLife
  if (since > REFERENCE) {
    weights = moved(weights, since)
    reference = at
  }
  const bin = binAt(at, zone)
  weights[bin] = weights[bin]! + 2 ** ((at - reference) / halfLife)
  return withKept(hours, model.id, { at: reference, bins: written(weights), last: Math.max(kept?.last ?? hour, hour) })
}

/** The person's readings by hour of the week, as much as they still count at a moment (epoch ms). `halfLife` in ms. */
export function readingsAt(hours: Json | undefined, model: string, { now, halfLife }: { now: number; halfLife: number }): Float64Array {
  const kept = keptOf(hours, model)
  return kept ? moved(read(kept.bins), (now - kept.at) / halfLife) : new Float64Array(BINS)
}

/** What two profiles of one person did, together. `halfLives` (ms) by model; of a model that is gone nothing is kept. */
export function mergeHours(a: Json | undefined, b: Json | undefined, halfLives: ReadonlyMap<string, number>): Json | undefined {
  if (a === undefined || b === undefined) return a ?? b
  let merged: Json = NO_HOURS
  for (const [model, halfLife] of halfLives) {
    const [one, other] = [keptOf(a, model), keptOf(b, model)]
    const kept = one && other ? together(one, other, halfLife) : (one ?? other)
    if (kept) merged = withKept(merged, model, kept)
  }
  return merged
}

function together(a: Kept, b: Kept, halfLife: number): Kept {
  const at = Math.max(a.at, b.at)
  const [one, other] = [moved(read(a.bins), (at - a.at) / halfLife), moved(read(b.bins), (at - b.at) / halfLife)]
  return { at, bins: written(one.map((weight, bin) => weight + other[bin]!)), last: Math.max(a.last, b.last) }
}

import { revocationOf } from '#consent/revocation.ts'
import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import { type Json, at as valueAt } from '#lib/json.ts'
import { own, put } from '#lib/record.ts'
import { type Decayed, sumAt, united } from '../features/decay.ts'
import type { ModelOf } from '../schema.ts'
import { type Models, modelsOfType } from '../snapshot.ts'
import { isEnglish } from './language.ts'
import { sentimentOf } from './sentiment.ts'

/** How somebody's texts sounded. */
export interface Mood {
  /** Number of texts and sum of their compounds, with decay. */
  readonly decayed: Decayed
  /** Of the newest. */
  readonly last: number
  /** Half-life, ms. */
  readonly life: number
}

/** What is kept of a person, by model. */
export interface MoodState {
  readonly v: 1
  readonly of: Readonly<Record<string, Mood>>
}

const NOTHING: MoodState = { v: 1, of: {} }
export function storedMood(kept: Json | undefined): MoodState {
  const state = kept as unknown as Partial<MoodState> | null | undefined
  return state?.v === 1 ? (state as MoodState) : NOTHING
}

const lifeOf = ({ halfLife }: Pick<ModelOf<'sentiment'>, 'halfLife'>): number => milliseconds(halfLife)!

/** A text that somebody wrote moves their mood; the very same where the event has none, or it is not English. */
export function hearMood(kept: Json | undefined, record: EventRecord, models: Models): Json | undefined {
  let state = kept
  for (const { model, inShadow } of modelsOfType(models, 'sentiment')) if (!inShadow) state = heardBy(state, record, model)
  return state
}

function heardBy(kept: Json | undefined, { name, props, at, received }: EventRecord, model: ModelOf<'sentiment'>): Json | undefined {
  const heard = model.texts.flatMap(({ event, property }) => (event === name ? [compoundOf(valueAt(props, property.split('.')))] : []))
  const sounds = heard.filter((each) => each !== null)
  if (sounds.length === 0) return kept
  const state = storedMood(kept)
  const when = Math.min(at, received)
  const once: Decayed = [when, sounds.length, sounds.reduce((sum, each) => sum + each, 0)]
  const before = own(state.of, model.id)
  const life = lifeOf(model)
  const of: Record<string, Mood> = { ...state.of }
  // A text that comes late is not the last one.
  const last = before && before.decayed[0] > when ? before.last : sounds.at(-1)!
  put(of, model.id, { decayed: united(before?.decayed, once, [life, life]), last, life })
  return { v: 1, of } as unknown as Json
}

/** How a text sounds, in [-1, 1]; null: it says nothing (it is none, not English, or a word to a machine such as STOP). */
export function compoundOf(text: Json | undefined): number | null {
  if (typeof text !== 'string' || text.trim() === '' || revocationOf(text) !== 'none' || !isEnglish(text)) return null
  return sentimentOf(text).compound
}

/** The mean of a person's texts, newer ones counting more, in [-1, 1]; undefined: none was heard. */
export function moodOf(kept: Json | undefined, model: string): number | undefined {
  const { decayed: [, count = 0, sum = 0] = [0, 0, 0] } = own(storedMood(kept).of, model) ?? {}
  // Both have decayed alike, so that the mean stays until something else is said.
  return count > 0 ? Math.max(-1, Math.min(1, sum / count)) : undefined
}

/** For features, of the first model by id; null: none was heard. */
export function moodFeatures(kept: Json | undefined, now: number): { mean: number; last: number; count: number; days: number } | null {
  const { of } = storedMood(kept)
  const [id] = Object.keys(of).sort()
  if (id === undefined) return null
  const { decayed, last, life } = own(of, id)!
  const mean = moodOf(kept, id)
  if (mean === undefined) return null
  return { mean, last, count: sumAt(decayed, 0, { halfLife: life, now }), days: Math.max(0, now - decayed[0]) / 86_400_000 }
}

/** Of two profiles that are one person. */
export function mergeMood(a: Json | undefined, b: Json | undefined, models: Models): Json | undefined {
  if (a === undefined || b === undefined) return a ?? b
  const [ours, theirs] = [storedMood(a).of, storedMood(b).of]
  const of: Record<string, Mood> = {}
  for (const { model } of modelsOfType(models, 'sentiment')) {
    const [x, y] = [own(ours, model.id), own(theirs, model.id)]
    const life = lifeOf(model)
    const both = x && y ? { decayed: united(x.decayed, y.decayed, [life, life]), last: newest(x, y).last, life } : (x ?? y)
    if (both) put(of, model.id, both)
  }
  return { v: 1, of } as unknown as Json
}

const newest = (a: Mood, b: Mood): Mood => {
  if (a.decayed[0] !== b.decayed[0]) return a.decayed[0] > b.decayed[0] ? a : b
  return a.last <= b.last ? a : b
}

import type { ValueFit, ValueSettings } from './fit.ts'
import type { LifetimeValue } from './schema.ts'
import { weeksOf } from './schema.ts'

/** What was learned at one time; `fit` null: there were too few purchases. */
export interface StoredFit {
  readonly format: 1
  /** Epoch ms: purchases up to here were seen. */
  readonly at: number
  /** What was asked of it, as text: whoever asks otherwise learns anew. */
  readonly asked: string
  readonly settings: ValueSettings
  readonly fit: ValueFit | null
}

/** What a document and the margin of its metric ask of the model. */
export const settingsOf = (document: LifetimeValue, margin: number | undefined): ValueSettings => ({
  margin: document.margin ?? margin ?? 1,
  horizon: weeksOf(document.horizon),
  next: weeksOf(document.next),
  discount: document.discount,
  seed: document.id,
})

/** A fit that another version of the program wrote may be read no more: then there is none. */
export const readStored = (stored: unknown): StoredFit | undefined =>
  (stored as { format?: unknown } | null | undefined)?.format === 1 ? (stored as StoredFit) : undefined

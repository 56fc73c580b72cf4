import type { JsonObject } from '#lib/json.ts'
import type { ModelOf, ModelType } from './schema.ts'
import type { Snapshot } from './snapshot.ts'

/** What training is told. */
export interface TrainingTask<T extends ModelType = ModelType> {
  readonly workspace: string
  readonly model: ModelOf<T>
  readonly version: number
  /** The newest snapshot, of this version of the document or of an earlier one that the type can go on from. */
  readonly previous: Snapshot | null
  /** Epoch ms by the log's clock: labels that are not mature by then are not used. */
  readonly now: number
}

/** What has been learned. `body` is text (JSON or base64) that `decode` of the type reads; it is kept with a checksum. */
export interface Trained {
  readonly body: string
  readonly trainedTo: number
  /** All told. */
  readonly examples: number
  /** What it was trained on (spans, counts, features, versions) and how well it did there. */
  readonly report: JsonObject
}

/** How models of one type learn: `gather` (in the type's `store.ts`, registered in `app/learning/`) brings the data, `fit` is pure and runs in a worker thread. */
export interface Learner<T extends ModelType, Data> {
  readonly type: T
  /** How often it is worth trying again, ms. */
  readonly every: number
  /** A fit that takes longer is given up (ms; left out: 5 minutes), or that needs more memory (MB; left out: 512). */
  readonly longest?: number
  readonly megabytes?: number
  /** Null: there is nothing new to learn from. The data can be cloned to another thread. */
  fit(task: TrainingTask<T>, data: Data): Trained | null
  /** The body of a snapshot, decoded and checked; throws with a sentence that says what is wrong with it. */
  decode(body: string): unknown
}

import type { JsonObject } from '#lib/json.ts'
import type { Model, ModelOf, ModelType } from './schema.ts'

/** What a model has learned by some moment. It never changes: learning makes another one. */
export interface Snapshot<Body = unknown> {
  /** Of the model, from 1, increasing. */
  readonly serial: number
  /** Time of the newest example in it, epoch ms by the log's clock: freshness is reckoned from here. */
  readonly trainedTo: number
  /** Examples in it, all told. */
  readonly examples: number
  readonly body: Body
  /** What it was trained on and how well it did there: for people. */
  readonly report: JsonObject
}

/** Why a model has no answer; each is a reason code that people can find. */
export type ModelSilence =
  /** No such model is published. */
  | 'model_missing'
  /** It has learned nothing yet. */
  | 'model_cold'
  /** Its snapshot cannot be read. */
  | 'model_broken'
  /** Its snapshot is older than `freshFor`. */
  | 'model_stale'
  /** It answered something that is no number. */
  | 'model_not_finite'
  /** It would take longer than its time. */
  | 'model_too_slow'
  /** It only watches so far: nobody has let it act. */
  | 'model_in_shadow'

/** A published model with the snapshot in force at a revision. */
export interface ModelInForce<T extends ModelType = ModelType> {
  readonly model: ModelOf<T>
  /** Version of the document. */
  readonly version: number
  /** Decoded and checked. Null: none yet, or (`broken`) one that cannot be read. */
  readonly snapshot: Snapshot | null
  readonly broken?: string
  /** A newer version in shadow or for a share of people; `deciderOf` says whom it decides for. */
  readonly candidate?: ModelInForce<T>
  /** There is a candidate only: nobody has let a version of this model act in full. */
  readonly inShadow?: true
}

/** All models of a workspace at one revision: a fact for pure code. */
export interface Models {
  /** Whether there is any: without one nothing is kept of people. */
  readonly exist: boolean
  readonly byId: ReadonlyMap<string, ModelInForce>
  readonly byType: ReadonlyMap<ModelType, readonly ModelInForce[]>
}

export const NO_MODELS: Models = { exist: false, byId: new Map(), byType: new Map() }

/** In the order of ids, so that what follows does not hang on the order of publishing. */
export function modelsOf(all: readonly ModelInForce[]): Models {
  if (all.length === 0) return NO_MODELS
  const sorted = [...all].sort((a, b) => (a.model.id < b.model.id ? -1 : 1))
  return { exist: true, byId: new Map(sorted.map((each) => [each.model.id, each])), byType: Map.groupBy(sorted, ({ model }) => model.type) }
}

/** The models of one type, in the order of ids. */
export const modelsOfType = <T extends ModelType>(models: Models, type: T): readonly ModelInForce<T>[] =>
  (models.byType.get(type) ?? []) as unknown as readonly ModelInForce<T>[]

/** The model of this id, if it is of this type. */
export function modelNamed<T extends ModelType>(models: Models, id: string, type: T): ModelInForce<T> | undefined {
  const found = models.byId.get(id)
  return found?.model.type === type ? (found as unknown as ModelInForce<T>) : undefined
}

/** The snapshot that may be asked at a moment (epoch ms), or why none may; `freshMs`: the model's `freshFor`. */
export function askable(
  inForce: Pick<ModelInForce, 'snapshot' | 'broken' | 'inShadow'> | undefined,
  now: number,
  freshMs: number,
): Snapshot | ModelSilence {
  if (!inForce) return 'model_missing'
  if (inForce.inShadow) return 'model_in_shadow'
  if (inForce.broken !== undefined) return 'model_broken'
  if (!inForce.snapshot) return 'model_cold'
  return now - inForce.snapshot.trainedTo > freshMs ? 'model_stale' : inForce.snapshot
}

/** Only used where a document is at hand. */
export type { Model }

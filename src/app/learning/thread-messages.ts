import type { Model } from '#decisions/schema.ts'
import type { Trained, TrainingTask } from '#decisions/trainer.ts'
import type { JsonObject } from '#lib/json.ts'

/** What a training thread is begun with: the module that exports `LEARNERS`. */
export interface TrainingThreadData {
  readonly learners: string
}

/** What was learned before, as text: each thread decodes it for itself. */
export interface Before {
  readonly serial: number
  readonly trainedTo: number
  readonly examples: number
  readonly report: JsonObject
  readonly text: string
}

export interface FitJob {
  readonly id: number
  readonly type: Model['type']
  readonly task: Omit<TrainingTask, 'previous'>
  readonly before: Before | null
  readonly data: unknown
}

/** Why nothing was learned; each is a reason code. */
export type Unfit =
  /** The learner threw. */
  | 'fit_failed'
  /** What it learned holds NaN or an infinity. */
  | 'not_finite'
  | 'too_large'
  /** It cannot read its own snapshot. */
  | 'undecodable'
  /** No learner of this type is known. */
  | 'no_learner'

export type FitAnswer =
  /** The thread has read its modules: told once, before anything else. */
  | { readonly id: 0; readonly kind: 'ready' }
  | { readonly id: number; readonly kind: 'trained'; readonly trained: Trained }
  | { readonly id: number; readonly kind: 'nothing_new' }
  | { readonly id: number; readonly kind: 'unfit'; readonly reason: Unfit; readonly detail: string }

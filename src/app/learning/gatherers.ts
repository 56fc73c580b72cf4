import type { ModelType } from '#decisions/schema.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import type { Queryable } from '#platform/log.ts'
import { gatherChoices } from './choice-store.ts'
import { gatherContent } from './content-store.ts'
import { gatherSequences } from './pattern-store.ts'
import { gatherPressure } from './pressure-store.ts'
import { gatherPropensity } from './propensity-store.ts'
import { gatherProducts } from './recommendation-store.ts'
import { gatherSendTimes } from './send-time-store.ts'

/** Where what is learned from lies. */
export interface GatherParts {
  readonly analytics: Analytics
  readonly db: Queryable
  /** Aborted when it takes too long: give up between two queries. */
  readonly signal: AbortSignal
}

/** Brings what a fit needs, as data that can be cloned to another thread; null: there is nothing new. `previous` of the task is decoded. */
export type Gather<T extends ModelType = ModelType> = (parts: GatherParts, task: TrainingTask<T>) => Promise<unknown>
export type Gatherers = { readonly [T in ModelType]?: Gather<T> }

/** One line each; the queries lie in `<type>-store.ts` beside this file. */
export const GATHERERS: Gatherers = {
  choice: gatherChoices,
  content: gatherContent,
  pattern: gatherSequences,
  pressure: gatherPressure,
  propensity: gatherPropensity,
  recommendation: gatherProducts,
  'send-time': gatherSendTimes,
}

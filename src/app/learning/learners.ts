import { choiceLearner } from '#decisions/choice/learner.ts'
import { contentLearner } from '#decisions/content/learner.ts'
import { patternLearner } from '#decisions/patterns/fit.ts'
import { pressureLearner } from '#decisions/pressure/learner.ts'
import { propensityLearner } from '#decisions/propensity/fit.ts'
import { recommendationLearner } from '#decisions/recommend/learner.ts'
import type { ModelType } from '#decisions/schema.ts'
import { sendTimeLearner } from '#decisions/send-time/learn.ts'
import type { Learner } from '#decisions/trainer.ts'

/** How models of each type learn. This file is read by the training threads as well: pure learners only. */
// biome-ignore lint/suspicious/noExplicitAny: each learner knows its own data
export type AnyLearner = Learner<any, any>
export type Learners = ReadonlyMap<ModelType, AnyLearner>

export const learnersOf = (all: readonly AnyLearner[]): Learners => new Map(all.map((learner) => [learner.type as ModelType, learner]))

/** One line each. */
export const LEARNERS: Learners = learnersOf([
  choiceLearner,
  contentLearner,
  patternLearner,
  pressureLearner,
  propensityLearner,
  recommendationLearner,
  sendTimeLearner,
])

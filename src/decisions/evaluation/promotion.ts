import type { Problem } from '#lib/problem.ts'
import type { Model } from '../schema.ts'
import type { Evaluation } from './schema.ts'

export interface PromotionFacts {
  readonly model: Model
  /** The stage that the live version of the same task has; null: nothing of it is live yet. */
  readonly before: Model['rollout']['stage'] | null
  /** The newest evaluation of this very task. */
  readonly evaluation: Pick<Evaluation, 'verdict' | 'sentence' | 'refusal' | 'policy'> | null
}

export interface Promotion {
  /** It may not be published so. */
  readonly refused: Problem | null
  /** It may, and whoever approves should know. */
  readonly warnings: readonly Problem[]
}

const FINE: Promotion = { refused: null, warnings: [] }

/** Whether a model may act in full: only after its evaluation, or with a reason of its own. Models that do not choose cannot be valued on a log of choices. */
export function promotionOf({ model, before, evaluation }: PromotionFacts): Promotion {
  const { stage, force } = model.rollout
  if (model.type !== 'choice' || stage !== 'full' || before === 'full') return FINE
  const told = { status: 422, at: '/rollout/stage' }
  if (!evaluation)
    return {
      refused: null,
      warnings: [
        {
          ...told,
          code: 'model.not_evaluated',
          title: `No evaluation of “${model.id}” as it is written here is on record`,
          detail: 'Nobody knows what it would have earned on the decisions that are logged.',
          hint: `POST /api/models/${model.id}/evaluate, or begin with rollout: { stage: shadow }.`,
        },
      ],
    }
  if (evaluation.verdict === 'refused') {
    const thin = {
      ...told,
      code: 'model.evaluation_thin',
      title: `The evaluation of “${model.id}” says nothing: too little is logged`,
      detail: evaluation.sentence,
      hint: 'Let it decide for a share of people first (rollout: { stage: share }), or write the reason into rollout.force.',
    }
    return force === undefined
      ? { refused: thin, warnings: [] }
      : { refused: null, warnings: [{ ...thin, code: 'model.forced', hint: `Forced: ${force}` }] }
  }
  if (evaluation.verdict === 'worse')
    return {
      refused: null,
      warnings: [
        {
          ...told,
          code: 'model.evaluated_worse',
          title: `“${model.id}” would have earned less than what was done`,
          detail: evaluation.sentence,
          hint: 'Keep what decides now.',
        },
      ],
    }
  return FINE
}

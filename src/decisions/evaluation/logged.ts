import type { DecisionRecord } from '../record.ts'

/** One arm that could have been chosen, with the probability that it had. */
export interface LoggedArm {
  readonly arm: string
  /** > 0 when it could be chosen at all; all of a decision sum to 1. */
  readonly propensity: number
  /** What the model of that time expected of it. */
  readonly predicted?: number
}

/** A decision that was drawn from known probabilities, with what came of it. */
export interface LoggedDecision {
  readonly id: string
  /** Whose decisions hang together: the person. */
  readonly unit: string
  /** Epoch ms. */
  readonly at: number
  /** Those that were eligible, in the order of the record. */
  readonly arms: readonly LoggedArm[]
  /** Index into `arms`. */
  readonly chosen: number
  /** Matured, in the model's unit. */
  readonly reward: number
  readonly features: Readonly<Record<string, number>>
}

/** Why a record says nothing about another policy. */
export type Unusable =
  /** Control, hold-out and fallback were not drawn by the model. */
  | 'not_drawn'
  /** The probabilities do not sum to 1, or what was chosen had none. */
  | 'propensities_broken'
  /** The reward is no number. */
  | 'reward_not_finite'

export interface Outcome {
  readonly unit: string
  readonly at: number
  readonly reward: number
}

/** Propensities may be off by rounding on their way through JSON. */
const ROUNDING = 1e-6

/** What evaluation needs of a decision record; a reason where it cannot be used. Control and hold-out are groups of their own, drawn before the model. */
export function loggedOf(
  record: Pick<DecisionRecord, 'id' | 'by' | 'candidates' | 'chosen' | 'features'>,
  outcome: Outcome,
): LoggedDecision | Unusable {
  if (record.by !== 'model' && record.by !== 'cold_start') return 'not_drawn'
  if (!Number.isFinite(outcome.reward)) return 'reward_not_finite'
  const eligible = record.candidates.filter(({ excluded }) => excluded === '')
  const chosen = eligible.findIndex(({ arm }) => arm === record.chosen)
  const sum = eligible.reduce((total, { propensity }) => total + propensity, 0)
  const sound = eligible.every(({ propensity }) => propensity >= 0 && propensity <= 1)
  if (chosen < 0 || !sound || Math.abs(sum - 1) > ROUNDING || !(eligible[chosen]!.propensity > 0)) return 'propensities_broken'
  const arms = eligible.map(({ arm, propensity, predicted }) => ({ arm, propensity, ...(predicted !== undefined && { predicted }) }))
  return { id: record.id, ...outcome, arms, chosen, features: record.features }
}

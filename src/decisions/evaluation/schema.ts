import { z } from 'zod'

const Finite = z.number()

/** A number with what it may really be. `none`: nothing varied, so nothing can be said of its error. */
export const Estimate = z.object({
  value: Finite,
  se: Finite.nonnegative(),
  low: Finite.nullable(),
  high: Finite.nullable(),
  method: z.enum(['normal', 'bootstrap_t', 'none']),
})
export type Estimate = z.output<typeof Estimate>

/** How much of the log speaks about the candidate. */
export const Support = z.object({
  decisions: z.int().nonnegative(),
  people: z.int().nonnegative(),
  /** (Σw)²/Σw²: so many decisions of the candidate itself would say as much. */
  effective: Finite.nonnegative(),
  meanWeight: Finite.nonnegative(),
  meanWeightSe: Finite.nonnegative(),
  maxWeight: Finite.nonnegative(),
  /** Share of the candidate's choices that the log could never have made. */
  unsupported: Finite.min(0).max(1),
})
export type Support = z.output<typeof Support>

export const ESTIMATORS = ['ips', 'snips', 'dm', 'dr', 'sndr', 'switch_dr', 'dros'] as const
export const Estimator = z.enum(ESTIMATORS)
export type Estimator = z.output<typeof Estimator>

/** What a candidate policy would have earned on the decisions that were logged. Values are per decision, in the unit of the reward. */
export const Evaluation = z.object({
  policy: z.string(),
  support: Support,
  estimates: z.record(Estimator, Estimate),
  /** What was done: the mean reward on the log. */
  logged: Estimate,
  /** Candidate less what was done (doubly robust, paired). */
  gain: Estimate,
  /** Candidate less the best single arm, which is chosen on other people's decisions. */
  overBestArm: Estimate,
  /** `better` and `worse`: the interval of the gain leaves zero out. `refused`: no headline may be made of it. */
  verdict: z.enum(['better', 'worse', 'not_shown', 'refused']),
  /** Why no headline may be made of it. */
  refusal: z
    .object({ code: z.string(), status: z.int(), title: z.string(), detail: z.string().optional(), hint: z.string().optional() })
    .nullable(),
  /** The whole of it in words. */
  sentence: z.string(),
})
export type Evaluation = z.output<typeof Evaluation>

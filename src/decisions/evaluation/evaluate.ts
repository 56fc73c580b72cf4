import { chance } from '#lib/hash.ts'
import type { Problem } from '#lib/problem.ts'
import { type Columns, doneOf, effective, less, type Terms, TUNING, type Tuning, termsOf } from './estimators.ts'
import { type Clusters, clustersOf, estimate, estimates } from './intervals.ts'
import type { LoggedDecision } from './logged.ts'
import { armRidge, type FitOutcome } from './outcome-model.ts'
import { bestSingleArm, type Candidate, type Policy } from './policies.ts'
import { sentenceOf } from './read-out.ts'
import { ESTIMATORS, type Estimate, type Estimator, type Evaluation, type Support } from './schema.ts'

export interface EvaluateOptions {
  /** Of the resampling; the same seed gives the same intervals. */
  readonly seed: string
  /** Of the reward: a currency, or '' for a share. */
  readonly unit?: string
  readonly folds?: number
  readonly outcome?: FitOutcome
  readonly tuning?: Tuning
}

/** Below this many effective decisions nothing is claimed. */
export const LEAST_EFFECTIVE = 100
/** Standard errors that the mean weight may be away from 1. */
const OFF_BY = 3
/** Share of the candidate's choices that the log may be silent about. */
const MOST_UNSUPPORTED = 0.05

/** Values a policy on what was logged under another one, learning and valuing on different people (cross-fitting; Chernozhukov et al. 2018). */
export function evaluate(log: readonly LoggedDecision[], candidate: Candidate, options: EvaluateOptions): Evaluation {
  const { seed, unit = '', folds = 3, outcome = armRidge(), tuning = TUNING } = options
  const { ours, best, unsupported } = crossFitted(log, { candidate, folds, outcome })
  const clusters = clustersOf(log.map((decision) => decision.unit))
  const support = supportOf(ours, { clusters, unsupported })
  const dr = termsOf('dr', ours)
  const named = Object.fromEntries(ESTIMATORS.map((name) => [name, termsOf(name, ours, tuning)])) as Record<Estimator, Terms>
  const differences = { logged: doneOf(ours.r), gain: less(dr, doneOf(ours.r)), overBestArm: less(dr, termsOf('dr', best)) }
  const found = estimates({ ...named, ...differences }, { clusters, effective: support.effective, seed })
  const of = (name: keyof typeof found): Estimate => found[name] ?? NOTHING
  const [logged, gain, overBestArm] = [of('logged'), of('gain'), of('overBestArm')]
  const refusal = refusalOf(support)
  const verdict = refusal ? 'refused' : verdictOf(gain)
  const valued = Object.fromEntries(ESTIMATORS.map((name) => [name, of(name)])) as Record<Estimator, Estimate>
  const result = { policy: candidate.name, support, estimates: valued, logged, gain, overBestArm, verdict, refusal } as const
  return { ...result, sentence: sentenceOf(result, unit) }
}

const NOTHING: Estimate = { value: 0, se: 0, low: null, high: null, method: 'none' }

const verdictOf = ({ low, high }: Estimate): Evaluation['verdict'] =>
  low !== null && low > 0 ? 'better' : high !== null && high < 0 ? 'worse' : 'not_shown'

interface Fitted {
  readonly ours: Columns
  readonly best: Columns
  readonly unsupported: number
}

/** Columns of the candidate and of the best single arm; for each fold everything is learned from the others. People, not decisions, are divided. */
function crossFitted(
  log: readonly LoggedDecision[],
  { candidate, folds, outcome }: { candidate: Candidate; folds: number; outcome: FitOutcome },
): Fitted {
  const fold = log.map(({ unit }) => Math.floor(chance('evaluation.fold', unit) * folds))
  const [ours, best] = [emptyColumns(log.length), emptyColumns(log.length)]
  let unsupported = 0
  for (let k = 0; k < folds; k++) {
    const training = log.filter((_, i) => fold[i] !== k)
    const predict = outcome(training)
    const [policy, single] = [candidate.learn(training), bestSingleArm.learn(training)]
    log.forEach((decision, i) => {
      if (fold[i] !== k) return
      const q = decision.arms.map((_, arm) => finite(predict(decision, arm)))
      unsupported += fill(ours, i, { decision, q, policy })
      fill(best, i, { decision, q, policy: single })
    })
  }
  return { ours, best, unsupported: log.length === 0 ? 0 : unsupported / log.length }
}

const emptyColumns = (n: number): Columns => ({
  w: new Float64Array(n),
  r: new Float64Array(n),
  q: new Float64Array(n),
  v: new Float64Array(n),
})

/** A prediction that is no number says nothing; the estimate stays unbiased without it. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0)

/** Writes one row; answers the probability that the candidate gives to arms that could not have been chosen. */
function fill(
  { w, r, q: chosenQ, v }: Columns,
  i: number,
  { decision, q, policy }: { decision: LoggedDecision; q: readonly number[]; policy: Policy },
): number {
  const { arms, chosen, reward } = decision
  const wanted = policy(decision)
  const sum = wanted.reduce((total, p) => total + p, 0)
  if (wanted.length !== arms.length || !(Math.abs(sum - 1) < 1e-6) || wanted.some((p) => !(p >= 0)))
    throw new Error(`the policy's probabilities for ${decision.id} are none: ${wanted.join(', ')}`)
  w[i] = wanted[chosen]! / arms[chosen]!.propensity
  r[i] = reward
  chosenQ[i] = q[chosen]!
  v[i] = wanted.reduce((total, p, arm) => total + p * q[arm]!, 0)
  return wanted.reduce((total, p, arm) => total + (arms[arm]!.propensity > 0 ? 0 : p), 0)
}

/** What weights tell of how much the log can say; also of given columns, such as those of another source. */
export function supportOf({ w }: Columns, { clusters, unsupported = 0 }: { clusters: Clusters; unsupported?: number }): Support {
  const mean = estimate(doneOf(w), { clusters, effective: Number.POSITIVE_INFINITY, seed: '' }) ?? NOTHING
  return {
    decisions: w.length,
    people: clusters.count,
    effective: effective(w),
    meanWeight: mean.value,
    meanWeightSe: mean.se,
    maxWeight: w.reduce((most, each) => Math.max(most, each), 0),
    unsupported: Math.min(1, unsupported),
  }
}

/** Why no headline may be made; null: it may. */
export function refusalOf({ decisions, effective, meanWeight, meanWeightSe, unsupported }: Support): Problem | null {
  const refused = { status: 422 }
  const detail = `${Math.round(effective)} effective of ${decisions} decisions; mean weight ${meanWeight.toFixed(3)}`
  const hint = 'Let the present policy explore more, or give the candidate a share of people (rollout: stage: share) and evaluate again.'
  if (decisions === 0)
    return {
      ...refused,
      code: 'evaluation.no_log',
      title: 'No decision with a known outcome is on the log yet',
      hint: 'Let the model decide for some people, and wait until its outcomes are in.',
    }
  if (unsupported > MOST_UNSUPPORTED) {
    const share = `${Math.round(unsupported * 100)} % of what the policy would choose was never possible on the log`
    return { ...refused, code: 'evaluation.unsupported', title: 'The log is silent about what the policy would do', detail: share, hint }
  }
  if (effective < LEAST_EFFECTIVE)
    return { ...refused, code: 'evaluation.thin', title: 'Too few logged decisions are like those of the policy', detail, hint }
  // Rounding of probabilities to single digits of the last place is no failure.
  if (Math.abs(meanWeight - 1) > OFF_BY * meanWeightSe + 1e-6)
    return {
      ...refused,
      code: 'evaluation.weights',
      title: 'The logged probabilities do not fit what was chosen',
      detail,
      hint: 'The mean weight must be 1 within three standard errors. Something other than the logged probabilities decided.',
    }
  return null
}

import { matrix } from '#lib/numeric/linear.ts'
import { fitRidge } from '#lib/numeric/logistic.ts'
import type { LoggedDecision } from './logged.ts'

/** Expected reward of a decision's arm (index into its `arms`). */
export type Predict = (decision: LoggedDecision, arm: number) => number
export type FitOutcome = (training: readonly LoggedDecision[]) => Predict

/** Mean reward of each arm, shrunk to the mean of all by `prior` decisions: q(a) = (Σr_a + prior·r̄)/(n_a + prior). */
export const armMeans =
  (prior: number): FitOutcome =>
  (training) => {
    const { mean, byArm } = sumsOf(training)
    return (decision, arm) => {
      const { sum, count } = byArm.get(decision.arms[arm]!.arm) ?? { sum: 0, count: 0 }
      return mean + (sum - count * mean) / (count + prior)
    }
  }

export interface RidgeOptions {
  /** Of the part that all arms share, on standardised features. */
  readonly l2: number
  /** Of what an arm adds to it: few decisions leave an arm with what all have. */
  readonly own: number
}

/** A ridge on the features for all arms, and one more for what each arm adds to it, so that rare arms fall back to the common part. */
export const armRidge =
  ({ l2, own }: RidgeOptions = { l2: 1, own: 20 }): FitOutcome =>
  (training) => {
    const scale = scaleOf(training)
    const rows = training.map((decision) => standardised(decision, scale))
    const shared = linear(
      rows,
      training.map(({ reward }) => reward),
      { l2, intercept: 'free' },
    )
    const residuals = training.map(({ reward }, i) => reward - at(shared, rows[i]!))
    const groups = Map.groupBy(training.keys(), (i) => training[i]!.arms[training[i]!.chosen]!.arm)
    const added = new Map(
      [...groups].map(([arm, members]) => [
        arm,
        linear(
          members.map((i) => rows[i]!),
          members.map((i) => residuals[i]!),
          { l2: own, intercept: 'shrunk' },
        ),
      ]),
    )
    return (decision, arm) => {
      const row = standardised(decision, scale)
      const extra = added.get(decision.arms[arm]!.arm)
      return at(shared, row) + (extra ? at(extra, row) : 0)
    }
  }

interface Scale {
  readonly names: readonly string[]
  readonly mean: Float64Array
  readonly perSd: Float64Array
}

/** Features that vary, by name; a missing one counts as its mean. */
function scaleOf(training: readonly LoggedDecision[]): Scale {
  const sums = new Map<string, { n: number; sum: number; squares: number }>()
  for (const { features } of training)
    for (const [name, value] of Object.entries(features)) {
      if (!Number.isFinite(value)) continue
      const { n, sum, squares } = sums.get(name) ?? { n: 0, sum: 0, squares: 0 }
      sums.set(name, { n: n + 1, sum: sum + value, squares: squares + value * value })
    }
  const varying = [...sums]
    .map(([name, { n, sum, squares }]) => ({ name, mean: sum / n, variance: squares / n - (sum / n) ** 2 }))
    .filter(({ mean, variance }) => variance > 1e-12 * (1 + mean * mean))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    names: varying.map(({ name }) => name),
    mean: Float64Array.from(varying, ({ mean }) => mean),
    perSd: Float64Array.from(varying, ({ variance }) => 1 / Math.sqrt(variance)),
  }
}

/** Predictions do not run away for somebody who is far from everybody seen. */
const FAR = 5

function standardised({ features }: LoggedDecision, { names, mean, perSd }: Scale): Float64Array {
  return Float64Array.from(names, (name, i) => {
    const value = Object.hasOwn(features, name) ? features[name]! : mean[i]!
    const scaled = Number.isFinite(value) ? (value - mean[i]!) * perSd[i]! : 0
    return Math.max(-FAR, Math.min(FAR, scaled))
  })
}

interface Linear {
  readonly base: number
  readonly weights: Float64Array
}

const at = ({ base, weights }: Linear, row: Float64Array): number => {
  let sum = base
  for (let i = 0; i < weights.length; i++) sum += weights[i]! * row[i]!
  return sum
}

function linear(
  rows: readonly Float64Array[],
  y: readonly number[],
  { l2, intercept }: { l2: number; intercept: 'free' | 'shrunk' },
): Linear {
  const n = rows.length
  if (n === 0) return { base: 0, weights: new Float64Array(0) }
  const base = y.reduce((sum, each) => sum + each, 0) / (intercept === 'free' ? n : n + l2)
  const d = rows[0]!.length
  if (d === 0) return { base, weights: new Float64Array(0) }
  const data = new Float64Array(n * d)
  for (const [i, row] of rows.entries()) data.set(row, i * d)
  const weights = fitRidge(
    matrix(n, d, data),
    Float64Array.from(y, (each) => each - base),
    { l2 },
  )
  return { base, weights }
}

function sumsOf(training: readonly LoggedDecision[]) {
  const byArm = new Map<string, { sum: number; count: number }>()
  let total = 0
  for (const { arms, chosen, reward } of training) {
    const { arm } = arms[chosen]!
    const { sum, count } = byArm.get(arm) ?? { sum: 0, count: 0 }
    byArm.set(arm, { sum: sum + reward, count: count + 1 })
    total += reward
  }
  return { mean: training.length === 0 ? 0 : total / training.length, byArm }
}

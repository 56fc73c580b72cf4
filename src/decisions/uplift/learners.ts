import { type Matrix, matrix, row } from '#lib/numeric/linear.ts'
import { random, shuffled } from '#lib/numeric/random.ts'
import type { Base, PredictRow } from './base.ts'
import type { Trial } from './curves.ts'

/** A trial with what is known of its people. */
export interface UpliftData extends Trial {
  /** One row for each person, without an intercept. */
  readonly x: Matrix
  /** Probability of having been treated, in (0, 1). */
  readonly propensity: Float64Array
}

export interface Bases {
  /** Of the outcome: logistic for 0 and 1, ridge for money. */
  readonly outcome: Base
  /** Of the effect, which can be negative. */
  readonly effect: Base
}

/** Estimates the effect of being treated from a row of features. Künzel, Sekhon, Bickel & Yu 2019 (S, T, X); Kennedy 2023 (DR). */
export interface UpliftLearner {
  readonly name: 's' | 't' | 'x' | 'dr'
  learn(data: UpliftData, bases: Bases): PredictRow
}

/** One outcome model of features, treatment, and their products. */
export const sLearner: UpliftLearner = {
  name: 's',
  learn({ x, y, treated }, { outcome }) {
    const wide = matrix(x.rows, 2 * x.cols + 1)
    for (let i = 0; i < x.rows; i++) wide.data.set(widened(row(x, i), treated[i]!), i * wide.cols)
    const predict = outcome.fitRows(wide, y)
    return (features) => predict(widened(features, 1)) - predict(widened(features, 0))
  },
}

function widened(features: Float64Array, treated: number): Float64Array {
  const wide = new Float64Array(2 * features.length + 1)
  wide.set(features)
  wide[features.length] = treated
  for (let j = 0; j < features.length; j++) wide[features.length + 1 + j] = treated * features[j]!
  return wide
}

/** An outcome model for each arm. */
export const tLearner: UpliftLearner = {
  name: 't',
  learn(data, { outcome }) {
    const { control, treated } = armModels(data, outcome)
    return (features) => treated(features) - control(features)
  },
}

/** Effects imputed by the other arm's model, and weighed by how likely each arm was. */
export const xLearner: UpliftLearner = {
  name: 'x',
  learn(data, { outcome, effect }) {
    const { control, treated } = armModels(data, outcome)
    const [t, c] = [rowsOf(data, 1), rowsOf(data, 0)]
    const one = effect.fitRows(
      subset(data.x, t),
      Float64Array.from(t, (i) => data.y[i]! - control(row(data.x, i))),
    )
    const zero = effect.fitRows(
      subset(data.x, c),
      Float64Array.from(c, (i) => treated(row(data.x, i)) - data.y[i]!),
    )
    const e = data.propensity.reduce((sum, p) => sum + p, 0) / data.propensity.length
    return (features) => e * zero(features) + (1 - e) * one(features)
  },
}

const FOLDS = 3

/** The doubly robust pseudo-outcome, with outcome models of other folds, regressed on the features. */
export const drLearner: UpliftLearner = {
  name: 'dr',
  learn(data, { outcome, effect }) {
    const fold = foldsOf(data.y.length, { folds: FOLDS, seed: 'dr learner' })
    const psi = new Float64Array(data.y.length)
    for (let k = 0; k < FOLDS; k++) {
      const { control, treated } = armModels(
        part(data, (i) => fold[i] !== k),
        outcome,
      )
      for (let i = 0; i < psi.length; i++) {
        if (fold[i] !== k) continue
        const features = row(data.x, i)
        psi[i] = pseudoOutcome({ m1: treated(features), m0: control(features), y: data.y[i]!, e: data.propensity[i]! }, data.treated[i]!)
      }
    }
    return effect.fitRows(data.x, psi)
  },
}

interface Observed {
  readonly m1: number
  readonly m0: number
  readonly y: number
  /** Probability of having been treated. */
  readonly e: number
}

/** ψ = m1 − m0 + t(y−m1)/e − (1−t)(y−m0)/(1−e): its mean is the effect when either the models or the probabilities are right (Robins & Rotnitzky 1995). */
export const pseudoOutcome = ({ m1, m0, y, e }: Observed, treated: number): number =>
  m1 - m0 + (treated === 1 ? (y - m1) / e : -(y - m0) / (1 - e))

function armModels(data: UpliftData, outcome: Base): { control: PredictRow; treated: PredictRow } {
  const of = (arm: number): PredictRow => {
    const rows = rowsOf(data, arm)
    if (rows.length === 0) throw new RangeError(`nobody is in arm ${arm}`)
    return outcome.fitRows(
      subset(data.x, rows),
      Float64Array.from(rows, (i) => data.y[i]!),
    )
  }
  return { control: of(0), treated: of(1) }
}

function rowsOf({ treated }: UpliftData, arm: number): number[] {
  const rows: number[] = []
  for (let i = 0; i < treated.length; i++) if (treated[i] === arm) rows.push(i)
  return rows
}

export function subset(x: Matrix, rows: readonly number[]): Matrix {
  const out = matrix(rows.length, x.cols)
  for (const [at, i] of rows.entries()) out.data.set(row(x, i), at * x.cols)
  return out
}

/** The rows for which it holds. */
export function part({ x, y, treated, propensity }: UpliftData, holds: (row: number) => boolean): UpliftData {
  const rows = [...y.keys()].filter(holds)
  return {
    x: subset(x, rows),
    y: Float64Array.from(rows, (i) => y[i]!),
    treated: Uint8Array.from(rows, (i) => treated[i]!),
    propensity: Float64Array.from(rows, (i) => propensity[i]!),
  }
}

/** A fold for each row, as equal as can be; the same seed gives the same folds. */
export function foldsOf(rows: number, { folds, seed }: { folds: number; seed: string }): Int32Array {
  const out = new Int32Array(rows)
  for (const [at, i] of shuffled(random(seed), [...out.keys()]).entries()) out[i] = at % folds
  return out
}

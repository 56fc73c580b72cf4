import { cholesky, choleskyInverse, type Matrix, matrix, row } from '#lib/numeric/linear.ts'
import type { Effect } from './welch.ts'

/** A unit per row: what came of it, whether it was treated (1) or control (0), and what was known before (no constant). */
export interface Units {
  readonly y: ArrayLike<number>
  readonly treated: ArrayLike<number>
  readonly x: Matrix
}

/**
 * Regression adjustment for several covariates (Lin, Annals of Applied Statistics 7 (2013) 295–318): each arm by itself on covariates centred
 * at their common mean; the difference of the intercepts, with HC2 variance (MacKinnon & White 1985). Null: covariates that determine each other.
 */
export function lin(units: Units): Effect | null {
  const centre = means(units.x)
  const control = intercept(units, { arm: 0, centre })
  const treated = intercept(units, { arm: 1, centre })
  if (!control || !treated) return null
  const n = units.y.length
  const df = n - 2 * (units.x.cols + 1)
  return { estimate: treated.value - control.value, se: Math.sqrt(control.variance + treated.variance), df, n }
}

function means(x: Matrix): Float64Array {
  const sums = new Float64Array(x.cols)
  for (let i = 0; i < x.data.length; i++) sums[i % x.cols]! += x.data[i]!
  return sums.map((sum) => sum / x.rows)
}

interface Side {
  readonly arm: number
  readonly centre: Float64Array
}

/** Mean outcome of the arm if it had everybody's covariates. */
function intercept(units: Units, side: Side): { readonly value: number; readonly variance: number } | null {
  const { x, y, treated } = units
  const size = x.cols + 1
  const gram = matrix(size, size)
  const moment = new Float64Array(size)
  const at = new Float64Array(size)
  each(units, { ...side, at }, (i) => {
    for (let j = 0; j < size; j++) {
      moment[j]! += at[j]! * y[i]!
      for (let k = 0; k < size; k++) gram.data[j * size + k]! += at[j]! * at[k]!
    }
  })
  const factor = count(treated, side.arm) > size ? cholesky(gram) : null
  if (!factor) return null
  const inverse = choleskyInverse(factor)
  const slopes = Array.from({ length: size }, (_, j) => along(row(inverse, j), moment))
  let variance = 0
  each(units, { ...side, at }, (i) => {
    const residual = y[i]! - along(at, slopes)
    const weight = along(row(inverse, 0), at)
    let leverage = 0
    for (let j = 0; j < size; j++) leverage += at[j]! * along(row(inverse, j), at)
    // A unit that alone decides its own fit has no residual to learn from.
    variance += leverage < 1 - 1e-12 ? (weight * residual) ** 2 / (1 - leverage) : 0
  })
  return Number.isFinite(slopes[0]!) && Number.isFinite(variance) ? { value: slopes[0]!, variance } : null
}

/** Writes each unit of the arm into `at`: the constant, then its covariates around the centre. */
function each({ x, treated }: Units, { arm, centre, at }: Side & { readonly at: Float64Array }, does: (i: number) => void): void {
  at[0] = 1
  for (let i = 0; i < x.rows; i++) {
    if (treated[i] !== arm) continue
    for (let j = 0; j < x.cols; j++) at[j + 1] = x.data[i * x.cols + j]! - centre[j]!
    does(i)
  }
}

const count = (arms: ArrayLike<number>, arm: number): number => {
  let found = 0
  for (let i = 0; i < arms.length; i++) if (arms[i] === arm) found++
  return found
}

function along(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

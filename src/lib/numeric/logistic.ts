import { cholesky, choleskySolve, gram, type Matrix, matrix, timesVector } from './linear.ts'
import { log1pExp, sigmoid } from './sums.ts'

export interface LogisticOptions {
  /** Half of it times the squared weights is added to the summed loss; one number, or one for each column (0 leaves an intercept free). */
  readonly l2: number | ArrayLike<number>
  readonly weights?: ArrayLike<number> | undefined
  /** Added to the logit of each row. */
  readonly offset?: ArrayLike<number> | undefined
  readonly maxIterations?: number
}

export interface Fitted {
  readonly weights: Float64Array
  readonly iterations: number
  /** False: separable data without a penalty, or too few iterations; the weights are the best that were seen. */
  readonly converged: boolean
}

const penaltyOf = (l2: number | ArrayLike<number>, cols: number): Float64Array =>
  Float64Array.from({ length: cols }, (_, j) => (typeof l2 === 'number' ? l2 : l2[j]!))

interface Problem {
  readonly x: Matrix
  readonly y: ArrayLike<number>
  readonly penalty: Float64Array
  readonly weights: ArrayLike<number> | undefined
  readonly offset: ArrayLike<number> | undefined
}

function logits({ x, offset }: Problem, w: Float64Array): Float64Array {
  const eta = timesVector(x, w)
  if (offset) for (let i = 0; i < eta.length; i++) eta[i]! += offset[i]!
  return eta
}

function lossOf({ y, penalty, weights }: Problem, w: Float64Array, eta: Float64Array): number {
  let loss = 0
  for (let i = 0; i < eta.length; i++) loss += (weights ? weights[i]! : 1) * (log1pExp(eta[i]!) - y[i]! * eta[i]!)
  for (let j = 0; j < w.length; j++) loss += (penalty[j]! * w[j]! * w[j]!) / 2
  return loss
}

/** The Newton step: curvature^-1 gradient; a whisper of a ridge where the curvature is singular. */
function newton({ x, y, penalty, weights }: Problem, w: Float64Array, eta: Float64Array): Float64Array {
  const { rows, cols, data } = x
  const curvature = new Float64Array(rows)
  const gradient = new Float64Array(cols)
  for (let i = 0; i < rows; i++) {
    const p = sigmoid(eta[i]!)
    const weight = weights ? weights[i]! : 1
    curvature[i] = weight * p * (1 - p)
    const residual = weight * (p - y[i]!)
    for (let j = 0, at = i * cols; j < cols; j++, at++) gradient[j]! += residual * data[at]!
  }
  const hessian = gram(x, curvature)
  let scale = 0
  for (let j = 0; j < cols; j++) {
    gradient[j]! += penalty[j]! * w[j]!
    hessian.data[j * cols + j]! += penalty[j]!
    scale = Math.max(scale, hessian.data[j * cols + j]!)
  }
  return solved(hessian, gradient, scale)
}

function solved(a: Matrix, b: Float64Array, scale: number): Float64Array {
  for (let ridge = 0; ; ridge = ridge === 0 ? 1e-12 : ridge * 100) {
    if (ridge > 1) throw new RangeError('the columns hold something that is not a finite number')
    const held = ridge === 0 ? a : matrix(a.rows, a.cols, Float64Array.from(a.data))
    if (ridge > 0) for (let j = 0; j < a.rows; j++) held.data[j * a.cols + j]! += ridge * Math.max(scale, 1e-6)
    const factor = cholesky(held)
    if (factor) return choleskySolve(factor, b)
  }
}

const HALVINGS = 30
/** Relative: convergence is quadratic, so the next step would be the square of it. */
const STILL = 1e-9
/** Relative: by so much a loss may seem to rise through rounding alone. */
const ROUNDING = 1e-13

/** Logistic regression by Newton's method with step halving; the intercept is a column of ones of yours, y in [0, 1]. */
export function fitLogistic(x: Matrix, y: ArrayLike<number>, options: LogisticOptions): Fitted {
  if (y.length !== x.rows) throw new RangeError(`${y.length} labels for ${x.rows} rows`)
  const problem: Problem = { x, y, penalty: penaltyOf(options.l2, x.cols), weights: options.weights, offset: options.offset }
  const most = options.maxIterations ?? 50
  let at = pointAt(problem, new Float64Array(x.cols))
  for (let iteration = 1; iteration <= most; iteration++) {
    const step = newton(problem, at.w, at.eta)
    const found = downhill(problem, at, step)
    // No step goes down any more: rounding is all that is left.
    if (!found) return { weights: at.w, iterations: iteration, converged: true }
    const { w } = at
    at = found.point
    if (found.size === 1 && step.every((each, j) => Math.abs(each) <= STILL * (1 + Math.abs(w[j]!))))
      return { weights: at.w, iterations: iteration, converged: true }
  }
  return { weights: at.w, iterations: most, converged: false }
}

interface Point {
  readonly w: Float64Array
  readonly eta: Float64Array
  readonly loss: number
}

function pointAt(problem: Problem, w: Float64Array): Point {
  const eta = logits(problem, w)
  return { w, eta, loss: lossOf(problem, w, eta) }
}

function downhill(problem: Problem, from: Point, step: Float64Array): { readonly point: Point; readonly size: number } | null {
  for (let half = 0, size = 1; half < HALVINGS; half++, size /= 2) {
    const point = pointAt(
      problem,
      from.w.map((each, j) => each - size * step[j]!),
    )
    if (point.loss <= from.loss + ROUNDING * (1 + Math.abs(from.loss))) return { point, size }
  }
  return null
}

/** Least squares with l2 times the squared weights, by the normal equations; the intercept is a column of yours. */
export function fitRidge(
  x: Matrix,
  y: ArrayLike<number>,
  { l2, weights }: { readonly l2: number | ArrayLike<number>; readonly weights?: ArrayLike<number> | undefined },
): Float64Array {
  if (y.length !== x.rows) throw new RangeError(`${y.length} values for ${x.rows} rows`)
  const { cols, data } = x
  const penalty = penaltyOf(l2, cols)
  const normal = gram(x, weights)
  const right = new Float64Array(cols)
  let scale = 0
  for (let i = 0; i < x.rows; i++) {
    const value = (weights ? weights[i]! : 1) * y[i]!
    for (let j = 0, at = i * cols; j < cols; j++, at++) right[j]! += value * data[at]!
  }
  for (let j = 0; j < cols; j++) {
    normal.data[j * cols + j]! += penalty[j]!
    scale = Math.max(scale, normal.data[j * cols + j]!)
  }
  return solved(normal, right, scale)
}

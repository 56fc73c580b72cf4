import { cholesky, choleskyInverse, type Matrix, matrix } from './linear.ts'
import type { Objective } from './optimise.ts'

/** Second derivatives by central differences; the step suits functions of the order of 1 over logarithms of parameters. */
export function hessian(f: Objective, at: ArrayLike<number>, step = 1e-3): Matrix {
  const size = at.length
  const found = matrix(size, size)
  const moved = (...moves: readonly (readonly [axis: number, by: number])[]): number => {
    const x = Float64Array.from(at)
    for (const [axis, by] of moves) x[axis]! += by
    return f(x)
  }
  const steps = Array.from({ length: size }, (_, i) => step * (1 + Math.abs(at[i]!)))
  const centre = moved()
  for (let i = 0; i < size; i++) {
    const h = steps[i]!
    found.data[i * size + i] = (moved([i, h]) - 2 * centre + moved([i, -h])) / (h * h)
    for (let j = 0; j < i; j++) {
      const k = steps[j]!
      const same = moved([i, h], [j, k]) + moved([i, -h], [j, -k])
      const across = moved([i, h], [j, -k]) + moved([i, -h], [j, k])
      found.data[i * size + j] = (same - across) / (4 * h * k)
      found.data[j * size + i] = found.data[i * size + j]!
    }
  }
  return found
}

/** Covariance of estimates that make −log-likelihood least: the inverse of its second derivatives; null where it is flat in some direction. */
export function covarianceAt(negativeLogLikelihood: Objective, at: ArrayLike<number>): Matrix | null {
  const curvature = hessian(negativeLogLikelihood, at)
  if (!curvature.data.every(Number.isFinite)) return null
  const factor = cholesky(curvature)
  if (!factor) return null
  const covariance = choleskyInverse(factor)
  return covariance.data.every(Number.isFinite) ? covariance : null
}

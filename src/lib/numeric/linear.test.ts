import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  cholesky,
  choleskyInverse,
  choleskySolve,
  gram,
  identity,
  inverse,
  luSolve,
  type Matrix,
  matrix,
  quadratic,
  rankOneUpdate,
  row,
  shermanMorrison,
  times,
  timesVector,
} from './linear.ts'
import { normal, random } from './random.ts'

const made = (seed: string, rows: number, cols = rows): Matrix => {
  const r = random(seed)
  return matrix(
    rows,
    cols,
    Float64Array.from({ length: rows * cols }, () => normal(r)),
  )
}
/** Positive definite and well conditioned: a Gram matrix and a ridge. */
function definite(seed: string, size: number): Matrix {
  const a = gram(made(seed, size + 3, size))
  for (let i = 0; i < size; i++) a.data[i * size + i]! += 1
  return a
}
const close = (a: ArrayLike<number>, b: ArrayLike<number>, within: number): void => {
  assert.equal(a.length, b.length)
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i]! - b[i]!) <= within * (1 + Math.abs(b[i]!)), `${a[i]} is not ${b[i]} (at ${i})`)
}
const transposed = (a: Matrix): Matrix =>
  matrix(
    a.cols,
    a.rows,
    Float64Array.from(a.data, (_, at) => a.data[(at % a.rows) * a.cols + Math.floor(at / a.rows)]!),
  )

const cases = fc.record({ seed: fc.string(), size: fc.integer({ min: 1, max: 12 }) })

test('a factor times itself is the matrix; its inverse and its solutions undo it', () => {
  fc.assert(
    fc.property(cases, ({ seed, size }) => {
      const a = definite(seed, size)
      const l = cholesky(a)!
      close(times(l, transposed(l)).data, a.data, 1e-10)
      close(times(choleskyInverse(l), a).data, identity(size).data, 1e-8)
      const b = row(made(`${seed}b`, 1, size), 0)
      close(timesVector(a, choleskySolve(l, b)), b, 1e-8)
    }),
  )
})

test('what is not positive definite has no factor', () => {
  assert.equal(cholesky(matrix(2, 2, Float64Array.from([1, 2, 2, 1]))), null)
  assert.equal(cholesky(matrix(1, 1, Float64Array.from([Number.NaN]))), null)
  assert.equal(cholesky(matrix(1, 1)), null)
})

test('updating a factor is factoring the updated', () => {
  fc.assert(
    fc.property(cases, ({ seed, size }) => {
      const a = definite(seed, size)
      const x = row(made(`${seed}x`, 1, size), 0)
      const l = cholesky(a)!
      rankOneUpdate(l, x)
      for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) a.data[i * size + j]! += x[i]! * x[j]!
      close(l.data, cholesky(a)!.data, 1e-9)
    }),
  )
})

test('Sherman and Morrison give the inverse of the updated, thousand times over', () => {
  const size = 8
  const a = definite('sm', size)
  const kept = inverse(a)!
  const r = random('updates')
  for (let n = 0; n < 1_000; n++) {
    const x = Float64Array.from({ length: size }, () => normal(r))
    const weight = 0.1 + r.uniform()
    shermanMorrison(kept, x, weight)
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) a.data[i * size + j]! += weight * x[i]! * x[j]!
  }
  close(kept.data, inverse(a)!.data, 1e-11)
  const x = row(made('q', 1, size), 0)
  assert.ok(Math.abs(quadratic(kept, x) - timesVector(kept, x).reduce((sum, each, i) => sum + each * x[i]!, 0)) < 1e-15)
})

test('elimination solves what has a solution, pivoting where a zero stands in the way', () => {
  assert.deepEqual([...luSolve(matrix(2, 2, Float64Array.from([0, 1, 2, 0])), Float64Array.from([3, 4]))!], [2, 3])
  assert.equal(luSolve(matrix(2, 2, Float64Array.from([1, 2, 2, 4])), Float64Array.from([1, 1])), null)
  assert.equal(inverse(matrix(2, 2)), null)
  for (const size of [1, 5, 30]) close(times(made('lu', size), inverse(made('lu', size))!).data, identity(size).data, 1e-9)
})

test('weights in a Gram matrix are rows so many times', () => {
  const x = made('gram', 3, 4)
  const twice = matrix(4, 4, Float64Array.from([...x.data, ...row(x, 2)]))
  close(gram(x, [1, 1, 2]).data, gram(twice).data, 1e-12)
})

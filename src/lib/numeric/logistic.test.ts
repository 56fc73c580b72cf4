import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matrix } from './linear.ts'
import { fitLogistic, fitRidge } from './logistic.ts'
import { normal, random } from './random.ts'
import { sigmoid } from './sums.ts'

const near = (value: number, expected: number, within: number): void =>
  assert.ok(Math.abs(value - expected) <= within, `${value} is not ${expected} ± ${within}`)

test('one binary column has the log odds of its table', () => {
  // 30 of 100 without, 60 of 100 with: intercept ln(30/70), slope ln(60/40) - ln(30/70).
  const rows = Array.from({ length: 200 }, (_, i) => ({ x: i < 100 ? 0 : 1, y: i < 30 || (i >= 100 && i < 160) ? 1 : 0 }))
  const x = matrix(200, 2, Float64Array.from(rows.flatMap((each) => [1, each.x])))
  const fit = fitLogistic(
    x,
    rows.map(({ y }) => y),
    { l2: 0 },
  )
  assert.ok(fit.converged && fit.iterations < 10)
  near(fit.weights[0]!, Math.log(30 / 70), 1e-9)
  near(fit.weights[1]!, Math.log(1.5) - Math.log(30 / 70), 1e-9)
})

test('weights are rows so many times, and an offset is a column with the weight 1', () => {
  const table = matrix(4, 2, Float64Array.from([1, 0, 1, 0, 1, 1, 1, 1]))
  const fit = fitLogistic(table, [1, 0, 1, 0], { l2: 0, weights: [30, 70, 60, 40] })
  near(fit.weights[1]!, Math.log(1.5) - Math.log(30 / 70), 1e-9)
  const known = fitLogistic(matrix(4, 1, new Float64Array(4).fill(1)), [1, 0, 1, 0], {
    l2: 0,
    weights: [30, 70, 60, 40],
    offset: [0, 0, fit.weights[1]!, fit.weights[1]!],
  })
  near(known.weights[0]!, fit.weights[0]!, 1e-9)
})

function simulated(n: number) {
  const r = random('logistic')
  const truth = [-1, 0.5, -2, 0]
  const data = new Float64Array(n * 4)
  const y = new Uint8Array(n)
  for (let i = 0; i < n; i++) {
    let eta = 0
    for (let j = 0; j < 4; j++) {
      data[i * 4 + j] = j === 0 ? 1 : normal(r)
      eta += truth[j]! * data[i * 4 + j]!
    }
    y[i] = r.uniform() < sigmoid(eta) ? 1 : 0
  }
  return { x: matrix(n, 4, data), y, truth }
}

test('the truth comes back, and the gradient with the penalty is zero there', () => {
  const { x, y, truth } = simulated(20_000)
  const free = fitLogistic(x, y, { l2: 0 })
  for (const [j, each] of truth.entries()) near(free.weights[j]!, each, 0.1)
  const l2 = [0, 50, 50, 50]
  const { weights } = fitLogistic(x, y, { l2 })
  for (let j = 0; j < 4; j++) {
    let gradient = l2[j]! * weights[j]!
    for (let i = 0; i < x.rows; i++) {
      let eta = 0
      for (let k = 0; k < 4; k++) eta += weights[k]! * x.data[i * 4 + k]!
      gradient += (sigmoid(eta) - y[i]!) * x.data[i * 4 + j]!
    }
    near(gradient, 0, 1e-5)
  }
  assert.ok(Math.abs(weights[2]!) < Math.abs(free.weights[2]!))
})

test('separable data stay finite, with a penalty and without, and so do columns that say the same', () => {
  const x = matrix(4, 3, Float64Array.from([1, 1, 1, 1, 2, 2, 1, 3, 3, 1, 4, 4]))
  for (const l2 of [0, 1]) assert.ok(fitLogistic(x, [0, 0, 1, 1], { l2 }).weights.every(Number.isFinite))
  const twins = fitLogistic(x, [0, 1, 0, 1], { l2: 1e-6 })
  near(twins.weights[1]!, twins.weights[2]!, 1e-6)
  assert.throws(() => fitLogistic(matrix(1, 1, Float64Array.from([Number.NaN])), [1], { l2: 0 }), RangeError)
})

test('ridge solves its normal equations', () => {
  const x = matrix(3, 2, Float64Array.from([1, 0, 1, 1, 1, 2]))
  const line = fitRidge(x, [1, 3, 5], { l2: 0 })
  near(line[0]!, 1, 1e-9)
  near(line[1]!, 2, 1e-9)
  // With one column of ones and a penalty n the mean is halved.
  near(fitRidge(matrix(2, 1, Float64Array.from([1, 1])), [2, 4], { l2: 2 })[0]!, 1.5, 1e-12)
  near(fitRidge(matrix(2, 1, Float64Array.from([1, 1])), [2, 4], { l2: 0, weights: [3, 1] })[0]!, 2.5, 1e-12)
})

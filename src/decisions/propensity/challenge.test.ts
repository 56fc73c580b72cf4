import assert from 'node:assert/strict'
import { test } from 'node:test'
import { predictTrees } from '#lib/numeric/gbdt.ts'
import { type Matrix, matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { random } from '#lib/numeric/random.ts'
import { auc, calibrationError, logLoss } from '#lib/numeric/scores.ts'
import { logit, sigmoid } from '#lib/numeric/sums.ts'
import { without } from '../../../test/fixtures/data.ts'
import { examplesOf, SHOPPERS, type Table, TELCO } from '../../../test/fixtures/tables.ts'
import { calibrated, calibrationOf } from './calibration.ts'
import { challenged, championAfter, compared, forestOf } from './challenge.ts'
import { rowOf } from './encoding.ts'
import { judged } from './judging.ts'
import type { Example } from './labels.ts'

const FOLDS = 5
const labelsOf = (examples: readonly Example[]): Uint8Array => Uint8Array.from(examples, ({ label }) => label)

/** Each fifth row is foretold by a model of the others; 120 trees, or a penalised logistic regression (one-hot, numbers standardised). */
function folded(examples: readonly Example[], by: 'trees' | 'logistic', numbers: readonly string[]): Float64Array {
  const names = [...new Set(examples.flatMap(({ features }) => Object.keys(features)))].sort()
  const p = new Float64Array(examples.length)
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = examples.filter((_, i) => i % FOLDS !== fold)
    const tell = by === 'trees' ? treesOf(names, others) : logisticOf({ names, numbers }, others)
    for (const [i, example] of examples.entries()) if (i % FOLDS === fold) p[i] = tell(example)
  }
  return p
}

function treesOf(names: readonly string[], others: readonly Example[]): (example: Example) => number {
  const { trees } = forestOf(names, others)
  return ({ features }) => predictTrees(trees, rowOf(names, features))
}

function logisticOf(
  { names, numbers }: { names: readonly string[]; numbers: readonly string[] },
  others: readonly Example[],
): (example: Example) => number {
  const raw = others.map(({ features }) => rowOf(names, features))
  const scale = names.map((name, j) => {
    if (!numbers.includes(name)) return { mean: 0, deviation: 1 }
    const mean = raw.reduce((sum, row) => sum + row[j]!, 0) / raw.length
    return { mean, deviation: Math.sqrt(raw.reduce((sum, row) => sum + (row[j]! - mean) ** 2, 0) / raw.length) || 1 }
  })
  const design = (row: Float64Array): Float64Array =>
    Float64Array.from([1, ...row.map((value, j) => (value - scale[j]!.mean) / scale[j]!.deviation)])
  const x: Matrix = matrix(others.length, names.length + 1)
  for (const [i, row] of raw.entries()) x.data.set(design(row), i * x.cols)
  const l2 = Float64Array.from({ length: x.cols }, (_, j) => (j === 0 ? 0 : 1))
  const { weights } = fitLogistic(x, labelsOf(others), { l2 })
  return ({ features }) => sigmoid(design(rowOf(names, features)).reduce((sum, value, j) => sum + value * weights[j]!, 0))
}

/** Each fold is told by the curve of the other folds. */
function calibratedOutside(p: Float64Array, labels: Uint8Array): Float64Array {
  const made = new Float64Array(p.length)
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = Uint32Array.from(p, (_, i) => i).filter((i) => i % FOLDS !== fold)
    const curve = calibrationOf({
      logits: Float64Array.from(others, (i) => logit(p[i]!)),
      labels: Uint8Array.from(others, (i) => labels[i]!),
      weights: new Float64Array(others.length).fill(1),
    })
    for (let i = fold; i < p.length; i += FOLDS) made[i] = calibrated(curve, logit(p[i]!))
  }
  return made
}

test('T15c propensity on online shoppers: trees reach an AUC of 0.930, logistic regression 0.8935, and calibration keeps its word', {
  skip: without(SHOPPERS.file),
}, () => {
  const examples = examplesOf(SHOPPERS)
  const labels = labelsOf(examples)
  const trees = folded(examples, 'trees', SHOPPERS.numbers)
  assert.ok(auc(trees, labels) >= 0.93, `trees ${auc(trees, labels)}`)
  const logistic = folded(examples, 'logistic', SHOPPERS.numbers)
  assert.ok(Math.abs(auc(logistic, labels) - 0.8935) <= 0.002, `logistic ${auc(logistic, labels)}`)
  for (const [name, p] of [
    ['trees', trees],
    ['logistic', logistic],
  ] as const) {
    const told = calibratedOutside(p, labels)
    assert.ok(calibrationError(told, labels) <= 0.02, `${name}: calibration error ${calibrationError(told, labels)}`)
    assert.ok(logLoss(told, labels) < logLoss(p, labels) + 0.004, `${name}: ${logLoss(told, labels)} after ${logLoss(p, labels)}`)
  }
})

/** Rows come in the order of the file, which for shoppers is that of the months: what would have happened. */
const window = (table: Table): Example[] => examplesOf(table)

test('trees win on online shoppers, and answer from then on', { skip: without(SHOPPERS.file) }, () => {
  const challenge = challenged(window(SHOPPERS))!
  assert.ok(challenge.comparison.interval[1] < 0, JSON.stringify(challenge.comparison))
  assert.equal(championAfter('linear', challenge.comparison), 'trees')
})

test('on Telco churn trees are not better than chance: the linear model stays, and is not put out either where trees had been', {
  skip: without(TELCO.file),
}, () => {
  const { comparison } = challenged(window(TELCO))!
  assert.ok(comparison.interval[1] > 0, JSON.stringify(comparison))
  assert.equal(championAfter('linear', comparison), 'linear')
})

const made = (n: number, truth: (a: number, b: number) => number): Example[] => {
  const r = random(`made ${n}`)
  return Array.from({ length: n }, (_, i) => {
    const [a, b] = [r.uniform() * 2 - 1, r.uniform() * 2 - 1]
    return { id: String(i), at: i, features: { a, b }, label: r.uniform() < truth(a, b) ? 1 : 0, halvings: 0 }
  })
}

/** Twenty features that each count a little, and add up. */
function linearWorld(n: number): Example[] {
  const r = random('linear world')
  return Array.from({ length: n }, (_, i) => {
    const features = Object.fromEntries(Array.from({ length: 20 }, (_each, j) => [`f${j}`, r.uniform() * 2 - 1]))
    const truth = sigmoid(Object.values(features).reduce((sum, value) => sum + 0.8 * value, -0.5))
    return { id: String(i), at: i, features, label: r.uniform() < truth ? 1 : 0, halvings: 0 }
  })
}

test('where two features only count together trees are promoted; where the truth is linear they are put out again', () => {
  const together = challenged(made(6_000, (a, b) => (a * b > 0 ? 0.6 : 0.1)))!
  assert.equal(championAfter('linear', together.comparison), 'trees')
  assert.equal(together.recent.marks.length, 1_200)
  const linear = challenged(linearWorld(4_000))!
  assert.ok(linear.comparison.interval[0] > 0, JSON.stringify(linear.comparison))
  assert.equal(championAfter('trees', linear.comparison), 'linear')
})

test('with few examples, or few of either outcome, nothing is decided', () => {
  assert.equal(challenged(made(900, () => 0.5)), null)
  assert.equal(challenged(made(3_000, () => 0.01)), null)
})

test('the interval of the paired difference holds nothing where both are equally good, in 95 of 100 cases', () => {
  let covered = 0
  for (let run = 0; run < 400; run++) {
    const r = random(`paired ${run}`)
    const examples = Array.from({ length: 500 }, () => {
      const p = 0.1 + 0.5 * r.uniform()
      return { p, label: r.uniform() < p ? (1 as const) : (0 as const), halvings: 0 }
    })
    // Both err by as much, to either side by chance.
    const shift = examples.map(() => (r.uniform() < 0.5 ? 0.4 : -0.4))
    const linear = examples.map(({ p }, i) => sigmoid(logit(p) + shift[i]!))
    const trees = examples.map(({ p }, i) => sigmoid(logit(p) - shift[i]!))
    const { interval } = compared(examples, { linear, trees })
    if (interval[0] <= 0 && interval[1] >= 0) covered++
  }
  assert.ok(covered >= 367 && covered <= 393, `${covered} of 400`)
})

test('predictions are judged with weights as if each stood for as many', () => {
  const r = random('judged')
  const logits = Array.from({ length: 2_000 }, () => 3 * (r.uniform() - 0.7))
  const labels = logits.map((each) => (r.uniform() < sigmoid(each) ? 1 : 0))
  const p = logits.map(sigmoid)
  const one = judged({ logits, labels, weights: logits.map(() => 1) })!
  assert.ok(Math.abs(one.auc - auc(p, labels)) < 1e-12)
  assert.ok(Math.abs(one.logLoss - logLoss(p, labels)) < 1e-12)
  assert.ok(Math.abs(one.ece - calibrationError(p, labels)) < 1e-9)
  assert.ok(one.ece < 2.5 * one.eceByChance, `${one.ece} where chance shows ${one.eceByChance}`)
  assert.ok(one.aucInterval[0] < one.auc && one.auc < one.aucInterval[1])
  const weights = logits.map((_, i) => 1 + (i % 3))
  const repeated = logits.flatMap((each, i) => Array.from({ length: weights[i]! }, () => ({ each, label: labels[i]! })))
  const weighted = judged({ logits, labels, weights })!
  const long = judged({
    logits: repeated.map(({ each }) => each),
    labels: repeated.map(({ label }) => label),
    weights: repeated.map(() => 1),
  })!
  for (const name of ['auc', 'logLoss', 'brier', 'observed', 'predicted', 'inTheLarge'] as const) {
    assert.ok(Math.abs(weighted[name] - long[name]) < 1e-12, `${name}: ${weighted[name]} v ${long[name]}`)
  }
  assert.equal(judged({ logits: [1], labels: [1], weights: [1] }), null)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitTrees, logitOfTrees, predictTrees, type Tree, type Trees } from './gbdt.ts'
import { contributions } from './gbdt-contributions.ts'
import { type Matrix, matrix, row, timesVector } from './linear.ts'
import { fitLogistic } from './logistic.ts'
import { normal, random } from './random.ts'
import { auc, calibrationError, logLoss } from './scores.ts'
import { sigmoid } from './sums.ts'

interface Sample {
  readonly x: Matrix
  readonly y: Uint8Array
  readonly truth: Float64Array
}

/** Two columns that matter only together, one whose absence matters, one that does not matter. */
function simulated(seed: string, rows: number): Sample {
  const r = random(seed)
  const x = matrix(rows, 4)
  const y = new Uint8Array(rows)
  const truth = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const [a, b, c, d] = [normal(r), normal(r), r.uniform() < 0.3 ? Number.NaN : normal(r), normal(r)]
    row(x, i).set([a, b, c, d])
    truth[i] = sigmoid(-1 + (a > 0 === b > 0 ? 1.5 : -1.5) + (Number.isNaN(c) ? 1 : 0))
    y[i] = r.uniform() < truth[i]! ? 1 : 0
  }
  return { x, y, truth }
}

const predicted = (trees: Trees, x: Matrix): Float64Array => Float64Array.from({ length: x.rows }, (_, i) => predictTrees(trees, row(x, i)))
/** A column of ones, and zeros with a flag where something is missing: what a line can make of it. */
function withOnes(x: Matrix): Matrix {
  const made = matrix(x.rows, 6)
  for (let i = 0; i < x.rows; i++) {
    const values = row(x, i)
    row(made, i).set([1, ...values.map((each) => (Number.isNaN(each) ? 0 : each)), Number.isNaN(values[2]!) ? 1 : 0])
  }
  return made
}
const train = simulated('train', 6_000)
const fresh = simulated('fresh', 6_000)
const model = fitTrees(train.x, train.y)

test('trees find what no line finds, and come close to the truth on fresh rows', () => {
  const p = predicted(model, fresh.x)
  const lost = auc(fresh.truth, fresh.y) - auc(p, fresh.y)
  assert.ok(lost < 0.03, `${lost}`)
  const line = fitLogistic(withOnes(train.x), train.y, { l2: 1 }).weights
  const straight = timesVector(withOnes(fresh.x), line)
  assert.ok(auc(p, fresh.y) > auc(straight, fresh.y) + 0.1, `${auc(straight, fresh.y)}`)
  const worse = logLoss(p, fresh.y) - logLoss(fresh.truth, fresh.y)
  assert.ok(worse < 0.03, `${worse}`)
  const gap = calibrationError(p, fresh.y)
  assert.ok(gap < 0.06, `${gap}`)
})

test('a missing value goes its own way', () => {
  const with0 = predictTrees(model, [1, -1, 0, 0])
  const without = predictTrees(model, [1, -1, Number.NaN, 0])
  assert.ok(without > with0 + 0.03, `${without} ${with0}`)
})

test('JSON and back is the same model; the same data give the same model', () => {
  const stored = JSON.parse(JSON.stringify(model)) as Trees
  for (let i = 0; i < 200; i++) assert.equal(predictTrees(stored, row(fresh.x, i)), predictTrees(model, row(fresh.x, i)))
  assert.deepEqual(fitTrees(train.x, train.y, { trees: 5 }), { ...model, trees: model.trees.slice(0, 5) })
})

test('no leaf has fewer rows than it must, no tree more leaves', () => {
  for (const { feature, cover, left, right } of model.trees) {
    assert.ok(feature.filter((each) => each < 0).length <= 12)
    for (const [node, each] of feature.entries()) {
      if (each < 0) assert.ok(cover[node]! >= 30)
      else assert.equal(cover[left[node]!]! + cover[right[node]!]!, cover[node])
    }
  }
})

test('a weight is a row so many times; rows of weight 0 are not there', () => {
  const { x: wide, y } = simulated('weights', 600)
  // Few values: then bins lie between the same ones, whichever rows they are made of.
  const x = matrix(
    600,
    4,
    wide.data.map((each) => Math.round(each * 4)),
  )
  const weights = Float64Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? 0 : 1))
  const kept = Array.from({ length: 600 }, (_, i) => i).filter((i) => i % 3 > 0)
  const some = matrix(kept.length, 4, Float64Array.from(kept.flatMap((i) => [...row(x, i)])))
  const options = { trees: 10, minLeaf: 20 }
  const weighted = fitTrees(x, y, { ...options, weights })
  const chosen = fitTrees(
    some,
    kept.map((i) => y[i]!),
    options,
  )
  const scores = (trees: Trees) => kept.map((i) => predictTrees(trees, row(x, i)))
  for (const [k, p] of scores(weighted).entries()) assert.ok(Math.abs(p - scores(chosen)[k]!) < 1e-9)
})

test('subsampling follows its seed', () => {
  const of = (seed: string) => fitTrees(train.x, train.y, { trees: 5, subsample: { share: 0.5, seed } })
  assert.deepEqual(of('a'), of('a'))
  assert.notDeepEqual(of('a'), of('b'))
})

test('nothing to learn: one class, a constant column, an only row', () => {
  for (const [rows, label] of [
    [100, 1],
    [1, 0],
  ] as const) {
    const trees = fitTrees(matrix(rows, 1), new Uint8Array(rows).fill(label))
    const p = predictTrees(trees, [0])
    assert.ok(Number.isFinite(logitOfTrees(trees, [0])) && Math.abs(p - label) < 1e-9)
  }
  assert.equal(
    fitTrees(
      matrix(100, 1),
      Uint8Array.from({ length: 100 }, (_, i) => i % 2),
    ).trees.length,
    0,
  )
  assert.throws(() => fitTrees(matrix(0, 1), []), RangeError)
  // Infinite values are the greatest, not a reason to stop.
  const wild = matrix(
    200,
    1,
    Float64Array.from({ length: 200 }, (_, i) => (i < 100 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)),
  )
  const wildTrees = fitTrees(
    wild,
    Uint8Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1)),
  )
  assert.ok(predictTrees(wildTrees, [Number.POSITIVE_INFINITY]) > 0.9 && predictTrees(wildTrees, [Number.NEGATIVE_INFINITY]) < 0.1)
})

/** The mean of a tree when only some features are known: path-dependent, as its training rows were divided. */
function known(tree: Tree, x: ArrayLike<number>, given: { readonly features: ReadonlySet<number>; readonly node: number }): number {
  const { features, node } = given
  const feature = tree.feature[node]!
  if (feature < 0) return tree.value[node]!
  const [left, right] = [tree.left[node]!, tree.right[node]!]
  const value = x[feature]!
  const goesLeft = value <= tree.threshold[node]! || (Number.isNaN(value) && tree.missingLeft[node] === 1)
  if (features.has(feature)) return known(tree, x, { features, node: goesLeft ? left : right })
  const of = (child: number) => (known(tree, x, { features, node: child }) * tree.cover[child]!) / tree.cover[node]!
  return of(left) + of(right)
}

test('contributions are the Shapley values by their definition, and sum to the logit', () => {
  const factorial = [1, 1, 2, 6, 24]
  const few: Trees = { ...model, trees: model.trees.filter((_, i) => i % 20 === 0) }
  for (const i of [0, 1, 2, 3, 4, 5]) {
    const x = row(fresh.x, i)
    const { base, values } = contributions(few, x)
    const game = (subset: number): number => {
      const features = new Set([0, 1, 2, 3].filter((f) => subset & (1 << f)))
      return few.trees.reduce((sum, tree) => sum + known(tree, x, { features, node: 0 }), few.base)
    }
    for (let f = 0; f < 4; f++) {
      let expected = 0
      for (let subset = 0; subset < 16; subset++) {
        if (subset & (1 << f)) continue
        const size = [0, 1, 2, 3].filter((each) => subset & (1 << each)).length
        expected += ((factorial[size]! * factorial[3 - size]!) / 24) * (game(subset | (1 << f)) - game(subset))
      }
      assert.ok(Math.abs(values[f]! - expected) < 1e-10, `${values[f]} ${expected}`)
    }
    assert.ok(Math.abs(base - game(0)) < 1e-10)
    const all = contributions(model, x)
    assert.ok(Math.abs(all.values.reduce((sum, each) => sum + each, all.base) - logitOfTrees(model, x)) < 1e-9)
  }
})

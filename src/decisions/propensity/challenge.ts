import { fitTrees, logitOfTrees, type Trees } from '#lib/numeric/gbdt.ts'
import { compensatedSum, sigmoid } from '#lib/numeric/sums.ts'
import { calibrated, calibrationOf } from './calibration.ts'
import { encode, matrixOf, newEncoding, observe, rowOf } from './encoding.ts'
import { learn, newFtrl } from './ftrl.ts'
import { lossOf } from './judging.ts'
import { type Example, weightOfExample } from './labels.ts'
import { NOTHING_RECENT, type Recent, recentWith } from './recent.ts'
import { startOf } from './start.ts'

export type Champion = 'linear' | 'trees'

/** A forest with the names of its columns. */
export interface Forest {
  readonly names: readonly string[]
  readonly trees: Trees
}

/** The linear model and the trees on the same examples, which neither had learned. */
export interface Comparison {
  /** Mean log-loss of the trees − that of the linear model; below 0 the trees are better. */
  readonly difference: number
  readonly interval: readonly [number, number]
  readonly n: number
  readonly positives: number
}

/** Examples of the newest share that both are held against. */
const NEWEST = 0.2
/** Below, nothing is decided: examples, and positives among those that trees learn and among the newest. */
const ENOUGH = { examples: 1_000, learned: 50, newest: 20 }

export interface Challenge {
  readonly forest: Forest
  readonly comparison: Comparison
  /** The newest examples with what trees said that had not seen them. */
  readonly recent: Recent
}

/** Trees against the linear model on a window of examples in order of time; null where there are too few. The trees given back have learned all. */
export function challenged(window: readonly Example[]): Challenge | null {
  const cut = Math.floor(window.length * (1 - NEWEST))
  const [older, newest] = [window.slice(0, cut), window.slice(cut)]
  const yes = (of: readonly Example[]): number => of.reduce((sum, { label }) => sum + label, 0)
  const enough = (of: readonly Example[], least: number): boolean => yes(of) >= least && of.length - yes(of) >= least
  if (window.length < ENOUGH.examples || !enough(older, ENOUGH.learned) || !enough(newest, ENOUGH.newest)) return null
  const names = [...new Set(window.flatMap(({ features }) => Object.keys(features)))].sort()
  const linear = progressive(window)
  const before = judgeableOf(older, linear)
  const curve = calibrationOf(before)
  const seen = forestOf(names, older)
  const trees = newest.map(({ features }) => logitOfTrees(seen.trees, rowOf(names, features)))
  const told = newest.map((_, i) => calibrated(curve, linear[cut + i]!))
  const comparison = compared(newest, { linear: told, trees: trees.map(sigmoid) })
  const recent = recentWith(NOTHING_RECENT, newest, trees)
  return { forest: forestOf(names, window), comparison, recent }
}

export function forestOf(names: readonly string[], examples: readonly Example[]): Forest {
  const labels = Uint8Array.from(examples, ({ label }) => label)
  const weights = Float64Array.from(examples, weightOfExample)
  return { names, trees: fitTrees(matrixOf(names, examples), labels, { weights }) }
}

/** Logits of a linear model that begins with these examples, each from before it was learned. */
export function progressive(examples: readonly Example[]): Float64Array {
  const { burnIn, offset } = startOf(examples)
  const encoding = newEncoding()
  const model = newFtrl(undefined, offset)
  const logits = Float64Array.from(examples, (example) => {
    observe(encoding, example.features)
    return learn(model, encode(encoding, example.features), { label: example.label, weight: weightOfExample(example) })
  })
  return logits.fill(offset, 0, burnIn)
}

const judgeableOf = (examples: readonly Example[], logits: Float64Array) => ({
  logits: logits.subarray(0, examples.length),
  labels: Uint8Array.from(examples, ({ label }) => label),
  weights: Float64Array.from(examples, weightOfExample),
})

/** The paired difference of log-loss with its 95 % interval. */
export function compared(
  examples: readonly Pick<Example, 'label' | 'halvings'>[],
  { linear, trees }: { readonly linear: ArrayLike<number>; readonly trees: ArrayLike<number> },
): Comparison {
  const weights = Float64Array.from(examples, weightOfExample)
  const mass = compensatedSum(weights)
  const apart = Float64Array.from(examples, ({ label }, i) => lossOf(trees[i]!, label) - lossOf(linear[i]!, label))
  const difference = compensatedSum(apart.map((each, i) => weights[i]! * each)) / mass
  // The variance of a weighted mean: Σ w² (d − mean)² / (Σ w)².
  const error = Math.sqrt(compensatedSum(apart.map((each, i) => (weights[i]! * (each - difference)) ** 2))) / mass
  return {
    difference,
    interval: [difference - 1.959963984540054 * error, difference + 1.959963984540054 * error],
    n: examples.length,
    positives: examples.reduce((sum, { label }) => sum + label, 0),
  }
}

/** Who answers from now on: whoever does already, unless the other one is better beyond chance. */
export function championAfter(now: Champion, { interval }: Comparison): Champion {
  if (now === 'linear') return interval[1] < 0 ? 'trees' : 'linear'
  return interval[0] > 0 ? 'linear' : 'trees'
}

import { cholesky, choleskyInverse, gram, type Matrix, matrix, timesVector } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { log1pExp, sigmoid } from '#lib/numeric/sums.ts'
import type { About } from '../record.ts'
import type { Block, Regression } from './body.ts'
import { Beliefs, partsOfLogit } from './reward-model.ts'

/** One decision as the regression sees it. */
export interface Seen {
  readonly arm: string
  readonly about: About
  /** Standardised features. */
  readonly z: Float64Array
  readonly converted: boolean
  /** How much it counts, by its age. */
  readonly weight: number
}

/**
 * Beliefs before anything is known: mean and variance of the intercept of all, variances of a part's own and of the slopes of all. A message
 * is thought to help a little (odds × 1.35), or doing nothing, which costs nothing, would win as long as nothing is known.
 */
const PRIOR = { rate: -3, base: 4, part: 0.06, common: 1, message: 0.3 } as const

/** Mean of a part's intercept before anything is known. */
const priorMean = (part: string): number => (part === '' ? PRIOR.rate : part.startsWith('channel:') ? PRIOR.message : 0)
export function freshBlock(part: string, features: number, spread: number): Block {
  const slope = part === '' ? PRIOR.common : spread
  const w = new Array<number>(features + 1).fill(0)
  const v = new Array<number>(features + 1).fill(slope)
  w[0] = priorMean(part)
  v[0] = part === '' ? PRIOR.base : PRIOR.part
  return { w, v }
}

/** One step of an extended Kalman filter with a diagonal: the logistic likelihood by Laplace, O(features) for each part. */
export function updated(regression: Regression, { arm, about, z, converted }: Omit<Seen, 'weight'>): void {
  const parts = partsOfLogit(arm, about)
  for (const part of parts) regression.blocks[part] ??= freshBlock(part, z.length, regression.spread)
  const beliefs = new Beliefs(regression, z)
  const p = sigmoid(beliefs.logit(arm, about))
  const curvature = p * (1 - p)
  const gain = 1 / (1 + beliefs.deviation(arm, about) ** 2 * curvature)
  for (const part of parts) moved(regression.blocks[part]!, z, { step: gain * ((converted ? 1 : 0) - p), shrink: gain * curvature })
}

function moved({ w, v }: Block, z: Float64Array, { step, shrink }: { step: number; shrink: number }): void {
  for (let i = 0; i < w.length; i++) {
    const x = i === 0 ? 1 : z[i - 1]!
    if (x === 0) continue
    const direction = v[i]! * x
    w[i]! += direction * step
    v[i] = Math.max(1e-12, v[i]! - direction * direction * shrink)
  }
}

/** What is old counts less: A ← gA + (1 − g) I. */
export function faded(regression: Regression, g: number): void {
  for (const [part, { w, v }] of Object.entries(regression.blocks)) {
    const prior = freshBlock(part, w.length - 1, regression.spread)
    for (let i = 0; i < w.length; i++) {
      const precision = g / v[i]! + (1 - g) / prior.v[i]!
      w[i] = ((g / v[i]!) * w[i]! + ((1 - g) / prior.v[i]!) * prior.w[i]!) / precision
      v[i] = 1 / precision
    }
  }
  regression.bins = regression.bins.map(([n, sum, hits]): [number, number, number] => [n * g, sum * g, hits * g])
}

const BINS = 20
const BIN_WIDTH = 0.5

/** Predict, then learn: calibration rests on people whom the regression had not seen. */
export function binned({ bins }: Regression, logit: number, converted: boolean): void {
  while (bins.length < BINS) bins.push([0, 0, 0])
  const at = Math.min(BINS - 1, Math.max(0, Math.floor(logit / BIN_WIDTH) + 16))
  const [n, sum, hits] = bins[at]!
  bins[at] = [n + 1, sum + logit, hits + (converted ? 1 : 0)]
}

/** Intercept and slope by logistic regression on the bins, leaning on 0 and 1; a slope stays above 0, so that the order of people stays. */
export function calibrationOf(bins: Regression['bins']): Regression['calibration'] {
  const filled = bins.filter(([n]) => n > 0.5)
  if (filled.length === 0) return { intercept: 0, slope: 1 }
  const x = matrix(filled.length, 2)
  const [y, weights, offset] = [new Float64Array(filled.length), new Float64Array(filled.length), new Float64Array(filled.length)]
  filled.forEach(([n, sum, hits], i) => {
    const logit = sum / n
    x.data[2 * i] = 1
    x.data[2 * i + 1] = logit
    y[i] = hits / n
    weights[i] = n
    offset[i] = logit
  })
  const [intercept, slope] = fitLogistic(x, y, { l2: [1, 20], weights, offset }).weights
  return { intercept: intercept!, slope: Math.max(0.05, 1 + slope!) }
}

/** Variances of slopes that are tried; the one that predicts unseen people best is kept. */
const SPREADS = [1 / 1_000, 1 / 200, 1 / 30, 1 / 5] as const
const FOLDS = 2
/** With fewer, the folds say nothing; more than the latest so many say no more. */
const LEAST_TO_COMPARE = 300
const MOST_TO_COMPARE = 8_000

/** Everything at once: the mode by Newton, the variances from the curvature there; how much people differ is chosen by cross-validation. */
export function refitted(examples: readonly Seen[], before: Regression): Regression {
  const spread = examples.length >= LEAST_TO_COMPARE ? bestSpread(examples.slice(-MOST_TO_COMPARE)) : before.spread
  const { blocks } = fitted(examples, spread)
  return { blocks, bins: [], calibration: { intercept: 0, slope: 1 }, spread }
}

function bestSpread(examples: readonly Seen[]): number {
  let best: number = SPREADS[0]
  let least = Infinity
  for (const spread of SPREADS) {
    let loss = 0
    for (let fold = 0; fold < FOLDS; fold++) {
      const blocks = fitted(
        examples.filter((_, i) => i % FOLDS !== fold),
        spread,
      ).blocks
      for (let i = fold; i < examples.length; i += FOLDS) {
        const { arm, about, z, converted, weight } = examples[i]!
        const logit = new Beliefs({ blocks, bins: [], calibration: { intercept: 0, slope: 1 }, spread }, z).logit(arm, about)
        loss += weight * (log1pExp(logit) - (converted ? logit : 0))
      }
    }
    if (loss < least) [best, least] = [spread, loss]
  }
  return best
}

function fitted(examples: readonly Seen[], spread: number): Pick<Regression, 'blocks'> {
  const wide = (examples[0]?.z.length ?? -1) + 1
  const parts = [...new Set(examples.flatMap(({ arm, about }) => partsOfLogit(arm, about)))]
  const at = new Map(parts.map((part, i) => [part, i * wide]))
  const x = designOf(examples, at, wide)
  const priors = parts.map((part) => freshBlock(part, wide - 1, spread))
  const penalty = priors.flatMap(({ v }) => v.map((variance) => 1 / variance))
  const weights = Float64Array.from(examples, ({ weight }) => weight)
  const y = Float64Array.from(examples, ({ converted }) => (converted ? 1 : 0))
  // Intercepts lean on their prior means: as an offset, weights are what differs from them.
  const offset = Float64Array.from(examples, ({ arm, about }) => partsOfLogit(arm, about).reduce((sum, part) => sum + priorMean(part), 0))
  const found = fitLogistic(x, y, { l2: penalty, weights, offset, maxIterations: 25 }).weights
  const variances = variancesAt(x, found, { weights, penalty, offset })
  const blocks = parts.map((part, i): [string, Block] => {
    const from = i * wide
    const w = Array.from(found.subarray(from, from + wide))
    w[0]! += priorMean(part)
    return [part, { w, v: Array.from(variances.subarray(from, from + wide)) }]
  })
  return { blocks: Object.fromEntries(blocks) }
}

function designOf(examples: readonly Seen[], at: ReadonlyMap<string, number>, wide: number): Matrix {
  const x = matrix(examples.length, at.size * wide)
  examples.forEach(({ arm, about, z }, row) => {
    for (const part of partsOfLogit(arm, about)) {
      const column = row * x.cols + at.get(part)!
      x.data[column] = 1
      x.data.set(z, column + 1)
    }
  })
  return x
}

interface Weighting {
  readonly weights: Float64Array
  readonly penalty: readonly number[]
  readonly offset: Float64Array
}

/** Diagonal of the inverse curvature at the mode. */
function variancesAt(x: Matrix, w: Float64Array, { weights, penalty, offset }: Weighting): Float64Array {
  const logits = timesVector(x, w)
  const curvature = logits.map((logit, i) => {
    const p = sigmoid(offset[i]! + logit)
    return weights[i]! * p * (1 - p)
  })
  const hessian = gram(x, curvature)
  for (let j = 0; j < x.cols; j++) hessian.data[j * x.cols + j]! += penalty[j]!
  const inverse = choleskyInverse(cholesky(hessian)!)
  return Float64Array.from({ length: x.cols }, (_, j) => inverse.data[j * x.cols + j]!)
}

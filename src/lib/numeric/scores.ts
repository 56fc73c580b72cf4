import { compensatedSum } from './sums.ts'

const LEAST = 1e-15

function same(p: ArrayLike<number>, y: ArrayLike<number>): void {
  if (p.length !== y.length) throw new RangeError(`${p.length} predictions for ${y.length} labels`)
  if (p.length === 0) throw new RangeError('there is nothing to score')
}

/** Positions from the least value to the greatest. */
function ascending(p: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: p.length }, (_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b)
}

/** Area under the ROC curve for labels 0 and 1; ties count half, and one class alone gives 0.5. */
export function auc(p: ArrayLike<number>, y: ArrayLike<number>): number {
  same(p, y)
  const order = ascending(p)
  let positives = 0
  let rankSum = 0
  for (let from = 0; from < order.length; ) {
    let to = from
    let among = 0
    while (to < order.length && p[order[to]!] === p[order[from]!]) among += y[order[to++]!]! > 0 ? 1 : 0
    if (to === from) throw new RangeError('a prediction is no number')
    rankSum += (among * (from + 1 + to)) / 2
    positives += among
    from = to
  }
  const negatives = order.length - positives
  return positives === 0 || negatives === 0 ? 0.5 : (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/** Mean negative log-likelihood in nats; predictions are held off 0 and 1 by 1e-15. */
export function logLoss(p: ArrayLike<number>, y: ArrayLike<number>): number {
  same(p, y)
  const losses = Float64Array.from({ length: p.length }, (_, i) => {
    const held = Math.min(1 - LEAST, Math.max(LEAST, p[i]!))
    return -(y[i]! * Math.log(held) + (1 - y[i]!) * Math.log1p(-held))
  })
  return compensatedSum(losses) / p.length
}

/** Mean squared distance of prediction and label (Brier 1950). */
export function brier(p: ArrayLike<number>, y: ArrayLike<number>): number {
  same(p, y)
  return compensatedSum(Float64Array.from({ length: p.length }, (_, i) => (p[i]! - y[i]!) ** 2)) / p.length
}

export interface CalibrationBin {
  readonly count: number
  readonly predicted: number
  readonly observed: number
}

/** Equal-mass bins by prediction, the lowest first; equal predictions share a bin, so there may be fewer. */
export function calibrationBins(p: ArrayLike<number>, y: ArrayLike<number>, bins = 10): CalibrationBin[] {
  same(p, y)
  const order = ascending(p)
  const found: CalibrationBin[] = []
  let from = 0
  for (let bin = 1; bin <= bins && from < order.length; bin++) {
    let to = Math.round((order.length * bin) / bins)
    while (to > 0 && to < order.length && p[order[to]!] === p[order[to - 1]!]) to++
    if (to <= from) continue
    const inside = order.subarray(from, to)
    const count = inside.length
    const predicted = compensatedSum(Float64Array.from(inside, (i) => p[i]!)) / count
    found.push({ count, predicted, observed: compensatedSum(Float64Array.from(inside, (i) => y[i]!)) / count })
    from = to
  }
  return found
}

/** Expected calibration error: the mean gap between predicted and observed over equal-mass bins. */
export function calibrationError(p: ArrayLike<number>, y: ArrayLike<number>, bins = 10): number {
  const gaps = calibrationBins(p, y, bins).map(({ count, predicted, observed }) => count * Math.abs(predicted - observed))
  return compensatedSum(gaps) / p.length
}

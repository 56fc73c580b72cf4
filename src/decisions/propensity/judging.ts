import { wilson, Z95 } from '#lib/numeric/proportions.ts'
import { compensatedSum, sigmoid } from '#lib/numeric/sums.ts'

/** Predictions with what came of them; `weights` where they were thinned out. */
export interface Judgeable {
  readonly logits: ArrayLike<number>
  readonly labels: ArrayLike<number>
  readonly weights: ArrayLike<number>
}

/** How good predictions were; intervals are 95 %. */
export interface Judged {
  readonly n: number
  /** Of the weights: (Σw)²/Σw². */
  readonly effective: number
  /** Weighted shares: what came to pass, and what was told. */
  readonly observed: number
  readonly predicted: number
  readonly auc: number
  /** Hanley and McNeil 1982. */
  readonly aucInterval: readonly [number, number]
  readonly logLoss: number
  readonly logLossInterval: readonly [number, number]
  readonly brier: number
  /** Expected calibration error over 10 bins of equal mass, and what a perfectly calibrated model would show of it by chance. */
  readonly ece: number
  readonly eceByChance: number
  /** Told − observed, and how far that is by chance. */
  readonly inTheLarge: number
  readonly inTheLargeInterval: readonly [number, number]
  /** 1 − log-loss ÷ that of always telling the observed share: 0 is of no use. */
  readonly skill: number
}

const LEAST = 1e-15
const BINS = 10

const held = (p: number): number => Math.min(1 - LEAST, Math.max(LEAST, p))
export const lossOf = (p: number, label: number): number => -(label === 1 ? Math.log(held(p)) : Math.log1p(-held(p)))

/** Judges predictions that were made before their outcome was learned; null where only one of both outcomes came. */
export function judged(of: Judgeable): Judged | null {
  const n = of.logits.length
  const p = Float64Array.from({ length: n }, (_, i) => sigmoid(of.logits[i]!))
  const sum = (value: (i: number) => number): number =>
    compensatedSum(Float64Array.from({ length: n }, (_, i) => of.weights[i]! * value(i)))
  const mass = sum(() => 1)
  const squares = sum((i) => of.weights[i]!)
  const yes = sum((i) => of.labels[i]!)
  if (!(mass > 0) || yes <= 0 || yes >= mass) return null
  const effective = (mass * mass) / squares
  const observed = yes / mass
  const predicted = sum((i) => p[i]!) / mass
  const logLoss = sum((i) => lossOf(p[i]!, of.labels[i]!)) / mass
  const around = (mean: number, value: (i: number) => number): number => Math.sqrt(sum((i) => (value(i) - mean) ** 2) / mass / effective)
  const lossError = around(logLoss, (i) => lossOf(p[i]!, of.labels[i]!))
  const largeError = around(predicted - observed, (i) => p[i]! - of.labels[i]!)
  const area = areaOf(p, of)
  const positives = Array.from(of.labels).reduce((count, label) => count + label, 0)
  const areaError = areaErrorOf(area, positives, Math.max(1, effective * (1 - observed)))
  const base = observed * lossOf(observed, 1) + (1 - observed) * lossOf(observed, 0)
  const bins = binsOf(p, of)
  return {
    n,
    effective,
    observed,
    predicted,
    auc: area,
    aucInterval: [Math.max(0, area - Z95 * areaError), Math.min(1, area + Z95 * areaError)],
    logLoss,
    logLossInterval: [logLoss - Z95 * lossError, logLoss + Z95 * lossError],
    brier: sum((i) => (p[i]! - of.labels[i]!) ** 2) / mass,
    ece: bins.reduce((total, bin) => total + bin.mass * Math.abs(bin.predicted - bin.observed), 0) / mass,
    eceByChance: chanceError(bins, effective / mass) / mass,
    inTheLarge: predicted - observed,
    inTheLargeInterval: [predicted - observed - Z95 * largeError, predicted - observed + Z95 * largeError],
    skill: 1 - logLoss / base,
  }
}

const ascending = (p: Float64Array): Uint32Array =>
  Uint32Array.from({ length: p.length }, (_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b)

/** The area under the ROC curve with weights; ties count half. */
function areaOf(p: Float64Array, { labels, weights }: Judgeable): number {
  const order = ascending(p)
  let below = 0
  let pairs = 0
  let yes = 0
  for (let from = 0; from < order.length; ) {
    let [tiedYes, tiedNo] = [0, 0]
    let to = from
    for (; to < order.length && p[order[to]!]! <= p[order[from]!]!; to++) {
      const i = order[to]!
      if (labels[i] === 1) tiedYes += weights[i]!
      else tiedNo += weights[i]!
    }
    pairs += tiedYes * (below + tiedNo / 2)
    below += tiedNo
    yes += tiedYes
    from = Math.max(to, from + 1)
  }
  return pairs / (yes * below)
}

function areaErrorOf(a: number, yes: number, no: number): number {
  const q1 = a / (2 - a)
  const q2 = (2 * a * a) / (1 + a)
  return Math.sqrt(Math.max(0, a * (1 - a) + (yes - 1) * (q1 - a * a) + (no - 1) * (q2 - a * a)) / (yes * no))
}

export interface Bin {
  readonly mass: number
  readonly predicted: number
  readonly observed: number
}

/** What was told and what came to pass, by tenths of what was told; `low` and `high`: what chance allows around what came (95 %, Wilson 1927). */
export interface CurvePoint {
  readonly told: number
  readonly observed: number
  readonly low: number
  readonly high: number
  readonly n: number
}

export function curveOf(of: Judgeable): CurvePoint[] {
  const p = Float64Array.from(of.logits, sigmoid)
  const mass = compensatedSum(Float64Array.from(of.weights))
  const squares = compensatedSum(Float64Array.from(of.weights, (weight) => weight * weight))
  // So many alike examples say as much as these weighted ones.
  const worth = squares > 0 ? mass / squares : 0
  return binsOf(p, of).map(({ mass, predicted, observed }) => {
    const n = mass * worth
    const [low, high] = wilson({ x: observed * n, n }, Z95)
    return { told: predicted, observed, low, high, n }
  })
}

/** Bins of equal mass by prediction, the lowest first; equal predictions share one. */
export function binsOf(p: Float64Array, { labels, weights }: Pick<Judgeable, 'labels' | 'weights'>): Bin[] {
  const order = ascending(p)
  const all = compensatedSum(Float64Array.from(order, (i) => weights[i]!))
  const found: Bin[] = []
  let [mass, told, came, done] = [0, 0, 0, 0]
  for (const [k, i] of order.entries()) {
    mass += weights[i]!
    told += weights[i]! * p[i]!
    came += weights[i]! * labels[i]!
    const last = k + 1 === order.length
    if (!last && (p[order[k + 1]!] === p[i] || done + mass < (all * (found.length + 1)) / BINS - all * 1e-9)) continue
    found.push({ mass, predicted: told / mass, observed: came / mass })
    done += mass
    mass = told = came = 0
  }
  return found
}

/** The mean |gap| of bins whose labels are drawn from the predictions: √(2/π) standard errors. */
const chanceError = (bins: readonly Bin[], share: number): number =>
  bins.reduce(
    (total, { mass, predicted }) => total + mass * Math.sqrt(((2 / Math.PI) * predicted * (1 - predicted)) / Math.max(1, mass * share)),
    0,
  )

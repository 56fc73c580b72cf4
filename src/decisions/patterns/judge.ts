import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { auc, calibrationError, logLoss } from '#lib/numeric/scores.ts'
import { type Calibration, calibrated } from './baseline.ts'

/** What was said of the same moments, and what came; `person` numbers whose moment each was. */
export interface Answers {
  readonly logits: readonly number[]
  readonly labels: readonly number[]
  readonly people: readonly number[]
}

/** Shift and stretch that make logits mean what they say; no change where there is nothing to learn it from. */
export function calibrate({ logits, labels }: Answers): Calibration {
  if (!labels.includes(0) || !labels.includes(1)) return { add: 0, stretch: 0 }
  const x = matrix(logits.length, 2)
  logits.forEach((value, i) => {
    x.data[i * 2] = 1
    x.data[i * 2 + 1] = value
  })
  const { weights } = fitLogistic(x, labels, { l2: [0, 1], offset: logits })
  const [add, stretch] = [weights[0]!, weights[1]!]
  return Number.isFinite(add) && Number.isFinite(stretch) && stretch > -1 ? { add, stretch } : { add: 0, stretch: 0 }
}

export interface Quality {
  readonly auc: number
  readonly logLoss: number
  readonly calibrationError: number
}

export interface Judgement {
  readonly people: number
  readonly moments: number
  readonly positives: number
  readonly network: Quality
  readonly baseline: Quality
  /** Log-loss of the network less that of the baseline, per moment; interval of 95 %, people (not moments) being what was sampled. */
  readonly difference: { readonly mean: number; readonly low: number; readonly high: number }
  readonly serves: 'network' | 'baseline'
}

/** Holds the network against the baseline on the same moments: it serves only where it is better beyond doubt. */
export function judge(network: Answers & { calibration: Calibration }, baseline: Answers & { calibration: Calibration }): Judgement {
  const { labels, people } = network
  const own = network.logits.map((value) => calibrated(value, network.calibration))
  const plain = baseline.logits.map((value) => calibrated(value, baseline.calibration))
  const difference = pairedDifference(own, plain, network)
  return {
    people: new Set(people).size,
    moments: labels.length,
    positives: labels.reduce((sum, label) => sum + label, 0),
    network: qualityOf(own, labels),
    baseline: qualityOf(plain, labels),
    difference,
    serves: difference.high < 0 ? 'network' : 'baseline',
  }
}

const qualityOf = (p: readonly number[], labels: readonly number[]): Quality => ({
  auc: auc(p, labels),
  logLoss: logLoss(p, labels),
  calibrationError: calibrationError(p, labels),
})

/** A ratio of sums over people (differences over moments), with the standard error of the linearised ratio (clustered by person). */
function pairedDifference(own: readonly number[], plain: readonly number[], { labels, people }: Answers): Judgement['difference'] {
  const byPerson = new Map<number, { sum: number; moments: number }>()
  labels.forEach((label, i) => {
    const each = byPerson.get(people[i]!) ?? { sum: 0, moments: 0 }
    each.sum += lossOf(own[i]!, label) - lossOf(plain[i]!, label)
    each.moments++
    byPerson.set(people[i]!, each)
  })
  const all = [...byPerson.values()]
  const moments = labels.length
  const mean = all.reduce((sum, each) => sum + each.sum, 0) / moments
  const squares = all.reduce((sum, each) => sum + (each.sum - mean * each.moments) ** 2, 0)
  const error = Math.sqrt((squares * all.length) / Math.max(1, all.length - 1)) / moments
  return { mean, low: mean - 1.96 * error, high: mean + 1.96 * error }
}

const LEAST = 1e-12
const lossOf = (p: number, label: number): number => -Math.log(Math.max(LEAST, label === 1 ? p : 1 - p))

/** For people: what answers, and why. */
export function sentenceOf({ network, baseline, difference, serves, people }: Judgement): string {
  const both = `AUC ${network.auc.toFixed(3)} against ${baseline.auc.toFixed(3)} on newer days of ${people} people`
  const interval = `log-loss ${signed(difference.mean)} (95 %: ${signed(difference.low)} to ${signed(difference.high)})`
  return serves === 'network'
    ? `The order of events tells more than counting them: ${both}, ${interval}. The network answers.`
    : `The order of events adds nothing that is certain to counting them: ${both}, ${interval}. The counts answer.`
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`

import { matrix } from '#lib/numeric/linear.ts'
import { fitLogistic } from '#lib/numeric/logistic.ts'
import { halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { sigmoid } from '#lib/numeric/sums.ts'
import { own } from '#lib/record.ts'
import type { About, ChoiceRule } from '../record.ts'
import { type ArmSums, type Block, type ChoiceBody, NO_SUMS, type Sums } from './body.ts'
import { guardrails } from './guardrails.ts'
import { Beliefs, calibrated, Pooled, partsAt, partsOfLogit, squashed, standardised } from './reward-model.ts'
import { largest } from './squarecb.ts'
import { netValue, type Outcome, rewardOf } from './value.ts'

/** A decision with what has come of it within the model's time. */
export interface Example extends Outcome {
  readonly id: string
  /** Epoch ms. */
  readonly at: number
  readonly group: 'treated' | 'control'
  readonly chosen: string
  readonly propensity: number
  /** Those that could be chosen. */
  readonly candidates: readonly { readonly arm: string; readonly about: About; readonly price: number }[]
  readonly features: Readonly<Record<string, number>>
}

export interface Settings {
  readonly rule: ChoiceRule
  /** ms. */
  readonly halfLife: number
}

/** Beliefs before anything is known: variance of the intercept of all, of a part's own, and of all slopes of a part together. */
const PRIOR = { rate: -3, base: 4, own: 0.25, slopes: 0.5 } as const
const BINS = 20
const BIN_WIDTH = 0.5
/** With fewer, a feature's mean and scale say nothing. */
const TELLING = 30
const MOST_FEATURES = 128
/** Weights of inverse propensities beyond this are cut: what it costs in bias is less than what it saves in noise. */
const MOST_WEIGHT = 100
/** What is shown of the gain of choosing for each person is shown at this level, at every look. */
const DOUBT = 0.1
const LEAST_FOR_GAIN = 200
/** Forgetting is done in steps of this, ms. */
const STEP = 3_600_000

/** Learns from examples in the order of their decisions; what it returns shares nothing with what it was given. */
export function learned(before: ChoiceBody, examples: readonly Example[], settings: Settings): ChoiceBody {
  const lesson = new Lesson(structuredCopy(before), settings)
  lesson.read(examples)
  for (const example of examples) lesson.take(example)
  return lesson.done()
}

const structuredCopy = (body: ChoiceBody): ChoiceBody => JSON.parse(JSON.stringify(body)) as ChoiceBody

export function plus({ n, mean, m2 }: Sums, x: number): Sums {
  const count = n + 1
  const delta = x - mean
  const next = mean + delta / count
  return { n: count, mean: next, m2: m2 + delta * (x - next) }
}

class Lesson {
  readonly #body: ChoiceBody
  readonly #settings: Settings

  constructor(body: ChoiceBody, settings: Settings) {
    this.#body = body
    this.#settings = settings
  }

  /** New features find their place and scale. */
  read(examples: readonly Example[]): void {
    const { names, means, scales, blocks } = this.#body
    const fresh = new Map<string, number[]>()
    const known = new Set(names)
    for (const { features } of examples)
      for (const [name, x] of Object.entries(features)) {
        if (known.has(name) || !Number.isFinite(x)) continue
        const seen = fresh.get(name)
        if (seen) seen.push(squashed(x))
        else fresh.set(name, [squashed(x)])
      }
    for (const [name, seen] of [...fresh].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (names.length >= MOST_FEATURES) break
      const sums = seen.reduce(plus, { n: 0, mean: 0, m2: 0 })
      names.push(name)
      means.push(sums.n < TELLING ? 0 : sums.mean)
      scales.push(sums.n < TELLING ? 1 : Math.max(0.25, Math.sqrt(sums.m2 / sums.n)))
      for (const block of Object.values(blocks)) {
        block.w.push(0)
        block.v.push(PRIOR.slopes / Math.max(1, names.length))
      }
    }
    this.#body.valued ||= examples.some(({ converted, value }) => converted && value > 0)
  }

  take(example: Example): void {
    this.#forget(example.at)
    const { rule } = this.#settings
    const worth = this.#body.valued ? example.value : 1
    const reward = rewardOf({ ...example, value: worth, cost: example.cost + ownCost(example) }, rule)
    if (example.group === 'control') {
      this.#body.control = summed(this.#body.control, { example, reward, worth })
      return
    }
    const z = standardised(this.#body, example.features)
    const beliefs = new Beliefs(this.#body, z)
    this.#compare(example, { reward, beliefs })
    this.#bin(example, beliefs)
    this.#update(example, { z, beliefs })
    this.#body.treated = summed(this.#body.treated, { example, reward, worth })
    this.#body.arms[example.chosen] = summed(own(this.#body.arms, example.chosen) ?? NO_SUMS, { example, reward, worth })
    this.#body.n += 1
  }

  /** What choosing for this person would have brought beyond the best for all: doubly robust, from what was known before (Dudík et al. 2014). */
  #compare(example: Example, { reward, beliefs }: { reward: number; beliefs: Beliefs }): void {
    const { candidates, chosen, propensity } = example
    const { rule } = this.#settings
    const body = this.#body
    const pooled = new Pooled(body)
    const worth = (rate: (arm: string, about: About) => number): number[] =>
      candidates.map(({ arm, about, price }) => netValue({ ...partsAt(body, { arm, about, prices: {} }, rate(arm, about)), price }, rule))
    const own = worth((arm, about) => calibrated(body, beliefs.logit(arm, about)))
    const mine = largest(own)
    const alls = largest(worth((arm) => pooled.of(arm)))
    if (mine === alls) {
      body.gain = plus(body.gain, 0)
      return
    }
    const at = candidates.findIndex(({ arm }) => arm === chosen)
    const residual = at < 0 ? 0 : (reward - own[at]!) / Math.max(propensity, 1 / MOST_WEIGHT)
    const sign = at === mine ? 1 : at === alls ? -1 : 0
    body.gain = plus(body.gain, own[mine]! - own[alls]! + sign * residual)
  }

  /** Predict, then learn: calibration rests on people whom the regression had not seen. */
  #bin({ chosen, candidates, converted }: Example, beliefs: Beliefs): void {
    const logit = beliefs.logit(chosen, aboutOf(candidates, chosen))
    const { bins } = this.#body
    while (bins.length < BINS) bins.push([0, 0, 0])
    const at = Math.min(BINS - 1, Math.max(0, Math.floor(logit / BIN_WIDTH) + 16))
    const [n, sum, hits] = bins[at]!
    bins[at] = [n + 1, sum + logit, hits + (converted ? 1 : 0)]
  }

  /** One step of an extended Kalman filter with a diagonal: the logistic likelihood by Laplace, O(features) for each part. */
  #update({ chosen, candidates, converted }: Example, { z, beliefs }: { z: Float64Array; beliefs: Beliefs }): void {
    const about = aboutOf(candidates, chosen)
    const parts = partsOfLogit(chosen, about)
    for (const part of parts) this.#body.blocks[part] ??= this.#fresh(part)
    const fresh = new Beliefs(this.#body, z)
    const p = sigmoid(fresh.logit(chosen, about))
    const curvature = p * (1 - p)
    const variance = fresh.deviation(chosen, about) ** 2
    const gain = 1 / (1 + variance * curvature)
    for (const part of parts) moved(this.#body.blocks[part]!, z, { step: gain * ((converted ? 1 : 0) - p), shrink: gain * curvature })
    void beliefs
  }

  #fresh(part: string): Block {
    const { length } = this.#body.names
    const w = new Array<number>(length + 1).fill(0)
    const v = new Array<number>(length + 1).fill(PRIOR.slopes / Math.max(1, length))
    w[0] = part === '' ? PRIOR.rate : 0
    v[0] = part === '' ? PRIOR.base : PRIOR.own
    return { w, v }
  }

  /** What is old counts less: A ← gA + (1 − g) I, g = 2^(−dt / half-life). */
  #forget(at: number): void {
    const body = this.#body
    if (body.at === 0) body.at = at
    const elapsed = at - body.at
    if (elapsed < STEP) return
    const g = 2 ** (-elapsed / this.#settings.halfLife)
    body.at = at
    body.n *= g
    for (const [part, block] of Object.entries(body.blocks)) faded(block, this.#fresh(part), g)
    for (const [arm, sums] of Object.entries(body.arms)) body.arms[arm] = fadedSums(sums, g)
    body.treated = fadedSums(body.treated, g)
    body.control = fadedSums(body.control, g)
    body.bins = body.bins.map(([n, sum, hits]): [number, number, number] => [n * g, sum * g, hits * g])
  }

  done(): ChoiceBody {
    const body = this.#body
    body.calibration = calibrationOf(body.bins)
    body.personal = lowerGain(body.gain) > 0
    body.paused = guardrails(body)
    return body
  }
}

const aboutOf = (candidates: Example['candidates'], arm: string): About => candidates.find((each) => each.arm === arm)?.about ?? {}
const ownCost = ({ candidates, chosen }: Example): number => aboutOf(candidates, chosen).cost ?? 0

function moved({ w, v }: Block, z: Float64Array, { step, shrink }: { step: number; shrink: number }): void {
  for (let i = 0; i < w.length; i++) {
    const x = i === 0 ? 1 : z[i - 1]!
    if (x === 0) continue
    const direction = v[i]! * x
    w[i]! += direction * step
    v[i] = Math.max(1e-12, v[i]! - direction * direction * shrink)
  }
}

function faded({ w, v }: Block, prior: Block, g: number): void {
  for (let i = 0; i < w.length; i++) {
    const precision = g / v[i]! + (1 - g) / prior.v[i]!
    w[i] = ((g / v[i]!) * w[i]! + ((1 - g) / prior.v[i]!) * prior.w[i]!) / precision
    v[i] = 1 / precision
  }
}

const fadedSums = (sums: ArmSums, g: number): ArmSums => ({
  ...sums,
  weight: sums.weight * g,
  squares: sums.squares * g * g,
  converted: sums.converted * g,
  worth: sums.worth * g,
  worths: sums.worths * g,
  cost: sums.cost * g,
  costs: sums.costs * g,
  losses: sums.losses * g,
})

function summed(sums: ArmSums, { example, reward, worth }: { example: Example; reward: number; worth: number }): ArmSums {
  const { converted, unsubscribed, complained, propensity } = example
  const weight = Math.min(MOST_WEIGHT, 1 / propensity)
  const reached = converted ? 1 : 0
  const total = plus(sums.reward, reward)
  return {
    reward: total,
    conversions: sums.conversions + reached,
    unsubscribes: sums.unsubscribes + (unsubscribed ? 1 : 0),
    complaints: sums.complaints + (complained ? 1 : 0),
    weight: sums.weight + weight,
    squares: sums.squares + weight * weight,
    converted: sums.converted + reached * weight,
    worth: sums.worth + reached * worth,
    worths: sums.worths + reached,
    cost: sums.cost + example.cost,
    costs: sums.costs + 1,
    losses: sums.losses + (unsubscribed || complained ? 1 : 0),
    propensity: sums.propensity + (propensity - sums.propensity) / total.n,
  }
}

/** Intercept and slope by logistic regression on the bins, leaning on 0 and 1; a slope stays above 0, so that the order of people stays. */
function calibrationOf(bins: ChoiceBody['bins']): ChoiceBody['calibration'] {
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

/** Lower end of the confidence sequence of the gain; −∞ while too little is known. */
export function lowerGain(gain: Sums): number {
  const { n, mean } = gain
  return n < LEAST_FOR_GAIN || gain.m2 === 0 ? Number.NEGATIVE_INFINITY : mean - gainWidth(gain)
}

/** Half its width: it may be looked at after every example. */
export const gainWidth = ({ n, m2 }: Sums): number => halfWidth(n, m2 / Math.max(1, n - 1), { alpha: DOUBT, rho: tuning(DOUBT, 2_000) })

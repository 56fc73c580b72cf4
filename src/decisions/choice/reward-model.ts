import { sigmoid } from '#lib/numeric/sums.ts'
import { own } from '#lib/record.ts'
import type { About, ChoiceRule } from '../record.ts'
import type { Block, ChoiceBody, Regression } from './body.ts'
import { type Parts, priceOf } from './value.ts'

/** The parts of the regression that a candidate's logit adds up: of everybody, of its channel, of its offer, of itself. A new arm has the first three. */
export const partsOfLogit = (arm: string, { channel, offer }: About): readonly string[] => [
  '',
  ...(channel === undefined ? [] : [`channel:${channel}`]),
  ...(offer === undefined ? [] : [`offer:${offer}`]),
  `arm:${arm}`,
]

/** Amounts, counts and days span magnitudes: their logarithm does not. */
export const squashed = (x: number): number => Math.sign(x) * Math.log1p(Math.abs(x))
const FAR = 4

/** Features as the regression takes them: standardised, at most 4 deviations off, 0 for what is not known. */
export function standardised({ names, means, scales }: ChoiceBody, features: Readonly<Record<string, number>>): Float64Array {
  const made = new Float64Array(names.length)
  for (let i = 0; i < made.length; i++) {
    const x = own(features, names[i]!)
    if (x === undefined) continue
    const z = (squashed(x) - means[i]!) / scales[i]!
    made[i] = Math.min(FAR, Math.max(-FAR, z))
  }
  return made
}

/** Mean and variance of one part's share of a logit. */
export interface Belief {
  readonly mean: number
  readonly variance: number
}
const UNKNOWN: Belief = { mean: 0, variance: 0 }

export function beliefOf({ w, v }: Block, z: Float64Array): Belief {
  let mean = w[0]!
  let variance = v[0]!
  for (let i = 0; i < z.length; i++) {
    const x = z[i]!
    mean += w[i + 1]! * x
    variance += v[i + 1]! * x * x
  }
  return { mean, variance }
}

/**
 * The parts of some candidates' logits, each reckoned once. With a `centre`, options move everybody as they move the person that stands
 * for all: that is what is best for all, also where options have gone to those whom they move most.
 */
export class Beliefs {
  readonly #regression: Regression
  readonly #z: Float64Array
  readonly #centre: Float64Array
  readonly #known = new Map<string, Belief>()

  constructor(regression: Regression, z: Float64Array, centre: Float64Array = z) {
    this.#regression = regression
    this.#z = z
    this.#centre = centre
  }

  of(part: string): Belief {
    const known = this.#known.get(part)
    if (known) return known
    const block = own(this.#regression.blocks, part)
    const made = block ? beliefOf(block, part === '' ? this.#z : this.#centre) : UNKNOWN
    this.#known.set(part, made)
    return made
  }

  logit(arm: string, about: About): number {
    let sum = 0
    for (const part of partsOfLogit(arm, about)) sum += this.of(part).mean
    return sum
  }

  deviation(arm: string, about: About): number {
    let sum = 0
    for (const part of partsOfLogit(arm, about)) sum += this.of(part).variance
    return Math.sqrt(sum)
  }

  /** Probability of a conversion, as far as the predictions so far bear it out. */
  rate(arm: string, about: About): number {
    return calibrated(this.#regression, this.logit(arm, about))
  }
}

export const calibrated = ({ calibration: { intercept, slope } }: Pick<Regression, 'calibration'>, logit: number): number =>
  sigmoid(intercept + slope * logit)

/** Imagined conversions, messages and people by which one arm leans on all of them. */
const LEAN = { worths: 20, costs: 20, losses: 500 } as const

/** Worth of a conversion by this arm: its author's word, else what conversions have had; 1 where they carry none. */
export function worthOf({ arms, treated, valued }: ChoiceBody, arm: string, { worth }: About): number {
  if (worth !== undefined) return worth
  if (!valued) return 1
  const all = treated.worths > 0 ? treated.worth / treated.worths : 1
  const sums = own(arms, arm)
  return sums ? (sums.worth + LEAN.worths * all) / (sums.worths + LEAN.worths) : all
}

/** Net value's parts for one candidate with this probability of conversion. */
export function partsAt(body: ChoiceBody, { arm, about, prices }: Asked, conversion: number): Parts {
  const { arms, treated } = body
  const sums = own(arms, arm)
  const allCosts = treated.costs > 0 ? treated.cost / treated.costs : 0
  const allLosses = treated.costs > 0 ? treated.losses / treated.costs : 0
  const messages = sums ? (sums.cost + LEAN.costs * allCosts) / (sums.costs + LEAN.costs) : allCosts
  return {
    conversion,
    worth: worthOf(body, arm, about),
    cost: messages + (about.cost ?? 0),
    ...(about.gives && { gives: about.gives }),
    unsubscribe: sums ? (sums.losses + LEAN.losses * allLosses) / (sums.costs + LEAN.losses) : allLosses,
    price: priceOf(about, prices),
  }
}

export interface Asked {
  readonly arm: string
  readonly about: About
  readonly prices: Readonly<Record<string, number>>
}

/** One reward on the scale of SquareCB: what a sure conversion brings, so that net values become probabilities in kind. */
export const scaleOf = (body: ChoiceBody, { margin }: Pick<ChoiceRule, 'margin'>): number => {
  const worth = margin * (body.valued && body.treated.worths > 0 ? body.treated.worth / body.treated.worths : 1)
  return worth > 0 ? worth : 1
}

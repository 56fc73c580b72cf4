import { halfWidth, tuning } from '#lib/numeric/sequential.ts'
import { own } from '#lib/record.ts'
import type { About, ChoiceRule } from '../record.ts'
import { type ArmSums, type ChoiceBody, NO_SUMS, type Sums } from './body.ts'
import { guardrails } from './guardrails.ts'
import { binned, calibrationOf, faded, freshBlock, refitted, updated } from './regression.ts'
import { Beliefs, partsAt, squashed, standardised } from './reward-model.ts'
import { largest } from './squarecb.ts'
import { netValue, type Outcome, ownCost, rewardOf } from './value.ts'

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

/** Fits the regression anew to recent examples at once: what one pass has missed is made good. Nothing else of the body changes. */
export function relearned(body: ChoiceBody, recent: readonly Example[], { halfLife }: Settings): ChoiceBody {
  const newest = recent.reduce((latest, { at }) => Math.max(latest, at), 0)
  const seen = recent
    .filter(({ group }) => group === 'treated')
    .map(({ chosen, candidates, features, converted, at }) => ({
      arm: chosen,
      about: aboutOf(candidates, chosen),
      z: standardised(body, features),
      converted,
      weight: 2 ** (-(newest - at) / halfLife),
    }))
  if (seen.length === 0) return body
  return {
    ...body,
    regression: refitted(seen, body.regression),
    centre: centreOf(seen, body.names.length),
    refitted: body.treated.reward.n,
  }
}

function centreOf(seen: readonly { readonly z: Float64Array; readonly weight: number }[], features: number): number[] {
  const centre = new Array<number>(features).fill(0)
  let all = 0
  for (const { z, weight } of seen) {
    all += weight
    for (let i = 0; i < features; i++) centre[i]! += (weight * (z[i]! - centre[i]!)) / all
  }
  return centre
}

/** Whether so much is new since everything was last fitted at once that it is worth doing so again. */
export const isDue = ({ treated, refitted: last }: ChoiceBody): boolean => treated.reward.n - last >= Math.max(LEAST_NEW, NEW_SHARE * last)
const LEAST_NEW = 200
const NEW_SHARE = 0.15

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
    const { names, means, scales, centre, regression } = this.#body
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
      centre.push(0)
      for (const [part, block] of Object.entries(regression.blocks)) {
        block.w.push(0)
        block.v.push(freshBlock(part, 1, regression.spread).v[1]!)
      }
    }
    this.#body.valued ||= examples.some(({ converted, value }) => converted && value > 0)
  }

  take(example: Example): void {
    this.#forget(example.at)
    const { rule } = this.#settings
    const worth = this.#body.valued ? example.value : 1
    const reward = rewardOf(
      { ...example, value: worth, cost: example.cost + ownCost(aboutOf(example.candidates, example.chosen), example.converted) },
      rule,
    )
    if (example.group === 'control') {
      this.#body.control = summed(this.#body.control, { example, reward, worth })
      return
    }
    const { regression, centre } = this.#body
    const z = standardised(this.#body, example.features)
    const beliefs = { own: new Beliefs(regression, z), alike: new Beliefs(regression, z, Float64Array.from(centre)) }
    this.#compare(example, { reward, beliefs })
    const { chosen: arm, converted } = example
    const about = aboutOf(example.candidates, arm)
    binned(regression, beliefs.own.logit(arm, about), converted)
    updated(regression, { arm, about, z, converted })
    this.#body.treated = summed(this.#body.treated, { example, reward, worth })
    this.#body.arms[example.chosen] = summed(own(this.#body.arms, example.chosen) ?? NO_SUMS, { example, reward, worth })
    this.#body.n += 1
  }

  /**
   * What choosing for this person would have brought beyond the best for all, doubly robust (Dudík et al. 2014), and how much better it
   * predicts: both from what was known before.
   */
  #compare(example: Example, { reward, beliefs }: { reward: number; beliefs: { own: Beliefs; alike: Beliefs } }): void {
    const { candidates, chosen, propensity, converted } = example
    const { rule } = this.#settings
    const body = this.#body
    const worth = (by: Beliefs): number[] =>
      candidates.map(({ arm, about, price }) =>
        netValue({ ...partsAt(body, { arm, about, prices: {} }, by.rate(arm, about)), price }, rule),
      )
    const own = worth(beliefs.own)
    const mine = largest(own)
    const alls = largest(worth(beliefs.alike))
    const at = candidates.findIndex(({ arm }) => arm === chosen)
    const about = aboutOf(candidates, chosen)
    body.sharper = plus(body.sharper, loss(beliefs.alike.rate(chosen, about), converted) - loss(beliefs.own.rate(chosen, about), converted))
    const residual = at < 0 ? 0 : (reward - own[at]!) / Math.max(propensity, 1 / MOST_WEIGHT)
    const sign = at === mine ? 1 : at === alls ? -1 : 0
    body.gain = plus(body.gain, mine === alls ? 0 : own[mine]! - own[alls]! + sign * residual)
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
    faded(body.regression, g)
    for (const [arm, sums] of Object.entries(body.arms)) body.arms[arm] = fadedSums(sums, g)
    body.treated = fadedSums(body.treated, g)
    body.control = fadedSums(body.control, g)
  }

  done(): ChoiceBody {
    const body = this.#body
    body.regression.calibration = calibrationOf(body.regression.bins)
    body.personal = verdictOf(body)
    body.share = SHARES[body.personal]
    body.paused = guardrails(body)
    return body
  }
}

const aboutOf = (candidates: Example['candidates'], arm: string): About => candidates.find((each) => each.arm === arm)?.about ?? {}

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

const loss = (p: number, converted: boolean): number => -Math.log(Math.max(1e-9, converted ? p : 1 - p))

/**
 * Telling people apart is shown to pay when its gain is above 0 at every look, or when it predicts better at every look and has gained so far;
 * it is refuted when its gain is below 0 at every look, or when it predicts worse.
 */
function verdictOf({ gain, sharper }: ChoiceBody): ChoiceBody['personal'] {
  const [least, most] = [lowerGain(gain), -lowerGain(negative(gain))]
  if (least > 0 || (lowerGain(sharper) > 0 && gain.mean > 0)) return 'shown'
  return most < 0 || -lowerGain(negative(sharper)) < 0 ? 'refuted' : 'undecided'
}

/**
 * So many follow what is believed of the person; the others what is best for all, so that the two can be told apart. The regression leans
 * on “all alike” by cross-validation, so that where people do not differ both choose the same.
 */
const SHARES = { shown: 0.95, undecided: 0.9, refuted: 0.1 } as const

const negative = ({ n, mean, m2 }: Sums): Sums => ({ n, mean: -mean, m2 })

/** Lower end of the confidence sequence of the gain; −∞ while too little is known. */
export function lowerGain(gain: Sums): number {
  const { n, mean } = gain
  return n < LEAST_FOR_GAIN || gain.m2 === 0 ? Number.NEGATIVE_INFINITY : mean - gainWidth(gain)
}

/** Half its width: it may be looked at after every example. */
export const gainWidth = ({ n, m2 }: Sums): number => halfWidth(n, m2 / Math.max(1, n - 1), { alpha: DOUBT, rho: tuning(DOUBT, 2_000) })

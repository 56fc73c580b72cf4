import { chance } from '#lib/hash.ts'
import { cholesky, choleskyInverse, gram, type Matrix, matrix, quadratic, row } from '#lib/numeric/linear.ts'
import { fitRidge } from '#lib/numeric/logistic.ts'
import { type Outcome, refuse } from '#lib/problem.ts'
import { ridgeBase } from './base.ts'
import { pseudoOutcome } from './learners.ts'

/** One message, or none, that was drawn at random for somebody, with what came of it. */
export interface OfferDecision {
  readonly unit: string
  /** `none`, or the type of the offer: `percent_off`, `free_shipping`, `urgency`. */
  readonly arm: string
  /** With which each arm could have been drawn. */
  readonly propensities: Readonly<Record<string, number>>
  /** Money, or 0 and 1. */
  readonly outcome: number
  /** What was known of the person then, in the order of the names. */
  readonly z: readonly number[]
}

export const NO_OFFER = 'none'

/** How people differ in what an offer does to them: β_u ~ N(z_u γ, τ²) (Fay & Herriot 1979; Efron & Morris 1975). */
export interface OfferResponse {
  readonly offer: string
  readonly decisions: number
  readonly people: number
  /** Intercept and slopes on standardised features. */
  readonly gamma: readonly number[]
  /** Of γ, row-major. */
  readonly covariance: readonly number[]
  /** Variance between people that the features do not tell. 0 as well where nobody was asked twice. */
  readonly tau2: number
  /** How surely τ² is known: the variance of its estimate. */
  readonly tau2Variance: number
  /** Variance of one decision's estimate about its person's response. */
  readonly sigma2: number
  /** Effect over all people, with its standard error. */
  readonly effect: number
  readonly effectSe: number
  /** z of the test that people respond alike. */
  readonly differs: number
  readonly sentence: string
}

export interface ResponseModel {
  readonly names: readonly string[]
  readonly mean: readonly number[]
  readonly perSd: readonly number[]
  readonly offers: Readonly<Record<string, OfferResponse>>
}

/** Decisions of an arm below which nothing is said of it. */
const LEAST = 100
/** Standard deviations that arms may have been drawn more or less often than they say. */
const OFF_BY = 4
const FOLDS = 3

/** Reckons responses from offers that were drawn at random; whatever else people got says nothing, because who got it was no accident. */
export function fitResponse(log: readonly OfferDecision[], names: readonly string[]): Outcome<ResponseModel> {
  const drawn = drawnOf(log)
  if (drawn.length === 0)
    return refuse({
      code: 'response.not_randomised',
      status: 422,
      title: 'No offer was drawn at random against no offer',
      hint: 'Give a choose step the options none and the offers, with a control. Who redeemed discounts in the past does not tell whom a discount moves.',
    })
  const scale = scaleOf(drawn, names.length)
  const offers: Record<string, OfferResponse> = {}
  const kinds = [...new Set(drawn.flatMap(({ propensities }) => Object.keys(propensities)))].filter((kind) => kind !== NO_OFFER).sort()
  for (const offer of kinds) {
    const pair = pairOf(drawn, { offer, scale })
    if (Math.min(pair.counts.treated, pair.counts.control) < LEAST) continue
    if (Math.abs(pair.off) > OFF_BY)
      return refuse({
        code: 'response.propensities',
        status: 422,
        title: `“${offer}” was not drawn as often as its probabilities say`,
        detail: `${pair.off.toFixed(1)} standard deviations off`,
        hint: 'Something other than the logged probabilities decided who got it.',
      })
    offers[offer] = responseOf(offer, pair)
  }
  if (Object.keys(offers).length === 0)
    return refuse({
      code: 'response.too_few',
      status: 422,
      title: 'Too few offers were drawn at random yet',
      detail: `it takes ${LEAST} decisions for the offer and ${LEAST} for none`,
      hint: 'Let the choose step go on exploring.',
    })
  return { names, ...scale, offers }
}

interface Scale {
  readonly mean: readonly number[]
  readonly perSd: readonly number[]
}

function scaleOf(log: readonly OfferDecision[], count: number): Scale {
  const columns = Array.from({ length: count }, (_, j) => log.map(({ z }) => z[j]!).filter(Number.isFinite))
  const mean = columns.map((column) => column.reduce((sum, each) => sum + each, 0) / Math.max(1, column.length))
  const perSd = columns.map((column, j) => {
    const variance = column.reduce((sum, each) => sum + (each - mean[j]!) ** 2, 0) / Math.max(1, column.length)
    return variance > 1e-12 * (1 + mean[j]! ** 2) ? 1 / Math.sqrt(variance) : 0
  })
  return { mean, perSd }
}

/** 1 and the standardised features; what is not known counts as the mean. */
const rowOf = (z: readonly number[], { mean, perSd }: Scale): number[] => [
  1,
  ...mean.map((each, j) => (Number.isFinite(z[j]) ? (z[j]! - each) * perSd[j]! : 0)),
]

/** One offer against none: an estimate of the response from each decision, by person. */
interface Pair {
  readonly x: Matrix
  /** Doubly robust; its mean for a person is the person's response. */
  readonly psi: Float64Array
  readonly units: readonly string[]
  readonly counts: { readonly treated: number; readonly control: number }
  /** How far off its probabilities the offer was drawn, in standard deviations. */
  readonly off: number
}

function pairOf(drawn: readonly OfferDecision[], { offer, scale }: { offer: string; scale: Scale }): Pair {
  const rows = drawn.filter(({ arm, propensities }) => (arm === offer || arm === NO_OFFER) && (propensities[offer] ?? 0) > 0)
  const cols = scale.mean.length + 1
  const x = matrix(rows.length, cols, Float64Array.from(rows.flatMap(({ z }) => rowOf(z, scale))))
  // Given that it was one of the two, it was the offer with this probability.
  const e = rows.map(({ propensities }) => propensities[offer]! / (propensities[offer]! + propensities[NO_OFFER]!))
  const treated = rows.map(({ arm }) => (arm === offer ? 1 : 0))
  const psi = new Float64Array(rows.length)
  const fold = rows.map(({ unit }) => Math.floor(chance('response.fold', unit) * FOLDS))
  for (let k = 0; k < FOLDS; k++) {
    const [m0, m1] = [0, 1].map((arm) => {
      const training = [...rows.keys()].filter((i) => fold[i] !== k && treated[i] === arm)
      if (training.length === 0) return () => 0
      const part = matrix(training.length, cols)
      for (const [at, i] of training.entries()) part.data.set(row(x, i), at * cols)
      return ridgeBase(10).fitRows(
        part,
        Float64Array.from(training, (i) => rows[i]!.outcome),
      )
    })
    for (let i = 0; i < rows.length; i++) {
      if (fold[i] !== k) continue
      const features = row(x, i)
      psi[i] = pseudoOutcome({ m1: m1!(features), m0: m0!(features), y: rows[i]!.outcome, e: e[i]! }, treated[i]!)
    }
  }
  const count = treated.reduce((sum: number, each) => sum + each, 0)
  const expected = e.reduce((sum, each) => sum + each, 0)
  const variance = e.reduce((sum, each) => sum + each * (1 - each), 0)
  const off = variance > 0 ? (count - expected) / Math.sqrt(variance) : 0
  return { x, psi, units: rows.map(({ unit }) => unit), counts: { treated: count, control: rows.length - count }, off }
}

/** A person's decisions together. */
interface People {
  readonly n: Float64Array
  /** Mean of ψ. */
  readonly mean: Float64Array
  /** Mean features. */
  readonly x: Matrix
  /** Σ(ψ − mean)² within people. */
  readonly within: number
}

function peopleOf({ x, psi, units }: Pick<Pair, 'x' | 'psi' | 'units'>): People & { readonly ids: readonly string[] } {
  const index = new Map<string, number>()
  for (const unit of units) if (!index.has(unit)) index.set(unit, index.size)
  const [n, mean, means] = [new Float64Array(index.size), new Float64Array(index.size), matrix(index.size, x.cols)]
  units.forEach((unit, i) => {
    const u = index.get(unit)!
    n[u]! += 1
    mean[u]! += psi[i]!
    for (let j = 0; j < x.cols; j++) means.data[u * x.cols + j]! += x.data[i * x.cols + j]!
  })
  for (let u = 0; u < n.length; u++) {
    mean[u]! /= n[u]!
    for (let j = 0; j < x.cols; j++) means.data[u * x.cols + j]! /= n[u]!
  }
  const within = units.reduce((sum, unit, i) => sum + (psi[i]! - mean[index.get(unit)!]!) ** 2, 0)
  return { n, mean, x: means, within, ids: [...index.keys()] }
}

/** Decisions beyond the first of a person, below which people's own differences cannot be told from chance. */
const LEAST_REPEATS = 100
const RIDGE = 1e-3

function responseOf(offer: string, pair: Pair): OfferResponse {
  const people = peopleOf(pair)
  const [decisions, count] = [pair.psi.length, people.n.length]
  const repeats = decisions - count
  const effect = pair.psi.reduce((sum, each) => sum + each, 0) / decisions
  const total = pair.psi.reduce((sum, each) => sum + (each - effect) ** 2, 0) / Math.max(1, decisions - 1)
  const sigma2 = Math.max(1e-12, repeats >= LEAST_REPEATS ? people.within / repeats : total)
  const tau2 = repeats >= LEAST_REPEATS ? between(people, sigma2) : 0
  const { gamma, covariance } = regressed(people, { sigma2, tau2 })
  const tau2Variance = repeats >= LEAST_REPEATS ? 2 / people.n.reduce((sum, n) => sum + 1 / (tau2 + sigma2 / n) ** 2, 0) : 0
  // Of the mean over decisions, people apart.
  const effectSe = Math.sqrt(people.mean.reduce((sum, each, u) => sum + (people.n[u]! * (each - effect)) ** 2, 0)) / decisions
  const differs = heterogeneity(people, sigma2)
  const told = { offer, decisions, people: count, effect, effectSe, differs }
  return { ...told, gamma: [...gamma], covariance: [...covariance.data], tau2, tau2Variance, sigma2, sentence: sentenceOf(told) }
}

/** γ by weighted least squares, with its covariance. */
function regressed(
  { n, mean, x }: People,
  { sigma2, tau2 }: { sigma2: number; tau2: number },
): { gamma: Float64Array; covariance: Matrix } {
  const weights = n.map((each) => 1 / (tau2 + sigma2 / each))
  const most = weights.reduce((sum, each) => sum + each, 0)
  const gamma = fitRidge(x, mean, { l2: RIDGE * most, weights })
  const information = gram(x, weights)
  for (let j = 0; j < x.cols; j++) information.data[j * x.cols + j]! += RIDGE * most
  const factor = cholesky(information)
  if (!factor) throw new RangeError('features of responses hold something that is not a finite number')
  return { gamma, covariance: choleskyInverse(factor) }
}

/** τ² for which the weighted squares about the regression are as large as they should be (Paule & Mandel 1982). */
function between(people: People, sigma2: number): number {
  const { n, mean, x } = people
  const surplus = (tau2: number): number => {
    const { gamma } = regressed(people, { sigma2, tau2 })
    let squares = 0
    for (let u = 0; u < n.length; u++) {
      let fitted = 0
      for (let j = 0; j < x.cols; j++) fitted += gamma[j]! * x.data[u * x.cols + j]!
      squares += (mean[u]! - fitted) ** 2 / (tau2 + sigma2 / n[u]!)
    }
    return squares - (n.length - x.cols)
  }
  if (surplus(0) <= 0) return 0
  let [low, high] = [0, sigma2]
  while (surplus(high) > 0 && high < 1e6 * sigma2) high *= 4
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (surplus(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Whether people's means differ by more than chance: z of the mean excess, with its error as found (outcomes are far from normal). */
function heterogeneity({ n, mean }: People, sigma2: number): number {
  const weight = n.reduce((sum, each) => sum + each, 0)
  const centre = mean.reduce((sum, each, u) => sum + n[u]! * each, 0) / weight
  const excess = mean.map((each, u) => (n[u]! * (each - centre) ** 2) / sigma2 - 1)
  const average = excess.reduce((sum, each) => sum + each, 0) / excess.length
  const sd = Math.sqrt(excess.reduce((sum, each) => sum + (each - average) ** 2, 0) / Math.max(1, excess.length - 1))
  return sd > 0 ? (average * Math.sqrt(excess.length)) / sd : 0
}

function sentenceOf({
  offer,
  people,
  effect,
  effectSe,
  differs,
}: Pick<OfferResponse, 'offer' | 'people' | 'effect' | 'effectSe' | 'differs'>): string {
  const [low, high] = [effect - Z * effectSe, effect + Z * effectSe]
  const all = `Over all ${people} people “${offer}” changes the outcome by ${effect.toFixed(4)} (95 % interval ${low.toFixed(4)} to ${high.toFixed(4)})`
  return differs > Z ? `${all}, and people respond differently.` : `${all}; that people respond differently is not shown.`
}

const Z = 1.959963984540054

/** What an offer does to one person: the score `response:<offer>`, with what it may really be. */
export interface Response {
  readonly score: string
  readonly mean: number
  readonly sd: number
  readonly low: number
  readonly high: number
}

/** From features and, as far as there are any, the person's own randomised decisions (`own`: how many, and their mean ψ). */
export function responseFor(
  model: ResponseModel,
  offer: OfferResponse,
  { z, own }: { z: readonly number[]; own?: { readonly n: number; readonly mean: number } },
): Response {
  const x = Float64Array.from(rowOf(z, model))
  const prior = x.reduce((sum, each, j) => sum + each * offer.gamma[j]!, 0)
  const uncertain = Math.max(0, quadratic(matrix(x.length, x.length, Float64Array.from(offer.covariance)), x))
  const noise = own && own.n > 0 ? offer.sigma2 / own.n : Number.POSITIVE_INFINITY
  // Share of what the features say; 1 where the person's own past says nothing.
  const shrink = Number.isFinite(noise) ? noise / (noise + offer.tau2) : 1
  const mean = shrink * prior + (1 - shrink) * (own?.mean ?? 0)
  // Prasad & Rao 1990: what comes of γ and τ² being estimates themselves.
  const estimated = Number.isFinite(noise) ? (2 * shrink * shrink * offer.tau2Variance) / (noise + offer.tau2) : 0
  const sd = Math.sqrt(shrink * offer.tau2 + shrink * shrink * uncertain + estimated)
  return { score: `response:${offer.offer}`, mean, sd, low: mean - Z * sd, high: mean + Z * sd }
}

/** Responses of everybody in a log, by person. */
export function responsesOf(model: ResponseModel, log: readonly OfferDecision[]): ReadonlyMap<string, readonly Response[]> {
  const found = new Map<string, Response[]>()
  const latest = new Map(log.map((each) => [each.unit, each.z]))
  for (const offer of Object.values(model.offers)) {
    const pair = pairOf(drawnOf(log), { offer: offer.offer, scale: model })
    const { ids, n, mean } = peopleOf(pair)
    const own = new Map(ids.map((id, u) => [id, { n: n[u]!, mean: mean[u]! }]))
    for (const [unit, z] of latest) {
      const mine = own.get(unit)
      const response = responseFor(model, offer, mine ? { z, own: mine } : { z })
      found.set(unit, [...(found.get(unit) ?? []), response])
    }
  }
  return found
}

/** Those that were drawn at random against no offer. */
function drawnOf(log: readonly OfferDecision[]): OfferDecision[] {
  return log.filter(({ arm, propensities, outcome }) => {
    const [own, none] = [propensities[arm] ?? 0, propensities[NO_OFFER] ?? 0]
    return own > 0 && own < 1 && none > 0 && none < 1 && Number.isFinite(outcome)
  })
}

import { cholesky, choleskySolve, type Matrix, matrix } from '#lib/numeric/linear.ts'
import { normal, random } from '#lib/numeric/random.ts'
import { steadyPressure } from './pressure.ts'

/** One message of the share whose weekly caps were drawn by lot. */
export interface PressedMessage {
  readonly person: string
  /** Weekly cap that the person had drawn. */
  readonly cap: number
  /** Pressure right before it went. */
  readonly pressure: number
  /** Messages a week that were wanted of the person in the weeks before the lot was drawn, sent or not: given these, pressure differs by the lot alone. */
  readonly wanted: number
  readonly responded: boolean
  readonly left: boolean
}

/** An estimate with its standard error. */
export interface Estimate {
  readonly value: number
  readonly error: number
}

/** p = exp(logBase − d·P + demand·log(1 + wanted)); hazard of leaving h = exp(logHazard + k·P + …). */
export interface PressureFit {
  readonly logBase: number
  readonly d: Estimate
  readonly demand: number
  readonly logHazard: number
  readonly k: Estimate
  readonly hazardDemand: number
  readonly messages: number
}

/** Why nothing can be said yet. */
export interface Unidentified {
  readonly unidentified:
    | 'nobody_known_before'
    | 'caps_not_randomised'
    | 'too_few_messages'
    | 'too_few_responses'
    | 'too_few_unsubscribes'
    | 'no_answer'
  /** How many there are, and how many it takes. */
  readonly have: number
  readonly need: number
}

const LEAST_MESSAGES = 500
const LEAST_EVENTS = 20

/**
 * How response and leaving move with pressure, by maximum likelihood (Fisher scoring; log link for the response, complementary log-log for
 * the hazard). Only randomised caps identify it: without the lot, people who are written to often are those who want it.
 */
export function fitPressure(messages: readonly PressedMessage[]): PressureFit | Unidentified {
  const arms = Map.groupBy(messages, ({ cap }) => cap)
  const enough = [...arms.values()].filter(({ length }) => length >= LEAST_MESSAGES).length
  if (arms.size < 2) return { unidentified: 'caps_not_randomised', have: arms.size, need: 2 }
  if (enough < 2)
    return { unidentified: 'too_few_messages', have: Math.min(...[...arms.values()].map(({ length }) => length)), need: LEAST_MESSAGES }
  const responses = messages.filter(({ responded }) => responded).length
  if (responses < LEAST_EVENTS) return { unidentified: 'too_few_responses', have: responses, need: LEAST_EVENTS }
  const leavings = messages.filter(({ left }) => left).length
  if (leavings < LEAST_EVENTS) return { unidentified: 'too_few_unsubscribes', have: leavings, need: LEAST_EVENTS }
  // Where everybody is wanted as often it explains nothing, and stands in the way of the intercept.
  const varies = messages.some(({ wanted }) => wanted !== messages[0]!.wanted)
  const rows = messages.map(({ person, pressure, wanted, responded, left }) => ({
    person,
    x: varies ? [1, pressure, Math.log1p(wanted)] : [1, pressure],
    responded,
    left,
  }))
  const response = scored(
    rows.map(({ responded, ...row }) => ({ ...row, y: responded })),
    { rate: responses / rows.length, link: LOG },
  )
  const hazard = scored(
    rows.map(({ left, ...row }) => ({ ...row, y: left })),
    { rate: leavings / rows.length, link: CLOGLOG },
  )
  if (!response || !hazard) return { unidentified: 'no_answer', have: 0, need: 0 }
  return {
    logBase: response.at[0]!,
    d: { value: -response.at[1]!, error: response.errors[1]! },
    demand: response.at[2] ?? 0,
    logHazard: hazard.at[0]!,
    k: { value: hazard.at[1]!, error: hazard.errors[1]! },
    hazardDemand: hazard.at[2] ?? 0,
    messages: messages.length,
  }
}

interface Row {
  readonly person: string
  readonly x: readonly number[]
  readonly y: boolean
}
/** Probability by linear predictor, and d p / d η. */
type Link = (eta: number) => { readonly p: number; readonly slope: number }

const MOST = 0.98
const LOG: Link = (eta) => {
  const p = Math.min(MOST, Math.exp(eta))
  return { p, slope: p }
}
const CLOGLOG: Link = (eta) => {
  const hazard = Math.exp(Math.min(3, eta))
  return { p: Math.max(1e-12, -Math.expm1(-hazard)), slope: hazard * Math.exp(-hazard) }
}

const ROUNDS = 100

/** Fisher scoring; standard errors robust to what the messages of one person have in common (Liang & Zeger 1986). Null: no convergence. */
function scored(
  rows: readonly Row[],
  { rate, link }: { rate: number; link: Link },
): { readonly at: Float64Array; readonly errors: Float64Array } | null {
  const size = rows[0]!.x.length
  const at = new Float64Array(size)
  at[0] = Math.log(rate)
  for (let round = 0; round < ROUNDS; round++) {
    const { information, scores } = stage(rows, at, link)
    const factor = cholesky(information)
    if (!factor) return null
    const total = new Float64Array(size)
    for (const score of scores.values()) for (let i = 0; i < size; i++) total[i]! += score[i]!
    const step = choleskySolve(factor, total)
    const long = Math.max(...step.map(Math.abs))
    // At most one unit at a time keeps far starts from jumping over.
    const scale = long > 1 ? 1 / long : 1
    for (let i = 0; i < size; i++) at[i]! += scale * step[i]!
    if (!at.every(Number.isFinite)) return null
    if (long < 1e-8) return { at, errors: robust(factor, scores) }
  }
  return null
}

function stage(rows: readonly Row[], at: Float64Array, link: Link): { information: Matrix; scores: Map<string, Float64Array> } {
  const size = at.length
  const information = matrix(size, size)
  const scores = new Map<string, Float64Array>()
  for (const { person, x, y } of rows) {
    let eta = 0
    for (let i = 0; i < size; i++) eta += at[i]! * x[i]!
    const { p, slope } = link(eta)
    const spread = p * (1 - p)
    const pull = (slope * ((y ? 1 : 0) - p)) / spread
    const weight = (slope * slope) / spread
    let score = scores.get(person)
    if (!score) {
      score = new Float64Array(size)
      scores.set(person, score)
    }
    for (let i = 0; i < size; i++) {
      score[i]! += pull * x[i]!
      for (let j = 0; j < size; j++) information.data[i * size + j]! += weight * x[i]! * x[j]!
    }
  }
  return { information, scores }
}

/** Square roots of the diagonal of A⁻¹ (Σ s sᵀ) A⁻¹ over people. */
function robust(factor: Matrix, scores: ReadonlyMap<string, Float64Array>): Float64Array {
  const sums = new Float64Array(factor.rows)
  for (const score of scores.values()) {
    const moved = choleskySolve(factor, score)
    for (let i = 0; i < sums.length; i++) sums[i]! += moved[i]! ** 2
  }
  return sums.map(Math.sqrt)
}

/** Money of a response, and of a person who leaves. */
export interface Stakes {
  readonly margin: number
  readonly lifetimeValue: number
}

/** Probability of a response and hazard of leaving under a pressure. */
export const responseAt = (fit: PressureFit, pressure: number, wanted: number): number =>
  Math.min(MOST, Math.exp(fit.logBase - fit.d.value * pressure + fit.demand * Math.log1p(wanted)))
export const hazardAt = (fit: PressureFit, pressure: number, wanted: number): number =>
  Math.exp(fit.logHazard + fit.k.value * pressure + fit.hazardDemand * Math.log1p(wanted))

export interface Weighing {
  /** Money that the message is expected to bring. */
  readonly gain: number
  /** Money that the rise of the hazard costs, and the price of the slot. */
  readonly cost: number
  readonly sends: boolean
}

/** Whether one more message is worth it: p · margin against (h(P + 1) − h(P)) · lifetime value + λ. */
export function weighed(
  fit: PressureFit,
  { margin, lifetimeValue }: Stakes,
  at: { pressure: number; wanted: number; price: number },
): Weighing {
  const gain = responseAt(fit, at.pressure, at.wanted) * margin
  const rise = hazardAt(fit, at.pressure + 1, at.wanted) - hazardAt(fit, at.pressure, at.wanted)
  const cost = rise * lifetimeValue + at.price
  return { gain, cost, sends: gain > cost }
}

export interface BestCap {
  /** Messages a week. */
  readonly cap: number
  /** 90 % of the fits that the data allow have their best cap in here. */
  readonly low: number
  readonly high: number
}

const MOST_PER_WEEK = 21
const DRAWS = 400

/** The weekly cap at which the fitted curve earns most, with the range that the uncertainty of d and k allows. */
export function bestCap(fit: PressureFit, stakes: Stakes, { halfLife, wanted }: { halfLife: number; wanted: number }): BestCap {
  const r = random(`cap ${fit.messages} ${fit.d.value} ${fit.k.value}`)
  const drawn = Array.from({ length: DRAWS }, () => {
    const one = (estimate: Estimate): Estimate => ({ ...estimate, value: estimate.value + estimate.error * normal(r) })
    return argmax({ ...fit, d: one(fit.d), k: one(fit.k) }, stakes, { halfLife, wanted })
  }).sort((a, b) => a - b)
  return {
    cap: argmax(fit, stakes, { halfLife, wanted }),
    low: drawn[Math.floor(0.05 * DRAWS)]!,
    high: drawn[Math.ceil(0.95 * DRAWS) - 1]!,
  }
}

function argmax(fit: PressureFit, { margin, lifetimeValue }: Stakes, { halfLife, wanted }: { halfLife: number; wanted: number }): number {
  let best = 1
  let most = -Infinity
  for (let cap = 1; cap <= MOST_PER_WEEK; cap++) {
    const pressure = steadyPressure(cap, halfLife)
    const worth = cap * (responseAt(fit, pressure, wanted) * margin - hazardAt(fit, pressure, wanted) * lifetimeValue)
    if (worth > most) [best, most] = [cap, worth]
  }
  return best
}

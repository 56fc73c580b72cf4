import { milliseconds } from '#lib/duration.ts'
import { chance } from '#lib/hash.ts'
import type { Json } from '#lib/json.ts'
import type { Candidate, DecidedBy, DecisionRecord } from '../record.ts'
import { deciderOf } from '../rollout.ts'
import { type ModelOf, shareOf } from '../schema.ts'
import { askable, type ModelInForce, type ModelSilence, type Models, modelsOfType, type Snapshot } from '../snapshot.ts'
import type { PressureBody } from './body.ts'
import { weighed } from './fit.ts'
import { pressureOf, quarterOf, storedPressure, wantedBefore } from './state.ts'

/** Arms beside the caps (`cap:2`, …): only the contact policy limits; each message is weighed. */
export const POLICY = 'policy'
export const WEIGHED = 'weighed'
const capArm = (cap: number): string => `cap:${cap}`

export type PaceReason = 'capped:model' | 'too_much_pressure'

/** One marketing message that the contact policy has room for. */
export interface PaceQuestion {
  /** Of the decision. */
  readonly id: string
  /** Profile id: the lot is drawn for a person. */
  readonly key: string
  /** Log time, epoch ms. */
  readonly now: number
  /** `DecisionsSection.pressure`. */
  readonly kept: Json | undefined
  /** Marketing messages in the outbox. */
  readonly onItsWay: number
  /** λ: what the message takes of budgets, at their prices, in the workspace's currency. */
  readonly price: number
  /** Marketing contacts of the last seven days, those in the outbox included; and when there is room under a cap (epoch ms; null: never). */
  readonly used: number
  freeAt(cap: number): number | null
}

export interface Paced {
  /** '' where it may go. */
  readonly reason: PaceReason | ''
  /** When it may go, as far as is known now (epoch ms); null: never. */
  readonly freeAt: number | null
  readonly record: DecisionRecord
}

/** Whether pressure lets a message go; null: there is no pressure model. The first by id is asked, and it never lets go what the policy would not. */
export function pace(models: Models, question: PaceQuestion): Paced | null {
  const id = modelsOfType(models, 'pressure')[0]?.model.id
  if (id === undefined) return null
  const { decides, shadow } = deciderOf(models, id, question.key)
  const paced = pacedBy(decides as ModelInForce<'pressure'> | undefined, id, question)
  if (!shadow) return paced
  const other = pacedBy(shadow as unknown as ModelInForce<'pressure'>, id, question).record
  const propensities = Object.fromEntries(other.candidates.map(({ arm, propensity }) => [arm, propensity]))
  return { ...paced, record: { ...paced.record, shadow: { model: id, snapshot: other.snapshot, chosen: other.chosen, propensities } } }
}

function pacedBy(inForce: ModelInForce<'pressure'> | undefined, id: string, question: PaceQuestion): Paced {
  const { key, now } = question
  const model = inForce?.model
  // Who may not act draws no lots.
  if (!inForce || !model || inForce.inShadow) return unpaced(id, question, inForce ? 'model_in_shadow' : 'model_missing')
  const candidates = lotsOf(model)
  const seed = `pressure ${id} ${quarterOf(now)} ${key}`
  const chosen = drawnBy(candidates, seed)
  const said = askable(inForce, now, milliseconds(model.freshFor)!)
  const halfLife = milliseconds(model.halfLife)!
  const state = storedPressure(question.kept)
  const told = {
    pressure: rounded(pressureOf(state, { now, halfLife, onItsWay: question.onItsWay })),
    wanted: rounded(wantedBefore(state, now)),
    used: question.used,
    half_life_hours: halfLife / HOUR,
    margin: model.margin,
    lifetime_value: model.lifetimeValue,
    price: rounded(question.price),
  }
  const judged = judge(chosen, told, said)
  const record: DecisionRecord = {
    id: question.id,
    kind: 'frequency',
    model: id,
    modelVersion: inForce.version,
    snapshot: inForce.snapshot?.serial ?? 0,
    by: judged.by,
    ...(judged.silence && { silence: judged.silence }),
    candidates,
    chosen,
    propensity: candidates.find(({ arm }) => arm === chosen)!.propensity,
    seed,
    features: { ...told, ...judged.numbers, goes: judged.reason === '' ? 1 : 0 },
  }
  return { reason: judged.reason, freeAt: againAt(judged, question, told), record }
}

const HOUR = 3_600_000
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6

/** What may be drawn for a person and a quarter, with its chance; all sum to 1. */
function lotsOf({ caps, explore, control }: Pick<ModelOf<'pressure'>, 'caps' | 'explore' | 'control'>): Candidate[] {
  const drawn = shareOf(explore)
  const free = Math.min(shareOf(control), 1 - drawn)
  const lot = (arm: string, propensity: number): Candidate => ({ arm, excluded: '', propensity })
  return [...caps.map((cap) => lot(capArm(cap), drawn / caps.length)), lot(POLICY, free), lot(WEIGHED, 1 - drawn - free)]
}

/** The same person has the same lot for a whole quarter, on every worker. */
function drawnBy(candidates: readonly Candidate[], seed: string): string {
  let left = chance('lot', seed)
  for (const { arm, propensity } of candidates) {
    left -= propensity
    if (left < 0 && propensity > 0) return arm
  }
  // What rounding leaves over.
  return candidates.findLast(({ propensity }) => propensity > 0)!.arm
}

type Told = Readonly<Record<'pressure' | 'wanted' | 'used' | 'half_life_hours' | 'margin' | 'lifetime_value' | 'price', number>>

interface Judged {
  readonly by: DecidedBy
  readonly silence?: ModelSilence
  readonly reason: PaceReason | ''
  readonly numbers: Readonly<Record<string, number>>
  /** That was drawn. */
  readonly cap?: number
  readonly body?: PressureBody
}

/** What the lot and the snapshot make of the numbers. */
function judge(chosen: string, told: Told, said: Snapshot | ModelSilence): Judged {
  if (chosen === POLICY) return { by: 'control', reason: '', numbers: {} }
  if (chosen !== WEIGHED) {
    const cap = Number(chosen.slice(4))
    return { by: 'model', reason: told.used >= cap ? 'capped:model' : '', numbers: { cap }, cap }
  }
  if (typeof said === 'string') return { by: 'fallback', silence: said, reason: '', numbers: {} }
  const body = said.body as PressureBody
  // Fitted to pressures of another half-life, or not identified: the contact policy alone limits.
  if (!body.fit || body.halfLife !== told.half_life_hours * HOUR) return { by: 'fallback', silence: 'model_cold', reason: '', numbers: {} }
  const stakes = { margin: told.margin, lifetimeValue: told.lifetime_value }
  const { gain, cost, sends } = weighed(body.fit, stakes, { pressure: told.pressure, wanted: told.wanted, price: told.price })
  if (!Number.isFinite(gain) || !Number.isFinite(cost)) return { by: 'fallback', silence: 'model_not_finite', reason: '', numbers: {} }
  return { by: 'model', reason: sends ? '' : 'too_much_pressure', numbers: { gain, cost }, body }
}

function againAt({ reason, cap, body }: Judged, { now, freeAt }: PaceQuestion, told: Told): number | null {
  if (reason === '') return now
  if (cap !== undefined) return freeAt(cap)
  const limit = body?.fit ? mostPressure(body.fit, told) : null
  if (limit === null) return null
  return now + Math.max(1, Math.ceil(told.half_life_hours * HOUR * Math.log2(told.pressure / limit)))
}

const STEPS = 60
/** The pressure under which a message is worth it; null: there is none but rest for ever. */
function mostPressure(fit: NonNullable<PressureBody['fit']>, { pressure, wanted, margin, lifetime_value, price }: Told): number | null {
  const sends = (at: number): boolean => weighed(fit, { margin, lifetimeValue: lifetime_value }, { pressure: at, wanted, price }).sends
  let [low, high] = [0, pressure]
  if (!sends(low)) return null
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2
    if (sends(middle)) low = middle
    else high = middle
  }
  return low > pressure * 1e-6 ? low : null
}

function unpaced(id: string, { id: decision, key, now }: PaceQuestion, silence: ModelSilence): Paced {
  return {
    reason: '',
    freeAt: now,
    record: {
      id: decision,
      kind: 'frequency',
      model: id,
      modelVersion: 0,
      snapshot: 0,
      by: 'fallback',
      silence,
      candidates: [{ arm: POLICY, excluded: '', propensity: 1 }],
      chosen: POLICY,
      propensity: 1,
      seed: `pressure ${id} ${quarterOf(now)} ${key}`,
      features: { goes: 1 },
    },
  }
}

/** The record again, from itself and the snapshot that it names. */
export function recompute(record: DecisionRecord, snapshot: Snapshot | null): DecisionRecord {
  const { candidates, seed, features, silence } = record
  if (features['pressure'] === undefined) return record
  const chosen = drawnBy(candidates, seed)
  const { gain: _gain, cost: _cost, cap: _cap, goes: _goes, ...told } = features
  // Freshness is judged by the clock of then: what was silent of age stays silent.
  const said = silence === 'model_stale' || silence === 'model_broken' ? silence : (snapshot ?? 'model_cold')
  const { silence: again, by, reason, numbers } = judge(chosen, told as unknown as Told, said)
  const { silence: _silence, ...rest } = record
  return {
    ...rest,
    by,
    ...(again && { silence: again }),
    chosen,
    propensity: candidates.find(({ arm }) => arm === chosen)!.propensity,
    features: { ...told, ...numbers, goes: reason === '' ? 1 : 0 },
  }
}

import { milliseconds } from '#lib/duration.ts'
import { draw, normal, random } from '#lib/numeric/random.ts'
import { own } from '#lib/record.ts'
import type { About, Candidate, ChoiceRule, DecisionRecord } from '../record.ts'
import type { ModelOf } from '../schema.ts'
import { askable, type ModelInForce, type ModelSilence, type Snapshot } from '../snapshot.ts'
import type { ChoiceBody } from './body.ts'
import { LEAST_DRAWS, thompson } from './lin-ts.ts'
import { upperBound } from './linucb.ts'
import { type Asked, Beliefs, calibrated, partsAt, partsOfLogit, scaleOf, standardised } from './reward-model.ts'
import { floored, gammaOf, largest, squarecb } from './squarecb.ts'
import { netValue, type Parts } from './value.ts'

/** What those of the comparison group and those for whom nothing can be chosen get, and what the held-out get: never the name of an option. */
export const FALLBACK = 'fallback'
export const NOTHING = 'nothing'

/** One thing that could be done, and why it cannot; '' when it can. */
export interface Offered {
  readonly arm: string
  readonly excluded: string
  readonly about: About
}

export type Group = 'treated' | 'control' | 'held_out'

/** All that a choice hangs on. */
export interface Question {
  /** `enrollment:step`, with the round in a repeat; the seed as well. */
  readonly id: string
  readonly group: Group
  readonly offered: readonly Offered[]
  /** Finite numbers by name. */
  readonly features: Readonly<Record<string, number>>
  /** Id of the model, whether or not it is there. */
  readonly model: string
  readonly inForce: ModelInForce<'choice'> | undefined
  /** Log time, epoch ms. */
  readonly now: number
  /** Milliseconds that the model may take. */
  readonly budget: number
  /** λ by resource. */
  readonly prices: Readonly<Record<string, number>>
}

/** The settings that a reckoning uses. */
export const ruleOf = ({ policy, floor, margin, unsubscribeCost }: ModelOf<'choice'>): ChoiceRule => ({
  policy,
  floor,
  margin,
  unsubscribeCost,
})

/** Chooses: pure, so that the same question has the same answer anywhere, at any time. */
export function decide(question: Question): DecisionRecord {
  const { id, group, features, model, inForce, now, prices } = question
  const found = askable(inForce, now, inForce ? milliseconds(inForce.model.freshFor)! : 0)
  const silent = typeof found === 'string' ? found : tooSlow(question) ? 'model_too_slow' : undefined
  const latest = (inForce?.broken === undefined ? inForce?.snapshot?.body : undefined) as ChoiceBody | undefined
  return answered({
    id,
    group,
    offered: latest ? guarded(question.offered, latest) : question.offered,
    features,
    prices,
    model,
    modelVersion: inForce?.version ?? 0,
    rule: inForce && ruleOf(inForce.model),
    snapshot: silent === undefined ? (found as Snapshot<ChoiceBody>) : null,
    silence: silent,
  })
}

/** The same record again from itself and the snapshot that it names (null for 0): bit for bit, or something has been changed. */
export function recompute(record: DecisionRecord, snapshot: Snapshot | null): DecisionRecord {
  const { id, by, features, prices = {}, model, modelVersion, rule, silence } = record
  return answered({
    id,
    group: by === 'control' ? 'control' : by === 'held_out' ? 'held_out' : 'treated',
    offered: record.candidates
      .filter(({ arm }) => arm !== FALLBACK && arm !== NOTHING)
      .map(({ arm, excluded, about = {} }) => ({ arm, excluded, about })),
    features,
    prices,
    model,
    modelVersion,
    rule,
    snapshot: record.snapshot === 0 ? null : (snapshot as Snapshot<ChoiceBody> | null),
    silence: silence === 'no_candidate' ? undefined : silence,
    ...(record.shadow && { shadow: record.shadow }),
  })
}

interface Given extends Pick<Question, 'id' | 'group' | 'offered' | 'features' | 'prices' | 'model'> {
  readonly modelVersion: number
  readonly rule: ChoiceRule | undefined
  /** Null where none may be asked. */
  readonly snapshot: Snapshot<ChoiceBody> | null
  readonly silence: ModelSilence | undefined
  readonly shadow?: DecisionRecord['shadow']
}

function answered(given: Given): DecisionRecord {
  const { group, offered, silence, rule, snapshot } = given
  if (group === 'held_out') return alone(given, 'held_out')
  if (group === 'control') return alone(given, 'control')
  const eligible = offered.filter(({ excluded }) => excluded === '')
  if (eligible.length === 0) return alone(given, 'fallback', 'no_candidate')
  // Whoever has nothing fresh to go by explores, or there would never be anything fresh again.
  if (silence === 'model_cold' || silence === 'model_stale')
    return drawn(given, { by: 'cold_start', eligible, probabilities: new Float64Array(eligible.length).fill(1 / eligible.length) })
  if (silence !== undefined || !snapshot || !rule) return alone(given, 'fallback', silence ?? 'model_missing')
  const weighed = weigh(given, { eligible, body: snapshot.body, rule })
  return weighed ? drawn(given, { by: 'model', eligible, ...weighed }) : alone(given, 'fallback', 'model_not_finite')
}

/** What every record of it says. */
const common = ({ id, model, modelVersion, snapshot, features, prices, rule, shadow }: Given) => ({
  id,
  kind: 'choose' as const,
  model,
  modelVersion,
  snapshot: snapshot?.serial ?? 0,
  seed: id,
  features,
  ...(Object.keys(prices).length > 0 && { prices }),
  ...(rule && { rule }),
  ...(shadow && { shadow }),
})

const shown = ({ arm, excluded, about }: Offered): Omit<Candidate, 'propensity'> => ({
  arm,
  excluded,
  ...(Object.keys(about).length > 0 && { about }),
})

/** Nobody draws: all of the group, or all whom it happens to, get the same. */
function alone(given: Given, by: 'control' | 'held_out' | 'fallback', silence: DecisionRecord['silence'] = given.silence): DecisionRecord {
  const chosen = by === 'held_out' ? NOTHING : FALLBACK
  return {
    ...common(given),
    by,
    ...(silence && { silence }),
    candidates: [...given.offered.map((each) => ({ ...shown(each), propensity: 0 })), { arm: chosen, excluded: '', propensity: 1 }],
    chosen,
    propensity: 1,
  }
}

interface Drawing {
  readonly by: 'model' | 'cold_start'
  readonly eligible: readonly Offered[]
  readonly probabilities: Float64Array
  readonly weights?: readonly Weighed[]
}

function drawn(given: Given, { by, eligible, probabilities, weights }: Drawing): DecisionRecord {
  const at = draw(random(given.id), probabilities)
  const candidates = given.offered.map((each): Candidate => {
    const i = eligible.indexOf(each)
    if (i < 0) return { ...shown(each), propensity: 0 }
    const weight = weights?.[i]
    return { ...shown(each), ...(weight && { predicted: weight.value, parts: { ...weight.parts } }), propensity: probabilities[i]! }
  })
  return {
    ...common(given),
    by,
    ...(given.silence && { silence: given.silence }),
    candidates,
    chosen: eligible[at]!.arm,
    propensity: probabilities[at]!,
  }
}

interface Weighed {
  readonly value: number
  readonly parts: Parts
}

interface Weighing {
  readonly eligible: readonly Offered[]
  readonly body: ChoiceBody
  readonly rule: ChoiceRule
}

/** Values and probabilities of the candidates; null when one of them is no number. */
function weigh(given: Given, weighing: Weighing): { probabilities: Float64Array; weights: readonly Weighed[] } | null {
  const { eligible, body, rule } = weighing
  const reckoner = reckonerOf(given, weighing)
  const weights = eligible.map(({ arm, about }) => reckoner.at({ arm, about, prices: given.prices }))
  if (!weights.every(({ value }) => Number.isFinite(value))) return null
  const probabilities = floored(reckoner.probabilities(weights, gammaOf(body.n)), rule.floor)
  return probabilities.every(Number.isFinite) ? { probabilities, weights } : null
}

interface Reckoner {
  at(asked: Asked): Weighed
  probabilities(weights: readonly Weighed[], gamma: number): Float64Array
}

/** For each person as far as that is shown to bring more, else for all alike: both, each with its share. */
function reckonerOf(given: Given, weighing: Weighing): Reckoner {
  const { body, rule } = weighing
  const share = rule.policy === 'best-arm' ? 0 : body.share
  const z = standardised(body, given.features)
  const own = reckonedBy(given, weighing, new Beliefs(body.regression, z))
  const alike = reckonedBy(given, weighing, new Beliefs(body.regression, z, Float64Array.from(body.centre)))
  const told = share >= 0.5 ? own : alike
  return {
    at: (asked) => told.at(asked),
    probabilities(weights, gamma) {
      const asked = weights.map((_, i) => ({ ...weighing.eligible[i]!, prices: given.prices }))
      const by = (each: Reckoner): Float64Array => each.probabilities(each === told ? weights : asked.map((one) => each.at(one)), gamma)
      if (share === 0) return by(alike)
      const mine = by(own)
      const alls = by(alike)
      return mine.map((p, i) => share * p + (1 - share) * alls[i]!)
    },
  }
}

function reckonedBy(given: Given, weighing: Weighing, beliefs: Beliefs): Reckoner {
  const { body, rule } = weighing
  const scale = scaleOf(body, rule)
  const spread = spreadOf(given, weighing, beliefs)
  return {
    at(asked) {
      const parts = partsAt(body, asked, spread.rate(asked))
      // + 0 makes of -0, which JSON does not know, a 0.
      return { value: netValue(parts, rule) + 0, parts }
    },
    probabilities(weights, gamma) {
      if (rule.policy === 'thompson') return spread.thompson(weights)
      if (rule.policy === 'linucb') return spread.bound(weights)
      return squarecb(
        weights.map(({ value }) => value / scale),
        gamma,
      )
    },
  }
}

/** What is believed of conversion rates, and how surely. */
interface Spread {
  rate(asked: Asked): number
  thompson(weights: readonly Weighed[]): Float64Array
  bound(weights: readonly Weighed[]): Float64Array
}

/** Width of the optimism, in standard deviations. */
const ALPHA = 1

/** What a candidate would be worth with another probability of conversion. */
const valueWith = ({ value, parts }: Weighed, conversion: number, { margin }: ChoiceRule): number =>
  value + (margin * parts.worth - (parts.gives ?? 0)) * (conversion - parts.conversion)

/** All on the best: the floor is what the others get. */
function allOn(values: ArrayLike<number>): Float64Array {
  const made = new Float64Array(values.length)
  made[largest(values)] = 1
  return made
}

function spreadOf({ id }: Given, { eligible, body, rule }: Weighing, beliefs: Beliefs): Spread {
  const asked = eligible.map(({ arm, about }) => partsOfLogit(arm, about))
  return {
    rate: ({ arm, about }) => beliefs.rate(arm, about),
    bound: (weights) =>
      allOn(
        weights.map((each, i) => {
          const { arm, about } = eligible[i]!
          const optimistic = upperBound({ mean: beliefs.logit(arm, about), deviation: beliefs.deviation(arm, about) }, ALPHA)
          return valueWith(each, calibrated(body.regression, optimistic), rule)
        }),
      ),
    thompson(weights) {
      const r = random(`${id}:thompson`)
      // What candidates share is drawn once for all of them.
      const parts = [...new Set(asked.flat())].map((part) => ({ part, belief: beliefs.of(part), drawn: 0 }))
      const of = asked.map((names) => names.map((name) => parts.find(({ part }) => part === name)!))
      return thompson(eligible.length, (into) => {
        for (const each of parts) each.drawn = each.belief.mean + Math.sqrt(each.belief.variance) * normal(r)
        for (let i = 0; i < into.length; i++) {
          let logit = 0
          for (const each of of[i]!) logit += each.drawn
          into[i] = valueWith(weights[i]!, calibrated(body.regression, logit), rule)
        }
      })
    },
  }
}

/** Arms whose people unsubscribe or complain more than those of the comparison group are not chosen any more. */
function guarded(offered: readonly Offered[], { paused }: ChoiceBody): readonly Offered[] {
  if (Object.keys(paused).length === 0) return offered
  return offered.map((each) => {
    const metric = own(paused, each.arm)
    return metric === undefined || each.excluded !== '' ? each : { ...each, excluded: `guardrail:${metric}` }
  })
}

/** Pure code has no clock: time is reckoned from operations. Nanoseconds of one multiplication with what surrounds it, measured by `bench decide` and doubled. */
export const NANOSECONDS_PER_OPERATION = 20
/** In operations: a choice without any features, a feature that is looked up, and a normal number with what is done with it. */
const ONE_CHOICE = 1_500
const ONE_FEATURE = 20
const ONE_DRAW = 10

/** Operations that a choice takes at most. */
export function operations(policy: ChoiceRule['policy'], arms: number, features: number): number {
  // Two regressions, of up to four parts each.
  const parts = 8 * arms
  const drawing = policy === 'thompson' ? LEAST_DRAWS * parts * ONE_DRAW : 0
  return ONE_CHOICE + ONE_FEATURE * features + parts * (features + 1) + drawing
}

function tooSlow({ inForce, offered, features, budget }: Question): boolean {
  if (!inForce) return false
  const eligible = offered.filter(({ excluded }) => excluded === '').length
  return operations(inForce.model.policy, eligible, Object.keys(features).length) * NANOSECONDS_PER_OPERATION > budget * 1e6
}

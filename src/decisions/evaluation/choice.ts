import { z } from 'zod'
import { emptyBody } from '../choice/body.ts'
import { recompute } from '../choice/decide.ts'
import { type Example, learned, relearned, type Settings } from '../choice/learn.ts'
import { ownCost, priceOf, rewardOf } from '../choice/value.ts'
import type { About, ChoiceRule, DecisionRecord } from '../record.ts'
import type { Snapshot } from '../snapshot.ts'
import { evaluate } from './evaluate.ts'
import { type LoggedDecision, loggedOf, type Unusable } from './logged.ts'
import { bestSingleArm, type Candidate, fixedArm, type Policy, uniform } from './policies.ts'
import { Evaluation } from './schema.ts'

/** What is valued on the log of a choice's decisions. */
export const PolicyWanted = z.discriminatedUnion('kind', [
  /** The model with the settings of the document, learned on the log itself: for each person from the decisions of others. */
  z.strictObject({ kind: z.literal('document') }),
  /** What a version in shadow really said it would have done, at each decision. */
  z.strictObject({ kind: z.literal('shadow'), version: z.int().positive() }),
  z.strictObject({ kind: z.literal('arm'), arm: z.string().min(1).max(200) }),
  z.strictObject({ kind: z.literal('best-arm') }),
  z.strictObject({ kind: z.literal('uniform') }),
])
export type PolicyWanted = z.output<typeof PolicyWanted>

/** A logged choice with what has come of it. */
export interface ChoiceCase {
  readonly record: DecisionRecord
  /** Profile id. */
  readonly unit: string
  /** Epoch ms. */
  readonly at: number
  readonly converted: boolean
  /** Of the conversion; 0 where its goal has none. */
  readonly value: number
  /** Of messages that went out after it. */
  readonly cost: number
  readonly unsubscribed: boolean
  readonly complained: boolean
}

export const ChoiceEvaluation = Evaluation.extend({
  /** Decisions that could not be used, by reason. */
  skipped: z.record(z.string(), z.int().nonnegative()),
  /** What is not as it would be in real life, one sentence each. */
  notes: z.array(z.string()),
})
export type ChoiceEvaluation = z.output<typeof ChoiceEvaluation>

export interface ChoiceQuestion extends Settings {
  readonly model: string
  readonly policy: PolicyWanted
  /** The workspace's. */
  readonly currency: string
  readonly seed: string
}

/** Values a policy on what a model has chosen and what came of it; rewards by the rule given, so that two documents are held to one measure. */
export function evaluateChoice(cases: readonly ChoiceCase[], question: ChoiceQuestion): ChoiceEvaluation {
  const { policy, rule, currency, seed } = question
  const valued = cases.some(({ converted, value }) => converted && value > 0)
  const skipped: Record<string, number> = {}
  const log: LoggedDecision[] = []
  const byId = new Map<string, ChoiceCase>()
  for (const each of cases) {
    const found = byId.has(each.record.id) ? 'repeated' : usable(each, { policy, rule, valued, model: question.model })
    if (typeof found === 'string') skipped[found] = (skipped[found] ?? 0) + 1
    else {
      log.push(found)
      byId.set(each.record.id, each)
    }
  }
  const told = evaluate(log, candidateOf(byId, question), { seed, unit: valued ? currency : '' })
  return { ...told, skipped, notes: notesOf(policy, valued) }
}

type Skipped = Unusable | 'no_choice' | 'not_in_shadow' | 'shadow_silent'

function usable(
  each: ChoiceCase,
  { policy, rule, valued, model }: { policy: PolicyWanted; rule: ChoiceRule; valued: boolean; model: string },
): LoggedDecision | Skipped {
  const { record, unit, at } = each
  const found = loggedOf(record, { unit, at, reward: rewardedOf(each, { rule, valued }) })
  if (typeof found === 'string') return found
  // Where one option was possible no policy can do anything else.
  if (found.arms.length < 2) return 'no_choice'
  if (policy.kind !== 'shadow') return found
  const { shadow } = record
  if (shadow?.model !== `${model}@${policy.version}`) return 'not_in_shadow'
  const said = found.arms.reduce((sum, { arm }) => sum + (shadow.propensities[arm] ?? 0), 0)
  return Math.abs(said - 1) < 1e-6 ? found : 'shadow_silent'
}

const aboutOf = ({ candidates, chosen }: DecisionRecord): About => candidates.find(({ arm }) => arm === chosen)?.about ?? {}

/** Conversions without a worth count as 1, as they do for the model that learns. */
export const rewardedOf = (each: ChoiceCase, { rule, valued }: { rule: ChoiceRule; valued: boolean }): number =>
  rewardOf({ ...each, value: valued ? each.value : 1, cost: each.cost + ownCost(aboutOf(each.record), each.converted) }, rule)

function candidateOf(cases: ReadonlyMap<string, ChoiceCase>, question: ChoiceQuestion): Candidate {
  const { policy, model } = question
  switch (policy.kind) {
    case 'arm':
      return fixedArm(policy.arm)
    case 'best-arm':
      return bestSingleArm
    case 'uniform':
      return uniform
    case 'shadow':
      return { name: `${model} version ${policy.version}`, learn: () => inShadow(cases) }
    case 'document':
      return { name: model, learn: (training) => asLearned(training, cases, question) }
  }
}

/** Propensities that were logged beside the decision. */
const inShadow =
  (cases: ReadonlyMap<string, ChoiceCase>): Policy =>
  ({ id, arms }) =>
    normalised(arms.map(({ arm }) => cases.get(id)!.record.shadow!.propensities[arm] ?? 0))

/** The latest decisions, to which everything is fitted at once, as training does. */
const RECENT = 5_000

/** The model, learned anew from these decisions, asked about others. */
function asLearned(training: readonly LoggedDecision[], cases: ReadonlyMap<string, ChoiceCase>, settings: Settings): Policy {
  const examples = training.map(({ id }) => exampleOf(cases.get(id)!)).sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
  const [last] = examples.slice(-1)
  if (!last) return ({ arms }) => arms.map(() => 1 / arms.length)
  const body = relearned(learned(emptyBody(0), examples, settings), examples.slice(-RECENT), settings)
  const snapshot: Snapshot = { serial: 1, trainedTo: last.at, examples: examples.length, body, report: {} }
  return ({ id, arms }) => {
    const { silence: _silence, shadow: _shadow, ...record } = cases.get(id)!.record
    const again = recompute({ ...record, by: 'model', rule: settings.rule, snapshot: 1 }, snapshot)
    const said = new Map(again.candidates.map(({ arm, propensity }) => [arm, propensity]))
    return normalised(arms.map(({ arm }) => said.get(arm) ?? 0))
  }
}

/** A model without an answer would leave it to the fallback, which is none of these: nobody is preferred then. */
function normalised(probabilities: readonly number[]): readonly number[] {
  const sum = probabilities.reduce((total, each) => total + each, 0)
  return sum > 0 ? probabilities.map((each) => each / sum) : probabilities.map(() => 1 / probabilities.length)
}

function exampleOf({ record, at, unit: _unit, ...outcome }: ChoiceCase): Example {
  const eligible = record.candidates.filter(({ excluded }) => excluded === '')
  return {
    id: record.id,
    at,
    group: 'treated',
    chosen: record.chosen,
    propensity: record.propensity,
    candidates: eligible.map(({ arm, about = {} }) => ({ arm, about, price: priceOf(about, record.prices ?? {}) })),
    features: record.features,
    ...outcome,
  }
}

const notesOf = (policy: PolicyWanted, valued: boolean): string[] => [
  ...(policy.kind === 'document'
    ? ['It is valued as it would be after learning from this log; on the way there it would have explored more.']
    : []),
  ...(policy.kind === 'shadow' ? ['Its probabilities are those that it gave at each decision, with what it had learned by then.'] : []),
  ...(valued ? [] : ['A conversion counts as 1, because the goal has no value.']),
  'Budgets, inventory and caps are taken as they were: what the policy itself would have used up is not reckoned with.',
  'What was done is the model as it decided over this time, exploration included; comparison group and hold-out are not in it.',
]

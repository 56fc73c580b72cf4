import { overlaps } from './risk.ts'
import type { ApprovalPolicy, Condition, Evidence, Need, Operation, Touched } from './schema.ts'

/** Everything that policies may ask of a proposal. */
export interface Facts extends Evidence {
  readonly operation: Operation
  readonly touched: readonly Touched[]
}

/** Which policies ask for people, and why. Changing a policy for approvals always asks whom the strictest one in force asks. */
export function assess(policies: readonly ApprovalPolicy[], facts: Facts): Need[] {
  const needs = policies.filter((policy) => policy.for.includes(facts.operation)).flatMap((policy) => needOf(policy, facts) ?? [])
  const guarded = facts.touched.filter(({ kind, id }) => kind === 'approval-policy' && policies.length > 0 && id !== '')
  const strictest = [...policies].sort((a, b) => b.quorum - a.quorum || (a.id < b.id ? -1 : 1))[0]
  if (guarded.length === 0 || !strictest || needs.some(({ quorum, ownWork }) => quorum >= strictest.quorum && ownWork === 'forbidden'))
    return needs
  const reasons = guarded.map(
    ({ id, action }) => `${WORDS[action]} the policy for approvals “${id}”, and there are such policies in force.`,
  )
  return [...needs, { ...asNeed(strictest, reasons), ownWork: 'forbidden' }]
}

const WORDS = { create: 'It adds', change: 'It changes', archive: 'It takes away' } as const

function needOf(policy: ApprovalPolicy, facts: Facts): Need | undefined {
  const reasons = policy.when.flatMap((condition) => reasonFor(condition, facts) ?? [])
  return reasons.length > 0 ? asNeed(policy, reasons) : undefined
}

const asNeed = ({ id, name, quorum, deciders, ownWork, deadline, otherwise, sample }: ApprovalPolicy, reasons: string[]): Need => ({
  policy: id,
  name: name ?? id,
  reasons,
  quorum,
  deciders,
  ownWork,
  deadline: deadline ?? null,
  otherwise,
  sample,
})

/** Why the condition holds, for people; undefined when it does not. */
export function reasonFor(condition: Condition, facts: Facts): string | undefined {
  switch (condition.kind) {
    case 'always':
      return 'The policy asks each time.'
    case 'reach':
      return facts.people >= condition.people
        ? `Up to ${facts.people} people can be reached; from ${condition.people} on it needs a person.`
        : undefined
    case 'spend':
      return spendReason(condition.amount, facts)
    case 'discount':
      return discountReason(condition, facts.discount)
    case 'category':
      return listed(
        (names) => `Of the category ${names}.`,
        facts.categories.filter((each) => condition.any.includes(each)),
      )
    case 'jurisdiction':
      if (facts.touched.length > 0 && facts.reach.length === 0 && facts.operation === 'publish') return undefined
      if (facts.jurisdictions.length === 0) return `Nothing restricts it to places other than ${condition.any.join(', ')}.`
      return listed(
        (names) => `It reaches people in ${names}.`,
        facts.jurisdictions.filter((place) => condition.any.some((wanted) => overlaps(wanted, place))),
      )
    case 'brandVoice':
      return facts.voice.score >= condition.score
        ? `The texts score ${facts.voice.score} of 100 for risk: ${facts.voice.findings
            .slice(0, 3)
            .map(({ says }) => says)
            .join(' ')}`
        : undefined
    case 'firstSend':
      return listed(
        (names) => `Used for the first time: ${names}.`,
        facts.firstSends.filter(({ kind }) => condition.of.includes(kind)).map(({ kind, id }) => `${kind} “${id}”`),
      )
    case 'autonomy':
      return listed(
        (names) => `No person at a screen: ${names}.`,
        facts.actors.filter((actor) => condition.actors.some((kind) => actor.startsWith(`${kind}:`))),
      )
    case 'documents':
      return listed(
        (names) => `It touches ${names}.`,
        facts.touched
          .filter(({ kind, action }) => condition.kinds.includes(kind) && (condition.actions?.includes(action) ?? true))
          .map(({ kind, id, action }) => `${kind} “${id}” (${action})`),
      )
    case 'inFlight':
      return facts.inFlight ? 'People who are inside are taken along to the new version.' : undefined
  }
}

const listed = (sentence: (names: string) => string, found: readonly string[]): string | undefined =>
  found.length > 0 ? sentence(found.slice(0, 5).join(', ')) : undefined

/** A channel without a price could cost anything: whoever limits spending has to say what providers charge. */
function spendReason(amount: number, { cost, messages }: Facts): string | undefined {
  if (cost.total >= amount && (cost.total > 0 || messages > 0))
    return `It can cost ${cost.total} ${cost.currency}; from ${amount} on it needs a person.`
  const unpriced = cost.unpriced.filter(
    (channel) => channel !== 'email' && channel !== 'inapp' && channel !== 'webhook' && channel !== 'push' && channel !== 'slack',
  )
  return unpriced.length > 0 ? `Nobody has said what ${unpriced.join(', ')} costs in ${cost.currency}.` : undefined
}

function discountReason({ percent, amount }: Extract<Condition, { kind: 'discount' }>, found: Facts['discount']): string | undefined {
  if (percent !== undefined && found.percent >= percent)
    return `It names a discount of ${found.percent} % (${found.at}); from ${percent} % on it needs a person.`
  if (amount !== undefined && found.amount >= amount)
    return `It names ${found.amount} off (${found.at}); from ${amount} on it needs a person.`
  return undefined
}

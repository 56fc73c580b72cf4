import type { Given } from './content.ts'
import { type Asked, type Evidence, type Finding, type Gate, PASS } from './facts.ts'
import { disclosureGate, wordingGate } from './gates-content.ts'
import { consentGate, eligibilityGate, factorsGate, frequencyGate, reviewGate } from './gates-people.ts'
import { hoursGate } from './hours.ts'
import { type Likeness, likeness } from './likeness.ts'
import { mayHold, type Places } from './places.ts'
import type { GateKind, GateRule, Policy } from './schema.ts'

/** A policy in one of its versions. */
export interface VersionedPolicy {
  readonly policy: Policy
  readonly version: number
}

/** What one policy said, when it did not let the message pass. */
export interface Ruling {
  readonly policy: string
  readonly version: number
  readonly name: string
  readonly gate: GateKind
  readonly jurisdiction: string
  readonly citation: string
  readonly finding: Exclude<Finding, { kind: 'pass' }>
}

/** What all that apply said together. */
export interface Judgement {
  readonly outcome: 'pass' | 'refuse' | 'defer'
  /** Those that let it pass, as `id@version`. */
  readonly passed: readonly string[]
  /** Refusals first, in the order of the gates. */
  readonly rulings: readonly Ruling[]
  /** Of `defer`: epoch ms at which all that defer would let it pass, if nothing else changes. */
  readonly until: number
}

/** The policies of a workspace, compiled and indexed. */
export interface Gatekeeper {
  /** False: there are no policies, and nothing is asked. */
  readonly exists: boolean
  /** Some policy counts messages, so contacts must be remembered. */
  readonly counts: boolean
  /** Some policy that may apply looks at the content. */
  readsContent(message: Asked['message'], now: number): boolean
  /** The class of a message by what it says, for `Asked.alike`; null: none like it was read before. */
  alike(kin: string, given: Given): string | null
  judge(asked: Asked): Judgement
}

/** The order in which gates are asked (protocols §7). */
const ORDER: Readonly<Record<GateKind, number>> = {
  consent: 0,
  factors: 1,
  eligibility: 2,
  review: 3,
  wording: 4,
  disclosure: 5,
  hours: 6,
  frequency: 7,
}
const CONTENT = new Set<GateKind>(['wording', 'disclosure'])

interface Compiled extends VersionedPolicy {
  readonly gate: Gate
  readonly name: string
  readonly from: number
  /** Epoch ms from which on it does not hold any more. */
  readonly until: number
  readonly jurisdictions: readonly string[]
}

/** Answers that are remembered by kind of message and by place. */
const REMEMBERED = 2_000
const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`)

export function gatekeeper(policies: readonly VersionedPolicy[]): Gatekeeper {
  const compiled = policies
    .map(compiledOf)
    .sort((a, b) => ORDER[a.policy.rule.kind] - ORDER[b.policy.rule.kind] || (a.name < b.name ? -1 : 1))
  const byKind = new Map<string, readonly Compiled[]>()
  const byPlace = new Map<string, readonly Compiled[]>()
  const ofKind = ({ channel, lane, category }: Asked['message']): readonly Compiled[] =>
    remembered(byKind, `${channel} ${lane} ${category}`, () =>
      compiled.filter(({ policy }) => concerns(policy, { channel, lane, category })),
    )
  const ofPlace = (message: Asked['message'], places: Places): readonly Compiled[] =>
    remembered(byPlace, `${message.channel} ${message.lane} ${message.category} ${places.key}`, () =>
      ofKind(message).filter(({ jurisdictions }) => jurisdictions.some((jurisdiction) => mayHold(jurisdiction, places))),
    )
  const classes = likeness(compiled.flatMap(({ policy }) => phrasesOf(policy.rule)))
  return {
    exists: compiled.length > 0,
    alike: (kin, given) => alikeIn(classes, kin, given),
    counts: compiled.some(({ policy }) => policy.rule.kind === 'frequency'),
    readsContent: (message, now) => ofKind(message).some((each) => CONTENT.has(each.policy.rule.kind) && isInForce(each, now)),
    judge(asked) {
      const { subject, message } = asked
      const found = subject ? ofPlace(message, subject.places) : ofKind(message)
      return judgement(found, asked)
    },
  }
}

export const NO_GATES: Gatekeeper = gatekeeper([])

function remembered<T>(known: Map<string, T>, key: string, make: () => T): T {
  const held = known.get(key)
  if (held !== undefined) return held
  if (known.size >= REMEMBERED) known.clear()
  const made = make()
  known.set(key, made)
  return made
}

function compiledOf({ policy, version }: VersionedPolicy): Compiled {
  const { effective, jurisdiction, applies } = policy
  return {
    policy,
    version,
    gate: gateOf(policy.rule),
    name: `${policy.id}@${version}`,
    from: startOf(effective.from),
    until: effective.until === undefined ? Infinity : startOf(effective.until),
    jurisdictions: applies.jurisdictions ?? [jurisdiction],
  }
}

function gateOf(rule: GateRule): Gate {
  switch (rule.kind) {
    case 'eligibility':
      return eligibilityGate(rule)
    case 'consent':
      return consentGate(rule)
    case 'hours':
      return hoursGate(rule)
    case 'frequency':
      return frequencyGate(rule)
    case 'disclosure':
      return disclosureGate(rule)
    case 'wording':
      return wordingGate(rule)
    case 'review':
      return reviewGate(rule)
    case 'factors':
      return factorsGate(rule)
  }
}

type Kind = Pick<Asked['message'], 'channel' | 'lane' | 'category'>

function concerns({ applies: { channels, lane, categories } }: Policy, message: Kind): boolean {
  return (
    (!channels || (channels as readonly string[]).includes(message.channel)) &&
    (lane === 'any' || lane === message.lane) &&
    (!categories || categories.includes(message.category))
  )
}

const isInForce = ({ from, until }: Compiled, now: number): boolean => from <= now && now < until

/** At decision what is written is not known yet, and is asked at hand-over. */
function isMeant({ policy: { rule, applies } }: Compiled, asked: Asked): boolean {
  const { stage, subject } = asked
  if (CONTENT.has(rule.kind) && (stage === 'decision' || (stage === 'publish' && !asked.content))) return false
  return !applies.segments || !subject || applies.segments.some((id) => subject.scope.segment(id))
}

/** Every phrase that a rule looks for. */
function phrasesOf(rule: GateRule): readonly string[] {
  if (rule.kind === 'wording') return [...(rule.forbid ?? []), ...(rule.require ?? []), ...(rule.unless ?? [])]
  return rule.kind === 'disclosure' ? [...(rule.says ?? []), ...(rule.if ?? []), ...(rule.near ?? [])] : []
}

function alikeIn(classes: Likeness, kin: string, { subject, html, text = '', unsubscribe, oneClick, postalAddress }: Given): string | null {
  if (html === undefined) return null
  const found = classes.of(kin, { subject, html, text }, postalAddress)
  return found && `${oneClick} ${unsubscribe !== '' && html.includes(unsubscribe)} ${text === ''} ${found}`
}

/** Classes of messages that all rules on content of a list have let pass, by day: rules begin and end with days. */
const familiar = new WeakMap<readonly Compiled[], Set<string>>()
const CLASSES = 20_000
const DAY = 86_400_000

function isFamiliar(policies: readonly Compiled[], name: string | null): boolean {
  return name !== null && (familiar.get(policies)?.has(name) ?? false)
}

function becomeFamiliar(policies: readonly Compiled[], name: string): void {
  // A rule for some people only is not asked of all.
  if (policies.some(({ policy: { rule, applies } }) => CONTENT.has(rule.kind) && applies.segments)) return
  const known = familiar.get(policies) ?? new Set<string>()
  if (known.size >= CLASSES) known.clear()
  familiar.set(policies, known.add(name))
}

function judgement(policies: readonly Compiled[], asked: Asked): Judgement {
  const passed: string[] = []
  const refused: Ruling[] = []
  const deferred: Ruling[] = []
  const { stage, now, alike = null, message } = asked
  const name = stage === 'dispatch' && alike !== null ? `${Math.floor(now / DAY)} ${message.language ?? ''} ${alike}` : null
  const known = isFamiliar(policies, name)
  let until = now
  let wrong = 0
  for (const compiled of policies) {
    const { policy, version, gate } = compiled
    const reads = CONTENT.has(policy.rule.kind)
    if (!isInForce(compiled, now) || !isMeant(compiled, asked)) continue
    const finding = reads && stage === 'dispatch' ? (known ? PASS : asked.content ? gate(asked) : UNREAD) : gate(asked)
    if (finding.kind === 'pass') {
      passed.push(compiled.name)
      continue
    }
    if (reads) wrong++
    const { id, jurisdiction, citation, rule } = policy
    const ruling: Ruling = { policy: id, version, name: policy.name, gate: rule.kind, jurisdiction, citation, finding }
    if (finding.kind === 'defer') {
      until = Math.max(until, finding.until)
      deferred.push(ruling)
    } else refused.push(ruling)
  }
  if (name !== null && !known && wrong === 0) becomeFamiliar(policies, name)
  const outcome = refused.length > 0 ? 'refuse' : deferred.length > 0 ? 'defer' : 'pass'
  return { outcome, passed, rulings: [...refused, ...deferred], until }
}

const UNREAD: Finding = {
  kind: 'refuse',
  reason: 'The message cannot be read, so nobody can say what it holds',
  evidence: {} satisfies Evidence,
}

/** The reason of a refusal as runs, messages and reports keep it: `policy:<id> (<citation>)`. */
export const reasonOf = ({ policy, citation }: Pick<Ruling, 'policy' | 'citation'>): `policy:${string}` => `policy:${policy} (${citation})`

import type { Given } from './content.ts'
import { type Asked, type Evidence, type Finding, type Gate, PASS, type Stage } from './facts.ts'
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
  /** All of them, in the order in which they are asked. */
  readonly policies: readonly VersionedPolicy[]
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
  /** It looks at what is written. */
  readonly reads: boolean
  /** Days since 1970 in UTC: the first on which it holds, and the first on which it does not any more. */
  readonly from: number
  readonly until: number
  readonly jurisdictions: readonly string[]
}

/** Answers that are remembered by kind of message and by place. */
const REMEMBERED = 2_000
/** A message is judged today, or yesterday in what is replayed. */
const DAYS = 8
const DAY = 86_400_000
const startOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY

/** The rules that concern a kind of message, everywhere and by place. */
interface OfKind {
  readonly all: Sheet
  readonly byPlace: Map<string, Sheet>
}

export function gatekeeper(policies: readonly VersionedPolicy[]): Gatekeeper {
  const compiled = policies
    .map(compiledOf)
    .sort((a, b) => ORDER[a.policy.rule.kind] - ORDER[b.policy.rule.kind] || (a.name < b.name ? -1 : 1))
  const kinds = new Map<string, Map<string, OfKind>>()
  const ofKind = ({ channel, lane, category }: Asked['message']): OfKind => {
    const names = remembered(kinds, `${channel} ${lane}`, { make: newKinds })
    const held = names.get(category)
    if (held) return held
    const all = new Sheet(compiled.filter(({ policy }) => concerns(policy, { channel, lane, category })))
    return remembered(names, category, { make: () => ({ all, byPlace: new Map() }) })
  }
  const classes = likeness(compiled.flatMap(({ policy }) => phrasesOf(policy.rule)))
  return {
    exists: compiled.length > 0,
    policies: compiled,
    alike: (kin, given) => alikeIn(classes, kin, given),
    counts: compiled.some(({ policy }) => policy.rule.kind === 'frequency'),
    readsContent: (message, now) => ofKind(message).all.on(now, 'dispatch').reads,
    judge(asked) {
      const { subject, message, stage, now } = asked
      const kind = ofKind(message)
      const sheet = subject ? inPlaces(kind, subject.places) : kind.all
      // The text of a message is read only when a rule asks for it.
      return judgement(sheet.on(now, stage === 'publish' && asked.content === null ? 'decision' : stage), asked)
    },
  }
}

const newKinds = (): Map<string, OfKind> => new Map()

function inPlaces({ all, byPlace }: OfKind, places: Places): Sheet {
  const held = byPlace.get(places.key)
  if (held) return held
  const holding = all.policies.filter(({ jurisdictions }) => jurisdictions.some((jurisdiction) => mayHold(jurisdiction, places)))
  return remembered(byPlace, places.key, { make: () => new Sheet(holding) })
}

/** Rules of some messages, by the days on which they hold: they begin and end with days. */
class Sheet {
  readonly policies: readonly Compiled[]
  readonly #days: Readonly<Record<Stage, Map<number, Asking>>> = { publish: new Map(), decision: new Map(), dispatch: new Map() }

  constructor(policies: readonly Compiled[]) {
    this.policies = policies
  }

  on(now: number, stage: Stage): Asking {
    const day = Math.floor(now / DAY)
    const held = this.#days[stage].get(day)
    if (held) return held
    const make = (): Asking => {
      const asked = this.policies.filter(({ from, until, reads }) => from <= day && day < until && (stage !== 'decision' || !reads))
      return {
        policies: asked,
        names: asked.map(({ name }) => name),
        reads: asked.some(({ reads }) => reads),
        // A rule for some people only is not asked of all.
        knows: !asked.some(({ reads, policy: { applies } }) => reads && applies.segments),
        familiar: new Set(),
      }
    }
    return remembered(this.#days[stage], day, { make, most: DAYS })
  }
}

/** The rules that are asked at a stage on a day. At decision what is written is not known yet, and is asked at hand-over. */
interface Asking {
  readonly policies: readonly Compiled[]
  readonly names: readonly string[]
  readonly reads: boolean
  /** Whether classes of messages can be known. */
  readonly knows: boolean
  /** Classes of messages that all rules on content have let pass. */
  readonly familiar: Set<string>
}

export const NO_GATES: Gatekeeper = gatekeeper([])

function remembered<K, T>(known: Map<K, T>, key: K, { make, most = REMEMBERED }: { make: () => T; most?: number }): T {
  const held = known.get(key)
  if (held !== undefined) return held
  if (known.size >= most) known.clear()
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
    reads: CONTENT.has(policy.rule.kind),
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

const isMeant = ({ policy: { applies } }: Compiled, subject: Asked['subject']): boolean =>
  !applies.segments || !subject || applies.segments.some((id) => subject.scope.segment(id))

/** Every phrase that a rule looks for. */
function phrasesOf(rule: GateRule): readonly string[] {
  if (rule.kind === 'wording') return [...(rule.forbid ?? []), ...(rule.require ?? []), ...(rule.unless ?? [])]
  return rule.kind === 'disclosure' ? [...(rule.says ?? []), ...(rule.if ?? []), ...(rule.near ?? [])] : []
}

function alikeIn(classes: Likeness, kin: string, { subject, html, text = '', unsubscribe, oneClick, postalAddress }: Given): string | null {
  if (html === undefined) return null
  const found = classes.of(kin, { subject, html, text }, { words: postalAddress, address: unsubscribe })
  if (found === null) return null
  const isLinked = unsubscribe !== '' && (found[0] === '=' || html.includes(unsubscribe))
  return `${oneClick ? 1 : 0}${isLinked ? 1 : 0}${text === '' ? 1 : 0}${found}`
}

const CLASSES = 20_000

/** Messages in different languages are different messages. */
const classOf = ({ stage, alike = null, message: { language } }: Asked): string | null =>
  stage !== 'dispatch' || alike === null || language === undefined ? alike : `${language}\u0003${alike}`

function judgement(asking: Asking, asked: Asked): Judgement {
  const { policies, names, knows, familiar } = asking
  const name = asked.stage === 'dispatch' && knows ? classOf(asked) : null
  const known = name !== null && familiar.has(name)
  let others: Map<Compiled, Finding | null> | null = null
  for (const compiled of policies) {
    const finding = found(compiled, asked, known)
    if (finding?.kind !== 'pass') others = (others ?? new Map()).set(compiled, finding)
  }
  if (name !== null && !known && (others === null || ![...others].some(([{ reads }, finding]) => reads && finding)))
    becomeFamiliar(familiar, name)
  return others === null ? { outcome: 'pass', passed: names, rulings: [], until: asked.now } : withOthers(policies, others, asked.now)
}

/** What a rule says; null: it is not asked of this person. */
function found(compiled: Compiled, asked: Asked, known: boolean): Finding | null {
  if (!isMeant(compiled, asked.subject)) return null
  if (!compiled.reads || asked.stage !== 'dispatch') return compiled.gate(asked)
  return known ? PASS : asked.content ? compiled.gate(asked) : UNREAD
}

function becomeFamiliar(familiar: Set<string>, name: string): void {
  if (familiar.size >= CLASSES) familiar.clear()
  familiar.add(name)
}

function withOthers(policies: readonly Compiled[], others: ReadonlyMap<Compiled, Finding | null>, now: number): Judgement {
  const refused: Ruling[] = []
  const deferred: Ruling[] = []
  let until = now
  for (const [{ policy, version }, finding] of others) {
    if (finding === null || finding.kind === 'pass') continue
    const { id, name, jurisdiction, citation, rule } = policy
    const ruling: Ruling = { policy: id, version, name, gate: rule.kind, jurisdiction, citation, finding }
    if (finding.kind === 'defer') {
      until = Math.max(until, finding.until)
      deferred.push(ruling)
    } else refused.push(ruling)
  }
  const passed = policies.filter((compiled) => !others.has(compiled)).map(({ name }) => name)
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

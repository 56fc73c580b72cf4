import { phoneNumber } from '#channels/phone.ts'
import type { MessageFacts, SubjectFacts } from '#consent/policies/facts.ts'
import { type Judgement, type Ruling, reasonOf } from '#consent/policies/gatekeeper.ts'
import { type Places, placesOf } from '#consent/policies/places.ts'
import { GENERAL } from '#consent/policies/schema.ts'
import type { VerdictFact } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import { attribute, phoneOf } from '#profiles/react.ts'
import type { Attribute, ProfileSection } from '#profiles/schema.ts'
import { type Scope, scopeOf } from '#segments/condition/scope.ts'
import type { Enrollment } from './enrollment.ts'
import type { Message, Standing } from './node.ts'
import type { Person } from './person.ts'
import type { Reason } from './reasons.ts'
import type { Turn } from './turn.ts'

/** What the rules of law said against a message, on its way to become facts. */
export interface Judged {
  readonly channel: string
  readonly category: string
  readonly judgement: Judgement
}

export type Gated =
  /** What the message carries from now on. */
  | { readonly kind: 'pass'; readonly passed: Pick<Message, 'passed'> }
  | { readonly kind: 'refuse'; readonly reason: Reason; readonly judged: Judged }
  /** It may go at `until` (epoch ms). */
  | { readonly kind: 'defer'; readonly until: number; readonly reason: Reason; readonly judged: Judged }

const FREE: Gated = { kind: 'pass', passed: {} }

/** The rules of law, asked at the moment of decision, of the person as they are. What is written is asked at hand-over. */
export function gated({ definitions, person, run, now }: Standing, message: Message): Gated {
  const { gates } = definitions
  if (!gates.exists || !message.contact) return FREE
  const { channel } = message.contact
  const { topic, lane, category = GENERAL, payload } = message
  const template = typeof payload['template'] === 'string' ? definitions.templates.get(payload['template']) : undefined
  const facts: MessageFacts = {
    id: '',
    channel,
    lane,
    topic,
    category,
    language: undefined,
    review: template?.review,
    approval: template?.approval,
    decidedBy: definitions.decidedBy(run.journey, run.version),
  }
  const judgement = gates.judge({ stage: 'decision', subject: subjectOf(person, now), message: facts, content: null, now })
  if (judgement.outcome === 'pass') return { kind: 'pass', passed: { passed: judgement.passed } }
  const reason = reasonOf(judgement.rulings[0]!)
  const judged = { channel, category, judgement }
  return judgement.outcome === 'refuse' ? { kind: 'refuse', reason, judged } : { kind: 'defer', until: judgement.until, reason, judged }
}

/** A person as rules ask about them at a moment (epoch ms). */
export const subjectOf = (person: Person, now: number): SubjectFacts => new Subject(person, now)

/** Most rules ask little of a person: the rest is not made. */
class Subject implements SubjectFacts {
  readonly id: string
  readonly permits: SubjectFacts['permits']
  readonly contacts: SubjectFacts['contacts']
  readonly #person: Person
  readonly #now: number
  #scope: Scope | undefined
  #places: Places | undefined

  constructor(person: Person, now: number) {
    this.id = person.profile.id
    this.permits = person.consent.permits
    this.contacts = person.contacts.sends
    this.#person = person
    this.#now = now
  }

  get scope(): Scope {
    const { profile, consent, segments } = this.#person
    this.#scope ??= scopeOf({
      profile,
      permits: consent.permits,
      now: this.#now,
      segment: (id) => own(segments.holds, id) !== undefined,
      list: (id) => (own(segments.lists, id) ?? 0) > 0,
      score: (name) => own(segments.scores, name)?.[0],
    })
    return this.#scope
  }

  get places(): Places {
    const { profile } = this.#person
    this.#places ??= placesOf({ attribute: (name) => attribute(profile, name), phones: phonesOf(profile) })
    return this.#places
  }

  attribute(name: string): Attribute | undefined {
    return own(this.#person.profile.attributes, name)
  }

  onList(id: string): number | undefined {
    const since = own(this.#person.segments.lists, id) ?? 0
    return since > 0 ? since : undefined
  }
}

/** Every telephone number of theirs, in E.164. Asked for each message, and mostly all the same. */
function phonesOf(profile: ProfileSection): readonly string[] {
  const [first, second, third] = [phoneOf(profile), attribute(profile, 'phone'), attribute(profile, 'mobile')]
  const found: string[] = []
  const add = (text: Json | undefined): void => {
    const number = typeof text === 'string' ? phoneNumber(text) : undefined
    if (number !== undefined) found.push(number)
  }
  add(first)
  if (second !== first) add(second)
  if (third !== first) add(third)
  return found
}

interface Place {
  readonly workspace_id: string
  readonly profile_id: string
  readonly effect_id: string
  readonly journey_id: string
  readonly version: number
  readonly enrollment_id: string
  readonly step_id: string
  readonly at: number
}

/** One row for all that let it pass, or one for each that did not. */
function rowsOf(place: Place, { stage, channel, category, outcome, passed, rulings, until }: Verdict): VerdictFact[] {
  const about = { ...place, stage, channel, category, outcome }
  if (outcome === 'pass') return [{ ...about, ...NOTHING, policies: passed.join(' ') }]
  return rulings.map(({ policy, version, gate, jurisdiction, citation, reason, evidence, outcome: own }) => ({
    ...about,
    outcome: own,
    policy,
    policy_version: version,
    gate,
    jurisdiction,
    citation,
    reason,
    evidence: JSON.stringify(evidence),
    policies: passed.join(' '),
    until: own === 'defer' ? until : 0,
  }))
}

const NOTHING = { policy: '', policy_version: 0, gate: '', jurisdiction: '', citation: '', reason: '', evidence: '{}', until: 0 }

/** A judgement as receipts carry it. */
export interface Verdict {
  readonly stage: 'decision' | 'dispatch'
  readonly channel: string
  readonly category: string
  readonly outcome: Judgement['outcome']
  readonly passed: readonly string[]
  readonly until: number
  readonly rulings: readonly {
    readonly policy: string
    readonly version: number
    readonly gate: string
    readonly jurisdiction: string
    readonly citation: string
    readonly outcome: 'refuse' | 'defer'
    readonly reason: string
    readonly evidence: JsonObject
  }[]
}

export function verdictOf(stage: Verdict['stage'], { channel, category, judgement }: Judged): Verdict {
  const { outcome, passed, rulings, until } = judgement
  return { stage, channel, category, outcome, passed, until, rulings: rulings.map(told) }
}

const told = ({ policy, version, gate, jurisdiction, citation, finding }: Ruling): Verdict['rulings'][number] => ({
  policy,
  version,
  gate,
  jurisdiction,
  citation,
  outcome: finding.kind,
  reason: finding.reason,
  evidence: finding.evidence as JsonObject,
})

const placeOf = (turn: Turn, { id, journey, version, step }: Enrollment, effect: string): Place => ({
  workspace_id: turn.context.definitions.workspace,
  profile_id: turn.person.profile.id,
  effect_id: effect,
  journey_id: journey,
  version,
  enrollment_id: id,
  step_id: step,
  at: turn.context.now,
})

const tell = (turn: Turn, place: Place, verdict: Verdict): void => {
  for (const row of rowsOf(place, verdict)) turn.facts.push({ table: 'verdicts', row })
}

/** Notes what was said against a message. */
export const tellJudged = (turn: Turn, run: Enrollment, judged: Judged): void =>
  tell(turn, placeOf(turn, run, ''), verdictOf('decision', judged))

/** Notes what let a message pass. */
export function tellPassed(turn: Turn, run: Enrollment, { message, id }: { message: Message; id: string }): void {
  const { contact, channel, category = GENERAL, passed = [] } = message
  const verdict: Verdict = {
    stage: 'decision',
    channel: contact?.channel ?? channel,
    category,
    outcome: 'pass',
    passed,
    until: 0,
    rulings: [],
  }
  tell(turn, placeOf(turn, run, id), verdict)
}

/** Notes what a receipt says of the rules that were asked at hand-over. */
export function tellVerdict(turn: Turn, { props, at }: EventRecord): void {
  const verdict = props['gates'] as unknown as Verdict | undefined
  if (verdict === undefined || typeof verdict !== 'object') return
  const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
  const place: Place = {
    workspace_id: turn.context.definitions.workspace,
    profile_id: turn.person.profile.id,
    effect_id: text(props['effect_id']),
    journey_id: text(props['journey_id']),
    version: typeof props['version'] === 'number' ? props['version'] : 0,
    enrollment_id: text(props['enrollment_id']),
    step_id: text(props['step_id']),
    at,
  }
  tell(turn, place, verdict)
}

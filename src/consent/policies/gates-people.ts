import { durationText, milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { own } from '#lib/record.ts'
import type { Available } from '#segments/condition/available.ts'
import { instant } from '#segments/condition/instant.ts'
import { predicate } from '#segments/condition/predicate.ts'
import { read } from '#segments/condition/read.ts'
import type { Permit } from '../schema.ts'
import { type Asked, type Finding, type Gate, PASS, refusing, type SubjectFacts } from './facts.ts'
import type { RuleOf } from './schema.ts'

/** Clocks of systems that establish evidence may run ahead by so long (ms). */
const AHEAD = 5 * 60_000
const dayOf = (at: number): string => new Date(at).toISOString()

/** What a rule's condition can ask: nothing is gathered for it. */
export const ASKABLE = { event: false, entry: false, gathered: false } as const satisfies Available

type Eligibility = RuleOf<'eligibility'>
type Wanted = Eligibility['evidence'][number]

export function eligibilityGate({ evidence, when }: Eligibility): Gate {
  const tree = when === undefined ? null : read(when, ASKABLE)
  const broken = tree !== null && isRefusal(tree)
  const holds = tree === null || isRefusal(tree) ? null : predicate(tree)
  return ({ subject, now }) => {
    if (!subject) return PASS
    if (broken) return refusing('The condition of this rule cannot be read', { when: when! })
    for (const wanted of evidence) {
      const found = evidenceOf(wanted, subject, now)
      if (found.kind !== 'pass') return found
    }
    if (holds && !holds(subject.scope)) return refusing(`They do not meet: ${when}`, { when: when! })
    return PASS
  }
}

function evidenceOf(wanted: Wanted, subject: SubjectFacts, now: number): Finding {
  const { name, at, value } = established(wanted, subject)
  const greatest = wanted.within === undefined ? null : milliseconds(wanted.within)!
  const known = at !== undefined && Math.abs(at) <= 8.64e15
  const evidence = () => ({ evidence: name, value: shown(value), at: known ? dayOf(at) : null, greatestAge: wanted.within ?? null })
  if (value === undefined || value === null) return refusing(`There is no evidence “${name}” on file`, evidence())
  if ('attribute' in wanted && wanted.is !== undefined && value !== wanted.is)
    return refusing(`“${name}” is ${shown(value)}, and must be ${String(wanted.is)}`, evidence())
  if (!known) return refusing(`It is not known when “${name}” was established`, evidence())
  if (at > now + AHEAD) return refusing(`“${name}” was established in the future, which cannot be`, evidence())
  if (greatest !== null && now - at > greatest)
    return refusing(
      `“${name}” is ${durationText(Math.floor((now - at) / 3_600_000) * 3_600_000)} old, and may be ${wanted.within} at most`,
      evidence(),
    )
  return PASS
}

const shown = (value: Json | undefined): string | number | boolean | null =>
  value === undefined || value === null ? null : typeof value === 'object' ? JSON.stringify(value).slice(0, 200) : value

function established(wanted: Wanted, subject: SubjectFacts): { name: string; value: Json | undefined; at: number | undefined } {
  if ('list' in wanted) {
    const since = subject.onList(wanted.list)
    return { name: `list ${wanted.list}`, value: since === undefined ? undefined : true, at: since }
  }
  if ('event' in wanted) {
    const activity = subject.scope.activity(wanted.event)
    return { name: wanted.event, value: activity?.[0], at: activity?.[2] }
  }
  const attribute = subject.attribute(wanted.attribute)
  const at = wanted.at === undefined ? attribute?.[1] : moment(subject.attribute(wanted.at)?.[0])
  return { name: wanted.attribute, value: attribute?.[0], at }
}

function moment(value: Json | undefined): number | undefined {
  const at = typeof value === 'number' ? value : typeof value === 'string' ? instant(value) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

export function consentGate({ needs, basis, written }: RuleOf<'consent'>): Gate {
  return ({ subject, message: { channel, topic }, now }) => {
    if (!subject) return PASS
    const { key, permit } = permitFor(subject.permits, channel, topic)
    const { status, wording, basis: restsOn = 'consent', expires = Infinity } = permit ?? {}
    const evidence = () => ({
      permit: key,
      status: status ?? null,
      since: permit ? dayOf(permit.at) : null,
      source: permit?.source ?? null,
      basis: permit ? restsOn : null,
      wording: wording ? `${wording.id}@${wording.version}` : null,
    })
    if (status === 'withdrawn') return refusing('They have opted out', evidence())
    if (needs === 'not-withdrawn') return PASS
    if (status !== 'granted') return refusing(WITHOUT[status ?? 'none'], evidence())
    if (basis && !basis.includes(restsOn))
      return refusing(`The permission rests on ${restsOn}, and must rest on ${basis.join(' or ')}`, evidence())
    if (written && !wording) return refusing('The permission does not name the words that were agreed to', evidence())
    return now >= expires ? refusing(`The permission ended on ${dayOf(expires).slice(0, 10)}`, evidence()) : PASS
  }
}

const WITHOUT = {
  none: 'There is no permission on file',
  pending: 'They were asked to confirm, and have not',
  expired: 'The permission has run out, or was never confirmed',
} as const

/** As `mayContact` reads permits: a withdrawal of the whole channel ends every topic granted until then. */
function permitFor(permits: SubjectFacts['permits'], channel: string, topic: string): { key: string; permit: Permit | undefined } {
  const whole = own(permits, channel)
  const name = `${channel}:${topic}`
  const topical = topic === '' ? undefined : own(permits, name)
  return !topical || (whole?.status === 'withdrawn' && whole.at >= topical.at)
    ? { key: channel, permit: whole }
    : { key: name, permit: topical }
}

export function frequencyGate({ max, within, per }: RuleOf<'frequency'>): Gate {
  const span = milliseconds(within)!
  return ({ subject, message, now }) => {
    if (!subject) return PASS
    const counted = subject.contacts.filter(
      ({ id, channel, topic, status, at }) =>
        id !== message.id &&
        channel === message.channel &&
        (per === 'channel' || topic === message.topic) &&
        (status === 'reserved' ? isBefore(subject, id, message.id) : status === 'confirmed' && at > now - span),
    )
    if (counted.length < max) return PASS
    const evidence = { count: counted.length, max, within, channel: message.channel, messages: counted.slice(-max).map(({ id }) => id) }
    const ends = counted.map(({ status, at }) => (status === 'reserved' ? now : at) + span).sort((a, b) => a - b)
    const until = ends[counted.length - max]!
    return { kind: 'defer', until, reason: `They have had ${counted.length} within ${within}, and may have ${max}`, evidence }
  }
}

/** Of messages that are decided and on their way the earlier ones count against the later ones; before it is decided every one counts. */
function isBefore({ contacts }: SubjectFacts, other: string, own: string): boolean {
  const [theirs, ours] = [contacts.findIndex(({ id }) => id === other), contacts.findIndex(({ id }) => id === own)]
  return ours < 0 || theirs < ours
}

export function reviewGate({ within, by }: RuleOf<'review'>): Gate {
  const greatest = within === undefined ? Infinity : milliseconds(within)!
  return ({ stage, message: { category, approval, ...said }, now }: Asked) => {
    // Approvals are of what is about to be published: there can be none before.
    if (by === 'approval' && stage === 'publish') return PASS
    const review = by === 'approval' ? approval : said.review
    if (!review) return { ...refusing(WANTING[by](category), { category }), hint: TO_MEND[by] } as Finding
    const on = Date.parse(`${review.on}T00:00:00Z`)
    const evidence = { reference: review.reference, by: review.by, on: review.on }
    // A day has begun somewhere up to 14 hours before it begins in UTC.
    if (on > now + 14 * 3_600_000) return refusing('The review is dated in the future', evidence)
    return now - on > greatest ? refusing(`The review is of ${review.on}, and may be ${within} old at most`, evidence) : PASS
  }
}

const WANTING: Readonly<Record<RuleOf<'review'>['by'], (category: string) => string>> = {
  approval: (category) => `Messages of the category “${category}” need people’s approval, and this version of the template has none`,
  reference: (category) => `Messages of the category “${category}” need a person’s review, and this one names none`,
}
const TO_MEND: Readonly<Record<RuleOf<'review'>['by'], string>> = {
  approval: 'Ask for approval of the template (approvals.request), and publish it with that',
  reference: 'Have it reviewed, and write review: { reference, by, on } into the template',
}

/** Words of an attribute's name: `maritalStatus` and `marital_status` are marital, status. */
function wordsOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
  return `_${words.replace(/[^a-z0-9]+/g, '_')}_`
}

export function factorsGate({ forbid }: RuleOf<'factors'>): Gate {
  const words = forbid.map(wordsOf)
  // Attributes are few, and asked of each message.
  const known = new Map<string, boolean>()
  const isForbidden = (name: string): boolean => {
    const held = known.get(name)
    if (held !== undefined) return held
    if (known.size > 5_000) known.clear()
    const given = wordsOf(name)
    const found = words.some((word) => given.includes(word))
    known.set(name, found)
    return found
  }
  return ({ message: { decidedBy }, stage }) => {
    if (decidedBy === undefined) return stage === 'publish' ? PASS : refusing('It is not known what decides who gets it')
    const found = decidedBy.filter(isForbidden)
    if (found.length === 0) return PASS
    const refusal = refusing(`${found.map((name) => `“${name}”`).join(', ')} must not decide who gets it`, { attributes: found })
    return { ...refusal, hint: 'Take it out of the conditions, and out of the segments that they name' } as Finding
  }
}

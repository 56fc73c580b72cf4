import { CHANNELS } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import { ends, timed, unpaused } from './lapse.ts'
import { type Change, type Evidence, evidenceOf, time } from './record.ts'
import { type Basis, type BlockReason, type ConsentSection, type Permit, permitKey } from './schema.ts'
import { NO_TOPICS, ruleOf, type TopicRule, type Topics, type WordingHashes } from './topics.ts'

/** Explicit consent, sent by the workspace's own systems: `{ channel, topic? }` and the evidence. Channel `*` is every channel. */
export const CONSENT_GRANTED = 'Consent Granted'
export const CONSENT_WITHDRAWN = 'Consent Withdrawn'
/** No marketing until `{ until }`, or for `{ days }`; and the end of it. */
export const CONSENT_PAUSED = 'Consent Paused'
export const CONSENT_RESUMED = 'Consent Resumed'
/** An address was put on the suppression list, or taken off it: `{ address, reason }`. */
export const ADDRESS_SUPPRESSED = 'message.suppressed'
export const ADDRESS_UNSUPPRESSED = 'message.unsuppressed'
/** The permit that stands for the sale and sharing of a person's data for advertising. */
export const ADS = 'ads'

/** `opt-in`: a marketing message needs a grant. `opt-out`: it needs that nothing was withdrawn. */
export type ConsentMode = 'opt-in' | 'opt-out'

/** What hearing is told besides the event. */
export interface ConsentRules {
  readonly topics: Topics
  readonly wordings: WordingHashes
  /** Where the person lives; '' for unknown. */
  readonly place: string
}
export const NO_RULES: ConsentRules = { topics: NO_TOPICS, wordings: new Map(), place: '' }

/** A person must be asked to confirm. */
export interface Question {
  readonly channel: 'email' | 'sms'
  readonly topic: string
  readonly template: string
}

export interface Heard {
  readonly section: ConsentSection
  /** Everything that was said, also what changed nothing. */
  readonly changes: readonly Change[]
  readonly questions: readonly Question[]
}

/** What one event says about permission, where no topic has rules. An event without a word on it gives the same section back. */
export const applyConsent = (section: ConsentSection, record: EventRecord): ConsentSection => hearConsent(section, record, NO_RULES).section

/** What one event says about permission, with a record of each thing said. */
export function hearConsent(section: ConsentSection, record: EventRecord, rules: ConsentRules): Heard {
  const heard = new Hearing(section, record, rules)
  heard.listen()
  return heard.outcome()
}

/** Questions of one permit in a day, and the least time (ms) between two: nobody can be made to get mail by typing their address into a form. */
const QUESTIONS = { most: 3, within: 86_400_000, apart: 5 * 60_000 } as const
const DAY = 86_400_000
const LONGEST_PAUSE = 400 * DAY

class Hearing {
  readonly #record: EventRecord
  readonly #rules: ConsentRules
  readonly #changes: Change[] = []
  readonly #questions: Question[] = []
  #section: ConsentSection
  #evidence: Evidence | undefined

  constructor(section: ConsentSection, record: EventRecord, rules: ConsentRules) {
    this.#section = section
    this.#record = record
    this.#rules = rules
  }

  outcome(): Heard {
    const changes = this.#changes.map((change) => (change.evidence ? change : { ...change, evidence: this.#said }))
    return { section: this.#section, changes, questions: this.#questions }
  }

  listen(): void {
    const { type, name, props, context } = this.#record
    if (context) this.#signals(context)
    if (name === CONSENT_GRANTED) this.#say('granted')
    else if (name === CONSENT_WITHDRAWN) this.#say('withdrawn')
    else if (name === CONSENT_PAUSED) this.#pause()
    else if (name === CONSENT_RESUMED) this.#resume()
    else if (type === 'system') this.#receipt(name, props)
  }

  /** What only we can say. */
  #receipt(name: string, props: EventRecord['props']): void {
    switch (name) {
      case 'message.unsubscribed':
        this.#say('withdrawn')
        break
      case 'message.resubscribed':
        this.#say('granted')
        break
      case 'message.bounced':
        if (props['permanent'] === true) this.#block('bounced')
        break
      case 'message.complained':
        this.#say('withdrawn', { topic: '' })
        this.#block('complained')
        break
      case ADDRESS_SUPPRESSED:
        this.#block(blockReason(props['reason']))
        break
      case ADDRESS_UNSUPPRESSED:
        this.#unblock()
    }
  }

  get #said(): Evidence {
    this.#evidence ??= evidenceOf(this.#record, this.#rules.wordings)
    return this.#evidence
  }

  /** Global Privacy Control (w3c.github.io/gpc; 11 CCR 7025) and what a consent banner reports in `context.consent`. */
  #signals(context: EventRecord['context'] & object): void {
    const choice = context['gpc'] === true ? false : adsChoice(own(context, 'consent'))
    if (choice === undefined) return
    const before = own(this.#section.permits, ADS)
    const status = choice ? 'granted' : 'withdrawn'
    // Every event of a browser repeats it: only what is new is a record.
    if (before?.status === status) return
    const source = context['gpc'] === true ? 'gpc' : 'context.consent'
    const evidence = { ...evidenceOf(this.#record, this.#rules.wordings), source, method: source === 'gpc' ? 'signal' : 'banner' }
    this.#permit({ channel: ADS, topic: '', evidence }, { status, at: this.#record.at, source })
  }

  #say(status: 'granted' | 'withdrawn', { topic = textOf(this.#record.props['topic']) ?? '' }: { topic?: string } = {}): void {
    const channel = textOf(this.#record.props['channel']) ?? 'email'
    const global = channel === '*' || this.#record.props['scope'] === 'global'
    for (const each of global ? CHANNELS : [channel]) {
      if (status === 'withdrawn') this.#permit({ channel: each, topic }, { status, at: this.#record.at, source: this.#said.source })
      else this.#grant(each, topic)
    }
  }

  #grant(channel: string, topic: string): void {
    const { at } = this.#record
    const { source, wording, by } = this.#said
    const basis = this.#said.basis
    const place = this.#said.jurisdiction || this.#rules.place
    const rule = ruleOf(this.#rules.topics, { channel, topic, place })
    const before = own(this.#section.permits, permitKey(channel, topic))
    const expires = soonest(this.#said.expires, impliedUntil(basis, { at, rule }))
    const grant: Permit = {
      status: 'granted',
      at,
      source,
      ...(basis === 'consent' ? {} : { basis }),
      ...(wording && { wording }),
      ...(by && { by }),
      ...(expires === undefined ? {} : { expires }),
    }
    if (rule?.confirm && !isImplied(basis) && !this.#isConfirmed()) {
      this.#ask({ channel, topic, before, confirm: rule.confirm, grant })
      return
    }
    // A sale neither undoes an unsubscribe (CASL s.10(9)), nor weakens what was said outright.
    if (isImplied(basis) && before && (before.status === 'withdrawn' || (before.status === 'granted' && !isImplied(before.basis)))) {
      this.#changes.push({ channel, topic, status: 'granted', at, ineffective: 'weaker', before })
      return
    }
    this.#permit({ channel, topic }, grant)
  }

  /** Whoever comes back by a link that only this address got has confirmed. Nobody but us can say so. */
  #isConfirmed(): boolean {
    const { type, name, props } = this.#record
    return type === 'system' && (name === 'message.resubscribed' || props['verified'] === true)
  }

  #ask({ channel, topic, before, confirm, grant }: Asking): void {
    const { at } = this.#record
    const told = (ineffective: Change['ineffective'], expires?: number): void => {
      this.#changes.push({ channel, topic, status: 'pending', at, ineffective, ...(before && { before }), ...(expires && { expires }) })
    }
    const recent = (before?.status === 'pending' ? (before.asked ?? []) : []).filter((time) => time > at - QUESTIONS.within)
    const tooSoon = recent.length >= QUESTIONS.most || recent.some((time) => time > at - QUESTIONS.apart)
    const nothing = before?.status === 'granted' ? 'repeated' : before && before.at > at ? 'older' : tooSoon ? 'limit' : ''
    if (nothing !== '') {
      told(nothing)
      return
    }
    const expires = at + confirm.withinDays * DAY
    told('', expires)
    this.#set(permitKey(channel, topic), { ...grant, status: 'pending', expires, asked: [...recent, at] })
    this.#questions.push({ channel: channel as Question['channel'], topic, template: confirm.template })
  }

  #permit({ channel, topic, evidence }: Where, permit: Permit): void {
    const key = permitKey(channel, topic)
    const before = own(this.#section.permits, key)
    const older =
      before && (before.at > permit.at || (before.at === permit.at && (before.status === 'withdrawn' || permit.status === 'granted')))
    // A question that is still open does not outlive a grant or an end of the same moment.
    const ineffective = older && !(before.status === 'pending' && before.at === permit.at) ? 'older' : ''
    this.#changes.push({
      channel,
      topic,
      status: permit.status,
      at: permit.at,
      ineffective,
      ...(before && { before }),
      ...(evidence && { evidence }),
      ...(permit.expires === undefined ? {} : { expires: permit.expires }),
    })
    if (ineffective === '') this.#set(key, permit)
  }

  #set(key: string, permit: Permit): void {
    this.#section = timed({ ...this.#section, permits: { ...this.#section.permits, [key]: permit } })
  }

  #pause(): void {
    const { at, props } = this.#record
    const days = props['days']
    const asked = time(props['until']) ?? (typeof days === 'number' && days > 0 ? at + days * DAY : undefined)
    if (asked === undefined) return
    const until = Math.min(asked, at + LONGEST_PAUSE)
    const { paused } = this.#section
    const ineffective = paused && paused.at > at ? 'older' : ''
    this.#changes.push({ channel: '*', topic: '', status: 'paused', at, ineffective, expires: until })
    if (ineffective === '') this.#section = timed({ ...this.#section, paused: { until, at } })
  }

  #resume(): void {
    const { paused } = this.#section
    if (!paused) return
    const { at } = this.#record
    const ineffective = paused.at > at ? 'older' : ''
    this.#changes.push({ channel: '*', topic: '', status: 'resumed', at, ineffective })
    if (ineffective === '') this.#section = unpaused(this.#section)
  }

  #block(why: BlockReason): void {
    const place = addressText(this.#record.props['address'])
    if (!place) return
    const known = own(this.#section.blocked, place)
    if (known === why || known === 'complained' || known === 'erased') return
    const channel = textOf(this.#record.props['channel']) ?? 'email'
    this.#changes.push({ channel, topic: '', status: 'blocked', at: this.#record.at, ineffective: '', reason: why })
    this.#section = { ...this.#section, blocked: { ...this.#section.blocked, [place]: why } }
  }

  #unblock(): void {
    const place = addressText(this.#record.props['address'])
    if (!place || !Object.hasOwn(this.#section.blocked, place)) return
    const channel = textOf(this.#record.props['channel']) ?? 'email'
    const { [place]: reason, ...blocked } = this.#section.blocked
    this.#changes.push({ channel, topic: '', status: 'unblocked', at: this.#record.at, ineffective: '', reason: reason ?? '' })
    this.#section = { ...this.#section, blocked }
  }
}

interface Where {
  readonly channel: string
  readonly topic: string
  /** Left out: that of the event. */
  readonly evidence?: Evidence
}

interface Asking {
  readonly channel: string
  readonly topic: string
  readonly before: Permit | undefined
  readonly confirm: NonNullable<TopicRule['confirm']>
  readonly grant: Permit
}

const isImplied = (basis: Basis | undefined): boolean => basis === 'implied-purchase' || basis === 'implied-inquiry'

/** When implied consent ends: whole months after, at the same time of day in UTC (CASL s.10(10)). */
function impliedUntil(basis: Basis, { at, rule }: { at: number; rule: TopicRule | undefined }): number | undefined {
  if (!isImplied(basis)) return undefined
  const { purchase, inquiry } = rule?.implied ?? { purchase: 24, inquiry: 6 }
  const months = basis === 'implied-purchase' ? purchase : inquiry
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('UTC').add({ months }).epochMilliseconds
}

const soonest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.min(a, b)

export interface Contact {
  readonly channel: string
  /** '' for none. */
  readonly topic: string
  /** Lower-cased; '' where the channel has none. */
  readonly address: string
  readonly lane: 'transactional' | 'marketing'
  readonly mode: ConsentMode
  /** Epoch ms; left out: what has run out since the last timer does not matter. */
  readonly now?: number
  /** Of the topic; left out: it is not published, and the mode alone decides. */
  readonly rule?: TopicRule | undefined
  /** Full years; left out: unknown. */
  readonly age?: number | undefined
}

export const REFUSALS = [
  'address_blocked',
  'consent_withdrawn',
  'consent_missing',
  'consent_pending',
  'consent_expired',
  'consent_paused',
  'under_age',
  'age_unknown',
] as const
export type RefusalReason = (typeof REFUSALS)[number]
export type Permission = { readonly ok: true } | { readonly ok: false; readonly reason: RefusalReason }

const no = (reason: RefusalReason): Permission => ({ ok: false, reason })

/** May we write? A blocked address gets nothing; marketing needs permission for the channel and topic, and somebody old enough. */
export function mayContact(section: ConsentSection, contact: Contact): Permission {
  if (contact.address !== '' && Object.hasOwn(section.blocked, contact.address)) return no('address_blocked')
  if (contact.lane === 'transactional') return { ok: true }
  const { now = Number.NEGATIVE_INFINITY, rule, age } = contact
  const permit = standing(section, contact)
  const status = permit && ends(permit) && permit.expires !== undefined && permit.expires <= now ? 'expired' : permit?.status
  if (status === 'withdrawn') return no('consent_withdrawn')
  if (status === 'pending') return no('consent_pending')
  if (status === 'expired') return no('consent_expired')
  if (status === undefined && (rule?.mode ?? contact.mode) === 'opt-in') return no('consent_missing')
  if (section.paused && section.paused.until > now) return no('consent_paused')
  if (!rule || rule.minimumAge === 0 || permit?.by === 'parent') return { ok: true }
  if (age === undefined) return rule.unknownAge === 'allow' ? { ok: true } : no('age_unknown')
  return age >= rule.minimumAge ? { ok: true } : no('under_age')
}

/** A withdrawal of the whole channel ends every topic granted until then; else the topic's own permit counts, else the channel's. */
export function standing({ permits }: ConsentSection, { channel, topic }: Pick<Contact, 'channel' | 'topic'>): Permit | undefined {
  const whole = own(permits, channel)
  const topical = topic === '' ? undefined : own(permits, `${channel}:${topic}`)
  if (!topical || (whole?.status === 'withdrawn' && whole.at >= topical.at)) return whole
  return topical
}

const BLOCK_REASONS: readonly BlockReason[] = ['bounced', 'complained', 'manual', 'imported', 'erased']
const blockReason = (value: Json | undefined): BlockReason => BLOCK_REASONS.find((each) => each === value) ?? 'manual'

/** What a consent manager reports (Segment's `context.consent.categoryPreferences`): any `false` on advertising wins. */
function adsChoice(consent: Json | undefined): boolean | undefined {
  const preferences = objectOf(objectOf(consent)?.['categoryPreferences']) ?? objectOf(consent)
  if (!preferences) return undefined
  const said = Object.entries(preferences).flatMap(([name, value]) =>
    /^(ads?|advertising|targeting|sale|saleofinfo|sharing|marketing_?ads)$/i.test(name) && typeof value === 'boolean' ? [value] : [],
  )
  return said.length === 0 ? undefined : said.every((each) => each)
}

const objectOf = (value: Json | undefined): JsonObject | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined
const textOf = (value: Json | undefined): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const addressText = (value: Json | undefined): string | undefined => textOf(value)?.trim().toLowerCase() || undefined

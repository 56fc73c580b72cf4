import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { linkKeys } from '#channels/adapters/keys.ts'
import type { LinkClaim } from '#channels/token.ts'
import { placeOf } from '#consent/age.ts'
import { hearConsent, mayContact, standing } from '#consent/react.ts'
import { type ConsentSection, NO_CONSENT_YET, permitKey } from '#consent/schema.ts'
import { ruleOf, type Topic, type Topics } from '#consent/topics.ts'
import type { Person } from '#journeys/person.ts'
import type { JsonObject } from '#lib/json.ts'
import { own } from '#lib/record.ts'
import type { Config } from '#platform/config.ts'
import { keyOf } from '#platform/suppressions.ts'
import { attribute, newProfile } from '#profiles/react.ts'
import { type ChangeParts, type ConsentChange, changeConsent, type Say } from './change-consent.ts'
import { type ConsentTerms, consentTerms, loadPeople } from './consent-gate.ts'
import { isOfErased } from './erased-store.ts'
import { pseudonymOf } from './erasure-subject.ts'
import type { Parts } from './open-parts.ts'
import { confirmPages, PAUSES, type PreferencesView, preferencesPage, type ShownTopic } from './preference-pages.ts'
import { type Language, languageOf } from './preference-words.ts'

interface Options {
  readonly config: Pick<Config, 'partitions'> & { readonly secretKey: string }
  readonly parts: Pick<Parts, 'pool'>
  readonly now: () => number
  /** Something was appended to the log. */
  readonly appended: () => void
}

type Preferring = Extract<LinkClaim, { kind: 'preferences' }>
type Confirming = Extract<LinkClaim, { kind: 'confirm' }>
type Whom = Pick<Person, 'profile' | 'consent'>
type TokenRequest = FastifyRequest<{ Params: { token: string }; Querystring: { lang?: string }; Body: string }>

/** Mounts the preference centre and the double opt-in where headers and body parsers of signed links hold. Only POST changes anything. */
export function registerPreferences(scope: FastifyInstance, options: Options): void {
  const keys = linkKeys(options.config.secretKey)
  const claimed = <Kind extends LinkClaim['kind']>(request: TokenRequest, kind: Kind): Extract<LinkClaim, { kind: Kind }> | undefined => {
    const claim = keys.claim(request.params.token)
    return claim?.kind === kind ? (claim as Extract<LinkClaim, { kind: Kind }>) : undefined
  }
  scope.get('/p/:token', async (request: TokenRequest, reply) => {
    const claim = claimed(request, 'preferences')
    if (!claim) return lost(request, reply.code(404))
    const visit = await visitOf(options, request, claim)
    if (visit === null) return lost(request, reply.code(410))
    return html(reply, preferencesPage(viewOf(visit, null)))
  })
  scope.post('/p/:token', async (request: TokenRequest, reply) => {
    const claim = claimed(request, 'preferences')
    if (!claim) return lost(request, reply.code(404))
    const visit = await visitOf(options, request, claim)
    return visit === null ? lost(request, reply.code(410)) : html(reply, await chosen(options, request, visit))
  })
  scope.get('/y/:token', async (request: TokenRequest, reply) => {
    const claim = claimed(request, 'confirm')
    if (!claim) return lost(request, reply.code(404))
    const visit = await visitOf(options, request, claim)
    if (visit === null) return lost(request, reply.code(410))
    return isOpen(visit, claim)
      ? html(reply, confirmPages.ask(aboutOf(visit, claim)))
      : html(reply.code(410), confirmPages.late(visit.language))
  })
  scope.post('/y/:token', async (request: TokenRequest, reply) => {
    const claim = claimed(request, 'confirm')
    if (!claim) return lost(request, reply.code(404))
    const visit = await visitOf(options, request, claim)
    if (visit === null) return lost(request, reply.code(410))
    if (!isOpen(visit, claim)) return html(reply.code(410), confirmPages.late(visit.language))
    await confirmed(options, { request, visit, claim })
    const { ws, profile, effect, channel, address } = claim
    const preferences = `/p/${keys.token({ kind: 'preferences', ws, profile, effect, channel, address })}`
    return html(reply, confirmPages.done({ ...aboutOf(visit, claim), preferences }))
  })
}

const html = (reply: FastifyReply, text: string): FastifyReply => reply.type('text/html; charset=utf-8').send(text)
const lost = (request: TokenRequest, reply: FastifyReply): FastifyReply =>
  html(reply, confirmPages.lost(languageOf(request.query.lang, request.headers['accept-language'])))

/** All that one visit knows. */
interface Visit {
  readonly claim: Preferring | Confirming
  readonly person: Whom
  readonly known: boolean
  readonly terms: ConsentTerms
  readonly language: Language
  readonly now: number
}

/** Null: the person was erased. Nothing that is chosen here could be anybody's. */
async function visitOf({ parts, now, config }: Options, request: TokenRequest, claim: Preferring | Confirming): Promise<Visit | null> {
  const [people, terms] = await Promise.all([
    loadPeople(parts.pool, [{ ws: claim.ws, key: claim.profile }]),
    consentTerms(parts.pool, claim.ws),
  ])
  const person = people.get(keyOf(claim.ws, claim.profile))
  const pseudonym = pseudonymOf(config.secretKey)(claim.ws, claim.profile)
  if (!person && (await isOfErased(parts.pool, { ws: claim.ws, effect: claim.effect, pseudonym }))) return null
  return {
    claim,
    person: person ?? { profile: newProfile(claim.profile, 0), consent: NO_CONSENT_YET },
    known: person !== undefined,
    terms,
    language: languageOf(request.query.lang, localeOf(person), request.headers['accept-language']),
    now: now(),
  }
}

/** The language that somebody’s profile says; undefined: none. */
export function localeOf(person: Pick<Person, 'profile'> | undefined): string | undefined {
  const said = person && (attribute(person.profile, 'locale') ?? attribute(person.profile, 'language'))
  return typeof said === 'string' ? said : undefined
}

function viewOf(visit: Visit, done: PreferencesView['done']): PreferencesView {
  const { claim, person, language, now } = visit
  const { paused, blocked } = person.consent
  const zone = attribute(person.profile, 'timezone')
  return {
    language,
    address: claim.address,
    topics: offered(visit),
    blocked: Object.hasOwn(blocked, claim.address),
    pausedUntil: paused && paused.until > now ? paused.until : null,
    zone: typeof zone === 'string' && isZone(zone) ? zone : 'UTC',
    done,
  }
}

function isZone(zone: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone)
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** The topics that are offered where the person lives, by the channels that are offered, with what holds for them. */
function offered({ person, terms, language, now }: Pick<Visit, 'person' | 'terms' | 'language' | 'now'>): ShownTopic[] {
  const place = placeOf(person.profile)
  return [...terms.topics.values()].flatMap((topic) => {
    const channels = Object.keys(topic.channels).flatMap((channel) => {
      const rule = ruleOf(terms.topics, { channel, topic: topic.id, place })
      return rule?.offered ? [{ channel, ...stateOf(person.consent, { channel, topic: topic.id, topics: terms.topics, place, now }) }] : []
    })
    return channels.length === 0 ? [] : [{ id: topic.id, ...textsOf(topic, language), channels }]
  })
}

/** The page as somebody would see it who has not chosen yet; nobody's, so nothing of it can be sent. */
export const preferencesPreview = (
  terms: ConsentTerms,
  { language, address, now }: { language: Language; address: string; now: number },
): string =>
  preferencesPage({
    language,
    address,
    topics: offered({ person: { profile: newProfile('preview', 0), consent: NO_CONSENT_YET }, terms, language, now }),
    blocked: false,
    pausedUntil: null,
    zone: 'UTC',
    done: null,
  })

interface Place {
  readonly channel: string
  readonly topic: string
  readonly topics: Topics
  readonly place: string
  readonly now: number
}

/** Whether it is on, apart from what stops everything: a pause, a blocked address, an age. */
function stateOf(
  { permits }: ConsentSection,
  { channel, topic, topics, place, now }: Place,
): { on: boolean; state: 'plain' | 'pending' | 'expired' } {
  const section = { permits, blocked: {} }
  const rule = ruleOf(topics, { channel, topic, place })
  const asked = {
    channel,
    topic,
    address: '',
    lane: 'marketing' as const,
    mode: 'opt-in' as const,
    now,
    rule: rule && { ...rule, minimumAge: 0 },
  }
  const permission = mayContact(section, asked)
  if (permission.ok) return { on: true, state: 'plain' }
  if (permission.reason === 'consent_pending') return { on: false, state: 'pending' }
  return { on: false, state: permission.reason === 'consent_expired' ? 'expired' : 'plain' }
}

/** Name and description of a topic in a language, or in one that there is. */
export function textsOf({ id, texts }: Topic, language: string): { lang: string; name: string; description: string } {
  const lang = [language, 'en', ...Object.keys(texts)].find((each) => Object.hasOwn(texts, each)) ?? 'en'
  const text = own(texts, lang)
  return { lang, name: text?.name ?? id, description: text?.description ?? '' }
}

/** What the form asks for, done; and the page as it is after it. */
async function chosen(options: Options, request: TokenRequest, visit: Visit): Promise<string> {
  const form = new URLSearchParams(request.body ?? '')
  const wish = wishOf(form, visit)
  if (wish === null) return preferencesPage(viewOf(visit, null))
  const change = changeOf({ visit, request }, wish)
  await changeConsent(changeParts(options), visit.known ? visit.person : undefined, change)
  const language = languageOf(typeof wish.traits?.['locale'] === 'string' ? wish.traits['locale'] : undefined, visit.language)
  return preferencesPage(viewOf({ ...visit, language, person: { ...visit.person, consent: heardBy(visit, change) } }, wish.done))
}

/** Clocks of browsers run ahead by some minutes: whoever decides here has the last word all the same. */
const lastWord = ({ person, now }: Visit): number =>
  Object.values(person.consent.permits).reduce((at, permit) => (permit.at >= at && permit.at < now + 600_000 ? permit.at + 1 : at), now)

interface Wish {
  readonly says: readonly Say[]
  readonly pausedUntil?: number | null
  readonly traits?: JsonObject
  readonly done: PreferencesView['done']
}

/** Null: a form that asks for nothing that there is. */
function wishOf(form: URLSearchParams, visit: Visit): Wish | null {
  const { now } = visit
  switch (form.get('do')) {
    case 'save':
      return { says: differences(form, visit), done: 'saved' }
    case 'none':
      return { says: [{ status: 'withdrawn', channel: '*', topic: '' }], done: 'none' }
    case 'resume':
      return { says: [], pausedUntil: null, done: 'resumed' }
    case 'pause': {
      const days = PAUSES.find((each) => String(each) === form.get('days'))
      return days === undefined ? null : { says: [], pausedUntil: now + days * 86_400_000, done: 'paused' }
    }
    case 'language':
      return { says: [], traits: { locale: languageOf(form.get('language') ?? '') }, done: 'saved' }
    default:
      return null
  }
}

/** Only what was shown, and is different now: what nobody touched is no statement of theirs. */
function differences(form: URLSearchParams, visit: Visit): Say[] {
  const { claim } = visit
  const on = new Set(form.getAll('on'))
  const shown = new Set(form.getAll('shown'))
  return offered(visit).flatMap(({ id, channels }) =>
    channels.flatMap(({ channel, on: was }): Say[] => {
      const name = `${channel}:${id}`
      if (!shown.has(name) || on.has(name) === was) return []
      return [{ status: was ? 'withdrawn' : 'granted', channel, topic: id, verified: !was && channel === claim.channel }]
    }),
  )
}

const changeParts = ({ parts, config, now, appended }: Options): ChangeParts => ({
  pool: parts.pool,
  partitions: config.partitions,
  now,
  appended,
})

function changeOf({ visit, request }: { visit: Visit; request: TokenRequest }, { says, pausedUntil, traits }: Wish): ConsentChange {
  const { claim, now, language } = visit
  return {
    ws: claim.ws,
    profile: claim.profile,
    addresses: { [claim.channel]: claim.address },
    at: lastWord(visit),
    says,
    ...(pausedUntil === undefined ? {} : { pausedUntil }),
    ...(traits && { traits }),
    evidence: {
      source: 'preference-centre',
      method: 'signed-link',
      address: claim.address,
      locale: language,
      ip: request.ip,
      user_agent: (request.headers['user-agent'] ?? '').slice(0, 500),
      url: '/p/',
      token: claim.effect,
    },
    once: `preferences:${claim.effect}:${now}:${request.id}`,
  }
}

/** The consent as the engine will have it, by the engine's own function. */
function heardBy({ person, terms, now }: Visit, change: ConsentChange): ConsentSection {
  const rules = { topics: terms.topics, wordings: new Map(), place: placeOf(person.profile) }
  const at = change.at ?? now
  const said = change.says.map(({ status, channel, topic, verified }) => ({
    name: status === 'granted' ? 'Consent Granted' : 'Consent Withdrawn',
    props: { channel, topic, ...(verified ? { verified: true } : {}) } as JsonObject,
  }))
  if (typeof change.pausedUntil === 'number') said.push({ name: 'Consent Paused', props: { until: change.pausedUntil } })
  if (change.pausedUntil === null) said.push({ name: 'Consent Resumed', props: {} })
  return said.reduce(
    (consent, { name, props }) =>
      hearConsent(
        consent,
        { kind: 'event', ws: change.ws, key: change.profile, id: '', type: 'system', name, at, received: now, props, ids: [] },
        rules,
      ).section,
    person.consent,
  )
}

/** A question is open while it waits for this very answer; asked again, the newest link and those before it count alike. */
function isOpen({ person, now }: Visit, claim: Confirming): boolean {
  const permit = own(person.consent.permits, permitKey(claim.channel, claim.topic))
  if (permit?.status === 'granted' && permit.source === 'double-opt-in') return true
  return permit?.status === 'pending' && (permit.expires ?? 0) > now
}

function aboutOf({ terms, language }: Visit, { topic, address }: Confirming) {
  const known = terms.topics.get(topic)
  return { language, address, topic: known ? textsOf(known, language).name : topic }
}

/** Granted with what shows it: the wording that was read is that of the question. */
async function confirmed(
  options: Options,
  { request, visit, claim }: { request: TokenRequest; visit: Visit; claim: Confirming },
): Promise<void> {
  const { channel, topic, address, effect } = claim
  const asked = standing(visit.person.consent, { channel, topic })
  if (asked?.status === 'granted') return
  await changeConsent(changeParts(options), visit.known ? visit.person : undefined, {
    ws: claim.ws,
    profile: claim.profile,
    addresses: { [channel]: address },
    at: lastWord(visit),
    says: [{ status: 'granted', channel, topic, verified: true }],
    evidence: {
      source: 'double-opt-in',
      method: 'double-opt-in',
      basis: asked?.basis ?? 'consent',
      ...(asked?.wording ? { wording: asked.wording.id, wording_version: asked.wording.version } : {}),
      ...(asked?.by ? { by: asked.by } : {}),
      address,
      locale: visit.language,
      ip: request.ip,
      user_agent: (request.headers['user-agent'] ?? '').slice(0, 500),
      url: '/y/',
      token: effect,
    },
    once: `confirm:${effect}`,
  })
}

import { z } from 'zod'
import { CHANNELS } from '#events/reaction.ts'
import type { Problem } from '#lib/problem.ts'
import { own } from '#lib/record.ts'
import { BASES, type Basis } from './schema.ts'

const Id = z.string().regex(/^[a-z0-9][a-z0-9-_]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
/** BCP 47, as far as languages are chosen here: `en`, `de-AT`. */
const Locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'write a language such as en or de-AT')
const Channel = z.enum(CHANNELS)
const Bases = z.partialRecord(Channel, z.enum(BASES))
const Age = z.int().min(1).max(21)

/** ISO 3166-1 country, or 3166-2 region: `CA`, `US-TX`. */
const Place = z.string().regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, 'write a country such as CA, or a region such as US-TX')

/** What people agree to hear about. */
export const Topic = z.strictObject({
  kind: z.literal('topic'),
  id: Id,
  /** What the preference centre says, by language; `en` is read where a language is missing. */
  texts: z.record(Locale, z.strictObject({ name: z.string().min(1).max(100), description: z.string().max(500).optional() })),
  /** The lawful basis by channel; a channel that is not here needs consent and is not offered. */
  channels: Bases,
  /** Whether it is on where nobody has said anything: by channels whose basis needs no consent. */
  default: z.enum(['on', 'off']).default('off'),
  /** The transactional template that asks to confirm, by channel; it must use `confirm_url`. */
  doubleOptIn: z
    .strictObject({
      templates: z.partialRecord(z.enum(['email', 'sms']), Id),
      /** A question that is not answered by then is void. */
      withinDays: z.int().min(1).max(60).default(7),
    })
    .optional(),
  /** Below it marketing needs a parent's consent (GDPR Art. 8, COPPA 16 CFR 312.5). */
  minimumAge: Age.optional(),
  /** What to do where no birth date is known. */
  unknownAge: z.enum(['refuse', 'allow']).default('refuse'),
  /** Months that implied consent lasts (CASL s.10(10): 24 after a purchase, 6 after an inquiry). */
  implied: z
    .strictObject({ purchase: z.int().min(1).max(24).default(24), inquiry: z.int().min(1).max(24).default(6) })
    .default({ purchase: 24, inquiry: 6 }),
  /** What is different where the person lives; where that is unknown the strictest of all holds. */
  jurisdictions: z
    .record(
      Place,
      z.strictObject({
        channels: Bases.optional(),
        minimumAge: Age.optional(),
        doubleOptIn: z.boolean().optional(),
        offered: z.boolean().optional(),
      }),
    )
    .default({}),
})
export type Topic = z.output<typeof Topic>

/** The words that a person agreed to, by language. Each published version stays, so that a record can show what was read. */
export const Wording = z.strictObject({
  kind: z.literal('wording'),
  id: Id,
  texts: z.record(Locale, z.string().min(1).max(5_000)),
})
export type Wording = z.output<typeof Wording>

/** SHA-256 of a wording's texts by language, by `id@version`. */
export type WordingHashes = ReadonlyMap<string, Readonly<Record<string, string>>>

export const wordingKey = (id: string, version: number): string => `${id}@${version}`

/** Topics by id. */
export type Topics = ReadonlyMap<string, Topic>
export const NO_TOPICS: Topics = new Map()

/** What holds for one topic, channel and place. */
export interface TopicRule {
  readonly basis: Basis
  /** `opt-in`: needs a grant. `opt-out`: needs that nothing was withdrawn. */
  readonly mode: 'opt-in' | 'opt-out'
  readonly offered: boolean
  /** Template of the question; left out: a grant counts at once. */
  readonly confirm?: { readonly template: string; readonly withinDays: number }
  readonly minimumAge: number
  readonly unknownAge: 'refuse' | 'allow'
  readonly implied: Topic['implied']
}

/** Bases that need a statement of the person's, or at least a sale to them. */
const NEEDS_GRANT: ReadonlySet<Basis> = new Set(['consent', 'soft-opt-in', 'implied-purchase', 'implied-inquiry'])

/** The rule; undefined where no such topic is published: then the workspace's own mode holds. `place`: '' for unknown. */
export function ruleOf(
  topics: Topics,
  { channel, topic, place }: { channel: string; topic: string; place: string },
): TopicRule | undefined {
  const said = topic === '' ? undefined : topics.get(topic)
  if (!said) return undefined
  const overrides = overridesOf(said, place)
  const given = [said.channels, ...overrides.map(({ channels }) => channels ?? {})].map((bases) =>
    own(bases as Record<string, Basis>, channel),
  )
  const listed = given.filter((basis) => basis !== undefined)
  // An override of a known place replaces; where the place is unknown any that needs a grant decides.
  const basis =
    listed.length === 0 ? 'consent' : place === '' ? (listed.find((each) => NEEDS_GRANT.has(each)) ?? listed[0]!) : listed.at(-1)!
  const needsGrant = NEEDS_GRANT.has(basis) || said.default === 'off'
  const template = own((said.doubleOptIn?.templates ?? {}) as Record<string, string>, channel)
  const wanted = overrides.map(({ doubleOptIn }) => doubleOptIn).filter((each) => each !== undefined)
  const asks = place === '' ? wanted.length === 0 || wanted.includes(true) : (wanted.at(-1) ?? true)
  const ages = [said.minimumAge ?? 0, ...overrides.map(({ minimumAge }) => minimumAge ?? 0)]
  return {
    basis,
    mode: needsGrant ? 'opt-in' : 'opt-out',
    offered: listed.length > 0 && !overrides.some(({ offered }) => offered === false && place !== ''),
    ...(template !== undefined && asks ? { confirm: { template, withinDays: said.doubleOptIn!.withinDays } } : {}),
    minimumAge: place === '' ? Math.max(...ages) : (ages.slice(1).findLast((age) => age > 0) ?? ages[0]!),
    unknownAge: said.unknownAge,
    implied: said.implied,
  }
}

/** A region's rules come after its country's. */
function overridesOf({ jurisdictions }: Topic, place: string): Topic['jurisdictions'][string][] {
  if (place === '') return Object.values(jurisdictions)
  return [own(jurisdictions, place.slice(0, 2)), place.length > 2 ? own(jurisdictions, place) : undefined].filter(
    (each) => each !== undefined,
  )
}

/** What is unsound in a topic, given the templates that are live with it. */
export function checkTopic(
  topic: Topic,
  library: { get(kind: string, id: string): unknown; ids(kind: string): readonly string[] },
): Problem[] {
  const problems: Problem[] = []
  const no = (at: string, code: string, [title, hint]: readonly [string, string]): void => {
    problems.push({ code, status: 422, title, hint, at })
  }
  if (!own(topic.texts, 'en') && Object.keys(topic.texts).length === 0)
    no('/texts', 'topic.texts', ['The topic has no name', 'Give texts.en.name'])
  // A channel that needs consent is off all the same: what is said by nobody is no consent.
  if (topic.default === 'on' && Object.values(topic.channels).every((basis) => NEEDS_GRANT.has(basis)))
    no('/default', 'topic.default_on', [
      'Consent cannot be on before anybody has said so (GDPR Art. 4(11), C-673/17 Planet49)',
      'Set default: off, or name a basis that needs no consent for a channel',
    ])
  for (const [channel, id] of Object.entries(topic.doubleOptIn?.templates ?? {})) {
    const template = library.get('template', id) as { channel?: string; purpose?: string } | undefined
    const at = `/doubleOptIn/templates/${channel}`
    if (!template) no(at, 'topic.template', [`There is no template “${id}”`, 'Publish the template that asks to confirm'])
    else if ((template.channel ?? 'email') !== channel)
      no(at, 'topic.template', [`“${id}” is not written for ${channel}`, 'Name a template of this channel'])
    else if (template.purpose !== 'transactional')
      no(at, 'topic.template', [
        `“${id}” is marketing`,
        'A question whether somebody wants mail must not advertise: purpose: transactional',
      ])
    else if (!JSON.stringify(template).includes('confirm_url'))
      no(at, 'topic.template', [`“${id}” has no link to confirm with`, 'Use {{ confirm_url }} in it'])
  }
  return problems
}

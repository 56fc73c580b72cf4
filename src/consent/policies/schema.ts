import { z } from 'zod'
import { CHANNELS } from '#events/reaction.ts'
import { BASES } from '../schema.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Span = z.string().regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 30d')
const Day = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'write a day such as 2026-07-21')
const ClockText = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 09:00')
const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
/** `any`, a country (`US`), a state (`US-TX`), or `EEA`. */
const Jurisdiction = z
  .string()
  .regex(/^(any|EEA|[A-Z]{2}(-[A-Z0-9]{1,3})?)$/, 'write any, EEA, a country such as US or a state such as US-TX')
/** Words; `#` is a number or amount, `…` up to sixty characters, `(a|b)` either. Case, spacing and look-alike letters do not count. */
const Phrase = z.string().min(1).max(300)
const Phrases = z.array(Phrase).min(1).max(200)

/** What is known of a person and since when; `within`: no older than this. */
const Evidence = z.union([
  z.strictObject({
    attribute: z.string().min(1).max(100),
    /** The value must be this one; left out: any value that is there. */
    is: z.union([z.string(), z.number(), z.boolean()]).optional(),
    /** The attribute that says when it was established; left out: when the attribute was written. */
    at: z.string().min(1).max(100).optional(),
    within: Span.optional(),
  }),
  z.strictObject({ list: Name, within: Span.optional() }),
  z.strictObject({ event: z.string().min(1), within: Span.optional() }),
])

/** Who may get it: what must be known of them, how fresh, and a condition on top. */
const Eligibility = z.strictObject({
  kind: z.literal('eligibility'),
  evidence: z.array(Evidence).max(20).default([]),
  /** Condition language. */
  when: z.string().min(1).max(2_000).optional(),
})

/** What permission it needs. */
const Consent = z.strictObject({
  kind: z.literal('consent'),
  /** `granted`: a grant for channel or topic; `not-withdrawn`: no withdrawal. */
  needs: z.enum(['granted', 'not-withdrawn']),
  /** The grant must rest on one of these. */
  basis: z.array(z.enum(BASES)).min(1).optional(),
  /** The grant must name the words that were agreed to. */
  written: z.literal(true).optional(),
})

const ClockHours = z.strictObject({
  days: z.array(Weekday).min(1).optional(),
  from: ClockText,
  to: z.union([ClockText, z.literal('24:00')]),
})

/** When it may go: in one of the windows by every clock that the person may live by. */
const Hours = z.strictObject({
  kind: z.literal('hours'),
  windows: z.array(ClockHours).min(1).max(14),
  /** Days on which no window opens. */
  holidays: z.array(Day).max(400).default([]),
  /** For people no clock of whom is known: these windows by all of these clocks. Left out: refused. */
  unknown: z.strictObject({ zones: z.array(z.string()).min(1).max(40), windows: z.array(ClockHours).min(1).max(14) }).optional(),
})

/** How often: at most `max` within a rolling time; what is decided and not settled counts. */
const Frequency = z.strictObject({
  kind: z.literal('frequency'),
  max: z.int().min(1).max(50),
  within: Span,
  /** `channel`: messages of this channel count; `topic`: those of the same topic as well. */
  per: z.enum(['channel', 'topic']).default('channel'),
})

/** What must be in the rendered message. */
const Disclosure = z.strictObject({
  kind: z.literal('disclosure'),
  /** One of these phrases … */
  says: Phrases.optional(),
  /** … or a part of the message. */
  part: z.enum(['unsubscribe', 'one-click', 'postal-address']).optional(),
  /** Only when one of these stands in the message (trigger terms). */
  if: Phrases.optional(),
  /** `first-screen`: within the first 900 characters that are shown (of an SMS: 320); `near`: within `distance` characters of one of `near`. */
  where: z.enum(['anywhere', 'first-screen', 'near']).default('anywhere'),
  near: Phrases.optional(),
  distance: z.int().min(1).max(5_000).default(400),
  /** Type size at least (points, HTML only). */
  points: z.number().positive().max(100).optional(),
})

/** What must not be said, or must. */
const Wording = z.strictObject({
  kind: z.literal('wording'),
  forbid: Phrases.optional(),
  require: Phrases.optional(),
  /** A forbidden phrase inside one of these is none: “no hidden fees”. */
  unless: Phrases.optional(),
  /** Only in texts of this language; left out: in all. A message that does not say its language is checked. */
  language: z.string().min(2).max(15).optional(),
  in: z.enum(['message', 'subject']).default('message'),
})

/** People have looked at it: an approval that was carried out binds this version of the template, or (`reference`) the template names a file. */
const Review = z.strictObject({
  kind: z.literal('review'),
  within: Span.optional(),
  by: z.enum(['approval', 'reference']).default('approval'),
})

/** What must not decide who gets it: attributes whose name holds one of these words, also through segments. */
const Factors = z.strictObject({ kind: z.literal('factors'), forbid: z.array(z.string().min(2).max(60)).min(1).max(100) })

export const GateRule = z.discriminatedUnion('kind', [Eligibility, Consent, Hours, Frequency, Disclosure, Wording, Review, Factors])
export type GateRule = z.output<typeof GateRule>
export type GateKind = GateRule['kind']
export type RuleOf<Kind extends GateKind> = Extract<GateRule, { kind: Kind }>

/** A rule of law or of the house: what it asks, of which messages, whose it is and where it is written. */
export const Policy = z.strictObject({
  kind: z.literal('policy'),
  /** An own policy takes the place of a pack's of the same id. */
  id: Name,
  name: z.string().min(1).max(200),
  rule: GateRule,
  applies: z
    .strictObject({
      /** Left out: every channel, category, segment. */
      channels: z.array(z.enum(CHANNELS)).min(1).optional(),
      lane: z.enum(['marketing', 'transactional', 'any']).default('marketing'),
      categories: z.array(Name).min(1).optional(),
      /** Left out: the policy's own. */
      jurisdictions: z.array(Jurisdiction).min(1).optional(),
      segments: z.array(Name).min(1).optional(),
    })
    .default({ lane: 'marketing' }),
  jurisdiction: Jurisdiction.default('any'),
  /** Where it is written: statute, regulation, or a rule of the house. */
  citation: z.string().min(3).max(300),
  /** Days in UTC: from the first on, until before the second. */
  effective: z.strictObject({ from: Day, until: Day.optional() }),
  /** Who answers for it. */
  owner: z.string().min(1).max(200),
  note: z.string().max(2_000).optional(),
})
export type Policy = z.output<typeof Policy>
export type PolicyInput = z.input<typeof Policy>

/** Switches a pack on. Its id is the pack's. */
export const PolicyPack = z.strictObject({
  kind: z.literal('policy-pack'),
  id: Name,
  /** Rules of it that are not wanted, each with who says so and why: it stays on record. */
  without: z.array(z.strictObject({ policy: Name, why: z.string().min(10).max(500), owner: z.string().min(1).max(200) })).default([]),
  owner: z.string().min(1).max(200),
  note: z.string().max(2_000).optional(),
})
export type PolicyPack = z.output<typeof PolicyPack>

/** Category of messages that do not say one. */
export const GENERAL = 'general'

/** People's review of a text: an approval, or what a template names. */
export const ReviewReference = z.strictObject({
  /** The approval's id, or the number of the file in which it is kept. */
  reference: z.string().min(3).max(100),
  by: z.string().min(1).max(200),
  on: Day,
})
export type ReviewReference = z.output<typeof ReviewReference>

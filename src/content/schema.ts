import { z } from 'zod'
import { ReviewReference } from '#consent/policies/schema.ts'
import { action } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { Blocks } from './blocks.ts'
import { liveFields } from './live.ts'
import { Locale } from './locales.ts'
import { DocumentId, Line } from './names.ts'

const Domain = z
  .string()
  .regex(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, 'write a domain such as shop.example, in lower case')
/** What templates of every channel say of themselves. */
const about = {
  kind: z.literal('template'),
  id: DocumentId,
  name: z.string().max(200).optional(),
  /** Sender document (e-mail) or provider document (other channels) that this template writes as, unless the step names one. */
  sender: DocumentId.optional(),
  /** `marketing` needs a way out; `transactional` is an answer to what the person did. */
  purpose: z.enum(['marketing', 'transactional']).default('marketing'),
  /** Subscription topic; the step's own wins. */
  topic: DocumentId.optional(),
  /** What rules of law take it for, such as `credit-offer` or `loan`; the step's own wins. Left out: `general`. */
  category: DocumentId.optional(),
  /** The person's review that a rule may want for this category. */
  review: ReviewReference.optional(),
  /** What the preview renders with: `{ profile: {…}, entry: {…} }`. */
  sample: z.record(z.string(), z.json()).optional(),
  /** The language that it is written in. */
  locale: Locale.optional(),
  /** Raise it to publish the same words again, with the brand and the snippets that are live by then. */
  edition: z.int().positive().optional(),
  ...liveFields,
}

/** The same in other languages: what is left out is as in the default. */
const inLocales = <Words extends z.ZodType>(words: Words) => z.record(Locale, words).optional()
const Body = {
  /** Pieces from the top down, compiled to MJML with the brand. */
  blocks: Blocks.optional(),
  mjml: z.string().max(200_000).optional(),
  html: z.string().max(200_000).optional(),
}
const bodies = ({ blocks, mjml, html }: { blocks?: unknown; mjml?: unknown; html?: unknown }): number =>
  [blocks, mjml, html].filter((body) => body !== undefined).length
const Notice = {
  title: Line.min(1).max(200),
  body: z.string().min(1).max(5_000),
  url: z.string().max(2_000).optional(),
  image: z.string().max(2_000).optional(),
}
const someOf = (notice: typeof Notice) => z.strictObject(notice).partial()

/** An e-mail: subject and body in Liquid; the body as blocks, as MJML (both compiled once) or as plain HTML. */
export const EmailTemplate = z
  .strictObject({
    ...about,
    channel: z.literal('email').default('email'),
    subject: Line.min(1).max(500),
    /** The grey line that inboxes show behind the subject. */
    preheader: Line.max(300).optional(),
    /** How blocks look: a brand document; left out: the one called `default`. */
    brand: DocumentId.optional(),
    ...Body,
    /** Derived from the HTML if left out. */
    text: z.string().max(100_000).optional(),
    locales: inLocales(
      z
        .strictObject({
          subject: Line.min(1).max(500).optional(),
          preheader: Line.max(300).optional(),
          ...Body,
          text: z.string().max(100_000).optional(),
        })
        .refine((words) => bodies(words) <= 1, 'give the body once: as blocks, as mjml or as html'),
    ),
  })
  .refine((template) => bodies(template) === 1, {
    message: 'give the body either as blocks, as mjml or as html',
    path: ['blocks'],
  })
export type EmailTemplate = z.output<typeof EmailTemplate>

export const SmsTemplate = z.strictObject({
  ...about,
  channel: z.literal('sms'),
  text: z.string().min(1).max(2_000),
  locales: inLocales(z.strictObject({ text: z.string().min(1).max(2_000) })),
})
export type SmsTemplate = z.output<typeof SmsTemplate>

/** A notification on the devices of a person. */
export const PushTemplate = z.strictObject({
  ...about,
  channel: z.literal('push'),
  title: Line.min(1).max(200),
  body: z.string().min(1).max(1_000),
  /** What a tap opens; Liquid. */
  url: z.string().max(2_000).optional(),
  image: z.string().max(2_000).optional(),
  /** A later message of the same name takes the place of an earlier one that is still unseen. */
  collapse: DocumentId.optional(),
  urgency: z.enum(['very-low', 'low', 'normal', 'high']).default('normal'),
  /** Not shown any more after this many seconds. */
  ttl: z.int().min(0).max(2_419_200).default(86_400),
  /** Handed to the app with it; Liquid in the values. */
  data: z.record(z.string().max(100), z.string().max(2_000)).default({}),
  locales: inLocales(someOf({ ...Notice, body: z.string().min(1).max(1_000) })),
})
export type PushTemplate = z.output<typeof PushTemplate>

/** An entry in the inbox of your app or site. */
export const InappTemplate = z.strictObject({
  ...about,
  channel: z.literal('inapp'),
  title: Line.min(1).max(200),
  body: z.string().min(1).max(5_000),
  url: z.string().max(2_000).optional(),
  image: z.string().max(2_000).optional(),
  /** Gone from the inbox after this many seconds. */
  ttl: z.int().min(60).max(31_536_000).default(2_592_000),
  locales: inLocales(someOf(Notice)),
})
export type InappTemplate = z.output<typeof InappTemplate>

const Approved = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,512}$/),
  /** Such as `en_US`. */
  language: z.string().min(2).max(15),
  /** Of the body, in order; Liquid. */
  parameters: z.array(z.string().max(1_024)).max(30).default([]),
})

/** `approved`: a template that Meta has approved, with its parameters; `text`: free text, within 24 hours of the person's last message. */
export const WhatsappTemplate = z
  .strictObject({
    ...about,
    channel: z.literal('whatsapp'),
    approved: Approved.optional(),
    text: z.string().min(1).max(4_096).optional(),
    locales: inLocales(
      z
        .strictObject({ approved: Approved.optional(), text: z.string().min(1).max(4_096).optional() })
        .refine(({ approved, text }) => (approved === undefined) !== (text === undefined), 'give either approved or text'),
    ),
  })
  .refine(({ approved, text }) => (approved === undefined) !== (text === undefined), 'give either approved or text')
export type WhatsappTemplate = z.output<typeof WhatsappTemplate>

export const SlackTemplate = z.strictObject({
  ...about,
  channel: z.literal('slack'),
  text: z.string().min(1).max(4_000),
  locales: inLocales(z.strictObject({ text: z.string().min(1).max(4_000) })),
})
export type SlackTemplate = z.output<typeof SlackTemplate>

/** What we say, by channel; without a channel it is an e-mail. */
export const Template = z.discriminatedUnion('channel', [
  EmailTemplate,
  SmsTemplate,
  PushTemplate,
  InappTemplate,
  WhatsappTemplate,
  SlackTemplate,
])
export type Template = z.output<typeof Template>

/** Who speaks: an identity with everything that mailbox providers ask of it. */
export const Sender = z.strictObject({
  kind: z.literal('sender'),
  id: DocumentId,
  name: z.string().max(200).optional(),
  from: z.strictObject({ name: Line.min(1).max(100), address: z.email() }),
  replyTo: z.email().optional(),
  /** Provider document that mail of this sender goes through; left out: the workspace's first for e-mail, else the server's own way out. */
  provider: DocumentId.optional(),
  /** Where the sender can be reached by post (CAN-SPAM §7704(a)(5), UWG §7): `{{ sender.postal_address }}`. */
  postalAddress: z.string().min(10).max(400),
  /** Signs with the RSA key kept under this secret name. */
  dkim: z.strictObject({ domain: Domain, selector: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/), key: z.string().min(1) }).optional(),
  /** SenderId of Gmail's feedback loop: the last part of `Feedback-ID`. */
  feedbackId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{5,15}$/, 'use 5 to 15 letters, digits, - and _')
    .optional(),
  /** Bounces come back to `b+…@` this domain; the from address otherwise. */
  verpDomain: Domain.optional(),
  /** Named in `List-Unsubscribe` beside the link. In the `verpDomain` each message gets an address of its own, which is read here; elsewhere it is a mailbox in which somebody honours unsubscribe mails. */
  unsubscribeMailbox: z.email().optional(),
})
export type Sender = z.output<typeof Sender>

/** What a template can name. `at` is ISO text, so that `{{ 'now' | date }}` is the time of the message and not of the machine. */
export interface Scope {
  readonly profile: JsonObject
  readonly entry: JsonObject
  readonly event: JsonObject
  /** What calls of the run have answered. */
  readonly run?: JsonObject
  readonly message: { readonly id: string; readonly at: string; readonly topic: string; readonly unsubscribe_url: string }
  readonly workspace: JsonObject
  readonly sender: { readonly name: string; readonly address: string; readonly postal_address: string }
  /** The same as `message.unsubscribe_url`. */
  readonly unsubscribe_url: string
  /** Where the person chooses what they get; '' where there is nobody to choose. */
  readonly preferences_url?: string
  /** The same mail as a page of this server; '' for other channels. */
  readonly web_view_url?: string
  /** Of the message that asks to confirm (double opt-in); else ''. */
  readonly confirm_url?: string
  /** What is live in the template (`live.ts`), as it was chosen for this message. */
  readonly slots?: JsonObject
  readonly products?: JsonObject
  readonly coupons?: JsonObject
  readonly connected?: JsonObject
}
export const SCOPE_ROOTS = [
  'profile',
  'entry',
  'event',
  'run',
  'message',
  'workspace',
  'sender',
  'unsubscribe_url',
  'confirm_url',
  'preferences_url',
  'web_view_url',
  'slots',
  'products',
  'coupons',
  'connected',
] as const

/** A message as a reader gets it. */
export interface Rendered {
  readonly subject: string
  readonly html: string
  readonly text: string
  /** Targets of the tracked links, in order. */
  readonly links: readonly string[]
}

export const TemplateProblem = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  /** `/mjml:12` is line 12 of that field. */
  at: z.string().optional(),
})
export type TemplateProblem = z.output<typeof TemplateProblem>

export const PreviewTemplate = action({
  name: 'templates.preview',
  does: 'Renders a template (a stored version, or an unsaved draft) with its sample or with given data; nothing is sent.',
  may: 'documents:read',
  route: 'POST /api/templates/preview',
  input: z.object({
    /** A stored template … */
    id: DocumentId.optional(),
    version: z.int().positive().optional(),
    /** … or an unsaved one. */
    draft: Template.optional(),
    /** Data in place of the sample; `profile` here wins over `profileId`. */
    data: z.record(z.string(), z.json()).optional(),
    /** Render with the attributes of this person. */
    profileId: z.string().optional(),
    /** Instead of what the person reads. */
    locale: Locale.optional(),
  }),
  output: z.object({
    /** Null when the template does not compile or render: see `problems`. */
    rendered: z.object({ subject: z.string(), html: z.string(), text: z.string(), links: z.array(z.string()) }).nullable(),
    problems: z.array(TemplateProblem),
    /** Bytes of the HTML; Gmail clips above 102 KB. */
    size: z.int().nonnegative(),
    /** The language that was shown; null where the template does not say. */
    locale: z.string().nullable().optional(),
    /** What a preview cannot show: widths, dark mode. */
    notes: z.array(z.string()).optional(),
  }),
})

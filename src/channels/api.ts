import { z } from 'zod'
import { CHANNELS } from '#events/reaction.ts'
import { action } from '#lib/action.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()

/** Where a message stands; `ready` waits for its turn, `dead` used up its attempts and can be replayed. */
export const MessageStatus = z.enum(['ready', 'sending', 'sent', 'failed', 'skipped', 'cancelled', 'ambiguous', 'dead'])

export const MessageSummary = z.object({
  /** The effect's id. */
  id: z.string(),
  channel: z.enum(CHANNELS),
  status: MessageStatus,
  /** Reason code of the last status; '' when there is nothing to explain. */
  reason: z.string(),
  /** The reason in one sentence; '' without a reason. */
  sentence: z.string(),
  profile: z.string(),
  /** Address or URL that it goes to. */
  to: z.string(),
  /** Subject of an e-mail, method and URL of a webhook; '' while it has not been rendered. */
  subject: z.string(),
  journey: z.string(),
  journeyName: z.string(),
  /** 0: a test, of no journey. */
  version: z.int().nonnegative(),
  step: z.string(),
  lane: z.enum(['transactional', 'marketing']),
  topic: z.string(),
  attempts: z.int().nonnegative(),
  /** When it was decided, and when it last changed. */
  createdAt: Time,
  at: Time,
})

export const ListMessages = action({
  name: 'messages.list',
  does: 'Lists messages, newest first, of the workspace, one person or one journey.',
  may: 'messages:read',
  route: 'GET /api/messages',
  input: z.object({
    profile: z.string().optional(),
    journey: z.string().optional(),
    status: MessageStatus.optional(),
    cursor: z.string().optional(),
  }),
  output: z.object({ messages: z.array(MessageSummary), next: z.string().nullable() }),
})

export const GetMessage = action({
  name: 'messages.get',
  does: 'Shows one message exactly as it was sent, with the history of its delivery.',
  may: 'messages:read',
  route: 'GET /api/messages/:id',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    message: MessageSummary,
    enrollment: z.string(),
    template: z.object({ id: z.string(), version: z.int().nonnegative() }).nullable(),
    /** Oldest first; deliveries, opens, clicks and what a provider reported later. */
    history: z.array(z.object({ status: z.string(), reason: z.string(), sentence: z.string(), at: Time })),
    /** What chose this message for them, and how it was said and when: decisions of the run on the way to its step, oldest first. */
    decisions: z.array(z.object({ id: z.string(), kind: z.string(), step: z.string(), chosen: z.string(), at: Time })),
    /** Whether what is shown has the hash of what was handed over. False when it had to be made again and sender or workspace changed since. */
    exact: z.boolean().optional(),
    /** What was kept when it was handed over; null before that, and when the retention policy let it go. */
    archived: z
      .object({
        at: Time,
        /** SHA-256 of what was handed over. */
        hash: z.string(),
        /** Versions, provider, exposures, verdicts. */
        about: z.record(z.string(), z.json()),
        /** The person was erased: nobody can read the content any more. */
        erased: z.boolean(),
      })
      .nullable(),
    /** Null when it never was rendered, or is a webhook. */
    rendered: z.object({ subject: z.string(), html: z.string(), text: z.string() }).nullable(),
    /** Header lines as they were handed over, in order. */
    headers: z.array(z.tuple([z.string(), z.string()])),
    /** Body of a webhook as it was handed over; null for an e-mail. */
    body: z.string().nullable(),
  }),
})

export const ProofPack = action({
  name: 'proof.pack',
  does: 'Gives a folder of readable files (a tar) that proves what was sent to one person or by one journey, what was not, and why; signed. Needs audit:read too.',
  may: 'people:export',
  route: 'GET /api/proof',
  input: z.object({
    /** Profile id, e-mail address or user id. */
    person: z.string().min(1).max(320).optional(),
    journey: z.string().min(1).max(64).optional(),
  }),
  output: z.object({}),
  audited: true,
  downloads: 'application/x-tar',
})

export const ReplayMessage = action({
  name: 'messages.replay',
  does: 'Puts a dead message back into the queue under the same id, so that it cannot be counted or delivered as a second one.',
  may: 'messages:replay',
  route: 'POST /api/messages/:id/replay',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({ message: MessageSummary }),
  audited: true,
})

const ProviderLine = z.object({
  id: z.string(),
  name: z.string(),
  channel: z.enum(CHANNELS),
  type: z.string(),
  mode: z.enum(['live', 'sandbox']),
  default: z.boolean(),
  fallback: z.string().nullable(),
  /** `open`: it failed too often and is left alone for a while; `probing`: one message tries it. */
  breaker: z.enum(['closed', 'open', 'probing']),
  /** Messages a second at most; null: no limit. */
  perSecond: z.number().nullable(),
  /** Messages of today (UTC) and how many the plan allows; `allowed` null: the plan is over. */
  warmUp: z.object({ today: z.int(), allowed: z.int().nullable() }).nullable(),
  today: z.object({ sent: z.int(), failed: z.int() }),
  /** Reason code; '' when nothing went wrong yet. */
  lastError: z.string(),
  lastErrorSentence: z.string(),
  lastErrorAt: Time.nullable(),
  /** Of the calendar month (UTC); null without a price. */
  costThisMonth: z.object({ currency: z.string(), amount: z.number() }).nullable(),
  /** Where the provider has to post what became of messages. */
  hookUrl: z.string(),
})

export const ListProviders = action({
  name: 'providers.list',
  does: 'Lists the providers of the workspace with how they are: breaker, rate, warm-up, last error, cost of the month.',
  may: 'messages:read',
  route: 'GET /api/providers',
  input: z.object({}),
  output: z.object({ providers: z.array(ProviderLine) }),
})

export const TestProvider = action({
  name: 'providers.test',
  does: 'Sends one test message by a provider to an address of yours and says what the provider answered.',
  may: 'messages:test',
  route: 'POST /api/providers/:id/test',
  input: z.object({ id: z.string().min(1), to: z.string().min(1).max(320) }),
  output: z.object({
    outcome: z.enum(['sent', 'retry', 'failed', 'ambiguous', 'sandbox']),
    /** Reason code; '' when it was sent. */
    reason: z.string(),
    /** The provider's id of the message. */
    providerId: z.string(),
  }),
  audited: true,
})

const TakenBadly = z.object({
  sent: z.int(),
  complaints: z.int(),
  /** To addresses that do not exist. */
  bounces: z.int(),
  /** For policy: they do not want mail of this domain. */
  refusals: z.int(),
})

export const ListSending = action({
  name: 'sending.list',
  does: 'Lists the domains that mail is written from: how it was taken in the last seven days, and whether marketing of the domain is paused.',
  may: 'messages:read',
  route: 'GET /api/sending',
  input: z.object({}),
  output: z.object({
    domains: z.array(
      z.object({
        domain: z.string(),
        state: z.enum(['good', 'warned', 'paused']),
        /** What it was warned or paused for; '' when good. */
        cause: z.enum(['', 'complaints', 'bounces', 'refusals']),
        /** When that was said: the share of messages, 0 to 1. */
        rate: z.number(),
        since: Time.nullable(),
        week: TakenBadly,
      }),
    ),
  }),
})

/** Stays on the audit log for ever, so it names nobody. */
const Reason = z
  .string()
  .trim()
  .min(10)
  .max(500)
  .regex(/^(?!.*(?:@|\+\d{8}))/s, 'write why, without addresses and telephone numbers')

export const ResumeSending = action({
  name: 'sending.resume',
  does: 'Lets marketing of a paused domain go on. Say why it is safe: the reason goes onto the audit log, and what was sent before counts no more.',
  may: 'workspace:admin',
  route: 'POST /api/sending/:domain/resume',
  input: z.object({ domain: z.string().min(1).max(253), reason: Reason }),
  output: z.object({ /** Messages that had been waiting. */ waiting: z.int().nonnegative() }),
  audited: true,
})

export const MailSummary = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  /** First words of the text part. */
  preview: z.string(),
  messageId: z.string(),
  at: Time,
  /** Bytes as received. */
  size: z.int().nonnegative(),
})

export const ListMail = action({
  name: 'mailbox.list',
  does: 'Lists what the built-in local mailbox received over SMTP, newest first.',
  may: 'messages:read',
  route: 'GET /api/mailbox',
  input: z.object({ q: z.string().max(320).default(''), cursor: z.string().optional() }),
  output: z.object({
    mail: z.array(MailSummary),
    next: z.string().nullable(),
    total: z.int().nonnegative(),
    /** False when the server delivers through another SMTP server: then nothing arrives here. */
    receiving: z.boolean(),
  }),
})

export const GetMail = action({
  name: 'mailbox.get',
  does: 'Shows one mail of the built-in local mailbox as it was received.',
  may: 'messages:read',
  route: 'GET /api/mailbox/:id',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    mail: MailSummary,
    html: z.string(),
    text: z.string(),
    headers: z.array(z.tuple([z.string(), z.string()])),
    /** The message as received; cut at 512 KB. */
    source: z.string(),
  }),
})

export const GetIdentitySecret = action({
  name: 'inbox.secret',
  does: 'Shows the secret with which your own server proves who reads an inbox: userHash is HMAC-SHA256 of the user id with it, in hexadecimal.',
  may: 'workspace:admin',
  route: 'GET /api/inbox/secret',
  input: z.object({}),
  output: z.object({ /** Hexadecimal; use it as text. */ secret: z.string() }),
  audited: true,
})

export const MakePushKeys = action({
  name: 'push.keys',
  does: 'Makes a new pair of keys for Web Push. Nothing is kept: give the public key to the provider and the page, and keep the private one as a secret.',
  may: 'workspace:admin',
  route: 'POST /api/push/keys',
  input: z.object({}),
  output: z.object({ publicKey: z.string(), privateKey: z.string() }),
})

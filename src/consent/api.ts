import { z } from 'zod'
import { CHANNELS } from '#events/reaction.ts'
import { action } from '#lib/action.ts'
import { BASES, PERMIT_STATUSES } from './schema.ts'

/** Epoch milliseconds. */
const Time = z.number()

const ContactView = z.object({
  id: z.string(),
  channel: z.string(),
  topic: z.string(),
  at: Time,
  /** `reserved`: decided, and not handed over yet. */
  status: z.enum(['reserved', 'confirmed']),
})

const CapView = z.object({
  id: z.string(),
  /** Null: every channel, or every topic, together. */
  channel: z.string().nullable(),
  topic: z.string().nullable(),
  lane: z.enum(['marketing', 'transactional', 'any']),
  /** 0: never. */
  max: z.int().nonnegative(),
  /** `day`, `week`, `month`, or a duration such as `24h`. */
  per: z.string(),
  used: z.int().nonnegative(),
  /** When there is room: now, later, or (null) never. */
  freeAt: Time.nullable(),
  /** What counts now, oldest first. */
  counted: z.array(ContactView),
})

const QuietView = z.object({
  /** Null: every channel that has no quiet hours of its own. */
  channel: z.string().nullable(),
  state: z.enum(['open', 'quiet', 'refused']),
  /** When the quiet hours end for this person. */
  until: Time.nullable(),
  reason: z.string(),
  sentence: z.string(),
})

export const GetContactPressure = action({
  name: 'contacts.pressure',
  does: 'Shows what counts against each cap for one person, when there is room again, and why messages were held.',
  may: 'people:read',
  route: 'GET /api/people/:id/contacts',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    /** Whether a contact policy is in force. */
    policy: z.boolean(),
    /** Where their clocks are read, and whether that is known to be their own zone. */
    zone: z.string(),
    zoneKnown: z.boolean(),
    caps: z.array(CapView),
    quiet: z.array(QuietView),
    /** Runs that wait for room or for the morning. */
    waiting: z.array(
      z.object({
        journey: z.string(),
        journeyName: z.string(),
        version: z.int(),
        step: z.string(),
        stepName: z.string(),
        since: Time,
        due: Time,
      }),
    ),
    /** The last times that a message had to wait or could not go, newest first. */
    held: z.array(
      z.object({
        at: Time,
        channel: z.string(),
        journey: z.string(),
        journeyName: z.string(),
        step: z.string(),
        reason: z.string(),
        sentence: z.string(),
      }),
    ),
  }),
})

export const CheckContactPolicy = action({
  name: 'contacts.check',
  does: 'Tells what is wrong with the contact policy in force, or worth a look: caps that never stop anything, quiet hours that never end.',
  may: 'documents:read',
  route: 'GET /api/contact-policy/check',
  input: z.object({}),
  output: z.object({
    problems: z.array(
      z.object({
        severity: z.enum(['error', 'warning']),
        code: z.string(),
        title: z.string(),
        hint: z.string().optional(),
        at: z.string().optional(),
      }),
    ),
  }),
})

const Text = z.string().max(2_000)

export const SetConsent = action({
  name: 'consent.set',
  does: 'Records that a person grants or withdraws permission, with what shows it; it holds when the call returns, also for messages that wait.',
  may: 'consent:write',
  route: 'POST /api/profiles/:id/consent',
  audited: true,
  input: z.object({
    id: z.string().min(1),
    status: z.enum(['granted', 'withdrawn']),
    /** `*`: every channel; `ads`: sale and sharing of data for advertising. */
    channel: z.enum([...CHANNELS, 'ads', '*']),
    /** Left out: everything that is marketing by this channel. */
    topic: z.string().max(64).default(''),
    /** Where it was said: `form`, `phone`, `store`, … */
    source: Text.min(1),
    /** How: `checkbox`, `verbal`, `written`, … */
    method: Text.min(1),
    /** When (ISO 8601, or epoch ms); left out: now. */
    at: z.union([z.number(), z.iso.datetime({ offset: true })]).optional(),
    basis: z.enum(BASES).default('consent'),
    wording: z.object({ id: z.string(), version: z.int().positive() }).optional(),
    locale: Text.optional(),
    ip: Text.optional(),
    userAgent: Text.optional(),
    url: Text.optional(),
    jurisdiction: Text.optional(),
    controller: Text.optional(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
    /** A parent or guardian said it for a child. */
    by: z.enum(['self', 'parent']).default('self'),
    /** Where the proof is kept: a file, a ticket, a recording. */
    proof: Text.optional(),
    /** The person has confirmed already (double opt-in elsewhere): needs `proof`. */
    confirmed: z.boolean().default(false),
  }),
  output: z.object({ may: z.boolean(), reason: z.string() }),
})

export const GetConsent = action({
  name: 'consent.get',
  does: 'Shows what one person allows: by channel and topic, whether they may be written to now, and why not.',
  may: 'consent:read',
  route: 'GET /api/profiles/:id/consent',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    permits: z.array(
      z.object({
        channel: z.string(),
        topic: z.string(),
        status: z.enum(PERMIT_STATUSES),
        at: Time,
        source: z.string(),
        basis: z.enum(BASES),
        expires: Time.nullable(),
        by: z.enum(['self', 'parent']),
      }),
    ),
    /** Each published topic by each of its channels, as a marketing message would be decided now. */
    standing: z.array(z.object({ channel: z.string(), topic: z.string(), may: z.boolean(), reason: z.string() })),
    blocked: z.array(z.object({ address: z.string(), reason: z.string() })),
    pausedUntil: Time.nullable(),
    /** Whether their data may be sold or shared for advertising (Global Privacy Control). */
    ads: z.boolean(),
  }),
})

export const GetConsentHistory = action({
  name: 'consent.history',
  does: 'Lists everything that one person has said about permission, with its proof, oldest first.',
  may: 'consent:read',
  route: 'GET /api/profiles/:id/consent/history',
  input: z.object({ id: z.string().min(1) }),
  output: z.object({
    records: z.array(
      z.object({
        at: Time,
        capturedAt: Time,
        channel: z.string(),
        topic: z.string(),
        status: z.string(),
        /** False: it changed nothing, for the reason given. */
        effective: z.boolean(),
        reason: z.string(),
        basis: z.string(),
        source: z.string(),
        method: z.string(),
        wording: z.string(),
        wordingVersion: z.int(),
        /** SHA-256 of the text as it was read, and that text, if the version is known. */
        wordingHash: z.string(),
        wordingText: z.string(),
        locale: z.string(),
        address: z.string(),
        ip: z.string(),
        userAgent: z.string(),
        url: z.string(),
        token: z.string(),
        jurisdiction: z.string(),
        controller: z.string(),
        by: z.string(),
        expiresAt: Time.nullable(),
        proof: z.string(),
        actor: z.string(),
        supersedes: z.string(),
      }),
    ),
  }),
})

const ImportView = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['running', 'done', 'failed']),
  /** Rows that were read; how many of them are consents now, and how many were refused. */
  done: z.int(),
  taken: z.int(),
  rejected: z.int(),
  faults: z.array(z.object({ row: z.int(), title: z.string() })),
  beganAt: Time,
  endedAt: Time.nullable(),
})
const LARGEST_FILE = 20 * 1_048_576

export const ImportConsents = action({
  name: 'consent.import',
  does: 'Imports consents with their proof from CSV: each row says who, what, when, how, from where and by which wording; rows without proof are refused.',
  may: 'consent:write',
  route: 'POST /api/consent/imports',
  audited: true,
  status: 202,
  largestBody: LARGEST_FILE,
  input: z.object({ name: z.string().min(1).max(200), csv: z.string().min(1) }),
  output: ImportView,
})

export const GetConsentImport = action({
  name: 'consent.import-status',
  does: 'Shows how far an import of consents has come, and which rows were refused.',
  may: 'consent:read',
  route: 'GET /api/consent/imports/:id',
  input: z.object({ id: z.string() }),
  output: ImportView,
})

const Address = z.string().trim().min(3).max(320)
const SuppressionView = z.object({
  /** Of a hashed entry its hash: the address itself is not kept. */
  address: z.string(),
  hashed: z.boolean(),
  /** '' is every channel that uses the address. */
  channel: z.string(),
  topic: z.string(),
  reason: z.string(),
  at: Time,
  note: z.string(),
  by: z.string(),
})

export const ListSuppressions = action({
  name: 'suppressions.list',
  does: 'Lists addresses that are not written to, with the reason.',
  may: 'consent:read',
  route: 'GET /api/suppressions',
  input: z.object({
    /** How the address begins. */
    q: z.string().max(320).default(''),
    reason: z.string().default(''),
    cursor: z.string().default(''),
  }),
  output: z.object({ suppressions: z.array(SuppressionView), next: z.string().nullable() }),
})

export const AddSuppression = action({
  name: 'suppressions.add',
  does: 'Puts an address on the suppression list: nothing goes to it any more, neither marketing nor answers, and what waits is taken back.',
  may: 'consent:write',
  route: 'POST /api/suppressions',
  audited: true,
  input: z.object({
    address: Address,
    channel: z.enum([...CHANNELS, '']).default(''),
    /** Why, for whoever asks later. */
    note: z.string().min(1).max(500),
  }),
  output: z.object({ added: z.boolean(), takenBack: z.int() }),
})

export const RemoveSuppression = action({
  name: 'suppressions.remove',
  does: 'Takes an address off the suppression list, where somebody of the workspace may: complaints, erased people and unsubscribes stay.',
  may: 'consent:write',
  route: 'POST /api/suppressions/remove',
  audited: true,
  input: z.object({ address: Address, channel: z.enum([...CHANNELS, '']).default(''), note: z.string().min(1).max(500) }),
  output: z.object({ removed: z.array(z.string()), kept: z.array(z.string()) }),
})

export const ImportSuppressions = action({
  name: 'suppressions.import',
  does: 'Puts the addresses of a CSV (columns address, and channel and note if wanted) on the suppression list.',
  may: 'consent:write',
  route: 'POST /api/suppressions/import',
  audited: true,
  largestBody: LARGEST_FILE,
  input: z.object({ csv: z.string().min(1), note: z.string().min(1).max(500) }),
  output: z.object({ added: z.int(), known: z.int(), rejected: z.array(z.object({ row: z.int(), title: z.string() })) }),
})

export const ExportSuppressions = action({
  name: 'suppressions.export',
  does: 'Gives the whole suppression list as CSV; of erased people only the hash.',
  may: 'consent:read',
  route: 'GET /api/suppressions/export',
  downloads: 'text/csv; charset=utf-8',
  input: z.object({}),
  output: z.string(),
})

import { z } from 'zod'
import { action } from '#lib/action.ts'

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

import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Slug } from './words.ts'

/** Epoch milliseconds. */
const Time = z.int().nonnegative()

const Receipt = z.object({
  step: Slug,
  event: z.enum([
    'message.delivered',
    'message.opened',
    'message.clicked',
    'message.bounced',
    'message.complained',
    'message.unsubscribed',
    'message.replied',
    'released',
    'rejected',
  ]),
  /** Milliseconds. */
  after: z.int().nonnegative(),
})

export const SimulateJourney = action({
  name: 'journeys.simulate',
  does: 'Runs a journey, or its draft, for one person on given events in virtual time; nothing is sent and nothing is stored.',
  may: 'journeys:read',
  route: 'POST /api/journeys/:id/simulate',
  input: z.object({
    id: Slug,
    version: z.int().positive().optional(),
    /** The draft instead of a version. */
    draft: z.boolean().default(false),
    attributes: z.record(z.string(), z.json()).default({}),
    events: z.array(z.object({ name: z.string().min(1), at: Time, properties: z.record(z.string(), z.json()).default({}) })).max(200),
    until: Time,
    /** Epoch ms at which it begins; left out: at the first event. */
    start: Time.optional(),
    /** As this person is: attributes, consent, what they got lately; `attributes` are added. Needs `people:read`. */
    person: z.string().min(1).max(100).optional(),
    /** Begins at this step, as if the person had just come to it. */
    from: Slug.optional(),
    /** Nobody is held out, so that every run goes through. */
    treated: z.boolean().default(false),
    /** What becomes of messages and held runs: so long after each message of the step, or after the arrival at it. */
    receipts: z.array(Receipt).max(50).default([]),
    /** Steps whose messages do not get through. */
    outages: z
      .array(z.object({ step: Slug, result: z.enum(['failed', 'skipped', 'dead']), reason: z.string().max(200).default('') }))
      .max(50)
      .default([]),
    /** What calls are answered with; an empty object where nothing is said. */
    answers: z
      .array(z.object({ step: Slug, answer: z.json() }))
      .max(50)
      .default([]),
  }),
  output: z.object({
    trace: z.array(
      z.object({
        at: Time,
        kind: z.enum(['entered', 'refused', 'moved', 'migrated', 'exited', 'converted', 'message']),
        step: z.string(),
        reason: z.string(),
        sentence: z.string(),
        /** Attributes that the step asked about, as they were then. */
        known: z.record(z.string(), z.json()),
      }),
    ),
    /** Everything that would have been handed over, and what became of it. */
    messages: z.array(
      z.object({
        at: Time,
        step: z.string(),
        channel: z.string(),
        address: z.string(),
        template: z.string(),
        status: z.enum(['sent', 'failed', 'skipped', 'dead']),
        reason: z.string(),
        sentence: z.string(),
      }),
    ),
    /** Where a run still stands at the end, and until when (null: only something that happens moves it). */
    standing: z.array(z.object({ step: z.string(), due: Time.nullable() })),
    /** Attributes at the end. */
    attributes: z.record(z.string(), z.json()),
  }),
})

const Trigger = z.object({
  at: Time,
  name: z.string(),
  messageId: z.string(),
  profile: z.string(),
  properties: z.record(z.string(), z.json()),
})

export const ListTriggers = action({
  name: 'journeys.triggers',
  does: 'Lists the last ten real events that could begin a journey, to try it with them.',
  may: 'people:read',
  route: 'POST /api/journeys/:id/triggers',
  input: z.object({ id: Slug, draft: z.boolean().default(false) }),
  output: z.object({
    /** Names of events that open it. */
    opens: z.array(z.string()),
    events: z.array(Trigger),
  }),
})

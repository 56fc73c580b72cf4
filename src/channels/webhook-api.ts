import { z } from 'zod'
import { action } from '#lib/action.ts'

const Time = z.int().nonnegative()
const Count = z.int().nonnegative()

export const WebhookAttemptLine = z.object({
  id: Count,
  /** The message; a test has none to open. */
  message: z.string(),
  test: z.boolean(),
  url: z.string(),
  method: z.string(),
  at: Time,
  /** HTTP status; 0: no answer came. */
  status: Count,
  ms: Count,
  /** Reason code; '' for a success. */
  reason: z.string(),
  /** The first characters of the answer; '' where the reader may not read people. */
  excerpt: z.string(),
})
export type WebhookAttemptLine = z.output<typeof WebhookAttemptLine>

export const ListWebhooks = action({
  name: 'webhooks.list',
  does: 'Lists the addresses that webhooks call: which journeys do, how often in the last week, how often it failed, and how long answers take.',
  may: 'data:read',
  route: 'GET /api/webhooks',
  input: z.object({}),
  output: z.object({
    endpoints: z.array(
      z.object({
        url: z.string(),
        journeys: z.array(z.object({ id: z.string(), name: z.string() })),
        calls: Count,
        failed: Count,
        /** Half of the answers came within this time. */
        medianMs: Count.nullable(),
        last: Time.nullable(),
        lastStatus: Count.nullable(),
      }),
    ),
  }),
})

export const ListWebhookAttempts = action({
  name: 'webhooks.attempts',
  does: 'Lists calls of webhooks, newest first: status, how long the answer took and how it began, for 30 days.',
  may: 'data:read',
  route: 'GET /api/webhooks/attempts',
  input: z.object({
    url: z.string().max(2_000).optional(),
    message: z.string().max(300).optional(),
    outcome: z.enum(['ok', 'failed']).optional(),
    cursor: z.coerce.number().int().positive().optional(),
  }),
  output: z.object({ attempts: z.array(WebhookAttemptLine), next: z.string().nullable() }),
})

export const GetWebhookSecret = action({
  name: 'webhooks.secret',
  does: 'Shows the secret that webhooks of this workspace are signed with, for the receiver to check them (Standard Webhooks).',
  may: 'workspace:admin',
  route: 'GET /api/webhooks/secret',
  input: z.object({}),
  output: z.object({
    secret: z.string(),
    /** Until then calls are signed with the secret before as well; null: with this one only. */
    beforeUntil: Time.nullable(),
  }),
  audited: true,
})

export const RotateWebhookSecret = action({
  name: 'webhooks.rotate',
  does: 'Makes a new signing secret. For 24 hours calls carry a signature of the old one as well, so that receivers can change over.',
  may: 'workspace:admin',
  route: 'POST /api/webhooks/secret/rotate',
  audited: true,
  input: z.object({}),
  output: z.object({ secret: z.string(), beforeUntil: Time }),
})

export const TestWebhook = action({
  name: 'webhooks.test',
  does: 'Calls an address once with a signed test event, and shows what came back.',
  may: 'data:write',
  route: 'POST /api/webhooks/test',
  audited: true,
  input: z.object({ url: z.url().max(2_000), body: z.record(z.string(), z.json()).optional() }),
  output: z.object({ attempt: WebhookAttemptLine, headers: z.array(z.tuple([z.string(), z.string()])) }),
})

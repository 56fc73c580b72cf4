import { z } from 'zod'
import { CHANNELS } from '#events/reaction.ts'
import { action } from '#lib/action.ts'

export const ListProviderTypes = action({
  name: 'providers.types',
  does: 'Lists the types of providers: by which channel each sends, what its settings hold (JSON Schema), and which secrets it needs.',
  may: 'documents:read',
  route: 'GET /api/provider-types',
  input: z.object({}),
  output: z.object({
    types: z.array(
      z.object({
        type: z.string(),
        channel: z.enum(CHANNELS),
        does: z.string(),
        secrets: z.array(z.object({ name: z.string(), is: z.string() })),
        settings: z.record(z.string(), z.json()),
      }),
    ),
  }),
})

export const SenderRecordLine = z.object({
  kind: z.enum(['spf', 'dkim', 'dmarc', 'mx']),
  type: z.enum(['TXT', 'MX']),
  name: z.string(),
  /** What to publish; '' when nobody here can tell. */
  wanted: z.string(),
  found: z.array(z.string()),
  state: z.enum(['ok', 'warning', 'failed', 'unknown']),
  note: z.enum([
    'good',
    'missing',
    'not-asked',
    'several',
    'not-included',
    'open',
    'other-key',
    'no-key',
    'provider-signs',
    'only-watched',
    'not-aligned',
  ]),
})

export const CheckSender = action({
  name: 'senders.check',
  does: 'Asks DNS for what mailbox providers ask of a sender: SPF, DKIM, DMARC, and the MX of the domain that bounces come back to; says what to publish where.',
  may: 'messages:read',
  route: 'GET /api/senders/:id/check',
  input: z.object({ id: z.string().min(1).max(64) }),
  output: z.object({ domain: z.string(), at: z.int().nonnegative(), records: z.array(SenderRecordLine) }),
})

import { z } from 'zod'
import { action } from '#lib/action.ts'

/** What a rule said of a message, or all of them together. */
const VerdictView = z.object({
  /** Epoch ms. */
  at: z.number(),
  stage: z.enum(['decision', 'dispatch']),
  outcome: z.enum(['pass', 'refuse', 'defer']),
  profile: z.string(),
  /** Effect id; '' when there was no message yet. */
  message: z.string(),
  journey: z.string(),
  version: z.int().nonnegative(),
  step: z.string(),
  channel: z.string(),
  category: z.string(),
  /** The rule that did not let it pass; '' for a pass. */
  policy: z.string(),
  policyVersion: z.int().nonnegative(),
  gate: z.string(),
  jurisdiction: z.string(),
  citation: z.string(),
  reason: z.string(),
  evidence: z.record(z.string(), z.json()),
  /** Rules that let it pass, as `id@version`. */
  policies: z.array(z.string()),
  /** Of `defer`: when all would let it pass (epoch ms). */
  until: z.number().nullable(),
})

export const ReadVerdicts = action({
  name: 'compliance.verdicts',
  does: 'Shows what the rules of law said of the messages of a person, a journey, or of one message, newest first.',
  may: 'messages:read',
  route: 'GET /api/compliance/verdicts',
  input: z.object({
    profile: z.string().optional(),
    message: z.string().optional(),
    journey: z.string().optional(),
    outcome: z.enum(['pass', 'refuse', 'defer']).optional(),
    policy: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(1_000).default(200),
  }),
  output: z.object({ verdicts: z.array(VerdictView) }),
})

export const ListPacks = action({
  name: 'compliance.packs',
  does: 'Lists the packs of rules with their citations, and which of them are switched on.',
  may: 'documents:read',
  route: 'GET /api/compliance/packs',
  input: z.object({}),
  output: z.object({
    packs: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        about: z.string(),
        on: z.boolean(),
        policies: z.array(
          z.object({
            id: z.string(),
            version: z.int(),
            name: z.string(),
            gate: z.string(),
            jurisdiction: z.string(),
            citation: z.string(),
            from: z.string(),
            until: z.string().nullable(),
            note: z.string(),
            /** Somebody has taken it out, or put an own rule in its place. */
            replaced: z.enum(['no', 'left-out', 'own']),
          }),
        ),
      }),
    ),
  }),
})

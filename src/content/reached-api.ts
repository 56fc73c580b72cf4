import { z } from 'zod'
import { action } from '#lib/action.ts'

const Count = z.int().nonnegative()

/** What can become of a message, in the order in which one asks. An opening or a click by a machine is none. */
export const OUTCOMES = ['sent', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'] as const
export const Outcome = z.enum(OUTCOMES)
export type Outcome = z.output<typeof Outcome>

const id = z.string().min(1).max(200)

export const ReadTemplateReached = action({
  name: 'templates.reached',
  does: 'Tells what became of the messages of a template in the last 90 days; each message counts once for each thing.',
  may: 'documents:read',
  route: 'GET /api/templates/:id/reached',
  input: z.object({ id }),
  output: z.object({
    /** Epoch ms of the earliest message that counts. */
    since: z.int().nonnegative(),
    outcomes: z.object(Object.fromEntries(OUTCOMES.map((each) => [each, Count])) as Record<Outcome, typeof Count>),
  }),
})

export const ListTemplateMessages = action({
  name: 'templates.messages',
  does: 'Lists the messages of a template of which something became in the last 90 days, the newest first.',
  may: 'messages:read',
  route: 'GET /api/templates/:id/messages',
  input: z.object({ id, outcome: Outcome.default('sent'), cursor: z.string().max(200).optional() }),
  output: z.object({
    messages: z.array(
      z.object({
        /** The effect's id. */
        id: z.string(),
        profile: z.string(),
        /** Name, address or id: how people are shown. */
        person: z.string(),
        journey: z.string(),
        /** Its name as it is now; its id where it is gone. '' for a test. */
        journeyName: z.string(),
        step: z.string(),
        /** When it first happened, epoch ms. */
        at: z.int().nonnegative(),
      }),
    ),
    next: z.string().nullable(),
  }),
})

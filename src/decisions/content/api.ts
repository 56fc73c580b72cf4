import { z } from 'zod'
import { action } from '#lib/action.ts'

const Count = z.int().nonnegative()
const Share = z.number().min(0).max(1)

const OptionView = z.object({
  option: z.string(),
  /** Of all messages: the model showed more of what did well, so these rates are not to be compared. */
  adaptive: z.object({ shown: Count, successes: Count, rate: Share.nullable() }),
  /** Of messages drawn evenly, people once each: these are; with the 95 % interval. */
  even: z.object({ shown: Count, successes: Count, rate: z.object({ rate: Share, low: Share, high: Share }).nullable() }),
  /** Share of messages that show it now, where everything is possible. */
  share: Share,
})

const SlotView = z.object({
  slot: z.string(),
  /** `waiting`: too few messages; `open`: not decided yet; `settled`: nothing worth looking for is left; `confirmed`: the leader is better. */
  state: z.enum(['waiting', 'open', 'settled', 'confirmed']),
  leader: z.string(),
  options: z.array(OptionView),
  /** Leader less its nearest rival, on messages drawn evenly; the interval may be looked at any day. */
  difference: z.object({ against: z.string(), estimate: z.number(), low: z.number(), high: z.number() }).nullable(),
  /** About how many messages more it takes to confirm it; null: nobody can say, or it is. */
  more: Count.nullable(),
  sentence: z.string(),
})

export const ReadTemplateResults = action({
  name: 'templates.results',
  does: 'Tells how the variants in the slots of a template do: what is better, what is not decided yet, and how often each is shown.',
  may: 'models:read',
  route: 'GET /api/templates/:id/results',
  input: z.object({ id: z.string().min(1).max(200) }),
  output: z.object({
    template: z.string(),
    version: Count,
    /** One for each model that fills slots of it. */
    models: z.array(
      z.object({
        /** '' where there is no content model: then chance decides, and this counts clicks within 72 hours. */
        model: z.string(),
        /** Serial of what it has learned; 0: nothing. */
        snapshot: Count,
        success: z.enum(['opened', 'clicked', 'converted']),
        within: z.string(),
        slots: z.array(SlotView),
        /** The likeliest combinations with the share of the model, and the rate that is expected. */
        best: z.array(z.object({ layout: z.string(), share: Share, rate: Share })),
        /** Share of the leader's rate that might still be gained, with 5 % probability of more; null: nothing was learned. */
        remaining: z.number().nonnegative().nullable(),
        /** What choosing brings against drawing evenly at the same time, in the rate; null: too few messages. */
        lift: z.object({ estimate: z.number(), low: z.number(), high: z.number() }).nullable(),
        sentences: z.array(z.string()),
      }),
    ),
  }),
})

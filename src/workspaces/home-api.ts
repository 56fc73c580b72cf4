import { z } from 'zod'
import { action } from '#lib/action.ts'

const Count = z.int().nonnegative()
/** Epoch ms. */
const At = z.int()

/** What waits for somebody. `count` is how many; `id` names the thing, where it is one. */
export const Need = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approval'), id: z.string(), title: z.string(), due: At.nullable(), mine: z.boolean() }),
  z.object({ kind: z.literal('journey-stopped'), id: z.string(), name: z.string(), mode: z.string(), by: z.string(), at: At }),
  z.object({ kind: z.literal('journey-issues'), id: z.string(), name: z.string(), count: Count }),
  z.object({ kind: z.literal('provider'), id: z.string(), error: z.string(), at: At }),
  z.object({ kind: z.literal('held'), what: z.enum(['quarantined', 'blocked', 'rejected']), count: Count }),
  z.object({ kind: z.literal('runs'), count: Count }),
  z.object({ kind: z.literal('parked'), count: Count }),
  z.object({ kind: z.literal('dead'), count: Count }),
  z.object({ kind: z.literal('build'), error: z.string(), at: At }),
])
export type Need = z.output<typeof Need>

export const STEPS = ['connect', 'event', 'segment', 'sender', 'test', 'journey', 'colleague', 'measure'] as const
/** The first steps, each ticked by what is really there. */
export const Step = z.object({ id: z.enum(STEPS), done: z.boolean() })
export type Step = z.output<typeof Step>

const Tally = z.object({
  sent: Count,
  failed: Count,
  bounced: Count,
  complained: Count,
  unsubscribed: Count,
  opened: Count,
  clicked: Count,
})

export const GetHome = action({
  name: 'home.get',
  does: 'Tells what the home page shows: what waits for somebody, what runs, the main numbers of a range of days, what changed, and the first steps.',
  may: 'signed-in',
  route: 'GET /api/home',
  input: z.object({ days: z.coerce.number().int().min(1).max(90).default(7) }),
  output: z.object({
    asOf: At,
    days: z.int(),
    /** Only what the caller may do something about, most urgent first. */
    needs: z.array(Need),
    /** Live journeys by how many entered; null: the caller may not read journeys. */
    journeys: z
      .array(
        z.object({
          id: z.string(),
          name: z.string(),
          mode: z.string(),
          inNow: Count,
          entered: Count,
          /** Entries by day, oldest first. */
          spark: z.array(Count),
          goalRate: z.number().nullable(),
          issues: Count,
        }),
      )
      .nullable(),
    /** Messages of the range, and of the range before it; null: the caller may not read reports. */
    messages: z.object({ now: Tally, before: Tally }).nullable(),
    /** People who did something in the range, and in the range before it. */
    active: z.object({ now: Count, before: Count }).nullable(),
    /** What was published last. */
    changes: z.array(z.object({ at: At, by: z.string(), kind: z.string(), id: z.string(), name: z.string(), version: z.int() })),
    steps: z.array(Step),
    /** Nothing has ever happened here: no person, no journey. */
    fresh: z.boolean(),
  }),
})

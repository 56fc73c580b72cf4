import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { isZone } from '#lib/zone.ts'
import { EventFilter } from './filter.ts'

const Id = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Duration = z
  .string()
  .regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 90d')
  .refine((text) => milliseconds(text) !== undefined, 'this duration is too long')
/** ClickHouse knows zones by name only. */
const Zone = z.string().refine((zone) => /^[A-Za-z]/.test(zone) && isZone(zone), 'write a time zone such as Europe/Berlin')
const DAY = 86_400_000

/** How the lifetime value of people is reckoned: from which purchases, how far ahead, and what later money is worth. */
export const LifetimeValue = z
  .strictObject({
    kind: z.literal('lifetime-value'),
    id: Id,
    name: z.string().min(1).max(200).optional(),
    description: z.string().max(2_000).optional(),
    /** The metric whose events are purchases, with the value of each. */
    purchases: Id,
    /** Share of the value that is margin; left out: what the metric says, else all of it. */
    margin: z.number().positive().max(1).optional(),
    /** So far ahead is value reckoned. */
    horizon: Duration.default('365d'),
    /** Purchases of this time are told beside it. */
    next: Duration.default('90d'),
    /** Per year: .1 makes what comes in a year worth 1/1.1. */
    discount: z.number().min(0).max(2).default(0.1),
    /** Where days begin: purchases of one day are one. */
    zone: Zone.default('UTC'),
    /** Each person's value as a score of this id, so that conditions can ask `score("<id>") > 200`. */
    scores: z.boolean().default(true),
  })
  .superRefine(({ horizon, next }, context) => {
    for (const [path, text] of Object.entries({ horizon, next })) {
      const ms = milliseconds(text) ?? 0
      if (ms < 7 * DAY || ms > 3_660 * DAY) context.addIssue({ code: 'custom', path: [path], message: 'take between 7d and 3660d' })
    }
  })
export type LifetimeValue = z.output<typeof LifetimeValue>

const WEEK = 7 * DAY
export const weeksOf = (duration: string): number => milliseconds(duration)! / WEEK

const EventName = z.string().min(1).max(200)
/** Of the event: `plan`, or `properties.plan`. */
const Property = z.string().min(1).max(200)
const On = { event: EventName, where: EventFilter.optional() }

/** How deals go: which events bring them to which stage, which win and lose them, and what they are worth. */
export const Pipeline = z
  .strictObject({
    kind: z.literal('pipeline'),
    id: Id,
    name: z.string().min(1).max(200).optional(),
    description: z.string().max(2_000).optional(),
    /** Property that says which deal an event is about; left out: a person has one deal. */
    deal: Property.optional(),
    /** Property that says which company a deal is with. */
    account: Property.optional(),
    /** In the order of the sale; a deal begins with the first that it comes to. */
    stages: z
      .array(z.strictObject({ id: Id, name: z.string().min(1).max(200).optional(), ...On }))
      .min(1)
      .max(20),
    won: z.strictObject({ ...On, amount: Property.optional() }),
    lost: z.strictObject(On).optional(),
    /** What a deal is worth where the winning event does not say, in the workspace's currency. */
    worth: z.number().positive().optional(),
    /** Property that the first event of a deal says which segment it is of by: source, industry, size. */
    segment: Property.optional(),
  })
  .superRefine(({ stages, won, worth }, context) => {
    const ids = new Set(stages.map(({ id }) => id))
    if (ids.size < stages.length) context.addIssue({ code: 'custom', path: ['stages'], message: 'two stages have the same id' })
    for (const reserved of ['won', 'lost', 'open'])
      if (ids.has(reserved)) context.addIssue({ code: 'custom', path: ['stages'], message: `"${reserved}" is how deals end, and no stage` })
    if (won.amount === undefined && worth === undefined)
      context.addIssue({ code: 'custom', path: ['won', 'amount'], message: 'say what a deal is worth: won.amount or worth' })
  })
export type Pipeline = z.output<typeof Pipeline>

import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'

const SLUG = /^[a-z0-9][a-z0-9-_]{0,63}$/
export const Slug = z.string().regex(SLUG, 'use lower-case letters, digits, - and _ (at most 64)')
export const DurationText = z.string().refine((text) => milliseconds(text) !== undefined, 'write a duration such as 5m, 1d or 2h30m')
/** A condition in the condition language (see `segments/condition`). */
export const Condition = z.string().min(1)
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 09:00')
const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])

/** The first moment at this wall-clock time (on one of these days) in the person's zone, strictly after arrival unless it is now. */
export const Until = z.strictObject({
  time: ClockTime,
  days: z.array(Weekday).min(1).optional(),
  /** `profile`: the attribute `timezone` of the person, else the fallback. */
  zone: z.string().default('profile'),
  fallbackZone: z.string().default('UTC'),
})

const step = { id: Slug, name: z.string().optional() }

export const WaitStep = z.strictObject({ kind: z.literal('wait'), ...step, for: DurationText.optional(), until: Until.optional() })
export const WaitForStep = z.strictObject({
  kind: z.literal('waitFor'),
  ...step,
  event: z.string().min(1),
  where: Condition.optional(),
  /** Only receipts of the message of this step. */
  of: Slug.optional(),
  upTo: DurationText,
  get then() {
    return Steps.optional()
  },
  get otherwise() {
    return Steps
  },
})
export const BranchStep = z.strictObject({
  kind: z.literal('branch'),
  ...step,
  get branches() {
    return z.array(z.strictObject({ id: Slug, label: z.string().optional(), when: Condition, steps: Steps })).min(1)
  },
  get otherwise() {
    return Steps
  },
})
export const SplitStep = z.strictObject({
  kind: z.literal('split'),
  ...step,
  get arms() {
    return z.array(z.strictObject({ id: Slug, label: z.string().optional(), weight: z.number().positive(), steps: Steps })).min(2)
  },
})
export const EmailStep = z.strictObject({
  kind: z.literal('email'),
  ...step,
  /** Template document id. */
  template: Slug,
  /** Sender document id; the template's own, or the workspace's first, if left out. */
  sender: Slug.optional(),
  topic: Slug.optional(),
  lane: z.enum(['marketing', 'transactional']).default('marketing'),
  /** Not handed over by then: not sent, and `otherwise` runs. */
  within: DurationText.default('24h'),
  get otherwise() {
    return Steps.optional()
  },
})
export const WebhookStep = z.strictObject({
  kind: z.literal('webhook'),
  ...step,
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Liquid in string values is rendered with profile, entry and event. */
  body: z.record(z.string(), z.json()).default({}),
  within: DurationText.default('24h'),
  get otherwise() {
    return Steps.optional()
  },
})
export const UpdateStep = z.strictObject({
  kind: z.literal('update'),
  ...step,
  /** Attribute → value; a text that starts with `=` is an expression of the condition language. */
  set: z.record(z.string().min(1), z.json()),
})
export const ExitStep = z.strictObject({ kind: z.literal('exit'), ...step, reason: z.string().max(80).optional() })

export const Step = z.discriminatedUnion('kind', [WaitStep, WaitForStep, BranchStep, SplitStep, EmailStep, WebhookStep, UpdateStep, ExitStep])
export const Steps: z.ZodType<Step[]> = z.lazy(() => z.array(Step)) as never

export const Journey = z.strictObject({
  kind: z.literal('journey'),
  id: Slug,
  name: z.string().optional(),
  description: z.string().optional(),
  goal: z.strictObject({
    event: z.string().min(1),
    where: Condition.optional(),
    within: DurationText,
    /** Property of the goal event that holds its worth, e.g. `total`. */
    value: z.string().optional(),
  }),
  entry: z.strictObject({
    event: z.string().min(1),
    where: Condition.optional(),
    /** Path into the entry event, e.g. `properties.cart_id`: one run for each value. */
    key: z.string().optional(),
    /** `never` again, `always`, or `after` this long since the last entry (with the same key). */
    reentry: z.union([z.enum(['never', 'always']), z.strictObject({ after: DurationText })]).default('never'),
    /** Events older than this when they are handled start nothing. */
    maxAge: DurationText.default('72h'),
  }),
  /** Events that end a run at once, also during a long wait. `match`: event path → run path, e.g. `{ properties.cart_id: entry.key }`. */
  exit: z
    .array(z.strictObject({ event: z.string().min(1), where: Condition.optional(), match: z.record(z.string(), z.string()).optional(), reason: z.string().optional() }))
    .default([]),
  /** Share of people who enter and get nothing, for comparison: `10%`. */
  holdout: z.string().regex(/^(100|\d{1,2})(\.\d+)?%$/, 'write a share such as 10%').default('0%'),
  steps: Steps,
})

export type Step =
  | z.output<typeof WaitStep>
  | (Omit<z.output<typeof WaitForStep>, 'then' | 'otherwise'> & { then?: Step[]; otherwise: Step[] })
  | { kind: 'branch'; id: string; name?: string; branches: { id: string; label?: string; when: string; steps: Step[] }[]; otherwise: Step[] }
  | { kind: 'split'; id: string; name?: string; arms: { id: string; label?: string; weight: number; steps: Step[] }[] }
  | (Omit<z.output<typeof EmailStep>, 'otherwise'> & { otherwise?: Step[] })
  | (Omit<z.output<typeof WebhookStep>, 'otherwise'> & { otherwise?: Step[] })
  | z.output<typeof UpdateStep>
  | z.output<typeof ExitStep>
export type Journey = Omit<z.output<typeof Journey>, 'steps'> & { steps: Step[] }

/** One run of one person through one version of one journey. */
export interface Enrollment {
  /** digest(journey, profile at entry, key, entry message id): stable over replays and merges. */
  readonly id: string
  readonly journey: string
  /** Stays on this version. */
  readonly version: number
  /** Entry key (cart id, …); '' without one. */
  readonly key: string
  /** The step that the person stands on. */
  readonly step: string
  /** When the step was reached, and when its timer fires (epoch ms); null waits for an event or a receipt only. */
  readonly since: number
  readonly due: number | null
  readonly enteredAt: number
  /** Properties of the entry event, and its name and time. */
  readonly entry: { readonly name: string; readonly at: number; readonly properties: JsonObject }
  /** Effect ids by step, newest visit. */
  readonly effects: Readonly<Record<string, string>>
}

/** What re-entry rules need to remember, by `journey` or `journey key`. */
export interface JourneyMemory {
  readonly entries: number
  readonly lastEntry: number
}

/** A run whose goal may still be reached, in or out of the journey, treated or held out. */
export interface GoalWatch {
  readonly enrollment: string
  readonly journey: string
  readonly version: number
  readonly key: string
  readonly arm: 'treated' | 'held_out'
  readonly enteredAt: number
  readonly until: number
}

/** The journeys section of a profile's keyed state. */
export interface JourneysSection {
  readonly enrollments: readonly Enrollment[]
  readonly memory: Readonly<Record<string, JourneyMemory>>
  readonly watches: readonly GoalWatch[]
}

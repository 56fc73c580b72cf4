import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/
export const Slug = z.string().regex(SLUG, 'use lower-case letters, digits, - and _ (at most 64)')
export const DurationText = z
  .string()
  .regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 5m, 1d or 2h30m')
  .refine((text) => milliseconds(text) !== undefined, 'this duration is too long')
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
/** Lazy, because a list of steps holds steps that hold lists of steps. */
const Steps: z.ZodType<Step[]> = z.lazy(() => z.array(Step))

/** Stands still for a time, until a time of day, or (both) until that time of day after the time has passed. */
export const WaitStep = z.strictObject({ kind: z.literal('wait'), ...step, for: DurationText.optional(), until: Until.optional() })
/** Stands still until an event comes (`then`, and on below), or until the limit has passed (`otherwise`, and on below). */
const WaitForParts = z.strictObject({
  kind: z.literal('waitFor'),
  ...step,
  event: z.string().min(1),
  where: Condition.optional(),
  /** Only receipts of the message of this step. */
  of: Slug.optional(),
  upTo: DurationText,
})
export const WaitForStep = WaitForParts.extend({ then: Steps.optional(), otherwise: Steps })

const BranchParts = z.strictObject({ kind: z.literal('branch'), ...step })
const OneBranch = z.strictObject({ id: Slug, label: z.string().optional(), when: Condition })
/** The first branch whose condition holds. */
export const BranchStep = BranchParts.extend({ branches: z.array(OneBranch.extend({ steps: Steps })).min(1), otherwise: Steps })

const SplitParts = z.strictObject({ kind: z.literal('split'), ...step })
const OneArm = z.strictObject({ id: Slug, label: z.string().optional(), weight: z.number().positive() })
/** One arm for each person, by weight; the same person always gets the same one. */
export const SplitStep = SplitParts.extend({ arms: z.array(OneArm.extend({ steps: Steps })).min(2) })

const EmailParts = z.strictObject({
  kind: z.literal('email'),
  ...step,
  /** Template document id. */
  template: Slug,
  /** Sender document id; the template's own, or the workspace's first, if left out. */
  sender: Slug.optional(),
  /** The template's own if left out. */
  topic: Slug.optional(),
  lane: z.enum(['marketing', 'transactional']).default('marketing'),
  /** Not handed over by then: not sent, and `otherwise` runs. */
  within: DurationText.default('24h'),
})
/** `otherwise` runs when the message could not be sent. */
export const EmailStep = EmailParts.extend({ otherwise: Steps.optional() })

const WebhookParts = z.strictObject({
  kind: z.literal('webhook'),
  ...step,
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Liquid in string values is rendered with profile and entry. */
  body: z.record(z.string(), z.json()).default({}),
  within: DurationText.default('24h'),
})
export const WebhookStep = WebhookParts.extend({ otherwise: Steps.optional() })

export const UpdateStep = z.strictObject({
  kind: z.literal('update'),
  ...step,
  /** Attribute → value; null removes it; a text that starts with `=` is an expression of the condition language. */
  set: z.record(z.string().min(1), z.json()),
})
export const ExitStep = z.strictObject({ kind: z.literal('exit'), ...step, reason: z.string().max(80).optional() })

const Step = z
  .discriminatedUnion('kind', [WaitStep, WaitForStep, BranchStep, SplitStep, EmailStep, WebhookStep, UpdateStep, ExitStep])
  .meta({ id: 'Step' })

export type WaitStep = z.output<typeof WaitStep>
export type WaitForStep = z.output<typeof WaitForParts> & { then?: Step[]; otherwise: Step[] }
export type BranchStep = z.output<typeof BranchParts> & { branches: (z.output<typeof OneBranch> & { steps: Step[] })[]; otherwise: Step[] }
export type SplitStep = z.output<typeof SplitParts> & { arms: (z.output<typeof OneArm> & { steps: Step[] })[] }
export type EmailStep = z.output<typeof EmailParts> & { otherwise?: Step[] }
export type WebhookStep = z.output<typeof WebhookParts> & { otherwise?: Step[] }
export type UpdateStep = z.output<typeof UpdateStep>
export type ExitStep = z.output<typeof ExitStep>
export type Step = WaitStep | WaitForStep | BranchStep | SplitStep | EmailStep | WebhookStep | UpdateStep | ExitStep

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
    .array(
      z.strictObject({
        event: z.string().min(1),
        where: Condition.optional(),
        match: z.record(z.string(), z.string()).optional(),
        reason: z.string().optional(),
      }),
    )
    .default([]),
  /** Share of people who enter and get nothing, for comparison: `10%`. */
  holdout: z
    .string()
    .regex(/^(100|\d{1,2})(\.\d+)?%$/, 'write a share such as 10%')
    .default('0%'),
  steps: Steps,
})
export type Journey = z.output<typeof Journey>

/** What became of the message of one step. `heard` are later receipts (`opened`, `clicked`, …) in order of arrival. */
export interface Dispatch {
  /** Effect id. */
  readonly id: string
  readonly status: 'queued' | 'sent' | 'failed' | 'cancelled'
  readonly heard: readonly string[]
}

/** The event that began a run. */
export interface EntryEvent {
  readonly name: string
  /** Event time, epoch ms. */
  readonly at: number
  readonly properties: JsonObject
}

/** One run of one person through one version of one journey. */
export interface Enrollment {
  /** digest(journey, profile at entry, key, entry message id): stable over replays and merges. */
  readonly id: string
  readonly journey: string
  /** Stays on this version. */
  readonly version: number
  /** Entry key (cart id, …); '' without one. */
  readonly key: string
  /** What random choices hang on: the profile id with which the person first entered this journey, kept through merges. */
  readonly unit: string
  /** The step that the person stands on. */
  readonly step: string
  /** When the step was reached, and when its timer fires (epoch ms); null waits for an event or a receipt only. */
  readonly since: number
  readonly due: number | null
  /** Log time, epoch ms. */
  readonly enteredAt: number
  /** Steps left behind: how far the run has come. */
  readonly passed: number
  readonly entry: EntryEvent
  /** Messages by step: own ones, and those of runs that merged into this one, so that no step writes twice. */
  readonly messages: Readonly<Record<string, readonly Dispatch[]>>
}

/** What re-entry rules and sticky choices need to remember of one journey. Log times, epoch ms. */
export interface JourneyMemory {
  readonly entries: number
  readonly firstEntry: number
  /** Last entry by entry key ('' without one). */
  readonly keys: Readonly<Record<string, number>>
  /** See `Enrollment.unit`. */
  readonly unit: string
}

/** A run whose goal may still be reached, in or out of the journey, treated or held out. */
export interface GoalWatch {
  readonly enrollment: string
  readonly journey: string
  readonly version: number
  readonly key: string
  readonly arm: 'treated' | 'held_out'
  /** Window of event times in which the goal counts (epoch ms), both ends included. */
  readonly from: number
  readonly until: number
  /** Log time of entry: the newest run takes the credit. */
  readonly enteredAt: number
  /** The entry event, if the goal's condition asks for it. */
  readonly entry?: EntryEvent
}

/** The journeys section of a profile's keyed state. */
export interface JourneysSection {
  readonly enrollments: readonly Enrollment[]
  /** By journey id. */
  readonly memory: Readonly<Record<string, JourneyMemory>>
  readonly watches: readonly GoalWatch[]
}

export const NO_JOURNEYS_YET: JourneysSection = { enrollments: [], memory: {}, watches: [] }

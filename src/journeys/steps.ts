import { z } from 'zod'
import { Condition, DurationText, Slug } from './words.ts'

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
export const Steps: z.ZodType<Step[]> = z.lazy(() => z.array(Step))

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

import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { Scope } from '#workspaces/schema.ts'
import { ChooseParts, OneOption } from './choose-parts.ts'
import { Condition, DurationText, Slug } from './words.ts'

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 09:00')
const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])
/** A day of the calendar, whatever the zone. */
export const DayText = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'write a day such as 2026-12-25')
const CalendarDays = z.string().regex(/^[1-9]\d{0,2} calendar days?$/, 'write a number of days such as 2 calendar days')
const Offset = z.string().regex(/^[+-]?(?:\d+(?:ms|[wdhms]))+$/, 'write a duration with a sign, such as -14d')

const zones = {
  /** `profile`: the attribute `timezone` of the person, else the fallback. */
  zone: z.string().default('profile'),
  fallbackZone: z.string().default('UTC'),
}

/** The first moment at this wall-clock time (on one of these days) in the person's zone, strictly after arrival unless it is now. */
export const Until = z.strictObject({ time: ClockTime, days: z.array(Weekday).min(1).optional(), ...zones })

/** A moment that the person's data name, such as 14 days before a renewal. It moves when the data change. */
export const UntilDate = z.strictObject({
  /** An expression such as `profile.renewal_date`: a day, a date-time, or epoch milliseconds. */
  date: Condition,
  /** Weeks and days are those of the calendar, smaller units exact: `-14d`, `+2h`. */
  offset: Offset.default('0d'),
  /** At this time of that day; left out: at the date's own time, midnight for a day. */
  time: ClockTime.optional(),
  ...zones,
})

/**
 * The hour, within this time, at which the person most likely reads, as a model of type send-time has learned it; `model` left out: the first
 * there is. Without an answer of the model: at once.
 */
export const Best = z.strictObject({ within: DurationText.default('24h'), model: Slug.optional() })
export const UntilBest = z.strictObject({ best: Best })
/** When a message that could go at once goes. `within` of the step begins at the chosen hour. */
const timing = { timing: z.strictObject({ best: Best }).optional() }

/** Open from the first time that clocks show `from` until they first show `to`; a window over midnight belongs to the day on which it opens. */
export const Window = z.strictObject({
  days: z.array(Weekday).min(1).optional(),
  from: ClockTime,
  to: z.union([ClockTime, z.literal('24:00')]),
  ...zones,
  /** Days on which it does not open, and calendars of such days. */
  except: z.array(z.union([DayText, Slug])).default([]),
  /** Who has to wait for the opening is let through within this time after it, evenly, so that 09:00 is no wall. */
  spread: DurationText.optional(),
})

/** `note`: a remark for those who build it. `stage`: steps in a row under one name are drawn together and fold together. */
const step = {
  id: Slug,
  name: z.string().optional(),
  note: z.string().max(2_000).optional(),
  stage: z.string().min(1).max(60).optional(),
}
/** Lazy, because a list of steps holds steps that hold lists of steps. */
export const Steps: z.ZodType<Step[]> = z.lazy(() => z.array(Step))

const WaitParts = z.strictObject({
  kind: z.literal('wait'),
  ...step,
  /** A time, or until a midnight: `2 calendar days` ends when the day after tomorrow begins. */
  for: z.union([DurationText, CalendarDays]).optional(),
  until: z.union([Until, UntilDate, UntilBest]).optional(),
  /** Last of all: goes on at once while it is open, else when it opens next. */
  window: Window.optional(),
})
/** Stands still for a time, then until a moment, then until a window is open. `otherwise` runs when the date of `until` is missing. */
export const WaitStep = WaitParts.extend({ otherwise: Steps.optional() })

const awaited = {
  event: z.string().min(1),
  where: Condition.optional(),
  /** Only receipts of the message of this step. */
  of: Slug.optional(),
}
const WaitForParts = z.strictObject({
  kind: z.literal('waitFor'),
  ...step,
  ...awaited,
  event: awaited.event.optional(),
  /** `first`: the first that comes decides at once. `ranked`: all are collected until `upTo`, then the highest in the list that came decides. */
  mode: z.enum(['first', 'ranked']).optional(),
  upTo: DurationText,
})
const OneAwaited = z.strictObject({ id: Slug, label: z.string().optional(), ...awaited })
/** Stands still until an event comes (`then`, or the steps of that one of `on`), or until the limit has passed (`otherwise`), and on below. */
export const WaitForStep = WaitForParts.extend({
  then: Steps.optional(),
  on: z
    .array(OneAwaited.extend({ steps: Steps.optional() }))
    .min(1)
    .max(20)
    .optional(),
  otherwise: Steps.optional(),
})
  .refine(({ event, on }) => (event === undefined) !== (on === undefined), 'write either “event”, or several of them in “on”')
  .refine(
    ({ on, where, of, then }) => !on || (where ?? of ?? then) === undefined,
    'with “on”, write “where”, “of” and steps in each of them',
  )
  .refine(({ on, mode }) => on || mode === undefined, '“mode” chooses among several events: write them in “on”')

const BranchParts = z.strictObject({ kind: z.literal('branch'), ...step })
const OneBranch = z.strictObject({ id: Slug, label: z.string().optional(), when: Condition })
/** The first branch whose condition holds. */
export const BranchStep = BranchParts.extend({ branches: z.array(OneBranch.extend({ steps: Steps })).min(1), otherwise: Steps })

const SplitParts = z.strictObject({
  kind: z.literal('split'),
  ...step,
  /** Splits of the same cohort draw alike, in every journey: who is in one's first tenth is in the other's. */
  cohort: Slug.optional(),
})
const OneArm = z.strictObject({
  id: Slug,
  label: z.string().optional(),
  /** A share in proportion to the others', or in hundredths of all (then all of them, 100 together). */
  weight: z.number().positive().optional(),
  percent: z.number().positive().max(100).optional(),
})
/** One arm for each person, by weight; the same person always gets the same one. */
export const SplitStep = SplitParts.extend({ arms: z.array(OneArm.extend({ steps: Steps })).min(2) })
  .refine(
    ({ arms }) => arms.every(({ weight }) => weight !== undefined) || arms.every(({ percent }) => percent !== undefined),
    'give every arm a weight, or every arm a percentage',
  )
  .refine(({ arms }) => arms.every(({ weight, percent }) => weight === undefined || percent === undefined), 'weight or percent, not both')
  .refine(({ arms }) => {
    const sum = arms.reduce((total, { percent }) => total + (percent ?? Number.NaN), 0)
    return Number.isNaN(sum) || Math.abs(sum - 100) < 1e-6
  }, 'the percentages must come to 100')
/** An arm's share in proportion to the others'. */
export const weightOf = ({ weight, percent }: z.output<typeof OneArm>): number => weight ?? percent ?? 0

/** A model chooses one of the options that are possible for this person now; `fallback` runs when it cannot, and for the comparison group. */
export const ChooseStep = ChooseParts.extend({
  options: z
    .array(OneOption.extend({ steps: Steps }))
    .min(1)
    .max(20),
  fallback: Steps,
})

/** A cap is full: `skip` goes on below, `otherwise` takes the way of a message that could not be sent, `defer` waits until there is room, at most so long. */
const OnCap = z.union([z.enum(['skip', 'otherwise']), z.strictObject({ defer: DurationText })])
export type OnCap = z.output<typeof OnCap>
/** This request is a message to the person by that channel: its consent, caps and quiet hours hold. */
const contact = {
  contact: z
    .strictObject({
      channel: Slug,
      topic: Slug.optional(),
      category: Slug.optional(),
      lane: z.enum(['marketing', 'transactional']).default('marketing'),
    })
    .optional(),
}
const onCap = { onCap: OnCap.default('otherwise') }

const email = {
  /** Template document id. */
  template: Slug,
  /** Sender document id (of an e-mail) or provider document id (of any other channel); the template's own, or the workspace's first, if left out. */
  sender: Slug.optional(),
  /** The template's own if left out. */
  topic: Slug.optional(),
  /** What rules of law take it for; the template's own if left out. */
  category: Slug.optional(),
  lane: z.enum(['marketing', 'transactional']).default('marketing'),
}
const request = {
  url: z.url({ protocol: /^https?$/ }),
  method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
  headers: z.record(z.string(), z.string()).default({}),
  /** Liquid in string values is rendered with profile, entry and run. */
  body: z.record(z.string(), z.json()).default({}),
}
const sending = {
  ...step,
  ...email,
  ...onCap,
  ...timing,
  /** Not handed over by then: not sent, and `otherwise` runs. */
  within: DurationText.default('24h'),
}
const EmailParts = z.strictObject({ kind: z.literal('email'), ...sending })
const SmsParts = z.strictObject({ kind: z.literal('sms'), ...sending })
const PushParts = z.strictObject({ kind: z.literal('push'), ...sending })
const InappParts = z.strictObject({ kind: z.literal('inapp'), ...sending })
const WhatsappParts = z.strictObject({ kind: z.literal('whatsapp'), ...sending })
const SlackParts = z.strictObject({ kind: z.literal('slack'), ...sending })
/** `otherwise` runs when the message could not be sent. */
export const EmailStep = EmailParts.extend({ otherwise: Steps.optional() })
export const SmsStep = SmsParts.extend({ otherwise: Steps.optional() })
/** To all devices of the person. */
export const PushStep = PushParts.extend({ otherwise: Steps.optional() })
/** Into the person's inbox in your app or on your site. */
export const InappStep = InappParts.extend({ otherwise: Steps.optional() })
export const WhatsappStep = WhatsappParts.extend({ otherwise: Steps.optional() })
export const SlackStep = SlackParts.extend({ otherwise: Steps.optional() })

const WebhookParts = z.strictObject({
  kind: z.literal('webhook'),
  ...step,
  ...request,
  ...contact,
  ...onCap,
  ...timing,
  within: DurationText.default('24h'),
})
export const WebhookStep = WebhookParts.extend({ otherwise: Steps.optional() })

const Way = z.union([
  z.strictObject({ email: z.strictObject(email) }),
  z.strictObject({ sms: z.strictObject(email) }),
  z.strictObject({ push: z.strictObject(email) }),
  z.strictObject({ inapp: z.strictObject(email) }),
  z.strictObject({ whatsapp: z.strictObject(email) }),
  z.strictObject({ slack: z.strictObject(email) }),
  z.strictObject({ webhook: z.strictObject({ ...request, ...contact }) }),
])
const MessageParts = z.strictObject({
  kind: z.literal('message'),
  ...step,
  /** In order: the next is tried when one is not possible or has failed. */
  ways: z.array(Way).min(1).max(8),
  ...onCap,
  ...timing,
  /** Of each way. */
  within: DurationText.default('24h'),
})
/** One message by the first of its ways that works; `otherwise` runs when none does. */
export const MessageStep = MessageParts.extend({ otherwise: Steps.optional() })

const CallParts = z.strictObject({
  kind: z.literal('call'),
  ...step,
  ...request,
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']).default('POST'),
  /** The answer is `run.<save>` from here on. */
  save: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'write a name such as offer: lower-case letters, digits and _'),
  /** An answer that comes later is not used. */
  timeout: DurationText.default('10s'),
})
/** Asks an address of yours and keeps the JSON that it answers with; `otherwise` runs when there is no such answer in time. */
export const CallStep = CallParts.extend({ otherwise: Steps.optional() })

const RepeatParts = z.strictObject({
  kind: z.literal('repeat'),
  ...step,
  times: z.int().min(1).max(100),
  /** Asked before each round, the first included. */
  until: Condition.optional(),
})
/** Goes through its steps again and again, so many times, or until a condition holds. */
export const RepeatStep = RepeatParts.extend({ steps: Steps })

export const StartStep = z.strictObject({
  kind: z.literal('start'),
  ...step,
  journey: Slug,
  /** Properties of the entry event; a text that starts with `=` is an expression of the condition language. */
  with: z.record(z.string().min(1), z.json()).default({}),
})
/** Ends the person's other runs of a journey at once. */
export const StopStep = z.strictObject({ kind: z.literal('stop'), ...step, journey: Slug, reason: z.string().max(80).optional() })

/** Tells colleagues; the run does not wait for it. `{{ profile.name }}`, `{{ entry.… }}` and `{{ run.… }}` are filled in. */
export const NotifyStep = z.strictObject({
  kind: z.literal('notify'),
  ...step,
  /** E-mail addresses of colleagues; left out: only a note on the person's timeline. */
  to: z.array(z.email()).min(1).max(20).optional(),
  subject: z.string().min(1).max(200).optional(),
  text: z.string().min(1).max(4_000),
})

const HoldParts = z.strictObject({
  kind: z.literal('hold'),
  ...step,
  /** The permission that releasing needs. */
  for: Scope.default('approvals:decide'),
  /** What is to be decided, for the one who decides. */
  note: z.string().max(500).optional(),
  upTo: DurationText,
})
/** Stands still until a colleague releases (`then`) or rejects it, or until the limit has passed (both `otherwise`). */
export const HoldStep = HoldParts.extend({ then: Steps.optional(), otherwise: Steps.optional() })

export const UpdateStep = z.strictObject({
  kind: z.literal('update'),
  ...step,
  /** Attribute → value; null removes it; a text that starts with `=` is an expression of the condition language. */
  set: z.record(z.string().min(1), z.json()),
})
export const ExitStep = z.strictObject({ kind: z.literal('exit'), ...step, reason: z.string().max(80).optional() })

const KINDS = [
  WaitStep,
  WaitForStep,
  BranchStep,
  SplitStep,
  ChooseStep,
  RepeatStep,
  EmailStep,
  SmsStep,
  PushStep,
  InappStep,
  WhatsappStep,
  SlackStep,
  WebhookStep,
  MessageStep,
  CallStep,
  NotifyStep,
  HoldStep,
  StartStep,
  StopStep,
  UpdateStep,
  ExitStep,
] as const
const Step = z.discriminatedUnion('kind', KINDS).meta({ id: 'Step' })

type WithSteps<Parts, Lists extends string> = Parts & { [list in Lists]?: Step[] | undefined }
export type Until = z.output<typeof Until>
export type UntilDate = z.output<typeof UntilDate>
export type Best = z.output<typeof Best>
export type UntilBest = z.output<typeof UntilBest>
export type Window = z.output<typeof Window>
/** How long (ms) a message may wait for the best hour. */
export const bestWithin = (step: object): number =>
  'timing' in step ? milliseconds((step.timing as { best: Best } | undefined)?.best.within ?? '0s')! : 0
export type WaitStep = WithSteps<z.output<typeof WaitParts>, 'otherwise'>
export type WaitForStep = WithSteps<z.output<typeof WaitForParts>, 'then' | 'otherwise'> & {
  on?: WithSteps<z.output<typeof OneAwaited>, 'steps'>[] | undefined
}
export type BranchStep = z.output<typeof BranchParts> & { branches: (z.output<typeof OneBranch> & { steps: Step[] })[]; otherwise: Step[] }
export type SplitStep = z.output<typeof SplitParts> & { arms: (z.output<typeof OneArm> & { steps: Step[] })[] }
export type ChooseStep = z.output<typeof ChooseParts> & { options: (z.output<typeof OneOption> & { steps: Step[] })[]; fallback: Step[] }
export type RepeatStep = z.output<typeof RepeatParts> & { steps: Step[] }
export type EmailStep = WithSteps<z.output<typeof EmailParts>, 'otherwise'>
export type SmsStep = WithSteps<z.output<typeof SmsParts>, 'otherwise'>
export type PushStep = WithSteps<z.output<typeof PushParts>, 'otherwise'>
export type InappStep = WithSteps<z.output<typeof InappParts>, 'otherwise'>
export type WhatsappStep = WithSteps<z.output<typeof WhatsappParts>, 'otherwise'>
export type SlackStep = WithSteps<z.output<typeof SlackParts>, 'otherwise'>
/** A step that sends what a template says. */
export type TemplatedStep = EmailStep | SmsStep | PushStep | InappStep | WhatsappStep | SlackStep
export type WebhookStep = WithSteps<z.output<typeof WebhookParts>, 'otherwise'>
export type MessageStep = WithSteps<z.output<typeof MessageParts>, 'otherwise'>
/** What a templated message and a webhook are, as a step of their own and as one way of a message. */
export type TemplatedWay = Pick<EmailStep, 'template' | 'sender' | 'topic' | 'category' | 'lane'>
export type WebhookWay = Pick<WebhookStep, 'url' | 'method' | 'headers' | 'body' | 'contact'>
export type CallStep = WithSteps<z.output<typeof CallParts>, 'otherwise'>
export type NotifyStep = z.output<typeof NotifyStep>
export type HoldStep = WithSteps<z.output<typeof HoldParts>, 'then' | 'otherwise'>
export type StartStep = z.output<typeof StartStep>
export type StopStep = z.output<typeof StopStep>
export type UpdateStep = z.output<typeof UpdateStep>
export type ExitStep = z.output<typeof ExitStep>
export type Step =
  | WaitStep
  | WaitForStep
  | BranchStep
  | SplitStep
  | ChooseStep
  | RepeatStep
  | TemplatedStep
  | WebhookStep
  | MessageStep
  | CallStep
  | NotifyStep
  | HoldStep
  | StartStep
  | StopStep
  | UpdateStep
  | ExitStep

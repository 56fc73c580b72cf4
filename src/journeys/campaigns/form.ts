import { canonical, type Json } from '#lib/json.ts'
import { entriesOf, type Schedule } from '../entries/schema.ts'
import { Journey } from '../schema.ts'
import { TEMPLATED, type TemplatedChannel } from '../sends.ts'

/** What a campaign asks of whoever writes one: all of it, and nothing that a journey does not say. */
export interface Campaign {
  readonly name: string
  readonly audience: { readonly kind: 'segment'; readonly id: string } | { readonly kind: 'condition'; readonly when: string }
  /** Segments whose members are left out. */
  readonly without: readonly string[]
  readonly channel: TemplatedChannel
  /** Templates; of several each person gets one, and always the same. */
  readonly messages: readonly string[]
  readonly when: When
  /** A zone, or `profile`: everyone's own. */
  readonly zone: string
  readonly fallbackZone: string
  /** Each message at the hour, within a day, at which its reader most likely reads. */
  readonly best: boolean
  readonly goal: { readonly event: string; readonly within: string; readonly value: string }
  /** Hundredths of the audience that get nothing, for comparison. */
  readonly holdout: number
}

export type When =
  | { readonly kind: 'once'; readonly at: string }
  | { readonly kind: 'day'; readonly time: string }
  | { readonly kind: 'week'; readonly on: readonly Weekday[]; readonly time: string }
  | { readonly kind: 'month'; readonly day: number; readonly time: string }
  | { readonly kind: 'rule'; readonly rule: string; readonly time: string; readonly from: string }

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]

type Body = Record<string, unknown>

/** The journey that a campaign is: whatever can be done with a journey can be done with it. */
export function journeyOf(campaign: Campaign, id: string): Body {
  const { name, audience, without, when, zone, fallbackZone, goal, holdout } = campaign
  const where = without.map((segment) => `not segment(${JSON.stringify(segment)})`).join(' and ')
  return {
    kind: 'journey',
    id,
    name,
    goal: { event: goal.event, within: goal.within, ...(goal.value !== '' && { value: goal.value }) },
    entry: {
      schedule: { ...scheduleOf(when), zone, fallbackZone },
      audience: audience.kind === 'segment' ? { segment: audience.id } : audience.when,
      ...(where !== '' && { where }),
    },
    ...(holdout > 0 && { holdout: `${holdout}%` }),
    default: { otherwise: 'continue' },
    steps: stepsOf(campaign),
  }
}

function scheduleOf(when: When): Body {
  switch (when.kind) {
    case 'once':
      return { at: when.at }
    case 'day':
      return { every: 'day', time: when.time }
    case 'week':
      return { every: 'week', on: when.on, time: when.time }
    case 'month':
      return { every: 'month', day: when.day, time: when.time }
    case 'rule':
      return { rule: when.rule, time: when.time, ...(when.from !== '' && { from: when.from }) }
  }
}

const ARMS = ['a', 'b', 'c', 'd'] as const
/** Versions that can be held against each other at once. */
export const MOST_MESSAGES = ARMS.length

function stepsOf({ channel, messages, best }: Campaign): Body[] {
  const send = (id: string, template: string): Body => ({
    kind: channel,
    id,
    template,
    ...(best && { timing: { best: { within: '24h' } } }),
  })
  if (messages.length < 2) return messages.map((template) => send('message', template))
  const arms = messages.slice(0, MOST_MESSAGES).map((template, i) => ({
    id: ARMS[i]!,
    label: template,
    weight: 1,
    steps: [send(`message-${ARMS[i]}`, template)],
  }))
  return [{ kind: 'split', id: 'versions', arms }]
}

/** The campaign that a journey was written as; undefined: it says more than a campaign can, and is changed in the studio. */
export function campaignOf(body: unknown): Campaign | undefined {
  const parsed = Journey.safeParse(body)
  if (!parsed.success) return undefined
  const journey = parsed.data as Journey
  const campaign = read(journey)
  const again = campaign && Journey.safeParse(journeyOf(campaign, journey.id))
  return again?.success && canonical(again.data as Json) === canonical(journey as unknown as Json) ? campaign : undefined
}

function read(journey: Journey): Campaign | undefined {
  const [entry, ...others] = entriesOf(journey)
  const [first, ...rest] = journey.steps
  if (!entry || !('schedule' in entry) || others.length > 0 || !first || rest.length > 0) return undefined
  const when = whenOf(entry.schedule)
  const sending = first.kind === 'split' ? first.arms.flatMap(({ steps }) => steps) : [first]
  const channel = TEMPLATED.find((each) => each === sending[0]?.kind)
  const messages = sending.flatMap((step) => (step.kind === channel && 'template' in step ? [step.template] : []))
  if (!when || !channel || messages.length !== sending.length) return undefined
  return {
    name: journey.name ?? journey.id,
    audience:
      typeof entry.audience === 'string'
        ? { kind: 'condition', when: entry.audience }
        : { kind: 'segment', id: (entry.audience as { segment: string }).segment },
    without: [...(entry.where ?? '').matchAll(/not segment\("([^"]*)"\)/g)].map(([, id]) => id!),
    channel,
    messages,
    when,
    zone: entry.schedule.zone,
    fallbackZone: entry.schedule.fallbackZone,
    best: 'timing' in sending[0]! && sending[0].timing !== undefined,
    goal: { event: journey.goal.event, within: journey.goal.within, value: journey.goal.value ?? '' },
    holdout: Number.parseFloat(journey.holdout),
  }
}

function whenOf({ at, every, on, day, rule, time = '', from = '' }: Schedule): When | undefined {
  if (at !== undefined) return { kind: 'once', at }
  if (rule !== undefined) return { kind: 'rule', rule, time, from }
  if (every === 'day') return { kind: 'day', time }
  if (every === 'week' && on) return { kind: 'week', on, time }
  return every === 'month' && day !== undefined ? { kind: 'month', day, time } : undefined
}

/** The next full minute by the clocks of a zone, with at least so many seconds until then: what can still be taken back. */
export function nextMinute(now: number, zone: string, seconds = 30): string {
  const local = Temporal.Instant.fromEpochMilliseconds(now).add({ seconds }).toZonedDateTimeISO(zone).toPlainDateTime()
  return local.add({ minutes: 1 }).toString({ smallestUnit: 'minute', roundingMode: 'floor' })
}

/** An id for a name: `Spring sale!` is `spring-sale`; one that is taken gets a number. */
export function idFor(name: string, taken: ReadonlySet<string>): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const base = plain.slice(0, 56).replace(/-+$/, '') || 'campaign'
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    if (!taken.has(id)) return id
  }
}

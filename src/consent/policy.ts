import { z } from 'zod'
import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { predicate } from '#segments/condition/predicate.ts'
import { read } from '#segments/condition/read.ts'
import type { Scope } from '#segments/condition/scope.ts'

const Name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Span = z.string().regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 24h or 7d')
const ClockText = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 21:00')
const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'])

export type Lane = 'marketing' | 'transactional'

/** At most `max` contacts per time. What is left out counts for all: no `channel` means every channel together. */
export const Cap = z
  .strictObject({
    id: Name,
    channel: Name.optional(),
    topic: Name.optional(),
    /** Whom it counts and stops. Transactional messages are free unless a cap names them. */
    lane: z.enum(['marketing', 'transactional', 'any']).default('marketing'),
    /** `never` forbids; 0 is refused, because it has silently stopped everybody's mail elsewhere (mautic #10416). */
    max: z.union([z.int().min(0).max(1_000), z.literal('never')]),
    /** A calendar day, week (from Monday) or month in the person's zone, or a rolling time such as `24h`. */
    per: z.union([z.enum(['day', 'week', 'month']), Span]).optional(),
  })
  .refine(({ max, per }) => max === 'never' || per !== undefined, {
    message: 'say per what time: day, week, month, or a duration',
    path: ['per'],
  })

/** Hours by the person's clocks in which no marketing message is handed over. */
export const QuietHours = z.strictObject({
  /** Left out: every channel. */
  channel: Name.optional(),
  /** The days on which they begin; left out: every day. Hours over midnight belong to the day on which they begin. */
  days: z.array(Weekday).min(1).optional(),
  from: ClockText,
  to: z.union([ClockText, z.literal('24:00')]),
  /** Who had to wait is let through within this time after the end, evenly. */
  spread: Span.default('30m'),
  /** What to do with people whose zone is not known. Left out: `fallback` for e-mail and webhooks, `refuse` for every other channel. */
  onUnknownZone: z.enum(['refuse', 'fallback']).optional(),
})

/** How often and when people may be contacted. The policy called `default` is in force. */
export const ContactPolicy = z.strictObject({
  kind: z.literal('contact-policy'),
  id: Name,
  name: z.string().max(200).optional(),
  caps: z.array(Cap).max(50).default([]),
  quietHours: z.array(QuietHours).max(50).default([]),
  /** Events that are contacts although we did not send them: an impression of an ad, a call of an agent, another system's mail. */
  counts: z
    .array(z.strictObject({ event: z.string().min(1), channel: Name, topic: Name.optional(), where: z.string().min(1).optional() }))
    .max(50)
    .default([]),
  /** Where clocks are read for people whose zone is not known. */
  fallbackZone: z.string().default('UTC'),
  /** Of journeys that send marketing messages: in how many one person may be at once, and how often they may enter any within a time. */
  journeys: z
    .strictObject({
      atOnce: z.int().min(1).max(1_000).optional(),
      entries: z.strictObject({ times: z.int().min(1).max(100), within: Span }).optional(),
    })
    .optional(),
})
export type Cap = z.output<typeof Cap>
export type QuietHours = z.output<typeof QuietHours>
export type ContactPolicy = z.output<typeof ContactPolicy>

/** Id of the policy that is in force. */
export const IN_FORCE = 'default'

export interface CompiledCap {
  readonly id: string
  readonly channel: string | undefined
  readonly topic: string | undefined
  readonly lane: Lane | 'any'
  /** 0: never. */
  readonly max: number
  /** Milliseconds of a rolling time. */
  readonly per: 'day' | 'week' | 'month' | number
}

export interface QuietRule extends Pick<QuietHours, 'channel' | 'days' | 'from' | 'to'> {
  /** Milliseconds. */
  readonly spread: number
  readonly onUnknownZone: 'refuse' | 'fallback' | undefined
}

interface Counted {
  readonly channel: string
  readonly topic: string
  readonly where: ((scope: Scope) => boolean) | null
}

export interface CompiledPolicy {
  /** Whether there is a policy: without one nothing is remembered. */
  readonly exists: boolean
  readonly caps: readonly CompiledCap[]
  readonly quiet: readonly QuietRule[]
  /** By event name. */
  readonly counts: ReadonlyMap<string, readonly Counted[]>
  readonly fallbackZone: string
}

export const NO_POLICY: CompiledPolicy = { exists: false, caps: [], quiet: [], counts: new Map(), fallbackZone: 'UTC' }

/** The policy as functions, or the problem of the first condition that cannot be read (the check finds it before publishing). */
export function compilePolicy({ caps, quietHours, counts, fallbackZone }: ContactPolicy): Outcome<CompiledPolicy> {
  const counted = new Map<string, Counted[]>()
  for (const { event, channel, topic = '', where } of counts) {
    const tree = where === undefined ? null : read(where, PLACES.policy)
    if (tree !== null && isRefusal(tree)) return tree
    counted.set(event, [...(counted.get(event) ?? []), { channel, topic, where: tree && predicate(tree) }])
  }
  return {
    exists: true,
    caps: caps.map(({ id, channel, topic, lane, max, per = 'day' }) => ({
      id,
      channel,
      topic,
      lane,
      max: max === 'never' ? 0 : max,
      per: spanOf(per),
    })),
    quiet: quietHours.map(({ spread, onUnknownZone, ...rule }) => ({ ...rule, spread: milliseconds(spread) ?? 0, onUnknownZone })),
    counts: counted,
    fallbackZone,
  }
}

const spanOf = (per: string): CompiledCap['per'] => (per === 'day' || per === 'week' || per === 'month' ? per : (milliseconds(per) ?? 0))

/** What an event of somebody else's counts as; null for most events. */
export function countedAs(policy: CompiledPolicy, record: EventRecord, scope: () => Scope): Omit<Counted, 'where'> | null {
  const rules = policy.counts.get(record.name)
  if (!rules) return null
  return rules.find(({ where }) => where === null || where(scope())) ?? null
}

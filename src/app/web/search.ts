import type { MessageFilter } from '#channels/ui/message-list.tsx'
import type { JourneyTab } from '#kit/paths.ts'
import type { BehindQuery } from '#measurement/ui/people-behind.tsx'

/** What an address may say. Anything else is ignored: an old or mistyped link still opens the screen. */
type Raw = Record<string, unknown>

export const text = (value: unknown): string => (typeof value === 'string' ? value : '')

export const oneOf = <const T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((each) => each === value)

/** Whatever an address says, as text: reports take parameters of their own. */
export const words = (raw: Raw): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(raw).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : [])))

const version = (value: unknown): number | undefined => {
  const number = Number(value)
  return Number.isInteger(number) && number > 0 ? number : undefined
}

export interface JourneySearch {
  readonly tab?: JourneyTab
  readonly step?: string
  readonly version?: number
}
export const journeySearch = (raw: Raw): JourneySearch => ({
  tab: oneOf(raw.tab, ['canvas', 'outline', 'report', 'code']),
  step: text(raw.step) || undefined,
  version: version(raw.version),
})

export const messageSearch = (raw: Raw): MessageFilter => ({
  profile: text(raw.profile) || undefined,
  journey: text(raw.journey) || undefined,
  status: oneOf(raw.status, ['ready', 'sending', 'sent', 'failed', 'skipped', 'cancelled', 'ambiguous', 'dead']),
})

export const behindQuery = (raw: Raw): BehindQuery => ({
  of: oneOf(raw.of, ['entered', 'refused', 'waiting', 'left', 'in_arm', 'converted', 'message']) ?? 'entered',
  version: version(raw.version),
  step: text(raw.step) || undefined,
  reason: text(raw.reason) || undefined,
  arm: oneOf(raw.arm, ['treated', 'held_out']),
  status: oneOf(raw.status, [
    'queued',
    'sent',
    'failed',
    'skipped',
    'cancelled',
    'ambiguous',
    'bounced',
    'opened',
    'clicked',
    'unsubscribed',
    'complained',
  ]),
  channel: text(raw.channel) || undefined,
})

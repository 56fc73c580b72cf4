import type { MessageFilter } from '#channels/ui/message-list.tsx'
import { type JourneyFilter, STANDINGS } from '#journeys/list-filter.ts'
import type { JourneyTab } from '#kit/paths.ts'
import { DELIVERY_STATUSES } from '#measurement/delivery-status.ts'
import type { BehindQuery } from '#measurement/ui/people-behind.tsx'
import type { PeopleFilter } from '#profiles/ui/people-list.tsx'

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

export const journeysSearch = (raw: Raw): JourneyFilter => ({
  q: text(raw.q) || undefined,
  status: oneOf(raw.status, STANDINGS),
  channel: text(raw.channel) || undefined,
  owner: text(raw.owner) || undefined,
  tag: text(raw.tag) || undefined,
})

export interface GallerySearch {
  /** For whom: an industry. */
  readonly for?: string
  /** The template that is open. */
  readonly open?: string
}
export const gallerySearch = (raw: Raw): GallerySearch => ({ for: text(raw.for) || undefined, open: text(raw.open) || undefined })

export interface JourneySearch {
  readonly tab?: JourneyTab
  readonly step?: string
  readonly version?: number
  /** The draft or what is live; left out: the draft when there is one. */
  readonly view?: 'draft' | 'live'
  readonly as?: 'entered' | 'previous'
  readonly range?: 'day'
  /** Whose runs are listed. */
  readonly of?: 'entered' | 'refused' | 'left' | 'converted'
  /** It is not there yet: its name. */
  readonly fresh?: string
  /** Two versions that are compared: a number, or `draft`. */
  readonly from?: string
  readonly to?: string
}
export const journeySearch = (raw: Raw): JourneySearch => ({
  tab: oneOf(raw.tab, ['canvas', 'outline', 'code', 'test', 'runs', 'report', 'settings', 'versions']),
  step: text(raw.step) || undefined,
  version: version(raw.version),
  view: oneOf(raw.view, ['draft', 'live']),
  as: oneOf(raw.as, ['entered', 'previous']),
  range: oneOf(raw.range, ['day']),
  of: oneOf(raw.of, ['entered', 'refused', 'left', 'converted']),
  fresh: text(raw.fresh) || undefined,
  from: text(raw.from) || undefined,
  to: text(raw.to) || undefined,
})

export const peopleSearch = (raw: Raw): PeopleFilter => ({
  q: text(raw.q) || undefined,
  segment: text(raw.segment) || undefined,
  when: text(raw.when) || undefined,
  columns: text(raw.columns) || undefined,
})

export const companySearch = (raw: Raw): { readonly event?: string; readonly hours?: number } => {
  const event = text(raw.event) || undefined
  return { event, hours: event === undefined ? undefined : version(raw.hours) }
}

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
  status: oneOf(raw.status, DELIVERY_STATUSES),
  channel: text(raw.channel) || undefined,
})

import type { EventRecord } from '#events/schema.ts'
import { own } from '#lib/record.ts'
import type { ConsentSection, Permit } from './schema.ts'

/** Explicit consent, sent by the workspace's own systems: `{ channel, topic? }`. */
export const CONSENT_GRANTED = 'Consent Granted'
export const CONSENT_WITHDRAWN = 'Consent Withdrawn'

/** `opt-in`: a marketing message needs a grant. `opt-out`: it needs that nothing was withdrawn. */
export type ConsentMode = 'opt-in' | 'opt-out'

/** What one event says about permission. An event without a word on it gives the same section back. */
export function applyConsent(section: ConsentSection, record: EventRecord): ConsentSection {
  const { props, at } = record
  const source = text(props['source']) ?? (record.type === 'system' ? record.name : 'api')
  const where = { channel: text(props['channel']) ?? 'email', topic: text(props['topic']) ?? '' }
  switch (record.name) {
    case CONSENT_GRANTED:
      return permit(section, where, { status: 'granted', at, source })
    case CONSENT_WITHDRAWN:
      return permit(section, where, { status: 'withdrawn', at, source })
  }
  if (record.type !== 'system') return section
  switch (record.name) {
    case 'message.unsubscribed':
      return permit(section, where, { status: 'withdrawn', at, source })
    case 'message.resubscribed':
      return permit(section, where, { status: 'granted', at, source })
    case 'message.bounced':
      return props['permanent'] === true ? block(section, text(props['address']), 'bounced') : section
    case 'message.complained':
      return block(permit(section, { ...where, topic: '' }, { status: 'withdrawn', at, source }), text(props['address']), 'complained')
    default:
      return section
  }
}

export interface Contact {
  readonly channel: string
  /** '' for none. */
  readonly topic: string
  /** Lower-cased; '' where the channel has none. */
  readonly address: string
  readonly lane: 'transactional' | 'marketing'
  readonly mode: ConsentMode
}
export type Permission =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'address_blocked' | 'consent_withdrawn' | 'consent_missing' }

/** May we write? A blocked address gets nothing; marketing needs permission for the channel and topic. */
export function mayContact(section: ConsentSection, contact: Contact): Permission {
  if (contact.address !== '' && Object.hasOwn(section.blocked, contact.address)) return { ok: false, reason: 'address_blocked' }
  if (contact.lane === 'transactional') return { ok: true }
  const status = standing(section, contact)
  if (status === 'withdrawn') return { ok: false, reason: 'consent_withdrawn' }
  if (status === undefined && contact.mode === 'opt-in') return { ok: false, reason: 'consent_missing' }
  return { ok: true }
}

/** A withdrawal of the whole channel ends every topic granted until then; else the topic's own permit counts, else the channel's. */
function standing({ permits }: ConsentSection, { channel, topic }: Contact): Permit['status'] | undefined {
  const whole = own(permits, channel)
  const topical = topic === '' ? undefined : own(permits, `${channel}:${topic}`)
  if (!topical || (whole?.status === 'withdrawn' && whole.at >= topical.at)) return whole?.status
  return topical.status
}

/** Two profiles turned out to be one person: a withdrawal on either side stands until a newer grant is given to the whole person. */
export function absorbConsent(winner: ConsentSection, loser: ConsentSection): ConsentSection {
  const permits: Record<string, Permit> = { ...winner.permits }
  for (const [key, theirs] of Object.entries(loser.permits)) {
    const ours = own(winner.permits, key)
    permits[key] = ours ? stricter(ours, theirs) : theirs
  }
  const blocked = { ...winner.blocked, ...loser.blocked }
  for (const [address, why] of Object.entries(winner.blocked)) if (why === 'complained') blocked[address] = why
  return { permits, blocked }
}

function stricter(a: Permit, b: Permit): Permit {
  if (a.status !== b.status) return a.status === 'withdrawn' ? a : b
  if (a.at !== b.at) return a.at > b.at ? a : b
  return a.source <= b.source ? a : b
}

function permit(section: ConsentSection, { channel, topic }: { channel: string; topic: string }, permit: Permit): ConsentSection {
  const key = topic === '' ? channel : `${channel}:${topic}`
  const old = own(section.permits, key)
  if (old && (old.at > permit.at || (old.at === permit.at && (old.status === 'withdrawn' || permit.status === 'granted')))) return section
  return { ...section, permits: { ...section.permits, [key]: permit } }
}

function block(section: ConsentSection, address: string | undefined, why: 'bounced' | 'complained'): ConsentSection {
  const place = address?.trim().toLowerCase()
  if (!place || own(section.blocked, place) === 'complained') return section
  return { ...section, blocked: { ...section.blocked, [place]: why } }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

import { room } from '#consent/caps.ts'
import { type Contact, noted, settled } from '#consent/contacts.ts'
import { countedAs } from '#consent/policy.ts'
import { quietness, zoneOf } from '#consent/quiet-hours.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import type { EventRecord } from '#events/schema.ts'
import { attribute } from '#profiles/react.ts'
import { holder } from './budget-ahead.ts'
import type { Enrollment } from './enrollment.ts'
import { unpaid } from './money.ts'
import type { Contest, Held, Message, Standing } from './node.ts'
import { paced } from './pace.ts'
import type { Reason } from './reasons.ts'
import { entryScope, type Turn } from './turn.ts'

/** Whether a message may go now. */
export type Budget =
  | { readonly kind: 'free'; readonly pace?: DecisionRecord }
  /** Quiet hours: it may go at `until` (epoch ms). */
  | { readonly kind: 'wait'; readonly until: number; readonly reason: Reason }
  | { readonly kind: 'refused'; readonly reason: Reason }
  /** A cap is full, its last slot is kept for another journey, or (`pace`) there is too much pressure. `freeAt` as of `Room`. */
  | {
      readonly kind: 'full'
      readonly freeAt: number | null
      readonly reason: Reason
      readonly pace?: DecisionRecord
      /** Of a slot that is kept: the values that were compared. */
      readonly values?: Contest
    }

const FREE: Budget = { kind: 'free' }

/** Asked at the moment of sending, with the state of the one person: nobody else can take the slot between the answer and the reservation. */
export function budget(at: Standing, message: Pick<Message, 'channel' | 'contact' | 'topic' | 'lane'>): Budget {
  const { policy } = at.definitions
  const { contact, topic, lane } = message
  const reason = unpaid(at, message)
  if (reason !== '') return { kind: 'refused', reason }
  if (!contact || !policy.exists) return FREE
  const { now, run, person } = at
  const told = attribute(at.profile, 'timezone')
  const { channel } = contact
  if (lane === 'marketing') {
    const quiet = quietness(policy, { channel, zone: told, now, unit: `${run.unit}:${run.journey}:${run.step}` })
    if (quiet.kind === 'quiet') return { kind: 'wait', until: quiet.until, reason: 'quiet_hours' }
    if (quiet.kind === 'refused') return quiet
  }
  const ask = { channel, topic, lane }
  const { zone } = zoneOf(policy, told)
  const found = room(person.contacts, ask, { caps: policy.caps, now, zone })
  if (!found.free) return { kind: 'full', freeAt: found.freeAt, reason: `capped:${found.cap}` }
  const held = lane === 'marketing' ? holder(at, ask, zone) : null
  if (held) return { kind: 'full', freeAt: held.freeAt, reason: `held_for:${held.journey}`, values: held.values }
  const pace = lane === 'marketing' ? paced(at, { zone, channel }) : null
  if (!pace) return FREE
  const { freeAt, record } = pace
  return pace.reason === '' ? { kind: 'free', pace: record } : { kind: 'full', freeAt, reason: pace.reason, pace: record }
}

/** Takes the slot, in the same reaction that decides to send. */
export function reserve(turn: Turn, id: string, { contact, topic, lane }: Pick<Message, 'contact' | 'topic' | 'lane'>): void {
  const { definitions, now } = turn.context
  if (!contact || !definitions.policy.exists) return
  const slot: Contact = { id, channel: contact.channel, topic, lane, at: now, status: 'reserved' }
  turn.person = { ...turn.person, contacts: noted(turn.person.contacts, slot, definitions.policy) }
}

/** What an event means for the budget: a receipt confirms or releases, and some events are contacts themselves. */
export function countContact(turn: Turn, record: EventRecord): void {
  const { policy } = turn.context.definitions
  const { contacts } = turn.person
  const other = countedAs(policy, record, () => entryScope(turn, record))
  const after = other
    ? noted(
        contacts,
        { id: record.id, channel: other.channel, topic: other.topic, lane: 'marketing', at: record.at, status: 'confirmed' },
        policy,
      )
    : settled(contacts, record, policy)
  if (after !== contacts) turn.person = { ...turn.person, contacts: after }
}

/** Notes as facts that messages had to wait, or may not go: one row for each reason, whatever the step does then. */
export function tellHeld(turn: Turn, run: Enrollment, held: readonly Held[]): void {
  for (const { channel, reason, values } of held) {
    turn.facts.push({
      table: 'deliveries',
      row: {
        workspace_id: turn.context.definitions.workspace,
        profile_id: turn.person.profile.id,
        effect_id: '',
        journey_id: run.journey,
        version: run.version,
        enrollment_id: run.id,
        step_id: run.step,
        channel,
        status: 'held',
        reason,
        at: turn.context.now,
        ...(values && { worth: values.ours, worth_kept_for: values.theirs }),
      },
    })
  }
}

import { z } from 'zod'
import type { EventRecord } from '#events/schema.ts'
import type { CompiledCap, CompiledPolicy, Lane } from './policy.ts'

/** One contact with a person, as caps count it. Channel, topic and lane are those of the moment: later changes do not touch the past. */
export interface Contact {
  /** Effect id, or message id of an event that counts as a contact. */
  readonly id: string
  /** `email`, `sms`, `ads`, … */
  readonly channel: string
  /** '' for none. */
  readonly topic: string
  readonly lane: Lane
  /** Epoch ms: of the decision while it is reserved, of the hand-over when it is confirmed. */
  readonly at: number
  /** `released`: it did not go out after all. It is remembered a while, because a message that was given up may be replayed. */
  readonly status: 'reserved' | 'confirmed' | 'released'
}

/** The contacts section of a profile's keyed state: what caps can still count, oldest first. */
export interface ContactsSection {
  readonly sends: readonly Contact[]
}

export const NO_CONTACTS_YET: ContactsSection = { sends: [] }

const DAY = 86_400_000
/** The newest this many of this many days are remembered whatever the caps say, so that a new cap knows the past. */
const REMEMBERED = 50
const REMEMBERED_FOR = 31 * DAY
/** The longest (ms) that a calendar period lasts in any zone: a zone may gain a whole day (Kwajalein, 1969). */
const LONGEST = { day: 2 * DAY, week: 8 * DAY, month: 33 * DAY } as const

/** What the engine takes a message back with, when the outbox still had it. */
export const RELEASED = 'message.released'

const AFTER: Readonly<Record<string, Contact['status']>> = {
  'message.sent': 'confirmed',
  'message.failed': 'released',
  'message.dead': 'released',
  'message.skipped': 'released',
  'message.cancelled': 'released',
  [RELEASED]: 'released',
}

/** Whether a cap counts such a contact. */
export const counts = (
  cap: Pick<CompiledCap, 'channel' | 'topic' | 'lane'>,
  contact: Pick<Contact, 'channel' | 'topic' | 'lane'>,
): boolean =>
  (cap.channel === undefined || cap.channel === contact.channel) &&
  (cap.topic === undefined || cap.topic === contact.topic) &&
  (cap.lane === 'any' || cap.lane === contact.lane)

/** Takes a contact in; one of the same id is replaced. What no cap can count any more is forgotten. */
export function noted({ sends }: ContactsSection, contact: Contact, policy: CompiledPolicy): ContactsSection {
  const others = sends.filter(({ id }) => id !== contact.id)
  return { sends: kept([...others, contact].sort(inOrder), contact.at, policy) }
}

/**
 * What a receipt makes of the contact that it is about; the same section when it is about none. A contact that was made once stays made,
 * and one that was made counts even where nobody remembers that it was decided.
 */
export function settled(section: ContactsSection, { type, name, props, at }: EventRecord, policy: CompiledPolicy): ContactsSection {
  if (type !== 'system' || !Object.hasOwn(AFTER, name)) return section
  const id = props['effect_id']
  const status = AFTER[name]!
  const contact = section.sends.find((each) => each.id === id)
  if (!contact)
    return status === 'confirmed' && typeof id === 'string' ? told(section, { id, kind: props['contact'], at }, policy) : section
  if (contact.status === 'confirmed' || contact.status === status) return section
  return noted(section, { ...contact, status, at: status === 'confirmed' ? at : contact.at }, policy)
}

const Kind = z.object({ channel: z.string(), topic: z.string(), lane: z.enum(['marketing', 'transactional']) })

/** A hand-over that is only known by its receipt, which says what kind of contact it was. */
function told(
  section: ContactsSection,
  { id, kind, at }: { id: string; kind: unknown; at: number },
  policy: CompiledPolicy,
): ContactsSection {
  const known = policy.exists ? Kind.safeParse(kind) : null
  return known?.success ? noted(section, { ...known.data, id, at, status: 'confirmed' }, policy) : section
}

const CERTAINTY = { released: 0, reserved: 1, confirmed: 2 } as const

/** Two profiles turned out to be one person: the contacts of both count. */
export function absorbContacts(winner: ContactsSection, loser: ContactsSection): ContactsSection {
  if (loser.sends.length === 0) return winner
  const united = new Map(winner.sends.map((contact) => [contact.id, contact]))
  for (const theirs of loser.sends) {
    const ours = united.get(theirs.id)
    if (!ours || CERTAINTY[theirs.status] > CERTAINTY[ours.status]) united.set(theirs.id, theirs)
  }
  return { sends: [...united.values()].sort(inOrder) }
}

const inOrder = (a: Contact, b: Contact): number => a.at - b.at || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Only what a cap can still count, and the newest few: of a cap of three nobody ever asks for the fourth newest. */
function kept(sends: readonly Contact[], now: number, { caps }: CompiledPolicy): Contact[] {
  const found = caps.map(() => 0)
  const list: Contact[] = []
  for (let i = sends.length - 1; i >= 0; i--) {
    const contact = sends[i]!
    const age = now - contact.at
    let wanted = age <= REMEMBERED_FOR && sends.length - i <= REMEMBERED
    if (contact.status !== 'released') {
      caps.forEach((cap, c) => {
        if (!counts(cap, contact) || age > reach(cap) || found[c]! >= cap.max) return
        found[c]! += 1
        wanted = true
      })
    }
    if (wanted) list.push(contact)
  }
  return list.reverse()
}

/** The longest time (ms) for which a contact counts. One that is reserved counts until it is settled, and it is settled within its `within`. */
export const reach = ({ per }: Pick<CompiledCap, 'per'>): number => (typeof per === 'number' ? per : LONGEST[per])

import { isRefusal, type Outcome } from '#lib/problem.ts'
import { room } from './caps.ts'
import { type ContactsSection, NO_CONTACTS_YET, noted } from './contacts.ts'
import { type CompiledPolicy, type ContactPolicy, compilePolicy, type Lane } from './policy.ts'
import { quietness } from './quiet-hours.ts'

/** A message that somebody would be sent in a week. */
export interface WeekSend {
  readonly id: string
  /** 0 is Monday. */
  readonly day: number
  /** `HH:MM` by the person's clocks. */
  readonly time: string
  readonly channel: string
  /** '' for none. */
  readonly topic: string
  readonly lane: Lane
}

/** What becomes of it. Times are epoch ms. */
export type WeekFate =
  | { readonly kind: 'sent'; readonly asked: number; readonly at: number }
  /** By quiet hours, or by a cap with this id. */
  | { readonly kind: 'moved'; readonly asked: number; readonly at: number; readonly by: string }
  /** Not in this week; `by` as above. `until`: when there would be room, null for never. */
  | { readonly kind: 'held'; readonly asked: number; readonly by: string; readonly until: number | null }

export const QUIET = 'quiet-hours'

interface Week {
  /** The person's zone. */
  readonly zone: string
  /** A Monday. */
  readonly monday: Temporal.PlainDate
}

/** What a policy makes of some messages to one person in one week, by the very functions that decide when they are sent. */
export function exampleWeek(policy: ContactPolicy, sends: readonly WeekSend[], week: Week): Outcome<ReadonlyMap<string, WeekFate>> {
  const compiled = compilePolicy(policy)
  return isRefusal(compiled) ? compiled : fates(compiled, sends, week)
}

function fates(policy: CompiledPolicy, sends: readonly WeekSend[], { zone, monday }: Week): ReadonlyMap<string, WeekFate> {
  const end = monday.add({ days: 7 }).toZonedDateTime(zone).epochMilliseconds
  const found = new Map<string, WeekFate>()
  let waiting = sends.map((send) => {
    const asked = monday.add({ days: send.day }).toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from(send.time) })
    return { send, asked: asked.epochMilliseconds, at: asked.epochMilliseconds, by: '' }
  })
  let contacts: ContactsSection = NO_CONTACTS_YET
  while (waiting.length > 0) {
    // What waited longest goes first where several may go at the same moment.
    waiting.sort((a, b) => a.at - b.at || a.asked - b.asked || (a.send.id < b.send.id ? -1 : 1))
    const [{ send, asked, at, by }, ...rest] = waiting as [(typeof waiting)[number], ...typeof waiting]
    waiting = rest
    const stop = stopAt(policy, contacts, { send, at, zone })
    if (stop === null) {
      contacts = noted(
        contacts,
        { id: send.id, channel: send.channel, topic: send.topic, lane: send.lane, at, status: 'confirmed' },
        policy,
      )
      found.set(send.id, by === '' ? { kind: 'sent', asked, at } : { kind: 'moved', asked, at, by })
    } else if (stop.until === null || stop.until >= end || stop.until <= at)
      found.set(send.id, { kind: 'held', asked, by: stop.by, until: stop.until })
    else waiting = [...rest, { send, asked, at: stop.until, by: stop.by }]
  }
  return found
}

/** What stands in its way at a moment, and until when; null: nothing. */
function stopAt(
  policy: CompiledPolicy,
  contacts: ContactsSection,
  { send, at, zone }: { send: WeekSend; at: number; zone: string },
): { readonly by: string; readonly until: number | null } | null {
  const free = room(contacts, send, { caps: policy.caps, now: at, zone })
  if (!free.free) return { by: free.cap, until: free.freeAt }
  // Transactional messages know no quiet hours.
  const quiet =
    send.lane === 'marketing' ? quietness(policy, { channel: send.channel, zone, now: at, unit: send.id }) : { kind: 'open' as const }
  if (quiet.kind === 'quiet') return { by: QUIET, until: quiet.until }
  return quiet.kind === 'refused' ? { by: QUIET, until: null } : null
}

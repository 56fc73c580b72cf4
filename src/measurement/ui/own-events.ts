import type { TimelineItem } from '../schema.ts'

type Event = Extract<TimelineItem, { kind: 'event' }>

type Head = 'note' | 'released' | 'rejected' | 'received'

/** Events of ours that no other line tells: the name of what they are called for people, and where their words stand. */
const TOLD: Readonly<Record<string, { readonly head: Head; readonly words: string }>> = {
  'message.received': { head: 'received', words: 'text' },
  'journey.noted': { head: 'note', words: 'text' },
  'journey.released': { head: 'released', words: 'comment' },
  'journey.rejected': { head: 'rejected', words: 'comment' },
}

/** What to read of an event that Cadenza wrote itself; undefined for the senders' own, and for those that another line tells. */
export function ownWords({
  type,
  name,
  properties,
}: Pick<Event, 'type' | 'name' | 'properties'>): { head: Head; text: string } | undefined {
  const told = type === 'system' && Object.hasOwn(TOLD, name) ? TOLD[name] : undefined
  if (!told) return undefined
  const text = (JSON.parse(properties || '{}') as Record<string, unknown>)[told.words]
  return { head: told.head, text: typeof text === 'string' ? text : '' }
}

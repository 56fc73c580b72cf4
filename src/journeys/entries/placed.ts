import { type Available, PLACES } from '#segments/condition/available.ts'
import { type Entries, type Entry, entriesOf } from './schema.ts'

/** A condition or value of a way in, and what it may ask. */
export interface EntryText {
  readonly text: string
  /** JSON pointer from the document. */
  readonly at: string
  readonly available: Available & { readonly wanted?: 'value' }
}

/** Another document that a way in names. */
export interface EntryReference {
  readonly kind: 'segment'
  readonly id: string
  readonly at: string
}

/** A way in, and where it is written. */
export interface PlacedEntry {
  readonly entry: Entry
  readonly at: string
}

/** The ways in, each with its JSON pointer. */
export const placedEntries = (journey: { readonly entry: Entries }): readonly PlacedEntry[] =>
  entriesOf(journey).map((entry, i) => ({ entry, at: Array.isArray(journey.entry) ? `/entry/${i}` : '/entry' }))

/** Everything in the ways into a journey that is written in the condition language. */
export function entryTexts({ entry, at }: PlacedEntry): readonly EntryText[] {
  const hasEvent = 'event' in entry || 'api' in entry || 'journey' in entry
  const found: EntryText[] = []
  if (entry.where !== undefined) found.push({ text: entry.where, at: `${at}/where`, available: hasEvent ? PLACES.event : PLACES.segment })
  if ('schedule' in entry && typeof entry.audience === 'string')
    found.push({ text: entry.audience, at: `${at}/audience`, available: PLACES.segment })
  if ('date' in entry) found.push({ text: entry.date, at: `${at}/date`, available: { ...PLACES.segment, wanted: 'value' } })
  return found
}

export function entryReferences({ entry, at }: PlacedEntry): readonly EntryReference[] {
  if ('segment' in entry) return [{ kind: 'segment', id: entry.segment, at: `${at}/segment` }]
  if ('schedule' in entry && typeof entry.audience === 'object')
    return [{ kind: 'segment', id: entry.audience.segment, at: `${at}/audience/segment` }]
  return []
}

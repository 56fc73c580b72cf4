import type { ContactPolicy } from '#consent/policy.ts'
import type { EventRecord } from '#events/schema.ts'
import { milliseconds } from '#lib/duration.ts'
import { own } from '#lib/record.ts'
import type { CompiledJourney } from '../compile.ts'
import type { Definitions } from '../definitions.ts'
import type { JourneyMemory, JourneysSection } from '../enrollment.ts'
import type { Reason } from '../reasons.ts'
import type { Turn } from '../turn.ts'
import type { CompiledEntry } from './compile.ts'

/** What a workspace allows of all its journeys together, for one person. Times in ms. */
export interface EntryPolicy {
  /** Journeys at once. */
  readonly atOnce?: number | undefined
  /** Entries within a time. */
  readonly entries?: { readonly times: number; readonly within: number } | undefined
}

interface Wish {
  readonly journey: CompiledJourney
  readonly entry: CompiledEntry
  readonly key: string | undefined
}

/** Why a person is not let in; null: they are. Every way in asks here. */
export function refusal(turn: Turn, record: EventRecord, { journey, entry, key }: Wish): Reason | null {
  const { now, definitions } = turn.context
  const section = turn.person.journeys
  if (record.at + entry.maxAge < now) return 'too_old'
  if (key === undefined) return 'key_missing'
  const here = (run: { journey: string; key: string }): boolean => run.journey === journey.id && run.key === key
  if (section.enrollments.some(here)) return 'already_in'
  // Who is held out is "in" as long as the goal may be reached: otherwise the hold-out would enter more often than those it is compared with.
  if (section.watches.some((watch) => watch.arm === 'held_out' && here(watch) && watch.until >= now)) return 'already_in'
  const memory = own(section.memory, journey.id)
  const last = memory && lastOf(memory, key, entry)
  if (last !== undefined && now - last < entry.reentryAfter) return 'reentry'
  if (section.enrollments.filter((run) => run.journey === journey.id).length >= entry.concurrent) return 'concurrent'
  const { limit } = entry
  if (limit && (memory?.entered ?? []).filter((at) => at > now - limit.within).length >= limit.times) return 'limit'
  return journey.marketing ? beyondPolicy(section, definitions, now) : null
}

/** When the last run with this key began, or ended (epoch ms). */
function lastOf({ keys, ended }: JourneyMemory, key: string, { reentryFrom }: CompiledEntry): number | undefined {
  const began = own(keys, key)
  const left = reentryFrom === 'end' && ended ? own(ended, key) : undefined
  return left !== undefined && (began === undefined || left > began) ? left : began
}

/** Whether one more entry would be more than the workspace allows this person. Journeys that send nothing but what was asked for do not count. */
export function beyondPolicy({ enrollments, memory }: JourneysSection, definitions: Definitions, now: number): Reason | null {
  const { atOnce, entries } = definitions.entryPolicy ?? {}
  const counts = (journey: string): boolean => definitions.live.get(journey)?.marketing ?? true
  if (atOnce !== undefined && new Set(enrollments.map(({ journey }) => journey).filter(counts)).size >= atOnce) return 'too_many_journeys'
  if (entries === undefined) return null
  const entered = Object.entries(memory).flatMap(([journey, { entered = [] }]) =>
    counts(journey) ? entered.filter((at) => at > now - entries.within) : [],
  )
  return entered.length >= entries.times ? 'too_many_entries' : null
}

/** The part of the contact policy that is about entries. */
export function entryPolicyOf(policy: ContactPolicy | undefined): EntryPolicy | undefined {
  const { atOnce, entries } = policy?.journeys ?? {}
  if (atOnce === undefined && entries === undefined) return undefined
  return { atOnce, entries: entries && { times: entries.times, within: milliseconds(entries.within)! } }
}

/** For how long (ms) entries must be remembered one by one, and how many of them; 0: not at all. A limit of one way in counts entries by all. */
export function remembering(
  { entries }: CompiledJourney,
  policy: EntryPolicy | undefined,
): { readonly within: number; readonly times: number } {
  const rules = [...entries.map(({ limit }) => limit), policy?.entries].filter((rule) => rule != null)
  return { within: Math.max(0, ...rules.map(({ within }) => within)), times: Math.max(0, ...rules.map(({ times }) => times)) }
}

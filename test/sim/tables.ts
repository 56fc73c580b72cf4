import type { Effect } from '#events/reaction.ts'
import type { LogRecord } from '#events/schema.ts'
import type { Person } from '#journeys/person.ts'
import type { DeadLetterRow } from '#platform/keyed-state.ts'
import type { Lease } from '#platform/leases.ts'
import type { LogBlock } from '#platform/log.ts'
import type { Claimed, OutboxStatus } from '#platform/outbox.ts'

/** Who put a record on the log. */
export type Author = 'client' | 'engine' | 'delivery' | 'system'

export interface Entry {
  readonly key: string
  readonly record: LogRecord
}

/** A record at its place on the log, as the judge sees it. */
export interface Place {
  readonly record: LogRecord
  readonly at: number
  readonly by: Author
}

export interface PartitionTable {
  /** The last number that was given. */
  head: number
  at: number
  readonly blocks: (LogBlock & { visible: boolean })[]
  /** By seq - 1. */
  readonly places: Place[]
}

export type LeaseRow = { -readonly [Name in keyof Lease]: Lease[Name] } & { owner: string | null; until: number }

export interface StateRow {
  readonly ws: string
  readonly id: string
  readonly partition: number
  /** As jsonb keeps it; nobody else has it in hand. */
  readonly person: Person
  readonly version: number
  nextDue: number | null
}

export type OutboxRow = { -readonly [Name in keyof Claimed]: Claimed[Name] } & {
  status: OutboxStatus
  owner: string
  reason: string
  /** As it was decided. */
  readonly effect: Effect
}

export type DeadLetter = DeadLetterRow

/** A copy as jsonb gives it back: keys in the order of length, then bytes; no number that is none. */
export function asJsonb(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(asJsonb)
  const names = Object.keys(value).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const sorted: Record<string, unknown> = {}
  for (const name of names) {
    const inner = (value as Record<string, unknown>)[name]
    if (inner !== undefined) sorted[name] = asJsonb(inner)
  }
  return sorted
}
